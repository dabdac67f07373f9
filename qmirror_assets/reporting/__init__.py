"""The evidence report of a dataset: what its refinement loops gained, at what price."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from qmirror_assets.errors import NotFoundError, UsageError
from qmirror_assets.evidence import find_evidence, say_evidence
from qmirror_assets.evidence.model import Evidence
from qmirror_assets.evidence.rival import Rivalry, compare
from qmirror_assets.evidence.spread import CONFIDENCE
from qmirror_assets.keys import PartitionKey
from qmirror_assets.recipe import find_recipe, load_recipe, shipped_recipes
from qmirror_assets.records import Json
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.workspace import Dataset, Workspace

RIVAL = "{}-best-of-n"
"""Name of the dataset that a report compares with, if it is there."""


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """All that a report says. rivalry: None when there is no best-of-N dataset."""

    dataset: str
    title: str
    profile: str
    for_data: bool
    currency: str
    confidence: float
    evidence: Evidence
    rivalry: Rivalry | None
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """The same numbers and sentences as JSON."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """What happened, for a terminal."""
        yield f"{self.dataset} (profile {self.profile})"
        yield from say_evidence(self.evidence)
        yield from (m.sentence for m in (self.rivalry.matches if self.rivalry else ()))
        yield from self.notes


def make_report(
    workspace: Workspace, target: str, name: str | None = None, against: str | None = None
) -> EvidenceReport:
    """The report of a dataset as it is built now.

    Args:
        workspace: The project, opened.
        target: A dataset, a shipped recipe or the path of one.
        name: The dataset, where it is not called like its recipe.
        against: A best-of-N dataset; default: `<dataset>-best-of-n`, if it is there.

    Raises:
        NotFoundError: nothing is built, or no such dataset. UsageError: the recipe has no loop.
    """
    dataset = _dataset(workspace, target, name)
    evidence = find_evidence(workspace.store, dataset.graph, dataset.name)
    if not evidence.loops:
        raise UsageError(
            f"dataset {dataset.name!r} has nothing to report",
            expected="a recipe with a stage of kind `refine` that samples went through",
        )
    rival = _rival(workspace, dataset, against)
    rivalry = None
    notes = tuple(_missing_rival(dataset)) if rival is None else _same_seeds(dataset, rival)
    if rival is not None:
        theirs = find_evidence(workspace.store, rival.graph, rival.name)
        rivalry = compare(evidence, theirs)
    spec = dataset.profile.spec
    currency = next((price.currency for price in spec.prices.values()), "")
    return EvidenceReport(
        dataset.name, dataset.recipe.spec.title or dataset.name, dataset.profile.name,
        spec.for_data, currency, CONFIDENCE, evidence, rivalry, notes,
    )  # fmt: skip


def _dataset(workspace: Workspace, target: str, name: str | None) -> Dataset:
    if name is None and target not in workspace.names():
        name = load_recipe(target).name
    return workspace.dataset(name or target)


def _rival(workspace: Workspace, dataset: Dataset, against: str | None) -> Dataset | None:
    name = against or RIVAL.format(dataset.name)
    if workspace.store.state.find_dataset(name) is not None:
        return workspace.dataset(name)
    if against is not None:
        raise NotFoundError(
            f"no dataset {against!r} to compare with",
            expected=", ".join(workspace.store.state.dataset_names()),
            remedy="Build it first, from the same seeds",
        )
    return None


def _missing_rival(dataset: Dataset) -> list[str]:
    variant = find_recipe(dataset.record.recipe).parent / "best_of_n.yaml"
    why = "There is no best-of-N dataset, so the gain is not compared with as many tries."
    if not variant.is_file():
        return [f"{why} The recipe has no variant best_of_n.yaml (docs/intersyn.md says how)."]
    shipped = dataset.record.recipe in shipped_recipes()
    place = f"{dataset.record.recipe}/best_of_n" if shipped else str(variant)
    seeds = " ".join(f"--seeds {path}" for path in dataset.record.seeds)
    command = f"qmirror build {place} --name {RIVAL.format(dataset.name)} {seeds}".rstrip()
    return [f"{why} Build one: {command}"]


def _same_seeds(dataset: Dataset, rival: Dataset) -> tuple[str, ...]:
    ours, theirs = _seeds(dataset), _seeds(rival)
    if ours == theirs:
        return ()
    return (
        f"{rival.name} is not built from the same seeds: {len(ours & theirs)} of {len(ours)} are "
        "in both. The comparison with it is not a fair one.",
    )


def _seeds(dataset: Dataset) -> frozenset[tuple[str, str]]:
    """Domain and digest of every seed in the build."""
    found: set[tuple[str, str]] = set()
    for domain in dataset.domains():
        current = dataset.store.current(PartitionKey(dataset.name, INTAKE, domain))
        if current is not None:
            for batch in dataset.store.table(current[1]).batches(["seed_digest"]):
                found.update((domain, digest) for digest in batch.column(0).to_pylist())
    return frozenset(found)
