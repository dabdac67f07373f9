"""A library is fetched once, whoever asks, and a fetch that goes wrong leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from qmirror_assets.engines.library.apt import AptFailed, download
from qmirror_assets.engines.library.known import KnownLibrary
from qmirror_assets.engines.library.obtain import find_library, resolve_library
from qmirror_assets.engines.models import Progress
from qmirror_assets.errors import EngineUnavailable
from tests.packages import make_package

# stands for the machine's program: the lists of a test machine are not ours to need
APT = """\
#!/bin/sh
echo "$@" >> {log}
case "$*" in
  *download*) {deliver} ;;
esac
"""


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnownLibrary:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("QMIRROR_LIBRARY_DIR", raising=False)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    Image.new("RGB", (200, 200), "navy").save(pictures / "cat.png")
    (pictures / "cat.txt").write_text("A cat.", "utf-8")
    return make_package(pictures, tmp_path / "mirror")


def install_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deliver: str) -> Path:
    programs, log = tmp_path / "bin", tmp_path / "apt.calls"
    programs.mkdir()
    script = programs / "apt-get"
    script.write_text(APT.format(log=log, deliver=deliver), "utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return log


def copy(tmp_path: Path) -> str:
    return f"cp {tmp_path}/mirror/*.deb ."


def test_fetched_with_the_pinned_version(
    known: KnownLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = install_apt(tmp_path, monkeypatch, copy(tmp_path))
    seen: list[Progress] = []
    assert [e.title for e in resolve_library(known, seen.append).entries] == ["A cat."]
    assert log.read_text("utf-8").split() == ["-qq", "download", "small-pictures=1.0-1"]
    assert (seen[0].bytes_done, seen[-1].bytes_done) == (0, known.size)
    assert seen[-1].parts_done == seen[-1].parts == 1
    assert not (tmp_path / "mirror" / "script-was-run").exists()


def test_lists_of_its_own_where_the_machine_has_none(
    known: KnownLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver = f'case "$*" in *Dir::State=*) {copy(tmp_path)};; *) echo none >&2; exit 100;; esac'
    log = install_apt(tmp_path, monkeypatch, deliver)
    assert resolve_library(known).entries
    verbs = [line.split()[-1] for line in log.read_text("utf-8").splitlines()]
    assert verbs == ["small-pictures=1.0-1", "update", "small-pictures=1.0-1"]


def test_two_processes_fetch_once(
    known: KnownLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = install_apt(tmp_path, monkeypatch, f"sleep 1; {copy(tmp_path)}")
    code = (
        "from qmirror_assets.engines.library.known import KnownLibrary\n"
        "from qmirror_assets.engines.library.obtain import resolve_library\n"
        f"print(resolve_library({known!r}).digest())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60)[0] for process in started]
    assert {process.returncode for process in started} == {0}
    assert len(set(said)) == 1
    assert len(log.read_text("utf-8").splitlines()) == 1


@pytest.mark.parametrize(
    ("deliver", "says"),
    [
        ("echo 'E: Unable to locate package' >&2; exit 100", "Unable to locate package"),
        ("exit 0", "left no package"),
        ("echo other > small-pictures_1.0-1_all.deb", "is not the pinned one"),
    ],
    ids=["no-package", "nothing", "other-bytes"],
)
def test_a_failed_fetch_leaves_nothing(
    known: KnownLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deliver: str, says: str
) -> None:
    install_apt(tmp_path, monkeypatch, deliver)
    with pytest.raises(EngineUnavailable, match=says):
        resolve_library(known)
    assert find_library(known) is None
    left = [p.name for p in (tmp_path / "cache" / "libraries").iterdir()]
    assert left == [f"{known.sha256}.lock"]


def test_an_unwritable_cache_is_said(known: KnownLibrary, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file", "utf-8")
    with pytest.raises(EngineUnavailable, match="cannot be stored"):
        resolve_library(known)


def test_a_fetch_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from qmirror_assets.engines.library import apt

    install_apt(tmp_path, monkeypatch, "exec sleep 60")
    monkeypatch.setattr(apt, "_TIMEOUT_S", 0.2)
    monkeypatch.setattr(apt, "_LOOK_S", 0.05)
    folder = tmp_path / "scratch"
    folder.mkdir()
    with pytest.raises(AptFailed, match="took over"):
        download("small-pictures", "1.0-1", folder, lambda _count: None)
