"""Which turns and which judge a calibration is about: a dataset's version, or a release folder."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from qmirror_assets.calibrating.calibrate import Judge, Wish, calibrate
from qmirror_assets.calibrating.judging import OnJudged
from qmirror_assets.calibrating.labels import read_labels
from qmirror_assets.calibrating.reader import read_items
from qmirror_assets.calibrating.result import Calibration
from qmirror_assets.engines.base import Engine, Role
from qmirror_assets.errors import NotFoundError
from qmirror_assets.profile import Profile, load_profile
from qmirror_assets.recipe import Recipe
from qmirror_assets.release.registry import VersionRow, current_version, require_version
from qmirror_assets.runner.engines import Engines
from qmirror_assets.stages.registry import build_step
from qmirror_assets.stages.syn_judge import SynJudge
from qmirror_assets.store import Store
from qmirror_assets.synjudge.items import Item
from qmirror_assets.templates import Prompts
from qmirror_assets.workspace import Workspace

_COLUMNS: Final = ("question", "answer", "image", "caption", "picture", "drawn")
"""Settings that name a recipe's own columns; calibration has its own."""


def calibrate_dataset(
    workspace: Workspace,
    dataset: str,
    *,
    version: str | None,
    labels: str | Path | None,
    out: str | Path | None,
    per_kind: int,
    most_turns: int,
    random_seed: int,
    profile: str | None,
    on_judged: OnJudged,
) -> Calibration:
    """Calibrate the judge of a recorded dataset on one of its versions."""
    found = workspace.dataset(dataset)
    release = find_release(workspace.store, dataset, version)
    folder = Path(out) if out else out_folder(workspace.project.data, dataset, release.version)
    wish = Wish(
        dataset, release.version, per_kind, random_seed,
        read_labels(Path(labels)) if labels else {}, folder,
    )  # fmt: skip
    chosen = load_profile(profile, workspace.project.folder) if profile else found.profile
    judge = build_judge(found.recipe, judge_engine(chosen))
    items = draw_items(read_items(release.path), most_turns, random_seed)
    return calibrate(items, judge, wish, on_judged)


def draw_items(items: Iterable[Item], most: int, random_seed: int) -> list[Item]:
    """At most `most` turns by the random seed, in order; no more are held than are drawn."""

    def lot(item: Item) -> bytes:
        return hashlib.sha256(f"{random_seed}:{item.key}".encode()).digest()

    drawn = heapq.nsmallest(most, items, key=lot)
    return sorted(drawn, key=lambda item: (item.sample_id, item.turn))


def find_release(store: Store, dataset: str, version: str | None) -> VersionRow:
    """The version that was asked for, or the current one.

    Raises:
        NotFoundError: there is none.
    """
    name = version or current_version(store, dataset)
    if not name:
        raise NotFoundError(
            f"dataset {dataset!r} has no published version",
            remedy="Run `qmirror build` first, or name a candidate with --version",
        )
    return require_version(store, dataset, name)


def build_judge(recipe: Recipe, engine: Engine) -> Judge:
    """The judge as a recipe sets it up, or as the package does, over an engine."""
    own = next(judge_settings(recipe.spec.model_dump(by_alias=True)), None)
    shipped = Path(str(files("qmirror_assets"))) / "recipes" / "intersyn"
    folder = shipped if own is None else recipe.folder
    settings = {name: value for name, value in (own or {}).items() if name not in _COLUMNS}
    step = build_step(SynJudge.kind, settings, Prompts(folder / "prompts"), "calibration")
    assert isinstance(step, SynJudge)
    return Judge(step, engine)


def judge_settings(value: Any) -> Iterator[Mapping[str, Any]]:
    """Settings of every judging step in a recipe, in the order of its stages."""
    if isinstance(value, Mapping):
        if value.get("uses") == SynJudge.kind:
            yield value.get("with") or {}
        for part in value.values():
            yield from judge_settings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from judge_settings(part)


def judge_engine(profile: Profile) -> Engine:
    """The engine that plays the judge in a profile.

    Raises:
        RecipeError: the profile has none.
    """
    from qmirror_assets.engines.build import build_engine, engine_identity

    return Engines(profile, build_engine, engine_identity).get(Role.JUDGE)


def out_folder(data: Path, dataset: str, version: str) -> Path:
    """Where a calibration is written unless the user says otherwise."""
    return data / "calibrations" / dataset / version
