"""Which engine a cached action is asked of again, where one engine plays several roles."""

from __future__ import annotations

from typing import Any

import pytest

from qmirror_assets.engines.base import Role
from qmirror_assets.engines.build import build_engine, engine_identity
from qmirror_assets.profile import Profile, ProfileSpec
from qmirror_assets.runner.engines import Engines
from qmirror_assets.store.actions import Entry
from qmirror_assets.verifying import _role_of

FAKE = {"kind": "fake"}


@pytest.mark.parametrize(
    ("body", "role"),
    [
        ({"messages": []}, Role.TEXT),
        ({"spec": {"kind": "flow"}}, Role.IMAGE),
        ({"caption": "a cat", "avoid": []}, Role.TEXT_TO_IMAGE),
    ],
    ids=["text", "figure", "caption"],
)
@pytest.mark.parametrize("turned", [False, True], ids=["order", "turned"])
def test_the_request_tells_the_role(body: dict[str, Any], role: Role, turned: bool) -> None:
    names = ["image", "text", "text_to_image"]
    engines = dict.fromkeys(reversed(names) if turned else names, FAKE)
    profile = Profile(ProfileSpec.model_validate({"profile": "p", "engines": engines}))
    entry = Entry(engine=engine_identity(FAKE), body=body, images=(), raw={})
    assert _role_of(Engines(profile, build_engine, engine_identity), entry) is role
