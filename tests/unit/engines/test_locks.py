import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qmirror_assets.engines.locks import all_cores, hold_lock, locked, try_lock


def test_exclusive_and_shared(tmp_path: Path) -> None:
    path = tmp_path / "a"
    one, two = hold_lock(path, shared=True), hold_lock(path, shared=True)
    assert one is not None
    assert two is not None
    assert not try_lock(path)
    one.release()
    one.release()
    assert not try_lock(path)
    two.release()
    assert try_lock(path)


def test_block_holds_the_lock(tmp_path: Path) -> None:
    with locked(tmp_path / "a"):
        assert not try_lock(tmp_path / "a")
    assert try_lock(tmp_path / "a")


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path;"
        "from qmirror_assets.engines.locks import hold_lock;"
        "hold = hold_lock(Path(sys.argv[1])); print(1, flush=True); time.sleep(60)"
    )
    path = tmp_path / "a"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, env=environment
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert not try_lock(path)
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert try_lock(path)


async def test_heavy_work_takes_turns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path))
    order: list[str] = []

    async def work(name: str) -> None:
        for _ in range(3):
            async with all_cores():
                order.append(name)
                await asyncio.sleep(0.01)
                order.append(name)

    await asyncio.gather(work("a"), work("b"))
    pairs = list(zip(order[::2], order[1::2], strict=True))
    assert all(begin == end for begin, end in pairs)  # never inside each other
    assert [begin for begin, _ in pairs[:4]] in (["a", "b", "a", "b"], ["b", "a", "b", "a"])
