"""Lines that are known are not parsed again, and no table shows the difference."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.keys import PartitionKey
from qmirror_assets.recipe import Target, load_recipe
from qmirror_assets.runner import kept, seed_lines, spool
from qmirror_assets.runner.drawing import Aim
from qmirror_assets.runner.intake import QUARANTINE, run_intake
from qmirror_assets.runner.seed_lines import lines_path
from qmirror_assets.runner.shadow import shadow
from qmirror_assets.runner.sources import Sources
from qmirror_assets.runner.target import POOL
from qmirror_assets.seeds import jsonl, known, lookup
from qmirror_assets.stages.graph import INTAKE
from qmirror_assets.store import Store, layers, open_store, tables
from tests.conftest import Toy, toy_seed

SOURCES = """\
seeds:
  - {file: "seeds/*.jsonl"}
  - {file: "more/*.jsonl", licence: CC-BY-4.0, source: elsewhere, columns: {question: ask}}
  - {file: "table.csv"}
  - {computed: {count: 3}}
"""
DOMAINS = ["sums", "Other Things", "others"]


def seed(random_: random.Random) -> bytes:
    """A line that may repeat, clash with or resemble another one, or be no seed."""
    row = toy_seed(random_.randrange(40), random_.choice(DOMAINS))
    kind = random_.randrange(12)
    if kind == 0:
        return random_.choice([b"{broken", b"[1]", b'{"question": "q"}', b'{"question": "\xff"}'])
    if kind == 1:
        row["licence"] = "CC-BY-4.0"  # the same seed, another row
    if kind == 2:
        del row["licence"]
    if kind == 3:
        row["unused"] = random_.randrange(3)
    if kind in {4, 5}:
        row["id"] = f"id-{random_.randrange(6)}"  # often one that stands for something else
    if kind == 6:
        row["question"] += "\r\nCafe\u0301?"
    data = json.dumps(row, ensure_ascii=random_.random() < 0.5).encode()
    return data.replace(b'"question"', b'"ask"') if kind == 7 else data


def edit(lines: list[bytes], random_: random.Random) -> None:
    """Edit, remove, add, repeat or shuffle a few lines."""
    for _ in range(random_.randrange(1, 6)):
        at = random_.randrange(len(lines) + 1)
        what = random_.randrange(6)
        if what == 0:
            lines.insert(at, seed(random_))
        elif what == 1 and lines:
            lines.insert(at, random_.choice(lines))
        elif what == 2:
            random_.shuffle(lines)
        elif what == 3 and at < len(lines):
            del lines[at]
        elif at < len(lines):
            lines[at] = seed(random_)


def write(folder: Path, files: dict[str, list[bytes]], random_: random.Random) -> None:
    """The files as they are now, each under some name and with some line ends."""
    for name in ("seeds", "more"):
        (folder / name).mkdir(exist_ok=True)
        for path in (folder / name).iterdir():
            path.unlink()
    for name, lines in files.items():
        end = random_.choice([b"\n", b"\n", b"\r\n", b"\n\n"])
        data = end.join(lines) + random_.choice([b"", end])
        if name.startswith("more"):
            data = data.replace(b'"question"', b'"ask"')
        mark = random_.choice([b"", b"", b"\xef\xbb\xbf"])
        path = folder / name / f"{random_.choice('xyz')}.jsonl"
        path.write_bytes(mark + data)
    table = "question,answer,domain\n" + f"What is 1 plus 7?,{random_.randrange(5, 9)},sums\n"
    (folder / "table.csv").write_text(table)


def intake(toy: Toy, store: Store, **more: Any) -> dict[str, Any]:
    """What an intake says and commits, place and content of every row included."""
    limit = more.pop("limit", None)
    result = run_intake(store, "toy", Sources.of(load_recipe(str(toy.folder)), limit=limit), **more)
    node = POOL if more.get("aim") else INTAKE
    found: dict[str, Any] = {"read": result.read, "quarantined": result.quarantined}
    found["domains"] = list(result.domains.items())
    for domain in [*result.domains, QUARANTINE]:
        at = PartitionKey("toy", INTAKE if domain == QUARANTINE else node, domain)
        current = store.current(at)
        assert current is not None
        assert current[1].counts.balanced()
        found[domain] = current
    return found


def content(toy: Toy, folder: str, found: dict[str, Any]) -> dict[str, Any]:
    """The same, with what the tables hold in place of the files that they are."""
    store = open_store(toy.folder / folder)
    try:
        return {name: _content(store, said) for name, said in found.items()}
    finally:
        store.close()


def _content(store: Store, said: Any) -> Any:
    if not isinstance(said, tuple):
        return said
    manifest = said[1]
    rows = [row for batch in store.table(manifest).batches() for row in batch.to_pylist()]
    return manifest.data_version, manifest.counts, manifest.rejections, rows


def fresh(toy: Toy, name: str, **more: Any) -> dict[str, Any]:
    """The same intake by a store that knows nothing."""
    store = open_store(toy.folder / name)
    try:
        return intake(toy, store, **more)
    finally:
        store.close()


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the lines that were parsed."""
    seen: list[int] = []
    parse = jsonl._parse_object

    def note(line: Any) -> Any:
        seen.append(line.number)
        return parse(line)

    monkeypatch.setattr(jsonl, "_parse_object", note)
    return seen


