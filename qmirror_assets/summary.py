"""The result of a build, read from manifests (content) and run facts (cost)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import DUPLICATE_REASONS, ENGINE_REASONS, Json
from qmirror_assets.release.registry import find_version
from qmirror_assets.runner.intake import QUARANTINE
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import Store, tables
from qmirror_assets.store.manifest import Manifest
from qmirror_assets.workspace import Dataset


@dataclass(slots=True)
class StageTotals:
    """One node over all domains of a build."""

    node: str
    rows_in: int = 0
    rows_out: int = 0
    rejected: int = 0
    duplicates: int = 0
    settled: int = 0
    cache_hits: int = 0
    calls: int = 0
    failures: int = 0
    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TargetResult:
    """How far a domain came on its way to the recipe's target.

    state: reached, cap, seeds_used_up, or open (not built to the end). drawn, waiting: seeds.
    """

    state: str
    wanted: int
    accepted: int
    drawn: int
    waiting: int


@dataclass(slots=True)
class BuildResult:
    """What a build made and what it cost."""

    dataset: str
    recipe: str
    profile: str
    run_id: str
    version: str
    published: bool
    domains: dict[str, int]  # domain -> accepted samples
    seeds: int
    accepted: int
    rejected: int
    duplicates: int
    quarantined: int
    engine_failures: int
    rejected_by_reason: dict[str, int]
    stages: list[StageTotals]
    totals: dict[str, Json]
    release_digest: str = ""
    directory: str = ""
    partial: bool = False
    for_data: bool = True
    targets: dict[str, TargetResult] = field(default_factory=dict)  # by domain
    seeds_waiting: int = 0  # of these domains, not drawn: the target did not need them
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Json]:
        """The result as JSON."""
        return asdict(self)


def summarize(
    dataset: Dataset,
    domains: Sequence[str],
    run_id: str,
    version: str,
    *,
    published: bool,
    seconds: float,
) -> BuildResult:
    """Read the state of a dataset after a build."""
    stages = _stages(dataset, domains, run_id)
    accepted, partial = _accepted(dataset, domains)
    reasons, lost = _reasons(dataset, domains)
    seeds = sum(dataset.seeds_of(domain) for domain in domains)
    found = find_version(dataset.store, dataset.name, version) if version else None
    targets = _targets(dataset, accepted)
    return BuildResult(
        dataset=dataset.name, recipe=dataset.recipe.name, profile=dataset.profile.name,
        run_id=run_id, version=version, published=published, domains=accepted, seeds=seeds,
        accepted=sum(accepted.values()),
        rejected=sum(n for reason, n in reasons.items() if reason not in DUPLICATE_REASONS),
        duplicates=sum(n for reason, n in reasons.items() if reason in DUPLICATE_REASONS),
        quarantined=_quarantined(dataset), engine_failures=lost,
        rejected_by_reason=dict(reasons.most_common()), stages=stages,
        totals=_totals(dataset, stages, seconds),
        release_digest=found.release_digest if found and published else "",
        directory=found.directory if found else "", partial=partial,
        for_data=dataset.profile.spec.for_data, targets=targets,
        seeds_waiting=sum(target.waiting for target in targets.values()),
    )  # fmt: skip


def _manifest(store: Store, dataset: str, node: str, domain: str) -> Manifest | None:
    current = store.current(PartitionKey(dataset, node, domain))
    return current[1] if current else None


def _accepted(dataset: Dataset, domains: Sequence[str]) -> tuple[dict[str, int], bool]:
    final = dataset.graph.final.name
    found = {d: _manifest(dataset.store, dataset.name, final, d) for d in domains}
    return (
        {d: m.counts.rows_out if m else 0 for d, m in found.items()},
        any(m.partial for m in found.values() if m),
    )


def _targets(dataset: Dataset, accepted: Mapping[str, int]) -> dict[str, TargetResult]:
    found = {domain: dataset.target_status(domain) for domain in accepted}
    return {
        domain: TargetResult(
            status.state.value, status.target.accepted, accepted[domain], status.drawn,
            status.waiting,
        )
        for domain, status in found.items()
        if status is not None
    }  # fmt: skip


def _stages(dataset: Dataset, domains: Sequence[str], run_id: str) -> list[StageTotals]:
    facts: dict[str, Counter[str]] = defaultdict(Counter)
    for item in dataset.store.state.materializations(dataset.name, run_id):
        numbers = {k: v for k, v in item.items() if isinstance(v, int | float)}
        facts[item["node"]].update(numbers)
    rows = []
    for node in [INTAKE, *(n.name for n in dataset.graph)]:
        total, cost = StageTotals(node), facts[node]
        for domain in domains:
            manifest = _manifest(dataset.store, dataset.name, node, domain)
            if manifest is not None:
                counts = manifest.counts
                total.rows_in += counts.rows_in
                total.rows_out += counts.rows_out
                total.rejected += counts.rejected
                total.duplicates += counts.duplicates
                total.settled += counts.settled
        total.cache_hits, total.calls = int(cost["hits"]), int(cost["calls"])
        total.failures, total.cost = int(cost["failures"]), round(cost["cost"], 6)
        total.tokens = int(cost["prompt_tokens"] + cost["completion_tokens"])
        total.seconds = round(cost["seconds"], 3)
        rows.append(total)
    return rows


def _reasons(dataset: Dataset, domains: Sequence[str]) -> tuple[Counter[str], int]:
    """Rejections by reason of samples that did not make it, and engine failures among them.

    A round that failed and settled its sample with an earlier round is not a lost sample.
    """
    reasons: Counter[str] = Counter()
    lost = 0
    engine = {reason.value for reason in ENGINE_REASONS}
    for domain in domains:
        final = _manifest(dataset.store, dataset.name, dataset.graph.final.name, domain)
        kept: set[str] = set()
        if final is not None:
            samples = dataset.store.table(final).read(["sample_id"])
            kept = set(samples.column(0).to_pylist())
        last: dict[str, str] = {}
        for node in [INTAKE, *(n.name for n in dataset.graph)]:
            manifest = _manifest(dataset.store, dataset.name, node, domain)
            if manifest is None or not manifest.counts.rejected + manifest.counts.duplicates:
                continue
            path = dataset.store.cas.verified_path(manifest.rejections)
            table = tables.read_columns(path, ["sample_id", "reason"])
            for sample, reason in zip(*(c.to_pylist() for c in table.columns), strict=True):
                if reason == "duplicate_seed":
                    reasons[reason] += 1
                elif sample not in kept:
                    last[sample] = reason
        reasons.update(last.values())
        lost += sum(reason in engine for reason in last.values())
    return reasons, lost


def _quarantined(dataset: Dataset) -> int:
    manifest = _manifest(dataset.store, dataset.name, INTAKE, QUARANTINE)
    return manifest.counts.rejected if manifest else 0


def _totals(dataset: Dataset, stages: Sequence[StageTotals], seconds: float) -> dict[str, Json]:
    prices = dataset.profile.spec.prices.values()
    return {
        "calls": sum(s.calls for s in stages),
        "cache_hits": sum(s.cache_hits for s in stages),
        "failures": sum(s.failures for s in stages),
        "tokens": sum(s.tokens for s in stages),
        "cost": round(sum(s.cost for s in stages), 6),
        "currency": next((price.currency for price in prices), ""),
        "prices_as_of": min((price.as_of for price in prices), default=""),
        "seconds": round(seconds, 3),
    }
