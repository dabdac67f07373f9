"""The word embeddings: near and far words, and a package that would change everybody's logging."""

from __future__ import annotations

import logging
import subprocess
import sys
from contextlib import suppress

import pytest

from qmirror_assets.synjudge import meaning

LOADED = """
import logging
from qmirror_assets.synjudge.meaning import word_model
root = logging.getLogger()
before = (list(root.handlers), root.level)
word_model()
assert (root.handlers, root.level) == before, (root.handlers, root.level)
"""


def test_the_root_logger_stays_as_it_was() -> None:
    """In a process of its own: the package configures it once, when it is first imported."""
    pytest.importorskip("wordllama")
    subprocess.run([sys.executable, "-c", LOADED], check=True, timeout=120)


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
