"""Draw a figure from a spec column. The engine is the profile's: drawn, retrieved or generated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from qmirror_assets.engines.base import Request, Role
from qmirror_assets.records import Column, Json, Row
from qmirror_assets.stages.base import At, StepConfig, StepRun
from qmirror_assets.templates import Prompts


class FigureStep:
    """One picture for one row."""

    kind: ClassVar[str] = "figure"
    code: ClassVar[int] = 1
    calls: ClassVar[tuple[int, int]] = (1, 1)
    keeps: ClassVar[bool] = True
    roles: ClassVar[tuple[Role, ...]] = (Role.IMAGE,)

    class Config(StepConfig):
        """Settings of the step."""

        spec: str = "figure_spec"  # JSON column with the figure spec
        image: str = "image"  # output column with the picture's digest

    def __init__(self, config: Config, prompts: Prompts) -> None:
        self._config = config
        self.inputs = (config.spec,)
        self.outputs: Mapping[str, Column] = {
            config.image: Column.STR,
            "image_width": Column.INT,
            "image_height": Column.INT,
            "image_alt": Column.STR,
            "drawn": Column.JSON,
        }
        self.fingerprint: Mapping[str, Json] = config.model_dump(mode="json")

    def run(self, row: Row, at: At) -> StepRun:
        """Ask for the picture; what is drawn comes back as text for the rules."""
        raw = yield Request(Role.IMAGE, {"spec": row[self._config.spec]})
        body = raw.body
        return {
            self._config.image: body["image"],
            "image_width": body["width"],
            "image_height": body["height"],
            "image_alt": body["alt"],
            "drawn": body.get("drawn", []),
        }
