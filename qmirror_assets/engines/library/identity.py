"""What decides which picture a library engine serves, beside the library itself."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final

from qmirror_assets.engines.library.listing import LISTING_VERSION
from qmirror_assets.engines.library.match import MATCHER
from qmirror_assets.engines.library.picture import LONGEST_SIDE, PICTURE_VERSION
from qmirror_assets.engines.library.words import WORDS_VERSION
from qmirror_assets.errors import EngineUnavailable

LIBRARIES: Final = ("pillow", "snowballstemmer", "wordllama")


def library_identity() -> dict[str, str]:
    """Versions of our own code and releases of the libraries that match and draw.

    Raises:
        EngineUnavailable: a library is not installed.
    """
    try:
        releases = {name: version(name) for name in LIBRARIES}
    except PackageNotFoundError as error:
        raise EngineUnavailable(
            "the matcher of the picture library is not installed",
            found=str(error),
            remedy="Install the extra: pip install 'qmirror-assets[embedded]'",
        ) from error
    ours = {"listing": LISTING_VERSION, "words": WORDS_VERSION, "matcher": MATCHER}
    return {**ours, "picture": PICTURE_VERSION, "longest_side": str(LONGEST_SIDE), **releases}
