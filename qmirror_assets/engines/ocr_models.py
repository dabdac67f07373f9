"""The OCR package's model files, found without importing it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from qmirror_assets.engines.digests import file_digest
from qmirror_assets.errors import EngineUnavailable

_FILES: Final = {"detection": "PP-OCRv6_det_small.onnx", "recognition": "PP-OCRv6_rec_small.onnx"}
READING_VERSION: Final = "1"
"""Bumped by hand when our own preparation of pictures or reading of results changes."""


def ocr_identity() -> dict[str, str]:
    """Release and model digests: what decides what is read.

    Raises:
        EngineUnavailable: OCR is not installed, or its models are not in the package.
    """
    try:
        release = version("rapidocr")
        digests = {use: file_digest(path) for use, path in model_files().items()}
    except (PackageNotFoundError, OSError) as error:
        raise EngineUnavailable(
            "OCR is not installed",
            found=str(error),
            remedy="Install the extra: pip install 'qmirror-assets[embedded]'",
        ) from error
    return {"rapidocr": release, "reading": READING_VERSION, **digests}


def model_files() -> dict[str, Path]:
    """The model of each use inside the installed package.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    found = find_spec("rapidocr")
    if found is None or found.origin is None:
        raise FileNotFoundError("rapidocr")
    folder = Path(found.origin).parent / "models"
    return {use: folder / name for use, name in _FILES.items()}
