"""Which versions hold a sample, read from their directories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import sqlalchemy as sa

from qmirror_assets import formats
from qmirror_assets.errors import DamagedObject, VersionError
from qmirror_assets.fingerprint import content_digest
from qmirror_assets.keys import Version
from qmirror_assets.lineage.assemble import gate_trail
from qmirror_assets.lineage.lookup import Lookup, open_lookup
from qmirror_assets.lineage.trail import GateTrail, HeldBy
from qmirror_assets.records import Json
from qmirror_assets.store import Store, schema

RELEASES, CANDIDATES = "releases", "candidates"
_GATE = "gate.json"


def held_by(store: Store, dataset: str, sample_id: str) -> tuple[HeldBy, ...]:
    """Published versions and candidates of a dataset that hold the sample, oldest first."""
    folders = [
        folder
        for kind in (RELEASES, CANDIDATES)
        for folder in version_folders(store.root / kind / dataset)
    ]
    found = []
    with open_lookup([_samples_of(folder) for folder in folders]) as lookup:
        for folder in folders:
            split = _split_of(lookup, _samples_of(folder), sample_id)
            if split:
                gate = gate_of(folder) or _stored_gate(store, folder)
                found.append(holder(folder, split, gate))
    return tuple(sorted(found, key=lambda held: Version.parse(held.version)))


def version_folders(root: Path) -> Iterator[Path]:
    """Folders under `root` whose name is a version."""
    for path in sorted(root.glob("*/manifest.json")):
        try:
            Version.parse(path.parent.name)
        except VersionError:  # a folder that is still being written
            continue
        yield path.parent


def _samples_of(folder: Path) -> Path:
    return folder / "lineage" / "samples.parquet"


def _split_of(lookup: Lookup, path: Path, sample_id: str) -> str:
    """The split of an accepted sample of a version, or ""."""
    rows = lookup.rows(
        "SELECT split FROM read_parquet(?) WHERE sample_id = ?", str(path), sample_id
    )
    return str(rows[0]["split"]) if rows else ""


def holder(folder: Path, split: str, gate: GateTrail | None) -> HeldBy:
    """The version in `folder` as a holder of a sample in `split`."""
    manifest = read_json(folder / "manifest.json")
    state = "published" if (folder / _GATE).is_file() else "candidate"
    return HeldBy(manifest["version"], state, split, manifest["release_digest"], gate)


def gate_of(folder: Path) -> GateTrail | None:
    """The gate record inside a release, or None."""
    path = folder / _GATE
    return gate_trail(read_json(path)) if path.is_file() else None


def _stored_gate(store: Store, folder: Path) -> GateTrail | None:
    """The latest gate record of a candidate."""
    table = schema.gates
    digest = content_digest((folder / "checksums.sha256").read_bytes())
    where = sa.select(table.c.record).where(table.c.candidate == digest)
    rows = store.state.rows(where.order_by(table.c.at))
    return gate_trail(orjson.loads(store.cas.get(rows[-1].record))) if rows else None


def read_json(path: Path) -> dict[str, Json]:
    """A JSON file of a version.

    Raises:
        DamagedObject: not there, or not JSON. UnknownFormat: of a later version of the package.
    """
    try:
        value = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise DamagedObject(
            f"{path.parent.name}/{path.name} cannot be read", found=str(error),
            remedy="Restore the version's directory from a copy",
        ) from error  # fmt: skip
    if not isinstance(value, dict):
        raise DamagedObject(f"{path.parent.name}/{path.name} is not a JSON object")
    known = formats.GATE if path.name == _GATE else formats.RELEASE
    formats.refuse_later(f"{path.parent.name}/{path.name}", value.get("schema"), known)
    return value