@pytest.fixture
def store(toy: Toy):
    made = toy.open()
    yield made
    made.close()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds of batches and chunks fall between few rows."""
    monkeypatch.setattr("qmirror_assets.seeds.lines.BLOCK_BYTES", 900)
    monkeypatch.setattr(spool, "SPOOL_ROWS", 6)
    monkeypatch.setattr(tables, "BATCH", 5)
    monkeypatch.setattr(tables, "iter_batches", partial(tables.iter_batches, size=4))
    monkeypatch.setattr(spool, "sorted_batches", partial(spool.sorted_batches, size=3))


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("attempt", range(4))
def test_an_incremental_intake_equals_a_full_one(toy: Toy, attempt: int, parsed: list[int]) -> None:
    number = random.SystemRandom().randrange(10**6) * 10 + attempt
    print(f"random_seed {number}")
    random_ = random.Random(number)
    toy.edit('seeds: [{file: "seeds/*.jsonl"}]\n', SOURCES)
    files = {
        name: [seed(random_) for _ in range(random_.randrange(5, 40))] for name in ("seeds", "more")
    }
    for step in range(6):
        write(toy.folder, files, random_)
        before = len(parsed)
        store = toy.open()
        found = intake(toy, store)
        store.close()
        known_parsed, before = len(parsed) - before, len(parsed)
        assert found == fresh(toy, f"full-{step}"), f"step {step}"
        assert known_parsed <= len(parsed) - before
        for lines in files.values():
            edit(lines, random_)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("attempt", range(4))
def test_changes_beside_a_large_table_equal_a_full_intake(
    toy: Toy, attempt: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layers, "LAYER_FROM", 1)
    monkeypatch.setattr(layers, "LARGEST_SHARE", 1)
    number = random.SystemRandom().randrange(10**6) * 10 + attempt
    print(f"random_seed {number}")
    random_ = random.Random(number)
    toy.edit('seeds: [{file: "seeds/*.jsonl"}]\n', SOURCES)
    files = {
        name: [
            json.dumps(toy_seed(n, random_.choice(DOMAINS))).encode() for n in range(low, low + 60)
        ]
        for name, low in (("seeds", 0), ("more", 60))
    }
    layered = set()
    for step in range(9):
        write(toy.folder, files, random_)
        store = toy.open()
        found = intake(toy, store)
        store.close()
        layered |= {bool(said[1].delta) for said in found.values() if isinstance(said, tuple)}
        full = content(toy, f"full-{step}", fresh(toy, f"full-{step}"))
        assert content(toy, "data", found) == full, f"step {step}"
        for lines in files.values():
            edit(lines, random_)
    assert True in layered


def test_only_lines_that_changed_are_parsed(toy: Toy, store: Store, parsed: list[int]) -> None:
    rows = [toy_seed(i, id=f"n{i}") for i in range(200)]
    toy.write(rows)
    intake(toy, store)
    assert len(parsed) == 200
    rows[17]["answer"] = "changed"
    random.Random(1).shuffle(rows)
    toy.write([*rows, toy_seed(900)])
    toy.seeds.write_bytes(toy.seeds.read_bytes().replace(b"\n", b"\r\n"))
    toy.seeds.rename(toy.seeds.with_name("renamed.jsonl"))
    del parsed[:]
    found = intake(toy, store)
    assert len(parsed) == 2
    assert found == fresh(toy, "full")


def test_an_id_that_comes_to_stand_for_two_seeds(toy: Toy, store: Store) -> None:
    one, other = toy_seed(1, id="same"), toy_seed(2, id="same")
    toy.write([one, *(toy_seed(i) for i in range(5, 9))])
    intake(toy, store)
    toy.write([other, *(toy_seed(i) for i in range(5, 9)), one])
    found = intake(toy, store)
    assert found["quarantined"] == 1
    assert found == fresh(toy, "full")
    toy.write([one, *(toy_seed(i) for i in range(5, 9)), other])
    assert intake(toy, store) == fresh(toy, "full-2")


def test_a_setting_of_the_source_makes_its_lines_unknown(
    toy: Toy, store: Store, parsed: list[int]
) -> None:
    toy.write([{"question": f"q{i}", "answer": "a", "domain": "sums"} for i in range(9)])
    intake(toy, store)
    del parsed[:]
    toy.edit('{file: "seeds/*.jsonl"}', '{file: "seeds/*.jsonl", licence: CC0-1.0}')
    assert intake(toy, store) == fresh(toy, "full")
    assert len(parsed) == 18


@pytest.mark.parametrize("raised", [(seed_lines, "CODE"), (known, "READER")])
def test_a_raised_code_number_makes_all_lines_unknown(
    toy: Toy, store: Store, parsed: list[int], monkeypatch: pytest.MonkeyPatch,
    raised: tuple[Any, str],
) -> None:  # fmt: skip
    intake(toy, store)
    del parsed[:]
    monkeypatch.setattr(*raised, 99)
    monkeypatch.setattr(lookup, "READER", known.READER)
    toy.write([toy_seed(i) for i in range(201)])
    intake(toy, store)
    assert len(parsed) == 201


def test_rows_with_a_picture_are_always_read(toy: Toy, store: Store, parsed: list[int]) -> None:
    from PIL import Image

    toy.write([toy_seed(1), toy_seed(2, images=["a.png"])])
    for number, colour in enumerate(["red", "blue"]):
        Image.new("RGB", (64, 64), colour).save(toy.seeds.with_name("a.png"))
        toy.seeds.write_bytes(toy.seeds.read_bytes() + b"\n" * number)
        del parsed[:]
        found = intake(toy, store)
        assert parsed == [1, 2][number:]
        assert found == fresh(toy, f"full-{number}")


@pytest.mark.parametrize("harm", ["flip", "cut", "empty", "gone"])
def test_a_damaged_file_of_lines_is_made_again(
    toy: Toy, store: Store, parsed: list[int], harm: str
) -> None:
    intake(toy, store)
    path = lines_path(store, "toy")
    data = bytearray(path.read_bytes())
    if harm == "flip":
        data[random.SystemRandom().randrange(len(data))] ^= 4
    path.write_bytes({"flip": data, "cut": data[:-9], "empty": b"", "gone": b""}[harm])
    if harm == "gone":
        path.unlink()
    toy.write([toy_seed(i) for i in range(201)])
    del parsed[:]
    assert intake(toy, store) == fresh(toy, "full")
    assert len(parsed) == 402
    toy.write([toy_seed(i) for i in range(202)])
    del parsed[:]
    intake(toy, store)
    assert len(parsed) == 1


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_seeds_of_a_table_that_is_not_whole_are_parsed(
    toy: Toy, parsed: list[int], harm: str
) -> None:
    toy.write([toy_seed(i, "sums" if i % 2 else "others") for i in range(20)])
    store = toy.open()
    lost = store.cas.path(intake(toy, store)["sums"][1].rows)
    store.close()
    lost.unlink() if harm == "gone" else lost.write_bytes(b"PAR1")
    toy.seeds.write_bytes(toy.seeds.read_bytes() + b"\n")
    del parsed[:]
    store = toy.open()  # another process, which has not checked the table yet
    assert intake(toy, store) == fresh(toy, "full")
    store.close()
    assert len(parsed) == 10 + 20


def test_a_trial_neither_uses_nor_changes_what_is_known(
    toy: Toy, store: Store, parsed: list[int]
) -> None:
    whole = intake(toy, store)
    before = lines_path(store, "toy").read_bytes()
    del parsed[:]
    assert intake(toy, store, limit=5) == fresh(toy, "trial", limit=5)
    assert lines_path(store, "toy").read_bytes() == before
    del parsed[:]
    assert intake(toy, store) == whole
    assert parsed == []


def test_an_intake_in_a_shadow_knows_the_lines_and_leaves_no_trace(
    toy: Toy, store: Store, parsed: list[int]
) -> None:
    whole = intake(toy, store)["sums"][1]
    os.utime(store.cas.path(whole.rows), (1, 1))
    before = lines_path(store, "toy").read_bytes()
    toy.write([toy_seed(i) for i in range(1, 202)])
    del parsed[:]
    with shadow(store, "toy") as other:
        found = run_intake(other, "toy", Sources.of(load_recipe(str(toy.folder))))
    assert (found.read, len(parsed)) == (201, 2)
    assert lines_path(store, "toy").read_bytes() == before
    assert store.cas.path(whole.rows).stat().st_mtime == 1


def test_a_pool_is_read_alike(toy: Toy, store: Store, parsed: list[int]) -> None:
    aim = Aim(Target(accepted=20), "final", 7)
    intake(toy, store, aim=aim)
    toy.write([toy_seed(i) for i in range(3, 210)])
    del parsed[:]
    found = intake(toy, store, aim=aim)
    assert len(parsed) == 10
    assert found == fresh(toy, "full", aim=aim)
    # the target goes: the same lines, now in the intake table itself
    del parsed[:]
    toy.seeds.write_bytes(toy.seeds.read_bytes() + b"\n")
    assert intake(toy, store)["sums"][1].rows == found["sums"][1].rows
    assert parsed == []


KILLED = """\
import os, signal, sys
from pathlib import Path
from qmirror_assets.recipe import load_recipe
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.runner.sources import Sources
from qmirror_assets.store import atomic, open_store

