"""A stage before gains a column: what stands from the build before has other columns than now."""

from __future__ import annotations

from pathlib import Path

from tests.lab import new_lab


def test_a_new_column_before_a_stage(tmp_path: Path) -> None:
    lab = new_lab(tmp_path / "lab")
    lab.prompt("note", "Note on {{ question }}")
    lab.build()
    note = {
        "kind": "map", "name": "note", "uses": "llm",
        "with": {"messages": [{"prompt": "note.j2"}], "reads": ["question"], "column": "note"},
    }  # fmt: skip
    lab.spec["stages"].insert(0, note)
    built = lab.build()
    assert set(built.calls) == {"note"}
    assert all(row["note"] for row in lab.column(built, "polish/judged", "note"))
    lab.spec["stages"].pop(0)
    assert not lab.build().calls
