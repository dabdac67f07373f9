"""README.md of an export: what it is of, under which licence, and how it is opened."""

from __future__ import annotations

from pathlib import Path

import yaml

from qmirror_assets.exports.dialogue import Release
from qmirror_assets.exports.model import Exported
from qmirror_assets.release.markdown import code, escape
from qmirror_assets.store import atomic

_ABOUT = {
    "intersyn": (
        "One JSON line a dialogue: human and gpt items in turn; a gpt item carries the caption "
        "and the place of its picture. `sources.jsonl` says of every picture where it comes from."
    ),
    "flat": "One row a turn, its picture inside. Dialogue and place in it: `id`, `turn`, `turns`.",
}


def write_readme(folder: Path, release: Release, made: Exported) -> None:
    """Write README.md beside the data."""
    spec = release.manifest["recipe"]["spec"]
    title = escape(str(spec["release"]["title"] or spec["title"] or made.dataset))
    licence, language = str(spec["release"]["licence"]), list(spec["release"]["language"])
    block = {"license": licence.lower(), "language": language, "pretty_name": title}
    metadata = yaml.safe_dump(block, sort_keys=False, allow_unicode=True)
    body = (
        f"# {title}\n\n{_ABOUT[made.shape]}\n\n"
        f"{made.dialogues} dialogues, {made.turns} turns, {made.pictures} pictures. Made from "
        f"version {code(made.version)} of dataset {code(made.dataset)}, release digest "
        f"{code(made.release_digest)}. Licence: {escape(licence)}; samples and pictures name "
        "their own.\n"
    )
    atomic.write_bytes(
        folder / "README.md", f"---\n{metadata}---\n\n{body}".encode(), durable=False
    )
