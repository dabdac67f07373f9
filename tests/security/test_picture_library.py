"""A picture package and a caption are hostile until proved otherwise."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from PIL import Image

from qmirror_assets.engines.base import Call, Failure, Outcome, Raw, Request, Role
from qmirror_assets.engines.build import build_engine
from qmirror_assets.engines.library import unpack as unpacking
from qmirror_assets.engines.library.listing import list_folder
from qmirror_assets.engines.library.unpack import BadPackage, unpack, unpack_tar

ROOT = "usr/share/pictures"


def archive(*members: tuple[str, bytes], links: tuple[tuple[str, str], ...] = ()) -> io.BytesIO:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, target in links:
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            tar.addfile(link)
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o4777
            tar.addfile(info, io.BytesIO(data))
    out.seek(0)
    return out


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "in" / "side"
    folder.mkdir(parents=True)
    return folder


def written(root: Path) -> list[str]:
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if not p.is_dir())


def test_only_pictures_and_captions_below_the_root(tmp_path: Path, target: Path) -> None:
    stream = archive(
        (f"./{ROOT}/a/cat.png", b"p"), (f"./{ROOT}/a/cat.txt", b"A cat."),
        (f"./{ROOT}/run.sh", b"x"), ("./etc/cat.png", b"x"), (f"./{ROOT}x/cat.png", b"x"),
    )  # fmt: skip
    assert unpack_tar(stream, ROOT, target) == 2
    assert written(tmp_path) == ["in/side/a/cat.png", "in/side/a/cat.txt"]
    assert not (target / "a/cat.png").stat().st_mode & 0o6111, "no rights from the archive"


@pytest.mark.parametrize(
    "name",
    [f"./{ROOT}/../../../../../escaped.png", f"{ROOT}/../../../../escaped.png",
     f"{ROOT}/a/../../../../../escaped.png"],
    ids=["up", "no-dot", "down-and-up"],
)  # fmt: skip
def test_a_member_that_points_outside_is_refused(tmp_path: Path, target: Path, name: str) -> None:
    with pytest.raises(BadPackage, match="outside"):
        unpack_tar(archive((name, b"x")), ROOT, target)
    assert written(tmp_path) == []


def test_absolute_names_are_not_below_the_root(tmp_path: Path, target: Path) -> None:
    assert unpack_tar(archive((f"/{ROOT}/a.png", b"x"), ("/tmp/a.png", b"x")), ROOT, target) == 0
    assert written(tmp_path) == []


def test_links_are_left_out_and_not_followed(tmp_path: Path, target: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    stream = archive(
        (f"{ROOT}/door/cat.png", b"x"),
        links=((f"{ROOT}/door", str(outside)), (f"{ROOT}/passwd.png", "/etc/passwd")),
    )
    assert unpack_tar(stream, ROOT, target) == 1
    assert written(outside) == []
    assert written(target) == ["door/cat.png"]


def test_bulk_is_refused(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "_LARGEST_MEMBER", 10)
    with pytest.raises(BadPackage, match="too large"):
        unpack_tar(archive((f"{ROOT}/a.png", b"x" * 11)), ROOT, target)
    monkeypatch.setattr(unpacking, "_MOST_MEMBERS", 2)
    with pytest.raises(BadPackage, match="over 2 members"):
        unpack_tar(archive(*[(f"{ROOT}/{n}.ogg", b"") for n in range(3)]), ROOT, target)


@pytest.mark.parametrize(
    "data", [b"", b"!<arch>\njunk", b"x" * 5000], ids=["empty", "head", "junk"]
)
def test_what_is_no_package_is_refused(tmp_path: Path, target: Path, data: bytes) -> None:
    package = tmp_path / "a.deb"
    package.write_bytes(data)
    with pytest.raises(BadPackage):
        unpack(package, ROOT, target)


def test_a_linked_picture_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (200, 200), "navy").save(folder / "cat.png")
    (folder / "cat.txt").write_text("A cat.", "utf-8")
    (folder / "secret.png").symlink_to("/etc/passwd")
    (folder / "secret.txt").write_text("A secret.", "utf-8")
    (folder / "other.png").write_bytes((folder / "cat.png").read_bytes())
    (folder / "other.txt").symlink_to("/etc/hostname")
    assert [entry.file for entry in list_folder(folder).entries] == ["cat.png"]


HOSTILE = {
    "ten-thousand": "cat " * 2500,
    "one-long-word": "c" * 10_000,
    "control": "\x00\x1b]0;x\x07\u202ecat\r\n",
    "scripts": "кошка 猫 قط बिल्ली 🐈",
    "half-character": "cat \ud800",
    "path": "../../../etc/passwd; rm -rf / && $(reboot) `id` | cat",
    "template": "{{ 7*7 }} {0} %s <script>alert(1)</script> cat",
    "numbers": "1" * 9000,
}


@pytest.mark.parametrize("caption", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_caption_is_answered_or_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caption: str
) -> None:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "pictures"
    folder.mkdir()
    Image.new("RGB", (200, 200), "navy").save(folder / "cat.png")
    (folder / "cat.txt").write_text("A cat.", "utf-8")
    engine = build_engine(
        {"kind": "library", "folder": str(folder), "name": "own", "licence": "CC0-1.0"}
    )
    calls = [Call(Request(Role.TEXT_TO_IMAGE, {"caption": text})) for text in (caption, "a cat")]
    outcomes: list[Outcome] = list(await engine.run(calls))
    await engine.close()
    assert isinstance(outcomes[0], Raw | Failure)
    assert isinstance(outcomes[1], Raw)
    assert outcomes[1].body["alt"] == "A cat."
