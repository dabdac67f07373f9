"""The figure step hands a spec on and takes what the engine drew."""

from __future__ import annotations

from pathlib import Path

import pytest

from qmirror_assets.engines.base import Raw, Request, Role
from qmirror_assets.records import Column
from qmirror_assets.stages.base import At
from qmirror_assets.stages.figure import FigureStep
from qmirror_assets.templates import Prompts


@pytest.mark.parametrize(
    "drawn", [[{"role": "title", "text": "T"}], None], ids=["drawn", "retrieved"]
)
def test_a_picture_becomes_columns(tmp_path: Path, drawn: list[object] | None) -> None:
    step = FigureStep(FigureStep.Config(spec="s", image="picture"), Prompts(tmp_path))
    run = step.run({"s": {"kind": "table"}}, At("s", "d", 0, 0, lambda draw: draw))
    assert next(run) == Request(Role.IMAGE, {"spec": {"kind": "table"}})
    body = {"image": "a" * 64, "width": 4, "height": 3, "alt": "A table"}
    with pytest.raises(StopIteration) as stop:
        run.send(Raw(body if drawn is None else {**body, "drawn": drawn}))
    assert stop.value.value == {
        "picture": "a" * 64,
        "image_width": 4,
        "image_height": 3,
        "image_alt": "A table",
        "drawn": drawn or [],
    }
    assert step.outputs["picture"] is Column.STR
    assert set(stop.value.value) == set(step.outputs)
