"""F4: no file may grow beyond a limit; the build says so, and goes on when there is room again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qmirror_assets.integrity.fsck import Examination
from qmirror_assets.lineage.audit import audit_release
from qmirror_assets.release import checksums
from qmirror_assets.release.publish import publish
from qmirror_assets.release.registry import current_version
from tests.conftest import Toy, toy_seed
from tests.integration.release_fixtures import SUITE, VERSION, Shop, built, seeds, shop

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


NEXT = """
import resource, signal, sys
from pathlib import Path
from qmirror_assets.errors import StoreUnavailable
from qmirror_assets.release.publish import publish
from tests.integration.release_fixtures import SUITE, open_shop, seeds
limit, step = int(sys.argv[2]), sys.argv[3]
def fill():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with open_shop(Path(sys.argv[1])) as shop:
        shop.write_seeds(seeds(60))
        if step == "build":
            fill()
        shop.build()
        if step == "candidate":
            fill()
        made = shop.candidate("2026.11.1")
        shop.pass_gate(made)
        if step == "publish":
            fill()
        publish(shop.store, "shop", "2026.11.1", SUITE)
except StoreUnavailable as error:
    print(error)
    sys.exit(error.exit_code)
"""


@pytest.mark.parametrize(
    ("step", "limit"), [("build", 6_000), ("candidate", 9_000), ("publish", 200)]
)
def test_the_release_before_stays_readable(shop: Shop, step: str, limit: int) -> None:
    shop.pass_gate(shop.candidate())
    folder = publish(shop.store, "shop", VERSION, SUITE).directory
    before = checksums.hash_files(folder)
    sample = audited(folder)[0]
    trail = audit_release(folder, sample)
    shop.store.close()
    done = subprocess.run(
        [sys.executable, "-c", NEXT, str(shop.folder), str(limit), step],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr + done.stdout
    assert "Free space" in done.stdout
    assert checksums.hash_files(folder) == before
    checksums.compare(folder, before, checksums.read_checksums(folder))
    assert audit_release(folder, sample) == trail
    assert sorted(path.name for path in folder.parent.iterdir()) == [VERSION, "current.json"]
    assert current_version(shop.store, "shop") == VERSION
    assert Examination(shop.store).run().clean
    shop.write_seeds(seeds(60))
    shop.build()
    shop.pass_gate(shop.candidate("2026.11.1"))
    assert publish(shop.store, "shop", "2026.11.1", SUITE).directory.is_dir()
    assert checksums.hash_files(folder) == before


def audited(folder: Path) -> list[str]:
    """Accepted samples of a release."""
    import pyarrow.parquet as pq

    rows = pq.read_table(folder / "lineage" / "samples.parquet").to_pylist()
    return [row["sample_id"] for row in rows if row["split"]]
