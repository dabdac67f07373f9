"""Small candidates for tests: clean tables to plant defects in, and a writer of their files."""

from __future__ import annotations

from pathlib import Path

import orjson

from qmirror_assets.fingerprint import content_digest, short_digest
from qmirror_assets.records import Json
from qmirror_assets.release.checksums import write_checksums
from quality_checks.candidate_files import MANIFEST, TABLES

Rows = list[dict[str, Json]]
DOMAINS = ("biology", "chemistry", "physics")
SPLITS = ("train", "validation", "test")


def clean_facts(samples: int) -> Rows:
    """Facts of `samples` samples over three domains, without a defect."""
    return [_fact(number) for number in range(samples)]


def _fact(number: int) -> dict[str, Json]:
    return {
        "id": f"sample-{number:06}",
        "domain": DOMAINS[number % len(DOMAINS)],
        "split": SPLITS[number % 7 % len(SPLITS)],
        "row_digest": short_digest(number),
        "question": f"What is number {number}?",
        "answer": str(number),
        "score": 80.0 + number % 20,
        "licence": "CC-BY-4.0",
        "family": f"family-{number % 7}",
        "image_digest": content_digest(str(number).encode()),
        "image_in_cas": True,
        "image_decodes": True,
        "image_width": 640,
        "image_height": 480,
        "answer_preserved": True,
        "lineage_ok": True,
        "duplicate_of": "",
    }


def clean_domains(facts: Rows) -> Rows:
    """The domains of `facts`: every one keeps 8 of 10 seeds or better."""
    held = {name: sum(f["domain"] == name for f in facts) for name in DOMAINS}
    return [_domain(name, accepted) for name, accepted in held.items()]


def _domain(name: str, accepted: int) -> dict[str, Json]:
    rejected = accepted // 4
    seeds = accepted + rejected
    return {
        "domain": name,
        "display": name.title(),
        "seeds": seeds,
        "accepted": accepted,
        "rejected": rejected,
        "duplicates": 0,
        "engine_failures": 0,
        "yield": accepted / seeds if seeds else 0.0,
        "reject_rate": rejected / seeds if seeds else 0.0,
        "partial": False,
    }


def write_candidate(folder: Path, facts: Rows, domains: Rows | None = None) -> Path:
    """Write a candidate of these rows to `folder`. Without rows the columns are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / TABLES["facts"], facts, clean_facts(1))
    listed = clean_domains(facts) if domains is None else domains
    _write(folder / TABLES["domains"], listed, clean_domains([]))
    manifest = {"dataset": "demo", "version": "2026.11.0", "release_digest": "0" * 64}
    (folder / MANIFEST).write_bytes(orjson.dumps(manifest))
    write_checksums(folder)
    return folder


def _write(path: Path, rows: Rows, like: Rows) -> None:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    table = pa.Table.from_pylist(rows or like)
    parquet.write_table(table if rows else table.slice(0, 0), path)
