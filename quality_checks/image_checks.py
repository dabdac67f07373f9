"""The checks over the pictures of samples."""

from __future__ import annotations

from qmirror_assets.recipe import GateSpec
from quality_checks.check import Check, sample_check

SIDES = (16, 10_000)
"""Smallest and largest side of a picture, in pixels."""

PIXELS = 40_000_000
"""Most pixels of a picture; readers warn of a decompression bomb at about twice that."""


def image_checks(gate: GateSpec) -> tuple[Check, ...]:
    """Checks of stored pictures; a sample without one is exempt unless the gate requires it."""
    exempt = "" if gate.require_image else "image_digest = '' OR "
    low, high = SIDES
    sides = f"image_width BETWEEN {low} AND {high} AND image_height BETWEEN {low} AND {high}"
    pixels = f"CAST(image_width AS BIGINT) * image_height <= {PIXELS}"
    checks = (
        sample_check(
            "images_stored",
            "image_digest",
            "every picture to be in the content store",
            "whose picture is not in the content store",
            f"{exempt}image_in_cas",
        ),
        sample_check(
            "images_decodable",
            "image_digest",
            "every picture to be decodable",
            "whose picture cannot be decoded",
            f"{exempt}image_decodes",
        ),
        sample_check(
            "image_sizes",
            "image_width",
            f"every picture to have sides of {low} to {high} and at most {PIXELS} pixels",
            "whose picture is too small or too large",
            f"{exempt}({sides} AND {pixels})",
        ),
    )
    if not gate.require_image:
        return checks
    present = sample_check(
        "images_present",
        "image_digest",
        "every sample to have a picture",
        "without a picture",
        "image_digest <> ''",
    )
    return (present, *checks)
