"""The parts of a recipe that declare its stages."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from qmirror_assets.conditions import Condition
from qmirror_assets.records import Column

Name = Annotated[str, Field(min_length=1, max_length=48, pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(max_length=2_000)]
MOST_ROUNDS = 10
MOST_TURNS = 5


class Part(BaseModel):
    """Base of all recipe parts: unknown keys refused, no NaN, immutable."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True
    )


class StepSpec(Part):
    """One step: a registered kind and its settings."""

    name: Name
    uses: str = Field(description="Kind of step, see `qmirror schema`.")
    with_: dict[str, Any] = Field(default={}, alias="with", description="Settings of the step.")


class MapStage(Part):
    """Every row through one step."""

    kind: Literal["map"] = "map"
    name: Name
    uses: str
    with_: dict[str, Any] = Field(default={}, alias="with")
    description: Text = ""


class RefineStage(Part):
    """A loop: passes through `steps` until a row stops; keeps the best round of every row.

    `rounds: 5` is five passes. `refinements: 3` is a first draft and at most three refinements
    of it, so four passes: the K of refinement papers.
    """

    kind: Literal["refine"] = "refine"
    name: Name
    rounds: int = Field(default=0, ge=1, le=MOST_ROUNDS, validate_default=False)
    refinements: int | None = Field(
        default=None, ge=1, le=MOST_ROUNDS - 1, description="K: refinements of the first draft."
    )
    steps: tuple[StepSpec, ...] = Field(min_length=1, max_length=8)
    accept: tuple[Condition, ...] = Field(
        default=(), description="A row that meets all of these stops with `accepted`."
    )
    no_suggestion: tuple[Condition, ...] = Field(
        default=(), description="A row that meets all of these stops with `no_suggestion`."
    )
    no_gain: tuple[Condition, ...] = Field(
        default=(), description="A row that meets all of these stops with `no_gain`."
    )
    rank_by: tuple[str, ...] = Field(
        min_length=1, description="Numeric columns; the round with the largest tuple is kept."
    )
    ties: Literal["first", "last"] = Field(
        default="first", description="Which of several rounds that rank alike is kept."
    )
    patience: int | None = Field(
        default=None, ge=1, description="Rounds without gain after which a row stops: `no_gain`."
    )
    record: str = Field(
        default="", description="JSON column that notes how each loop of a row ended."
    )
    description: Text = ""

    @model_validator(mode="after")
    def _one_length(self) -> RefineStage:
        if bool(self.rounds) == bool(self.refinements):
            raise ValueError("give either `rounds` (passes) or `refinements` (K, one pass fewer)")
        return self

    @property
    def passes(self) -> int:
        """Most passes through the steps."""
        return self.rounds or 1 + (self.refinements or 0)

    @field_validator("steps")
    @classmethod
    def _distinct(cls, steps: tuple[StepSpec, ...]) -> tuple[StepSpec, ...]:
        names = [step.name for step in steps]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"step name {doubled[0]!r} stands twice")
        return steps


class FilterStage(Part):
    """Rows that fail a condition become rejections."""

    kind: Literal["filter"] = "filter"
    name: Name
    where: tuple[Condition, ...] = Field(min_length=1)
    reason: Literal["rule_failed", "filtered"] = "filtered"
    detail: str = Field(default="", description="Column whose text explains a rejection.")
    description: Text = ""


class TurnsStage(Part):
    """A dialogue: its stages run once a turn, for the samples that have so many turns.

    Every sample draws its number of turns from `shares`. At the end of a turn the columns in
    `keeps` are added to the JSON column `dialogue`, where prompts of later turns find them.
    """

    kind: Literal["turns"] = "turns"
    name: Name = Field(description="Column of the number of turns.")
    shares: tuple[float, ...] = Field(
        min_length=1, max_length=MOST_TURNS, description="Share of samples with 1, 2, ... turns."
    )
    single: tuple[Condition, ...] = Field(
        default=(), description="A sample that meets all of these has one turn."
    )
    keeps: tuple[str, ...] = Field(min_length=1, description="Columns of a turn's record.")
    image: str = Field(
        default="", description="Kept column with a picture's digest: column `images` lists them."
    )
    means: dict[str, str] = Field(
        default={}, description="New column -> kept column of which it is the mean over turns."
    )
    on_reject: Literal["end", "reject"] = Field(
        default="end",
        description="What a rejection in a later turn does: end the dialogue with the turns it "
        "has, noted in column `ended`, or reject the sample. Engine failures always reject: "
        "`retry` runs them again.",
    )
    stages: tuple[
        Annotated[MapStage | RefineStage | FilterStage, Field(discriminator="kind")], ...
    ] = Field(min_length=1)
    description: Text = ""

    @model_validator(mode="after")
    def _kept(self) -> TurnsStage:
        wanted = [*self.means.values(), *([self.image] if self.image else [])]
        missing = [name for name in wanted if name not in self.keeps]
        if missing:
            raise ValueError(f"{missing[0]!r} is not among `keeps`")
        return self

    @field_validator("shares")
    @classmethod
    def _sum_to_one(cls, shares: tuple[float, ...]) -> tuple[float, ...]:
        if abs(sum(shares) - 1) > 1e-9 or any(share < 0 for share in shares):  # noqa: PLR2004
            raise ValueError("shares must be positive and sum to 1")
        if shares[-1] == 0:
            raise ValueError("the last share is 0: leave it out")
        return shares


class Quota(Part):
    """At most `most` rows for each non-empty value of `column` in a domain."""

    column: str
    most: int = Field(ge=1)


class DedupStage(Part):
    """Near-duplicates by normalised text, and quotas, inside a domain."""

    kind: Literal["dedup"] = "dedup"
    name: Name
    columns: tuple[str, ...] = Field(min_length=1)
    near: float | None = Field(
        default=None, ge=0.5, le=1.0, description="Jaccard similarity of word triples."
    )
    quotas: tuple[Quota, ...] = ()
    description: Text = ""


class Picked(Part):
    """A value inside a JSON column, such as `{path: extra.topic}` or `{path: dialogue.0.answer}`.

    Null where the path leads nowhere or to a value of another type.
    """

    path: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$", max_length=200)
    type: Column = Column.STR


class AssembleStage(Part):
    """Choose and name the columns of the final sample."""

    kind: Literal["assemble"] = "assemble"
    name: Name
    columns: dict[str, str | Picked] = Field(
        min_length=1, description="Final column -> column here."
    )
    image: str = Field(
        default="",
        description="Final column that holds the picture's digest, or a JSON list of digests.",
    )
    description: Text = ""


Stage = Annotated[
    MapStage | RefineStage | TurnsStage | FilterStage | DedupStage | AssembleStage,
    Field(discriminator="kind"),
]
