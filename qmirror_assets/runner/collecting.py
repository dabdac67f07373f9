"""Python's cycle collector during a pass over rows."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_OBJECTS: Final = 20_000
"""New objects between two looks; Python's own 700 are reached by a dozen calls."""


@contextmanager
def older_objects_set_aside() -> Iterator[None]:
    """Let the collector look only at what is made inside the block, and less often.

    A window of rows makes enough objects for full collections; each would walk every object of
    every imported library, which costs a sixth of a build. What a call leaves is freed by its
    reference count; the collector is for the few cycles of tasks and errors.
    """
    often = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS, *often[1:])
    try:
        yield
    finally:
        gc.set_threshold(*often)
        gc.unfreeze()
