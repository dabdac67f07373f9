"""Definitions of the project named in the environment, for `qmirror ui` outside a checkout."""

from qmirror_assets.assets.factory import build_definitions

defs = build_definitions()
