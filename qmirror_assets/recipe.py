"""A recipe: inert, validated data. It declares what is built, never how it is run."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from qmirror_assets.borders import is_file, nearest, parse_yaml, read_yaml, validate
from qmirror_assets.errors import KeyParseError, RecipeError
from qmirror_assets.fingerprint import fingerprint
from qmirror_assets.keys import parse_domain, parse_node, parse_slug
from qmirror_assets.records import Json
from qmirror_assets.stage_specs import AssembleStage, Part, Stage, Text, TurnsStage


class SeedFiles(Part):
    """Seed files by path or glob, relative to the recipe's folder."""

    file: str = Field(description="Path or glob of .jsonl, .csv or .parquet files.")
    columns: dict[str, str] = Field(default={}, description="Our field -> column of the file.")
    domain: str = Field(default="", description="Domain of rows that name none.")
    language: str = ""
    licence: str = ""
    source: str = ""


class ComputedSeeds(Part):
    """Seeds computed from problem families; any count from a random_seed."""

    count: int = Field(ge=1, le=10_000_000)
    domains: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    random_seed: int | None = Field(default=None, description="Default: the recipe's.")


class ComputedSource(Part):
    """The wrapper that marks a computed source in the list of seeds."""

    computed: ComputedSeeds


class TopicSeeds(Part):
    """Questions without an answer, asked about topics with templates; see docs/topics.md."""

    count: int = Field(ge=1, le=10_000_000)
    path: str = Field(
        default="", description="Path or glob of topic files (.yaml); default: the package's."
    )
    templates: str = Field(default="", description="Template file (.yaml); default: the package's.")
    domains: tuple[str, ...] = Field(default=(), description="Domain slugs; default: all.")
    categories: tuple[str, ...] = Field(default=(), description="Default: all.")
    random_seed: int | None = Field(default=None, description="Default: the recipe's.")


class TopicSource(Part):
    """The wrapper that marks a source of topics in the list of seeds."""

    topics: TopicSeeds


def _source_tag(value: Any) -> str:
    if isinstance(value, ComputedSource) or (isinstance(value, dict) and "computed" in value):
        return "computed source"
    if isinstance(value, TopicSource) or (isinstance(value, dict) and "topics" in value):
        return "topic source"
    return "seed file"


SeedSource = Annotated[
    Annotated[SeedFiles, Tag("seed file")]
    | Annotated[ComputedSource, Tag("computed source")]
    | Annotated[TopicSource, Tag("topic source")],
    Discriminator(_source_tag),
]


class GateSpec(Part):
    """Thresholds of the checks over a candidate. Each is one expectation."""

    min_rows: int = Field(default=1, ge=1)
    min_rows_per_domain: int = Field(default=1, ge=0)
    min_evaluated: float = Field(default=1.0, ge=0, le=1)
    max_reject_rate: float = Field(default=0.6, ge=0, le=1)
    max_duplicate_rate: float = Field(default=0.1, ge=0, le=1)
    min_yield: float = Field(default=0.2, ge=0, le=1, description="Per domain: accepted / seeds.")
    score_column: str = "score"
    score_range: tuple[float, float] = (0.0, 100.0)
    require_image: bool = True
    preserve: dict[str, str] = Field(
        default={}, description="Final column -> seed column that must be equal to it."
    )


class ReleaseSpec(Part):
    """What the published version looks like."""

    title: str = ""
    licence: str = "CC-BY-4.0"
    language: tuple[str, ...] = ("en",)
    tags: tuple[str, ...] = ()
    splits: dict[str, float] = Field(default={"train": 0.8, "validation": 0.1, "test": 0.1})
    split_by: str = Field(default="family", description="Rows with one value stay in one split.")
    hub_repo: str = Field(default="", description="owner/name on the Hub; empty: local only.")

    @field_validator("splits")
    @classmethod
    def _sum_to_one(cls, splits: dict[str, float]) -> dict[str, float]:
        if abs(sum(splits.values()) - 1) > 1e-9 or any(v < 0 for v in splits.values()):  # noqa: PLR2004
            raise ValueError("split shares must be positive and sum to 1")
        return splits


class Limits(Part):
    """When a build counts as failed."""

    failure_rate: float = Field(
        default=0.1, ge=0, le=1, description="Share of rows failing for engine reasons."
    )


class Target(Part):
    """How many accepted samples each domain shall have; seeds are drawn until it has them."""

    accepted: int = Field(ge=1, le=10_000_000, description="Accepted samples a domain shall have.")
    candidates: int | None = Field(
        default=None, ge=1, description="Most seeds drawn in a domain; default: all it has."
    )

    @model_validator(mode="after")
    def _reachable(self) -> Target:
        if self.candidates is not None and self.candidates < self.accepted:
            raise ValueError("candidates must be at least accepted: a seed gives one sample")
        return self


