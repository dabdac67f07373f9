"""F4: no file may grow beyond a limit; the build says so, and goes on when there is room again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import Toy, toy_seed

ROOT = Path(__file__).parents[2]
BUILD = """
import resource, signal, sys
from pathlib import Path
from qmirror_assets.engines.fake import FakeEngine, FakeOptions
from qmirror_assets.errors import StoreUnavailable
from tests.conftest import Toy
limit = int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write then fails instead of ending the process
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    engine = FakeEngine(FakeOptions(), {"kind": "fake", "model": "a"})
    Toy(Path(sys.argv[1]), lambda: engine).build()
except StoreUnavailable as error:
    print(error)
    sys.exit(error.exit_code)
"""


def test_a_file_that_may_not_grow(toy: Toy) -> None:
    toy.write([toy_seed(i) for i in range(12)])
    toy.build()
    expected = toy.versions()
    toy.write([toy_seed(i, note="x" * 900) for i in range(400)])
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(toy.folder), "60000"],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    assert "Free space" in done.stdout
    assert str(toy.folder / "data") in done.stdout
    toy.build()
    assert toy.last[-1].manifest.counts.rows_out == 400
    toy.write([toy_seed(i) for i in range(12)])
    toy.build()
    assert toy.versions() == expected
