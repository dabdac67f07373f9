"""F17: a sample of the cache asked again is equal with the fake engine; a drift is a rate."""

from __future__ import annotations

import random

import pytest

from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.errors import UsageError
from qmirror_assets.profile import Profile, ProfileSpec
from qmirror_assets.runner.engines import Engines
from qmirror_assets.verifying import Verified, parse_share, verify_with
from tests.conftest import ToyProject
from tests.integration.release_fixtures import Shop, built, shop


def ask_again(shop: Shop, share: float, **options: object) -> Verified:
    identity = {"kind": "fake", "model": "a"}
    engine = FakeEngine(FakeOptions(**options), identity)
    kinds = {"text": {"kind": "fake"}, "image": {"kind": "fake"}}
    engines = Engines(
        Profile(ProfileSpec(profile="toy", engines=kinds)),
        lambda _config: engine,
        lambda _config: identity,
    )
    cached = list(shop.store.actions.keys())
    keys = dict.fromkeys(cached, ("0" * 32, "draft", "crates"))
    random_seed = random.SystemRandom().randrange(10**6)
    print(f"random_seed {random_seed}")
    return verify_with(engines, shop.store, keys, share, random_seed)


@pytest.mark.parametrize("share", [0.02, 1.0], ids=["2%", "all"])
def test_the_fake_engine_answers_as_before(shop: Shop, share: float) -> None:
    before = set(shop.store.cas), len(shop.store.state.attempts_of(list(shop.store.actions.keys())))
    found = ask_again(shop, share)
    assert found.counts == {"equal": max(1, round(share * found.actions))}
    assert found.rate == 0.0
    after = set(shop.store.cas), len(shop.store.state.attempts_of(list(shop.store.actions.keys())))
    assert after == before, "verifying leaves no trace in the stores"


def test_a_drift_is_counted_and_listed(shop: Shop) -> None:
    found = ask_again(shop, 1.0, random_seed=99)
    assert found.counts["different"] == len(found.differences) > 0
    assert 0.0 < found.rate <= 1.0
    assert {item.what.split()[0] for item in found.differences} == {"another"}


@pytest.mark.parametrize(
    ("text", "share"),
    [("2%", 0.02), ("0.02", 0.02), ("100%", 1.0)],
    ids=["percent", "number", "all"],
)
def test_shares(text: str, share: float) -> None:
    assert parse_share(text) == pytest.approx(share)


@pytest.mark.parametrize("text", ["0", "2", "-1%", "101%", "nan", "some"])
def test_bad_shares(text: str) -> None:
    with pytest.raises(UsageError, match="2% or 0.02"):
        parse_share(text)


def test_the_command_line(released_project: ToyProject) -> None:
    project = released_project
    done = project.qmirror("build", str(project.recipe), "--verify", "10%", "--verify-strict")
    assert done.returncode == 0, done.stderr
    assert "verified 4 of 40 actions (10.0%, random_seed " in done.stdout
    assert "0.0% differ" in done.stdout
    assert project.qmirror("fsck").returncode == 0
    assert project.qmirror("gc", "--dry-run").returncode == 0
