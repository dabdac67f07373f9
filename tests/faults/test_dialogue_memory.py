"""Many dialogues of two turns: memory stays within its limit and does not follow the samples."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LIMIT = 600_000_000  # bytes
ROOT = Path(__file__).parents[2]


def build(folder: Path, samples: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.dialogue_build", str(folder), str(samples)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    print(f"{samples} dialogues of two turns: {found}")
    return found


def test_a_thousand_dialogues(tmp_path: Path) -> None:
    found = build(tmp_path / "rec", 1_000)
    assert found["rows"] == 1_000
    assert found["peak"] <= LIMIT


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_ten_thousand_dialogues(tmp_path: Path) -> None:
    small, large = build(tmp_path / "a", 1_000), build(tmp_path / "b", 10_000)
    assert large["rows"] == 10_000
    assert large["peak"] <= LIMIT
    assert large["calls"] == 10 * small["calls"]
