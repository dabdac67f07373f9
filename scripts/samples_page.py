"""Write docs/samples.md: samples of a built dataset drawn by a printed random_seed, failures too.

python scripts/samples_page.py qmirror --count 50 --random-seed 7
"""

from __future__ import annotations

import argparse
import random
import shutil
from pathlib import Path

from qmirror_assets.keys import PartitionKey
from qmirror_assets.lineage.audit import audit
from qmirror_assets.lineage.trail import AuditTrail
from qmirror_assets.project import find_project
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import tables
from qmirror_assets.workspace import Dataset, open_workspace


def sample_ids(dataset: Dataset) -> list[str]:
    found = []
    for domain in dataset.domains():
        current = dataset.store.current(PartitionKey(dataset.name, INTAKE, domain))
        path = dataset.store.cas.verified_path(current[1].rows)
        found += tables.read_columns(path, ["sample_id"]).column(0).to_pylist()
    return sorted(found)


def escape(text: object) -> str:
    plain = str(text).replace("\\", "\\\\").replace("\n", " ")
    return "".join(f"\\{c}" if c in "`*_{}[]<>#|!~" else c for c in plain)


def entry(trail: AuditTrail, dataset: Dataset, pictures: Path) -> list[str]:
    lines = [f"### {trail.domain} · `{trail.sample_id[:12]}` · {trail.status}", ""]
    lines += [f"**Before** {escape(trail.seed['question'])}", ""]
    last = next((s for s in reversed(trail.steps) if s.data.get("question_mm")), None)
    images = [s.data["image"] for s in trail.steps if s.data.get("image")]
    final = next((s.data for s in trail.steps if s.node == "final" and s.data), None)
    image = final["image"] if final else (images[-1] if images else "")
    if image:
        name = f"{trail.sample_id[:12]}.png"
        (pictures / name).write_bytes(dataset.store.cas.get(image))
        lines += [f"![{escape(trail.sample_id[:12])}](samples/{name})", ""]
    if final:
        lines += [f"**After** {escape(final['question'])}", ""]
    elif last:
        lines += [f"**Last try** {escape(last.data['question_mm'])}", ""]
    lines += [f"**Answer** {escape(trail.seed['answer'])}", ""]
    if final:
        who = "the model" if final["labels_by"] == "model" else "the unit dictionary"
        lines += [f"Labels by {who}; round {final['rounds']}; {escape(trail.source)}.", ""]
    else:
        stops = [f"{r.reason}: {r.detail}" for s in trail.steps for r in s.rejections]
        lines += [f"Not accepted. {escape(stops[-1] if stops else trail.reason)}", ""]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--random-seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("docs"))
    args = parser.parse_args()
    workspace = open_workspace(find_project())
    dataset = workspace.dataset(args.dataset)
    ids = sample_ids(dataset)
    drawn = random.Random(args.random_seed).sample(ids, min(args.count, len(ids)))  # noqa: S311
    pictures = args.out / "samples"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    trails = [audit(dataset.store, dataset.name, dataset.graph.nodes, i) for i in drawn]
    accepted = sum(t.status == "accepted" for t in trails)
    lines = [
        "# Samples",
        "",
        f"{len(drawn)} of the {len(ids)} seeds of dataset `{args.dataset}`, drawn with "
        f"random_seed {args.random_seed}; {accepted} of them were accepted. Nothing is left out.",
        f"Made by `python scripts/samples_page.py {args.dataset} --count {args.count} "
        f"--random-seed {args.random_seed}`.",
        "",
    ]
    for trail in trails:
        lines += entry(trail, dataset, pictures)
    (args.out / "samples.md").write_text("\n".join(lines), "utf-8")
    print(f"{len(drawn)} samples, {accepted} accepted -> {args.out / 'samples.md'}")


if __name__ == "__main__":
    main()
