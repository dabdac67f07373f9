"""Fill the generated parts of README.md and docs/: samples of built datasets, the recipe, figures.

python scripts/readme.py --samples 3 --random-seed 11   # from the built dataset qmirror
python scripts/readme.py --dialogue --project DIR        # one with a drawn picture, of intersyn
python scripts/readme.py --calibration report.json       # of `qmirror calibrate`, docs/synjudge.md
python scripts/readme.py --peers                        # the table of the last `make bench-peers`
python scripts/readme.py --check                        # recipe and table are those of the files
"""

from __future__ import annotations

import argparse
import html
import random
import sys
from pathlib import Path
from typing import Any

import orjson

from qmirror_assets.keys import PartitionKey
from qmirror_assets.project import find_project
from qmirror_assets.recipe import shipped_recipes
from qmirror_assets.workspace import Dataset, open_workspace

README = Path("README.md")
PICTURES = Path("docs/images")
SYNJUDGE = Path("docs/synjudge.md")
PEERS = Path("benchmarks/results/peers.md")


def between(text: str, name: str, body: str) -> str:
    begin, end = f"<!-- begin:{name} -->", f"<!-- end:{name} -->"
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    return f"{head}{begin}\n{body}\n{end}{tail}"


def recipe_block() -> str:
    return f"```yaml\n{shipped_recipes()['qmirror'].read_text('utf-8').strip()}\n```"


def peers_block() -> str:
    conditions, _, rest = PEERS.read_text("utf-8").strip().partition("\n\n")
    larger = rest[rest.index("**2,000 rows") :].strip()  # both loads stand in the file itself
    return f"{larger}\n\n<sub>{conditions}</sub>"


def is_plain(row: dict[str, str]) -> bool:
    return '"callouts"' in row["figure_spec"] or '"kind":"table"' in row["figure_spec"]


def samples_block(dataset: Dataset, count: int, random_seed: int) -> str:
    found = rows_of(dataset)
    by_model = [row for row in found if row["labels_by"] == "model" and not is_plain(row)]
    drawn = random.Random(random_seed).sample(by_model, count)  # noqa: S311
    PICTURES.mkdir(parents=True, exist_ok=True)
    rows = ["| before | picture | after |", "|---|---|---|"]
    for number, row in enumerate(drawn, start=1):
        name = f"sample-{number}.png"
        (PICTURES / name).write_bytes(dataset.store.cas.get(row["image"]))
        cells = [row["original_question"], f'<img src="docs/images/{name}" width="360" alt="">']
        cells.append(f"{row['question']} *({row['answer']})*")
        rows.append(
            "| " + " | ".join(c.replace("|", "\\|").replace("\n", " ") for c in cells) + " |"
        )
    said = (
        f"{count} of {len(found)} accepted samples, drawn from those with labels by the embedded "
        f"model and a scene, chart or flow ({sum(map(is_plain, found))} pictures are plain tables "
        "or call-outs), random_seed"
    )
    return "\n".join([*rows, "", f"<sub>{said} {random_seed}.</sub>"])


def rows_of(dataset: Dataset, node: str = "final") -> list[dict[str, Any]]:
    """All rows of a node."""
    found = []
    for domain in dataset.domains():
        current = dataset.store.current(PartitionKey(dataset.name, node, domain))
        if current is not None:
            found += [r for b in dataset.store.table(current[1]).batches() for r in b.to_pylist()]
    return found


def dialogue_block(dataset: Dataset, random_seed: int) -> str:
    """One dialogue with a drawn picture: those of the library have licences of their own."""
    rows = rows_of(dataset)
    drawn = [row for row in rows if row["image_source"] == "figure"]
    row = random.Random(random_seed).choice(drawn)  # noqa: S311
    (turn,) = orjson.loads(row["conversation"])
    name = "dialogue.png"
    (PICTURES / name).write_bytes(dataset.store.cas.get(turn["image"]))
    cells = [
        cell(turn["question"]),
        f'<img src="docs/images/{name}" width="360" alt=""><br>*{cell(turn["caption"])}*',
        cell(turn["answer"]),
    ]
    two = sum(row["turns"] > 1 for row in rows)
    seeds = len(rows_of(dataset, "intake"))
    said = (
        f"One of {len(rows)} accepted dialogues ({two} of two turns) of {seeds} seeds (`count: "
        f"{seeds}`), drawn from the {len(drawn)} with a drawn picture, random_seed {random_seed}; "
        f"the other {len(rows) - len(drawn)} show photographs and drawings of a "
        "[library](docs/library.md)."
    )
    lines = ["| question | picture | answer |", "|---|---|---|", f"| {' | '.join(cells)} |"]
    return "\n".join([*lines, "", f"<sub>{said}</sub>"])


def calibration_block(report: dict[str, Any]) -> str:
    """What the judge sees of planted defects, from the report of a release."""

    def share(found: dict[str, Any]) -> str:
        return "–" if found["value"] is None else f"{found['hits']} of {found['total']}"

    judge = report["judge"].get("model") or report["judge"]["kind"]
    lines = [
        "| defect | planted | detected | false alarms | |",
        "|---|--:|--:|--:|---|",
        *(
            f"| `{kind['defect']}` | {kind['planted']} | {share(kind['detection'])} "
            f"| {share(kind['false_alarms'])} | {'claimed' if kind['claimed'] else kind['why']} |"
            for kind in report["kinds"]
        ),
        "",
        f"<sub>{report['dataset']} {report['version']}, {report['turns']} turns of "
        f"{report['samples']} samples, judge `{judge}`, random_seed {report['random_seed']}. "
        "Planted counts both halves; the other figures are of the half that no threshold "
        "was tuned on.</sub>",
    ]
    return "\n".join(lines)


def cell(text: str) -> str:
    """Model text in a table: no markup of its own."""
    return html.escape(text, quote=False).replace("|", "\\|").replace("\n", " ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--dialogue", action="store_true")
    parser.add_argument("--project", type=Path)
    parser.add_argument("--calibration", type=Path)
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--random-seed", type=int, default=11)
    args = parser.parse_args()
    text = README.read_text("utf-8")
    if args.check:
        if recipe_block() not in text:
            sys.exit("README.md shows another recipe than the shipped one: run scripts/readme.py")
        if peers_block() not in text:
            sys.exit("README.md shows another table: run scripts/readme.py --peers")
        return
    if args.peers:
        README.write_text(between(text, "peers", peers_block()), "utf-8")
        return
    if args.calibration:
        block = calibration_block(orjson.loads(args.calibration.read_bytes()))
        text = SYNJUDGE.read_text("utf-8")
        SYNJUDGE.write_text(between(text, "calibration", block), "utf-8")
        return
    workspace = open_workspace(find_project(args.project))
    if args.dialogue:
        block = dialogue_block(workspace.dataset("intersyn"), args.random_seed)
        README.write_text(between(text, "dialogue", block), "utf-8")
        return
    dataset = workspace.dataset("qmirror")
    text = between(text, "samples", samples_block(dataset, args.samples, args.random_seed))
    README.write_text(between(text, "recipe", recipe_block()), "utf-8")


if __name__ == "__main__":
    main()
