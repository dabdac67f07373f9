"""The README says only what is true: its recipe is the shipped one, its files are there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_recipe_block_is_the_shipped_recipe() -> None:
    command = [sys.executable, "scripts/readme.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_every_linked_file_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(r'src="([^"]+)"', README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_named_command_exists() -> None:
    from qmirror_assets.cli import COMMANDS

    named = set(re.findall(r"^qmirror (\w+)", README, re.MULTILINE))
    assert named
    assert named <= set(COMMANDS)


def test_docs_hold_no_machine_path() -> None:
    for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]:
        assert not re.search(r"(?<![\w.])/(work|root|home|tmp)/\w", path.read_text("utf-8")), path
