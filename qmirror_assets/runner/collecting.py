"""Python's cycle collector during a pass over rows."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def older_objects_set_aside() -> Iterator[None]:
    """Let the collector look only at what is made inside the block.

    A window of rows makes enough objects for full collections; each would walk every object of
    every imported library, which costs a sixth of a build.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
