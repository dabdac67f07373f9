"""Small Debian packages of pictures, for tests of the picture library."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from qmirror_assets.engines.library.known import KnownLibrary

ROOT = "usr/share/pictures"
_CONTROL = """\
Package: small-pictures
Version: 1.0-1
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: pictures
"""


def make_package(pictures: Path, target: Path) -> KnownLibrary:
    """Build `small-pictures_1.0-1_all.deb` of a folder in `target`, and the pin for it."""
    tree = target.with_name(f"{target.name}-tree")
    shutil.copytree(pictures, tree / ROOT)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(_CONTROL, "utf-8")
    script = tree / "DEBIAN" / "preinst"
    script.write_text(f"#!/bin/sh\ntouch {target}/script-was-run\n", "utf-8")
    script.chmod(0o755)
    target.mkdir(parents=True, exist_ok=True)
    package = target / "small-pictures_1.0-1_all.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "--build", str(tree), str(package)],
        check=True,
        capture_output=True,
    )
    data = package.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    return KnownLibrary("small-pictures", "1.0-1", sha256, len(data), "CC0-1.0", ROOT)
