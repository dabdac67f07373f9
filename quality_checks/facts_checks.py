"""The checks over samples: table `facts`, one row per sample."""

from __future__ import annotations

from qmirror_assets.recipe import GateSpec
from quality_checks.check import AlwaysTrue, AtLeast, Check, Unique, count, percent, sample_check
from quality_checks.image_checks import image_checks

_FAMILIES = """(
    SELECT id, family, min(split) OVER (PARTITION BY family)
        = max(split) OVER (PARTITION BY family) AS together
    FROM {batch}
)"""


def facts_checks(gate: GateSpec) -> tuple[Check, ...]:
    """Every check over samples, in the order of a report."""
    return (
        Check(
            "row_floor",
            "facts",
            "",
            f"at least {count(gate.min_rows, 'sample')}",
            "",
            AtLeast(gate.min_rows),
        ),
        *_identity_checks(),
        *_text_checks(),
        *_score_checks(gate),
        *image_checks(gate),
        *_integrity_checks(gate),
    )


def _identity_checks() -> tuple[Check, ...]:
    return (
        sample_check(
            "ids_present", "id", "every sample to have an id", "without an id", "id <> ''"
        ),
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
        sample_check(
            f"{column}_present",
            column,
            f"every sample to have {word}",
            f"without {word}",
            rf"regexp_matches({column}, '\S')",
        )
        for column, word in (
            ("question", "a question"),
            ("answer", "an answer"),
            ("licence", "a licence"),
            ("split", "a split"),
        )
    )


def _score_checks(gate: GateSpec) -> tuple[Check, ...]:
    # A recipe whose samples have no score names no score column.
    if not gate.score_column:
        return ()
    low, high = gate.score_range
    name = gate.score_column
    return (
        sample_check(
            "score_evaluated",
            "score",
            f"at least {percent(gate.min_evaluated)} of samples to have a finite {name}",
            f"without a finite {name}",
            "coalesce(isfinite(score), false)",
            tolerated=1 - gate.min_evaluated,
        ),
        sample_check(
            "score_finite",
            "score",
            f"no {name} that is NaN or infinite",
            f"whose {name} is NaN or infinite",
            "score IS NULL OR isfinite(score)",
        ),
        # DuckDB holds NaN larger than every number: a bare BETWEEN with an open end lets it pass.
        sample_check(
            "score_in_range",
            "score",
            f"every {name} to lie from {low:g} to {high:g}",
            f"whose {name} lies outside",
            f"score IS NULL OR (isfinite(score) AND score BETWEEN {low!r} AND {high!r})",
        ),
    )


def _integrity_checks(gate: GateSpec) -> tuple[Check, ...]:
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
        sample_check(
            "duplicate_rate",
            "duplicate_of",
            f"at most {percent(gate.max_duplicate_rate)} of samples to repeat another",
            "that repeat another",
            "duplicate_of = ''",
            tolerated=gate.max_duplicate_rate,
        ),
        # A warning: a release may be split by another column than the family.
        sample_check(
            "families_kept_together",
            "family",
            "every seed family to lie in one split",
            "whose family lies in several splits",
            "family = '' OR together",
            source=_FAMILIES,
            severity="warning",
        ),
    )