class RecipeSpec(Part):
    """A whole recipe file."""

    recipe: str = Field(description="Name; also the default dataset name.")
    title: Text = ""
    description: Text = ""
    random_seed: int = Field(ge=0)
    seeds: tuple[SeedSource, ...] = Field(min_length=1)
    domains: dict[str, str] = Field(default={}, description="Domain slug -> display name.")
    stages: tuple[Stage, ...] = Field(min_length=1)
    gate: GateSpec = GateSpec()
    release: ReleaseSpec = ReleaseSpec()
    limits: Limits = Limits()
    target: Target | None = Field(
        default=None, description="Draw seeds until a domain has so many samples; default: all."
    )
    profile: str = Field(default="embedded", description="Profile used when none is named.")

    @model_validator(mode="after")
    def _names(self) -> RecipeSpec:
        try:
            parse_slug(self.recipe, "recipe name")
            for domain in self.domains:
                parse_domain(domain)
        except KeyParseError as error:
            raise ValueError(str(error)) from error
        names = [parse_node(name) for name in self._node_names()]
        doubled = sorted({n for n in names if names.count(n) > 1})
        if doubled:
            raise ValueError(f"stage name {doubled[0]!r} stands twice")
        taken = sorted({"intake", "snapshot", "candidate", "published"}.intersection(names))
        if taken:
            raise ValueError(f"stage name {taken[0]!r} is one of the system's own assets")
        if not isinstance(self.stages[-1], AssembleStage):
            raise ValueError("the last stage must be of kind 'assemble'")  # noqa: TRY004
        return self

    def _node_names(self) -> list[str]:
        """Names of stages, with those inside turns: a stage's name tells its rows apart."""
        inner = [s for t in self.stages if isinstance(t, TurnsStage) for s in t.stages]
        return [stage.name for stage in (*self.stages, *inner)]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe with the folder its relative paths start from."""

    spec: RecipeSpec
    folder: Path
    digest: str
    place: str = ""  # the shipped name, or the path as the user gave it

    @property
    def name(self) -> str:
        """The recipe's own name."""
        return self.spec.recipe


def shipped_recipes() -> dict[str, Path]:
    """Shipped recipe names and their files."""
    root = Path(str(importlib.resources.files("qmirror_assets") / "recipes"))
    return {p.parent.name: p for p in sorted(root.glob("*/recipe.yaml"))}


def shipped_variants() -> dict[str, Path]:
    """Other recipes in the folder of a shipped one, such as `intersyn/best_of_n`.

    They are built on request only: the UI lists them once they have a dataset.
    """
    folders = {name: path.parent for name, path in shipped_recipes().items()}
    return {
        f"{name}/{path.stem}": path
        for name, folder in folders.items()
        for path in sorted(folder.glob("*.yaml"))
        if path.name != "recipe.yaml"
    }


def find_recipe(name_or_path: str) -> Path:
    """The recipe file of a shipped name, a folder or a file."""
    shipped = shipped_recipes() | shipped_variants()
    if name_or_path in shipped:
        return shipped[name_or_path]
    path = Path(name_or_path)
    for candidate in (path, path / "recipe.yaml"):
        if is_file(candidate):
            return candidate
    raise RecipeError(
        "no such recipe",
        expected=f"a path, or one of {', '.join(shipped) or 'none shipped'}",
        found=repr(name_or_path),
        remedy=nearest(name_or_path, list(shipped)) if shipped else "",
    )


def load_recipe(name_or_path: str) -> Recipe:
    """Load and validate a recipe.

    Raises:
        RecipeError: with file, line, place and remedy.
    """
    path = find_recipe(name_or_path)
    return _parse(read_yaml(path, "recipe"), path, name_or_path)


@lru_cache(maxsize=8)  # a build looks before every stage whether its recipe was edited
def _parse(raw: bytes, path: Path, name_or_path: str) -> Recipe:
    data, lines = parse_yaml(raw, path, "recipe")
    if not isinstance(data, dict):
        raise RecipeError(
            f"recipe {path.name} is empty or no mapping",
            expected="a mapping with key `recipe`",
            found=type(data).__name__,
        )
    spec = validate(RecipeSpec, data, f"recipe {path.name}", lines)
    return Recipe(spec, path.parent.resolve(), recipe_digest(spec), name_or_path)


def recipe_digest(spec: RecipeSpec) -> str:
    """Fingerprint of a recipe's content (64 hexadecimal digits)."""
    content = spec.model_dump(mode="json", by_alias=True)
    _leave_later_keys_out(content, {"target": None})
    for stage in content["stages"]:
        for inner in (stage, *stage.get("stages", ())):
            _leave_later_keys_out(inner, _LATER)
    return fingerprint("recipe", content)


_LATER: Mapping[str, Json] = {
    "refinements": None, "no_gain": [], "ties": "first", "record": "",
}  # fmt: skip
"""Keys that came later, with their defaults: recipes without them stay what they were."""


def _leave_later_keys_out(content: dict[str, Json], later: Mapping[str, Json]) -> None:
    for name, default in later.items():
        if content.get(name, default) == default:
            content.pop(name, None)
