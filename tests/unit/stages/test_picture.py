"""A picture for a caption: which engine is asked, what is recorded, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.engines.base import Raw, Role
from qmirror_assets.records import Reason, Rejection
from qmirror_assets.stages.base import At
from qmirror_assets.stages.picture import PictureStep
from qmirror_assets.templates import Prompts

AT = At("s", "d", 2, 1, lambda draw: draw)
SOURCE = {"kind": "library", "licence": "CC0-1.0", "file": "a.png"}
FOUND = {"image": "d9", "width": 4, "height": 3, "alt": "A lamp.", "source": SOURCE, "match": 0.7}


def step(**more: Any) -> PictureStep:
    return PictureStep(PictureStep.Config.model_validate(more), Prompts(Path()))


def test_a_caption_is_asked_for_and_its_source_recorded() -> None:
    run = step(shown="dialogue").run(
        {"caption": "a lamp", "figure": None, "dialogue": [{"image": "d2"}, {"image": "d1"}]}, AT
    )
    request = next(run)  # type: ignore[arg-type]
    assert request.role is Role.TEXT_TO_IMAGE
    assert request.body == {"caption": "a lamp", "avoid": ["d1", "d2"]}
    with pytest.raises(StopIteration) as stop:
        run.send(Raw(FOUND))  # type: ignore[union-attr]
    out = stop.value.value
    assert (out["image"], out["image_source"], out["image_alt"]) == ("d9", "library", "A lamp.")
    assert out["picture"] == {"alt": "A lamp.", "source": SOURCE, "match": 0.7}


def test_a_figure_is_drawn_as_its_data_says() -> None:
    figure = {"version": 1, "kind": "flow"}
    run = step().run({"caption": "ignored", "figure": figure}, AT)
    request = next(run)  # type: ignore[arg-type]
    assert (request.role, request.body) == (Role.IMAGE, {"spec": figure})
    drawn = {"image": "d", "width": 1, "height": 1, "alt": "a", "drawn": [["node", "egg"]]}
    with pytest.raises(StopIteration) as stop:
        run.send(Raw(drawn))  # type: ignore[union-attr]
    assert (stop.value.value["image_source"], stop.value.value["drawn"]) == (
        "figure", [["node", "egg"]],
    )  # fmt: skip


@pytest.mark.parametrize("caption", [None, "", "  \n"], ids=["missing", "empty", "blank"])
def test_without_a_caption_no_picture_is_asked_for(caption: str | None) -> None:
    run = step().run({"caption": caption, "figure": None}, AT)
    with pytest.raises(StopIteration) as stop:
        next(run)  # type: ignore[arg-type]
    assert isinstance(stop.value.value, Rejection)
    assert stop.value.value.reason is Reason.RULE_FAILED
