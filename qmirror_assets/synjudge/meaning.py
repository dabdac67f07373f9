"""Likeness of two texts by word embeddings: a small table of weights inside an installed package.

Averaged word vectors: they know that a "jumbo jet" is near an "airplane", and nothing of grammar.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from qmirror_assets.errors import EngineUnavailable

Likeness = Callable[[str, str], float]
"""Cosine of two texts, -1 to 1."""

_PACKAGE: Final = "wordllama"


def meaning_identity() -> str:
    """What decides a likeness: the package that carries the weights, or "absent"."""
    try:
        return f"{_PACKAGE} {version(_PACKAGE)}"
    except PackageNotFoundError:
        return "absent"


def likeness(one: str, other: str) -> float:
    """Cosine of two texts, rounded to four digits; 0 where one of them is empty.

    Raises:
        EngineUnavailable: the package with the weights is not installed.
    """
    if not one.strip() or not other.strip():
        return 0.0
    return round(float(_vector(one) @ _vector(other)), 4)


@lru_cache(maxsize=4096)
def _vector(text: str) -> Any:
    return word_model().embed([text], norm=True)[0]


@lru_cache(maxsize=1)
def word_model() -> Any:
    """The embeddings, loaded once a process.

    Raises:
        EngineUnavailable: the package with the weights is not installed.
    """
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise EngineUnavailable(
            "the word embeddings are not installed",
            expected=f"the package {_PACKAGE}",
            remedy="Install the extra: pip install 'qmirror-assets[embedded]'",
        )
    with _same_logging():
        from wordllama import WordLlama

    # without its own folder named as the cache, it would look for the weights on the network
    return WordLlama.load(cache_dir=Path(found.origin).parent, disable_download=True)


@contextmanager
def _same_logging() -> Iterator[None]:
    """The package configures the root logger when it is imported, so every library would speak."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
