"""A picture for a caption: drawn when the seed brings a figure, else from a caption's engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from qmirror_assets.engines.base import Request, Role
from qmirror_assets.records import Column, Json, Reason, Rejection, Row
from qmirror_assets.stages.base import At, StepConfig, StepRun
from qmirror_assets.templates import Prompts


class PictureStep:
    """One picture for one row, with the record of where it comes from."""

    kind: ClassVar[str] = "picture"
    code: ClassVar[int] = 1
    calls: ClassVar[tuple[int, int]] = (1, 1)
    keeps: ClassVar[bool] = True
    roles: ClassVar[tuple[Role, ...]] = (Role.TEXT_TO_IMAGE, Role.IMAGE)

    class Config(StepConfig):
        """Settings of the step."""

        caption: str = "caption"  # column that says what the picture shall show
        figure: str = "figure"  # JSON column with a figure spec; null: no figure
        image: str = "image"  # output column with the picture's digest
        shown: str = ""  # JSON column with earlier turns, whose pictures are not shown again

    def __init__(self, config: Config, prompts: Prompts) -> None:
        self._config = config
        shown = (config.shown,) if config.shown else ()
        self.inputs = (config.caption, config.figure, *shown)
        self.outputs: Mapping[str, Column] = {
            config.image: Column.STR,
            "image_width": Column.INT,
            "image_height": Column.INT,
            "image_alt": Column.STR,
            "image_source": Column.STR,
            "picture": Column.JSON,
            "drawn": Column.JSON,
        }
        self.fingerprint: Mapping[str, Json] = config.model_dump(mode="json")

    def run(self, row: Row, at: At) -> StepRun:
        """Ask for the picture; earlier turns' pictures are not shown again."""
        spec = row.get(self._config.figure)
        if spec:
            raw = yield Request(Role.IMAGE, {"spec": spec})
        else:
            asked = self._asked(row)
            if not asked["caption"].strip():
                return Rejection(Reason.RULE_FAILED, "there is no caption to make a picture of")
            raw = yield Request(Role.TEXT_TO_IMAGE, asked)
        body = raw.body
        source = {"kind": "figure"} if spec else dict(body["source"])
        return {
            self._config.image: body["image"],
            "image_width": body["width"],
            "image_height": body["height"],
            "image_alt": body["alt"],
            "image_source": source["kind"],
            "picture": {"alt": body["alt"], "source": source, "match": body.get("match")},
            "drawn": body.get("drawn"),
        }

    def _asked(self, row: Row) -> dict[str, Json]:
        turns = row.get(self._config.shown) or () if self._config.shown else ()
        shown = [turn.get(self._config.image) for turn in turns]
        return {
            "caption": str(row[self._config.caption] or ""),
            "avoid": sorted(filter(None, shown)),
        }
