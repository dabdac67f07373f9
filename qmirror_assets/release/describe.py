"""The manifest of a version: what it holds and what it was made from. No times, no run ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import qmirror_assets
from qmirror_assets import formats
from qmirror_assets.records import Json
from qmirror_assets.release.data_files import DataFile, hub_features
from qmirror_assets.release.job import Job
from qmirror_assets.stages.graph import INTAKE


def describe_version(
    job: Job,
    release_digest: str,
    profile: str,
    files: Sequence[DataFile],
    domains: Sequence[Mapping[str, Any]],
) -> dict[str, Json]:
    """The manifest as JSON."""
    spec = job.graph.recipe.spec
    quarantined = job.quarantine[1].counts.rejected if job.quarantine is not None else 0
    return {
        "schema": formats.RELEASE,
        "dataset": job.dataset,
        "version": job.version,
        "package": qmirror_assets.__version__,
        "release_digest": release_digest,
        "partial": any(snapshot.partial for snapshot in job.snapshots),
        "samples": sum(file.rows for file in files),
        "splits": dict(_rows_by_split(files)),
        "files": [asdict(file) for file in files],
        "features": hub_features(job.columns),
        "image_column": job.columns.image,
        "recipe": {
            "name": job.graph.recipe.name,
            "digest": job.graph.recipe.digest,
            "spec": spec.model_dump(mode="json", by_alias=True),
        },
        "profile": profile,
        "snapshots": {s.domain: s.digest for s in job.snapshots},
        "quarantine": job.quarantine[0] if job.quarantine is not None else "",
        "counts": {**_totals(domains), "quarantined": quarantined},
        "domains": [dict(row) for row in domains],
        "stages": _stages(job),
    }


def _rows_by_split(files: Sequence[DataFile]) -> Counter[str]:
    rows: Counter[str] = Counter()
    for file in files:
        rows[file.split] += file.rows
    return rows


def _totals(domains: Sequence[Mapping[str, Any]]) -> dict[str, Json]:
    names = ("seeds", "accepted", "rejected", "duplicates", "engine_failures")
    return {name: sum(row[name] for row in domains) for name in names}


def _stages(job: Job) -> list[dict[str, Json]]:
    """Nodes in build order with fingerprint, engines and counts over all domains."""
    known = {node.name: node for node in job.graph}
    rows = []
    for name in [INTAKE, *known]:
        manifests = [job.store.manifest(s.manifest_of(name)) for s in job.snapshots]
        node = known.get(name)
        counts: Counter[str] = Counter()
        for manifest in manifests:
            counts.update(asdict(manifest.counts))
        rows.append(
            {
                "node": name,
                "stage": node.stage if node else INTAKE,
                "uses": node.uses if node else INTAKE,
                "round": node.round if node else 0,
                # of seeds, not of settings: intake's own fingerprint names the seed sources
                "fingerprints": sorted({m.stage_fingerprint for m in manifests}),
                "engines": _engines([m.engines for m in manifests]),
                "counts": dict(counts),
            }
        )
    return rows


def _engines(found: Sequence[Mapping[str, Mapping[str, str]]]) -> dict[str, Json]:
    """Role -> the distinct identities that answered it."""
    roles: dict[str, list[Json]] = {}
    for engines in found:
        for role, identity in engines.items():
            if dict(identity) not in roles.setdefault(role, []):
                roles[role].append(dict(identity))
    return roles
