"""The task with this project: the same recipe by the runner alone, or by `qmirror build`.

python run.py TASK.json runner|command
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def write_project(task: dict[str, Any], folder: Path) -> None:
    """What a user has on disk before the first build."""
    recipe = folder / "recipe"
    shutil.copytree(HERE / "project", recipe)
    (folder / "profiles").mkdir()
    (recipe / "prompts").mkdir()
    profile = (recipe / "profile.yaml").read_text("utf-8")
    (recipe / "profile.yaml").unlink()
    filled = profile.format(url=task["url"], model=task["model"], in_flight=task["in_flight"])
    (folder / "profiles" / "local.yaml").write_text(filled, "utf-8")
    for name, key, column in (("write", "first", "question"), ("solve", "second", "draft")):
        text = task[key].format(**{column: "{{ " + column + " }}"})
        (recipe / "prompts" / f"{name}.j2").write_text(text, "utf-8")


def main(task: dict[str, Any], through: str) -> None:
    """Build in this process's place."""
    folder = Path(task["out"])
    if not folder.exists():
        write_project(task, folder)
    (folder / "recipe" / "seeds").mkdir(exist_ok=True)
    shutil.copyfile(task["seeds"], folder / "recipe" / "seeds" / "seeds.jsonl")
    module = {"runner": "benchmarks.without_dagster", "command": "qmirror_assets.cli"}[through]
    more = ["build"] if through == "command" else []
    last = ["--json"] if through == "command" else []
    os.chdir(ROOT)
    recipe = str(folder / "recipe")
    command = [sys.executable, "-m", module, *more, recipe, "--project", str(folder), *last]
    os.execv(sys.executable, command)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")), sys.argv[2])
