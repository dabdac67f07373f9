"""A project opened: stores, and datasets with their recipe, graph, profile and sources."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from qmirror_assets.engines.models import OnProgress as OnFetch
from qmirror_assets.errors import RecipeError
from qmirror_assets.keys import PartitionKey, parse_slug
from qmirror_assets.profile import Profile, load_profile
from qmirror_assets.project import Project
from qmirror_assets.recipe import Recipe, load_recipe, shipped_recipes, shipped_variants
from qmirror_assets.records import Json
from qmirror_assets.runner import Runner
from qmirror_assets.runner.calls import Budget
from qmirror_assets.runner.drawing import Aim
from qmirror_assets.runner.engines import Engines
from qmirror_assets.runner.facts import OnProgress, ignore_progress
from qmirror_assets.runner.intake import QUARANTINE, intake_fingerprint
from qmirror_assets.runner.sources import Sources
from qmirror_assets.runner.target import TargetStatus, find_target_status
from qmirror_assets.stages.compile import compile_recipe
from qmirror_assets.stages.graph import INTAKE, Graph
from qmirror_assets.store import Store, open_store


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """The inputs of a dataset, read by the command line and the UI alike."""

    dataset: str
    recipe: str  # shipped name or absolute path
    profile: str
    seeds: tuple[str, ...] = ()  # absolute paths of the user's own files; () = the recipe's
    limit: int | None = None

    def to_json(self) -> dict[str, Json]:
        """The record as JSON."""
        return {
            "recipe": self.recipe, "profile": self.profile, "seeds": list(self.seeds),
            "limit": self.limit,
        }  # fmt: skip

    @classmethod
    def of(cls, dataset: str, record: Mapping[str, Json]) -> DatasetRecord:
        """The record of `dataset` from its JSON."""
        return cls(
            dataset, record["recipe"], record["profile"], tuple(record["seeds"]), record["limit"]
        )


def default_record(recipe_place: str, **changes: Json) -> DatasetRecord:
    """The record of a recipe's default dataset, with some fields changed."""
    recipe = load_recipe(recipe_place)
    shipped = recipe_place in {*shipped_recipes(), *shipped_variants()}
    place = recipe_place if shipped else str(Path(recipe_place).resolve())
    fields = {
        "dataset": recipe.name, "recipe": place, "profile": recipe.spec.profile,
        **{k: v for k, v in changes.items() if v is not None},
    }  # fmt: skip
    fields["dataset"] = parse_slug(str(fields["dataset"]), "dataset name")
    fields["seeds"] = tuple(str(Path(f).resolve()) for f in fields.get("seeds", ()))
    return DatasetRecord(**fields)


@dataclass
class Dataset:
    """A dataset ready to be built. Everything is loaded on first use."""

    record: DatasetRecord
    store: Store
    project: Project

    @property
    def name(self) -> str:
        """Its name."""
        return self.record.dataset

    @cached_property
    def recipe(self) -> Recipe:
        """Its recipe."""
        return load_recipe(self.record.recipe)

    @cached_property
    def graph(self) -> Graph:
        """The compiled recipe."""
        return compile_recipe(self.recipe)

    @cached_property
    def profile(self) -> Profile:
        """The profile it is built with."""
        return load_profile(self.record.profile, self.project.folder)

    @cached_property
    def sources(self) -> Sources:
        """Its seed sources."""
        return Sources.of(self.recipe, self.record.seeds, self.record.limit)

    def engines(self, on_fetch: OnFetch | None = None) -> Engines:
        """The engines of its profile, none started; `on_fetch` hears of fetched weights."""
        from qmirror_assets.engines.build import (  # noqa: PLC0415
            build_engine,
            engine_identity,
            strict_identity,
        )

        identify = strict_identity if self.profile.spec.strict else engine_identity
        return Engines(self.profile, lambda config: build_engine(config, on_fetch), identify)

    def runner(
        self,
        run_id: str = "",
        *,
        on_progress: OnProgress = ignore_progress,
        budget: Budget | None = None,
        on_fetch: OnFetch | None = None,
    ) -> Runner:
        """A runner for this dataset."""
        return Runner(
            self.store, self.graph, self.engines(on_fetch), self.name, run_id or new_run_id(),
            budget=budget or Budget(), on_progress=on_progress,
        )  # fmt: skip

    def intake_is_fresh(self) -> bool:
        """Whether the intake tables match the seed sources as they are now."""
        current = self.store.current(PartitionKey(self.name, INTAKE, QUARANTINE))
        drawn = self.recipe.spec.target is not None
        wanted = intake_fingerprint(self.name, self.sources, drawn=drawn)
        return current is not None and current[1].fingerprint == wanted

    def domains(self) -> list[str]:
        """Domains that have seeds now."""
        return [
            domain
            for domain in self.store.state.domain_names(self.name)
            if self.seeds_of(domain) > 0
        ]

    def seeds_of(self, domain: str) -> int:
        """Number of seeds of a domain that are in the build (with a target: drawn)."""
        current = self.store.current(PartitionKey(self.name, INTAKE, domain))
        return current[1].counts.rows_out if current else 0

    def aim(self, domains: tuple[str, ...] | None = None) -> Aim | None:
        """What intake draws seeds for, in `domains` or in all; None: it takes every seed."""
        spec = self.recipe.spec
        if spec.target is None:
            return None
        return Aim(spec.target, self.graph.final.name, spec.random_seed, domains)

    def target_status(self, domain: str) -> TargetStatus | None:
        """Where a domain stands with the recipe's target, if it has one; reads no row."""
        target = self.recipe.spec.target
        if target is None:
            return None
        return find_target_status(self.store, self.name, self.graph.final.name, domain, target)

    def check_recipe_is_loaded(self) -> None:
        """Refuse to go on when the recipe on disk is no longer the one that was loaded.

        Raises:
            RecipeError: with what to do.
        """
        now = load_recipe(self.record.recipe)
        if now.digest != self.recipe.digest:
            raise RecipeError(
                f"the recipe of dataset {self.name!r} changed since it was loaded",
                expected=f"recipe digest {self.recipe.digest[:12]}",
                found=now.digest[:12],
                remedy="Reload definitions in the UI, or run the command again",
            )


@dataclass
class Workspace:
    """A project with its stores open."""

    project: Project
    store: Store
    _datasets: dict[str, Dataset] = field(default_factory=dict)

    def register(self, record: DatasetRecord) -> Dataset:
        """Set the record of a dataset and open it."""
        dataset = Dataset(record, self.store, self.project)
        _ = dataset.graph, dataset.profile  # refuse before recording
        dataset.sources.check()
        self.store.state.put_dataset(record.dataset, record.to_json())
        self._datasets[record.dataset] = dataset
        return dataset

    def dataset(self, name: str) -> Dataset:
        """Open a recorded dataset, or the default dataset of a shipped recipe."""
        if name not in self._datasets:
            found = self.store.state.find_dataset(name)
            if found is None and name in shipped_recipes():
                record = default_record(name)
            else:
                record = DatasetRecord.of(name, found or self.store.state.get_dataset(name))
            self._datasets[name] = Dataset(record, self.store, self.project)
        return self._datasets[name]

    def names(self) -> list[str]:
        """Recorded datasets and those of shipped recipes."""
        return sorted({*self.store.state.dataset_names(), *shipped_recipes()})

    def close(self) -> None:
        """Close the stores."""
        self.store.close()


def open_workspace(project: Project) -> Workspace:
    """Open the stores of a project."""
    return Workspace(project, open_store(project.data))


def new_run_id() -> str:
    """A fresh run id."""
    return uuid.uuid4().hex
