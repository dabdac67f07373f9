"""Input pictures of a seed: read from beside the seed file, checked, re-encoded."""

from __future__ import annotations

import stat
import warnings
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from qmirror_assets.records import Reason
from qmirror_assets.seeds.faults import RowFault
from qmirror_assets.seeds.text import snippet

MAX_PIXELS = 4_000_000
MAX_BYTES = 8_000_000
FORMATS = ("PNG", "JPEG", "WEBP")


def load_image(folder: Path, name: str) -> bytes:
    """The picture `name` below `folder` as PNG bytes: L, RGB or RGBA, upright, no metadata.

    The bytes depend on the pixels and on the Pillow version alone.

    Raises:
        RowFault: bad_image, when the path leaves the folder, is no plain file, is over 4
            megapixels or 8 MB, moves, or cannot be decoded to its end.
    """
    data = _read_file(_find_inside(folder, name), name)
    # Global state, but reading seeds is one thread's work.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return _reencode(data, name)
        except RowFault:
            raise
        except Exception as error:  # decoders raise anything on hostile bytes
            raise _fault(name, f"cannot be decoded ({type(error).__name__})") from error


def _find_inside(folder: Path, name: str) -> Path:
    try:
        home = folder.resolve(strict=True)
        # Resolved before the comparison: a link inside may point outside.
        path = (home / name).resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise _fault(name, "not found beside the seed file") from error
    if Path(name).is_absolute() or not path.is_relative_to(home):
        raise _fault(name, "outside the seed file's folder")
    return path


def _read_file(path: Path, name: str) -> bytes:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # opening a pipe would wait for ever
            raise _fault(name, "not a plain file")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _fault(name, "cannot be read") from error
    if len(data) > MAX_BYTES:
        raise _fault(name, f"more than {MAX_BYTES} bytes")
    return data


def _reencode(data: bytes, name: str) -> bytes:
    with Image.open(BytesIO(data), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise _fault(name, f"{image.width}x{image.height} pixels; at most {MAX_PIXELS}")
        if getattr(image, "n_frames", 1) > 1:
            raise _fault(name, "more than one frame")
        image.load()
        plain = _to_plain_mode(ImageOps.exif_transpose(image))
    # A fresh picture holds pixels only: text chunks, EXIF, XMP and profiles stay behind.
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    target = BytesIO()
    bare.save(target, "PNG", compress_level=6)
    return target.getvalue()


def _to_plain_mode(image: Image.Image) -> Image.Image:
    if image.mode in {"L", "RGB", "RGBA"} and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _fault(name: str, detail: str) -> RowFault:
    return RowFault(Reason.BAD_IMAGE, f"'{snippet(name)}': {detail}")
