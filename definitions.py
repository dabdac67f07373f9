"""Entry point of Dagster: `dagster dev -f definitions.py` or `qmirror ui`."""

from qmirror_assets.assets.factory import build_definitions

defs = build_definitions()
