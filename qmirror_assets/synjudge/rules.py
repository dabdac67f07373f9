"""Rules that code applies to every verdict, whoever the judge was."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from qmirror_assets.synjudge.dimensions import NEEDS_PICTURE, NEEDS_TEXT, Dimension
from qmirror_assets.synjudge.verdict import Score, State, Verdict

REDUNDANT_CAP: Final = 4
"""The highest synergy of a pair where one side repeats the other."""


def apply_rules(
    verdict: Verdict, *, has_text: bool, has_picture: bool, copied: float, most_copied: float
) -> Verdict:
    """Null rules, then the cap on redundant pairs.

    Args:
        verdict: What the judge said.
        has_text: Whether there is an answer.
        has_picture: Whether there is a picture.
        copied: Share of the answer that the picture's words say as well, 0 to 1.
        most_copied: The share from which a pair is redundant.
    """
    if verdict.count(State.UNPARSABLE):
        return verdict
    scores = dict(verdict.scores)
    if not has_text:
        scores |= dict.fromkeys(NEEDS_TEXT, Score(0, State.NULL_RULE, "there is no answer"))
    if not has_picture:
        scores |= dict.fromkeys(NEEDS_PICTURE, Score(0, State.NULL_RULE, "there is no picture"))
    if copied >= most_copied:
        scores[Dimension.ITS] = _capped(scores[Dimension.ITS], copied)
    return replace(verdict, scores=scores)


def _capped(score: Score, copied: float) -> Score:
    if score.value is None or score.value <= REDUNDANT_CAP:
        return score
    why = f"{copied:.0%} of the answer repeats the picture's own words"
    return Score(REDUNDANT_CAP, score.state, f"{score.reason}; at most {REDUNDANT_CAP}: {why}")
