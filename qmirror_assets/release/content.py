"""What a version is made of, known before any of its files is written."""

from __future__ import annotations

from collections.abc import Mapping

from qmirror_assets.fingerprint import fingerprint
from qmirror_assets.recipe import RecipeSpec


def version_content(spec: RecipeSpec, data_versions: Mapping[str, str]) -> str:
    """Fingerprint of the final rows of every domain, and of how they are released and gated.

    It decides whether a version is still up to date without reading a row.

    Args:
        spec: The recipe.
        data_versions: Domain -> data version of its last node.
    """
    rows = [[domain, data_versions[domain]] for domain in sorted(data_versions)]
    release, gate = (part.model_dump(mode="json") for part in (spec.release, spec.gate))
    return fingerprint("content", [rows, release, gate])
