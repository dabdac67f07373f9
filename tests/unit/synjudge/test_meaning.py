"""The word embeddings: near and far words, and a package that would change everybody's logging."""

from __future__ import annotations

import logging
import subprocess
import sys
from contextlib import suppress

import pytest

from qmirror_assets.synjudge import meaning

ROOT_LOGGER = """
import logging, sys
from qmirror_assets.synjudge.meaning import word_model
root = logging.getLogger()
word_model()
print(len(root.handlers), logging.getLevelName(root.level), "wordllama" in sys.modules)
"""


def test_the_root_logger_stays_as_it_was() -> None:
    """In a process of its own: the package configures it once, when it is first imported."""
    pytest.importorskip("wordllama")
    done = subprocess.run(
        [sys.executable, "-c", ROOT_LOGGER], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == ["0", "WARNING", "True"], "as Python leaves it, once imported"


def test_it_is_put_back_after_a_failed_import_too() -> None:
    root, handler = logging.getLogger(), logging.NullHandler()
    before = (list(root.handlers), root.level)
    with suppress(ImportError), meaning._same_logging():
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        raise ImportError("half of it")
    assert (root.handlers, root.level) == before


def test_near_words_are_nearer_than_far_ones() -> None:
    pytest.importorskip("wordllama")
    near, far = meaning.likeness("jumbo jet", "airplane"), meaning.likeness("jumbo jet", "frog")
    assert near > far
    assert meaning.likeness("jumbo jet", " ") == 0.0
