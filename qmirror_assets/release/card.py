"""The dataset card: README.md with the metadata the Hub reads, from the version's own files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from qmirror_assets.lineage.held import read_json
from qmirror_assets.records import Json
from qmirror_assets.release.gate import GateRecord
from qmirror_assets.release.licences import LicenceRow, count_licences
from qmirror_assets.release.markdown import code, escape, table
from qmirror_assets.store import atomic

_TASKS = ["visual-question-answering", "question-answering"]
_SIZES = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)  # fmt: skip
_LARGEST = "10M<n<100M"


def write_card(folder: Path, gate: GateRecord) -> None:
    """Write README.md of a version from its manifest, facts and gate record."""
    manifest = read_json(folder / "manifest.json")
    licences = count_licences(folder / "facts.parquet")
    metadata = yaml.safe_dump(
        card_metadata(manifest), sort_keys=False, allow_unicode=True, width=10_000
    )
    body = "\n\n".join(_sections(manifest, licences, gate))
    atomic.write_bytes(
        folder / "README.md", f"---\n{metadata}---\n\n{body}\n".encode(), durable=False
    )


# -- metadata


def card_metadata(manifest: Mapping[str, Json]) -> dict[str, Json]:
    """The YAML block as data."""
    release = manifest["recipe"]["spec"]["release"]
    return {
        "license": str(release["licence"]).lower(),
        "language": list(release["language"]),
        "pretty_name": _title(manifest),
        "size_categories": [_size(manifest["samples"])],
        "task_categories": _TASKS,
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated"],
        "tags": list(dict.fromkeys(["synthetic", "multimodal", *release["tags"]])),
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": split, "path": f"data/{split}-*.parquet"}
                    for split in _ordered_splits(manifest)
                ],
            }
        ],
        "dataset_info": _dataset_info(manifest),
    }


def _dataset_info(manifest: Mapping[str, Json]) -> dict[str, Json]:
    sizes: dict[str, int] = {}
    for file in manifest["files"]:
        sizes[file["split"]] = sizes.get(file["split"], 0) + file["bytes"]
    return {
        "features": [_feature(n, f) for n, f in manifest["features"].items()],
        "splits": [
            {"name": s, "num_bytes": sizes[s], "num_examples": manifest["splits"][s]}
            for s in _ordered_splits(manifest)
        ],
        "download_size": sum(sizes.values()),
        "dataset_size": sum(sizes.values()),
    }


def _feature(name: str, feature: Mapping[str, Json]) -> dict[str, Json]:
    if feature["_type"] == "List":
        return {"name": name, "list": "image"}
    return {"name": name, "dtype": "image" if feature["_type"] == "Image" else feature["dtype"]}


def _ordered_splits(manifest: Mapping[str, Json]) -> list[str]:
    """Splits that hold rows, in the order of the recipe."""
    return [s for s in manifest["recipe"]["spec"]["release"]["splits"] if s in manifest["splits"]]


def _size(samples: int) -> str:
    return next((name for limit, name in _SIZES if samples < limit), _LARGEST)


def _title(manifest: Mapping[str, Json]) -> str:
    spec = manifest["recipe"]["spec"]
    return str(spec["release"]["title"] or spec["title"] or manifest["dataset"])


# -- sections


def _sections(
    manifest: Mapping[str, Json], licences: Sequence[LicenceRow], gate: GateRecord
) -> Iterator[str]:
    yield f"# {escape(_title(manifest))}"
    yield _opening(manifest)
    yield f"## Use\n\n{_use(manifest)}"
    yield f"## How it was made\n\n{_how(manifest)}"
    yield f"### Yield of each step\n\n{_yields(manifest)}"
    yield f"### Engines\n\n{_engines(manifest)}"
    yield f"## Seeds and licences\n\n{_seeds(licences)}"
    yield f"## Domains\n\n{_domains(manifest)}"
    yield f"## Gate\n\n{_gate(gate)}"
    yield f"## Limits\n\n{_limits(manifest)}"
    yield f"## Audit\n\n{_audit(manifest)}"


def _opening(manifest: Mapping[str, Json]) -> str:
    spec, counts = manifest["recipe"]["spec"], manifest["counts"]
    about = escape(spec["description"], 2_000)
    return (
        f"{about}\n\n" if about else ""
    ) + (
        f"Version {code(manifest['version'])}: {manifest['samples']} samples from "
        f"{counts['seeds']} seeds over {len(manifest['domains'])} domains. "
        "All samples are machine-generated from the seeds listed below."
    )  # fmt: skip


def _use(manifest: Mapping[str, Json]) -> str:
    splits = ", ".join(f"{code(s)} {manifest['splits'][s]}" for s in _ordered_splits(manifest))
    return (
        "```python\nfrom datasets import load_dataset\n\n"
        f'dataset = load_dataset("path/to/{manifest["version"]}")\n```\n\n'
        f"Splits: {splits or 'none'}. Rows with one value of "
        f"{code(manifest['recipe']['spec']['release']['split_by'])} stay in one split. "
        f"Columns: {', '.join(code(name) for name in manifest['features'])}."
    )


def _how(manifest: Mapping[str, Json]) -> str:
    recipe = manifest["recipe"]
    return (
        f"Recipe {code(recipe['name'])} (digest {code(recipe['digest'][:16])}), profile "
        f"{code(manifest['profile'])}, package qmirror-assets {code(manifest['package'])}. "
        f"The whole recipe is in {code('manifest.json')}; every prompt as it was sent and every "
        f"reply as it came are in {code('lineage/actions.parquet')}. Release digest "
        f"{code(manifest['release_digest'])}."
    )


def _yields(manifest: Mapping[str, Json]) -> str:
    names = ("rows_in", "rows_out", "rejected", "duplicates", "settled")
    rows = [
        [stage["node"], *(stage["counts"].get(name, 0) for name in names)]
        for stage in manifest["stages"]
    ]
    return table(["step", "in", "out", "rejected", "duplicates", "settled before"], rows)


def _engines(manifest: Mapping[str, Json]) -> str:
    found: dict[tuple[str, str], list[str]] = {}
    for stage in manifest["stages"]:
        for role, identities in stage["engines"].items():
            for identity in identities:
                words = ", ".join(f"{k} {v}" for k, v in sorted(identity.items()))
                found.setdefault((role, words), []).append(stage["node"])
    if not found:
        return "None: every step is code."
    rows = [[role, words, f"{len(nodes)} steps"] for (role, words), nodes in found.items()]
    return table(["role", "identity", "used by"], rows)


def _seeds(licences: Sequence[LicenceRow]) -> str:
    lines = [[row.licence or "none given", row.domain, row.samples] for row in licences]
    return (
        "Licence of the seed that each sample was made from:\n\n"
        + table(["licence", "domain", "samples"], lines)
    )  # fmt: skip


def _domains(manifest: Mapping[str, Json]) -> str:
    names = ("seeds", "accepted", "rejected", "duplicates", "engine_failures")
    rows = [
        [d["display"], *(d[name] for name in names), f"{d['yield']:.0%}"]
        for d in manifest["domains"]
    ]
    header = ["domain", "seeds", "accepted", "rejected", "duplicates", "engine failures", "yield"]
    return table(header, rows)


def _gate(gate: GateRecord) -> str:
    rows = [
        [c.name, c.domain, "pass" if c.passed else "fail", c.severity, c.evaluated, c.sentence]
        for c in gate.checks
    ]
    libraries = ", ".join(f"{escape(k)} {escape(v)}" for k, v in sorted(gate.libraries.items()))
    return (
        f"Checked as bytes {code(gate.candidate[:16])} by suite {code(gate.suite[:16])}"
        f" ({libraries or 'no library named'}).\n\n"
        + table(["check", "domain", "result", "severity", "evaluated", "outcome"], rows)
    )  # fmt: skip


def _limits(manifest: Mapping[str, Json]) -> str:
    counts = manifest["counts"]
    made = (
        "Questions, pictures and labels are made by programs and models; no person has read "
        "every sample."
    )
    scores = (
        "Scores come from the recipe's own judge. They rank samples; they are no measure of truth."
    )
    left = (
        f"Seeds rejected: {counts['rejected']} of {counts['seeds']}; duplicates: "
        f"{counts['duplicates']}; seed rows that could not be read: {counts['quarantined']}. What "
        "is left is not a random draw of the seeds."
    )
    return "\n".join(f"- {line}" for line in (made, scores, left))


def _audit(manifest: Mapping[str, Json]) -> str:
    return (
        "Any sample can be followed back to its seed, prompt by prompt, picture by picture, from "
        "this directory alone; rejected samples and rejected rounds are there too:\n\n"
        "```sh\nsha256sum --check checksums.sha256\n"
        f"qmirror audit SAMPLE_ID --release path/to/{manifest['version']}\n```"
    )
