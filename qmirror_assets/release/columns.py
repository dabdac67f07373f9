"""Which columns of a recipe play which part in a release; wrong names are refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qmirror_assets.borders import nearest
from qmirror_assets.errors import RecipeError
from qmirror_assets.records import Column
from qmirror_assets.release.splits import check_names
from qmirror_assets.stage_specs import AssembleStage
from qmirror_assets.stages.compile import SEED_COLUMNS
from qmirror_assets.stages.graph import Graph

ID = "id"
"""The column every release adds: the sample id."""


@dataclass(frozen=True, slots=True)
class ReleaseColumns:
    """Columns by their part. image, score: "" where there is none.

    preserve: final column -> seed column. split_by: "" splits by sample. split_in_final: whether
    `split_by` is a final column (else a seed column).
    """

    final: Mapping[str, Column]
    image: str  # a digest (STR) or a list of digests (JSON)
    score: str
    preserve: Mapping[str, str]
    split_by: str
    split_in_final: bool

    @classmethod
    def of(cls, graph: Graph) -> ReleaseColumns:
        """The columns of a compiled recipe.

        Raises:
            RecipeError: the gate or the release names a column that is not there.
        """
        spec, final = graph.recipe.spec, graph.final.columns
        last = spec.stages[-1]
        image = last.image if isinstance(last, AssembleStage) else ""
        check_names(spec.release.splits)
        if ID in final:
            raise RecipeError(
                f"final column {ID!r} is the release's own",
                remedy="Give that column of the last stage another name",
            )
        for mine, theirs in spec.gate.preserve.items():
            _require(mine, final, "gate.preserve: no final column")
            _require(theirs, SEED_COLUMNS, "gate.preserve: no seed column")
        split_by = spec.release.split_by
        if split_by and split_by not in final:
            _require(split_by, SEED_COLUMNS, "release.split_by: no final or seed column")
        score = spec.gate.score_column
        numeric = final.get(score) in (Column.INT, Column.FLOAT)
        return cls(
            final, image, score if numeric else "", dict(spec.gate.preserve), split_by,
            split_by in final,
        )  # fmt: skip

    @property
    def many_images(self) -> bool:
        """Whether the image column holds a list of pictures."""
        return bool(self.image) and self.final[self.image] is Column.JSON

    @property
    def seed(self) -> tuple[str, ...]:
        """Seed columns that facts and splits need."""
        wanted = ("licence", "family", *self.preserve.values(), *self.split_seed)
        return tuple(dict.fromkeys(wanted))

    @property
    def split_final(self) -> tuple[str, ...]:
        """The final column that decides splits, if it is one."""
        return (self.split_by,) if self.split_in_final else ()

    @property
    def split_seed(self) -> tuple[str, ...]:
        """The seed column that decides splits, if it is one."""
        return (self.split_by,) if self.split_by and not self.split_in_final else ()


def _require(name: str, columns: Mapping[str, Column], what: str) -> None:
    if name not in columns:
        raise RecipeError(f"{what} {name!r}", remedy=nearest(name, list(columns)))
