"""Q-Mirror Assets: declarative, cached, gated dataset builds for image + text data.

    import qmirror_assets as qm

    result = qm.build("qmirror")
    trail = qm.audit(result.dataset, "0123abcd...")

Everything is imported on first use, so importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any

# Arrow's usual allocator keeps what it frees: a build of a million rows would hold twice as much.
# It is chosen when Arrow is loaded, which nothing here has done yet.
if sys.platform != "win32":
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc")

__version__ = "0.1.0"

_API = (
    "audit", "build", "export", "plan", "preview", "publish", "rejects", "report", "retry",
    "schema", "versions", "why",
)  # fmt: skip
_ERRORS = ("QMirrorError",)

if TYPE_CHECKING:
    from qmirror_assets.api import (
        audit,
        build,
        export,
        plan,
        preview,
        publish,
        rejects,
        report,
        retry,
        schema,
        versions,
        why,
    )
    from qmirror_assets.errors import QMirrorError

__all__ = [
    "QMirrorError",
    "__version__",
    "audit",
    "build",
    "export",
    "plan",
    "preview",
    "publish",
    "rejects",
    "report",
    "retry",
    "schema",
    "versions",
    "why",
]


def __getattr__(name: str) -> Any:
    if name in _API:
        return getattr(importlib.import_module("qmirror_assets.api"), name)
    if name in _ERRORS:
        return getattr(importlib.import_module("qmirror_assets.errors"), name)
    raise AttributeError(f"module 'qmirror_assets' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
