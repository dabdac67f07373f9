"""The checks over samples: table `facts`, one row per sample."""

from __future__ import annotations

from qmirror_assets.recipe import GateSpec
from quality_checks.check import AlwaysTrue, AtLeast, Check, Holds, Severity, Unique, percent

SIDES = (16, 10_000)
"""Smallest and largest side of a picture, in pixels."""

PIXELS = 40_000_000
"""Most pixels of a picture; readers warn of a decompression bomb at about twice that."""


def facts_checks(gate: GateSpec) -> tuple[Check, ...]:
    """Every check over samples, in the order of a report."""
    return (
        Check(
            "row_floor",
            "facts",
            "",
            f"at least {gate.min_rows} samples",
            "",
            AtLeast(gate.min_rows),
        ),
        *_identity_checks(),
        *_text_checks(),
        *_score_checks(gate),
        *_image_checks(gate),
        *_integrity_checks(gate),
    )


def _rows(
    name: str,
    column: str,
    expected: str,
    fault: str,
    condition: str,
    *,
    tolerated: float = 0.0,
    source: str = "{batch}",
    severity: Severity = "critical",
) -> Check:
    rule = Holds(condition, value=column or "''", source=source, tolerated=tolerated)
    return Check(name, "facts", column, expected, fault, rule, severity)


def _identity_checks() -> tuple[Check, ...]:
    return (
        _rows("ids_present", "id", "every sample to have an id", "without an id", "id <> ''"),
        Check(
            "ids_unique",
            "facts",
            "id",
            "every id to occur once",
            "that share their id",
            Unique("id"),
        ),
        Check(
            "row_digests_unique",
            "facts",
            "row_digest",
            "no two samples with the same content",
            "that share their content",
            Unique("row_digest"),
        ),
    )


def _text_checks() -> tuple[Check, ...]:
    return tuple(
        _rows(
            f"{column}_present",
            column,
            f"every sample to have a {word}",
            f"without a {word}",
            rf"regexp_matches({column}, '\S')",
        )
        for column, word in (
            ("question", "question"),
            ("answer", "text as its answer"),
            ("licence", "licence"),
            ("split", "split"),
        )
    )


def _score_checks(gate: GateSpec) -> tuple[Check, ...]:
    low, high = gate.score_range
    name = gate.score_column
    return (
        _rows(
            "score_evaluated",
            "score",
            f"at least {percent(gate.min_evaluated)} of samples to have a finite {name}",
            f"without a finite {name}",
            "coalesce(isfinite(score), false)",
            tolerated=1 - gate.min_evaluated,
        ),
        _rows(
            "score_finite",
            "score",
            f"no {name} that is NaN or infinite",
            f"whose {name} is NaN or infinite",
            "score IS NULL OR isfinite(score)",
        ),
        # DuckDB holds NaN larger than every number: a bare BETWEEN with an open end lets it pass.
        _rows(
            "score_in_range",
            "score",
            f"every {name} to lie from {low:g} to {high:g}",
            f"whose {name} lies outside",
            f"score IS NULL OR (isfinite(score) AND score BETWEEN {low!r} AND {high!r})",
        ),
    )


def _image_checks(gate: GateSpec) -> tuple[Check, ...]:
    exempt = "" if gate.require_image else "image_digest = '' OR "
    low, high = SIDES
    sides = f"image_width BETWEEN {low} AND {high} AND image_height BETWEEN {low} AND {high}"
    pixels = f"CAST(image_width AS BIGINT) * image_height <= {PIXELS}"
    checks = (
        _rows(
            "images_stored",
            "image_digest",
            "every picture to be in the content store",
            "whose picture is not in the content store",
            f"{exempt}image_in_cas",
        ),
        _rows(
            "images_decodable",
            "image_digest",
            "every picture to be decodable",
            "whose picture cannot be decoded",
            f"{exempt}image_decodes",
        ),
        _rows(
            "image_sizes",
            "image_width",
            f"every picture to have sides of {low} to {high} and at most {PIXELS} pixels",
            "whose picture is too small or too large",
            f"{exempt}({sides} AND {pixels})",
        ),
    )
    if not gate.require_image:
        return checks
    present = _rows(
        "images_present",
        "image_digest",
        "every sample to have a picture",
        "without a picture",
        "image_digest <> ''",
    )
    return (present, *checks)


def _integrity_checks(gate: GateSpec) -> tuple[Check, ...]:
    families = "min(split) OVER (PARTITION BY family) = max(split) OVER (PARTITION BY family)"
    return (
        Check(
            "lineage_closed",
            "facts",
            "lineage_ok",
            "every sample to lead back to its seed",
            "whose lineage is broken",
            AlwaysTrue("lineage_ok"),
        ),
        Check(
            "answers_preserved",
            "facts",
            "answer_preserved",
            "every sample to keep its seed's answer",
            "whose answer differs from the seed's",
            AlwaysTrue("answer_preserved"),
        ),
        _rows(
            "duplicate_rate",
            "duplicate_of",
            f"at most {percent(gate.max_duplicate_rate)} of samples to repeat another",
            "that repeat another",
            "duplicate_of = ''",
            tolerated=gate.max_duplicate_rate,
        ),
        # A warning: a release may be split by another column than the family.
        _rows(
            "families_kept_together",
            "family",
            "every seed family to lie in one split",
            "whose family lies in several splits",
            "family = '' OR together",
            source=f"(SELECT id, family, {families} AS together FROM {{batch}})",
            severity="warning",
        ),
    )