left = int(sys.argv[2])
def count(_name):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
atomic.set_crash_point(count)
folder = Path(sys.argv[1])
run_intake(open_store(folder / "data"), "toy", Sources.of(load_recipe(str(folder))))
"""


def test_killed_anywhere_the_next_intake_is_the_same(toy: Toy) -> None:
    store = toy.open()
    intake(toy, store)
    store.close()
    toy.write([toy_seed(i, "others" if i % 3 else "sums") for i in range(9, 220)])
    expected, killed = fresh(toy, "full"), 0
    points = [5, 9, 14, 18, 19, 20, 21, 25]  # of 27: nine a partition, and 19 to 21 the lines
    for at in points:
        command = [sys.executable, "-c", KILLED, str(toy.folder), str(at)]
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
        killed += done.returncode == -signal.SIGKILL
        store = toy.open()
        assert intake(toy, store) == expected
        assert seed_lines.load_lines(store, "toy").domains == ("others", "sums")
        store.close()
        toy.write([toy_seed(i, "others" if i % 3 else "sums") for i in range(9, 220 + 6 * at)])
        expected = fresh(toy, f"full-{at}")
    assert killed == len(points)


def test_finding_lines_by_digest() -> None:
    import numpy as np

    lines = [bytes([n]) * 16 for n in (7, 3, 200)]
    words = np.frombuffer(b"".join(sorted(lines)), ">u8").reshape(-1, 2).astype(np.uint64)
    zeros = np.zeros(3, np.int32)
    made = seed_lines.SeedLines(("d",), (), words[:, 0], words[:, 1], zeros, zeros)
    almost = lines[0][:8] + b"otherend"
    found = made.find(b"".join([*lines, almost, bytes(16), b"\xff" * 16]))
    assert [sorted(lines)[n] if n >= 0 else None for n in found] == [*lines, None, None, None]
    assert made.traces(found[:2]).to_pylist() == [line + bytes(16) for line in lines[:2]]
    assert kept.Kept(made).of("d") == []
