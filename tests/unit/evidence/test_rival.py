"""Loop against best-of-N at no fewer requests."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from qmirror_assets.evidence.model import Asked, Curve, Evidence, Loop, Point, Round
from qmirror_assets.evidence.rival import compare
from qmirror_assets.evidence.spread import Spread

SAMPLES = 100


def evidence(name: str, means: Sequence[float], each: int, *, higher: bool = True) -> Evidence:
    """One loop whose every round asks `each` requests a sample; kept means as given."""
    rounds = [
        Round(k, SAMPLES, SAMPLES, 0, {}, 0.0, Asked(text=each * SAMPLES), 0, 0, 0.0, 0.0)
        for k in range(len(means))
    ]
    points = [
        Point(k, SAMPLES, Spread(), None, SAMPLES, Spread(SAMPLES, mean, 1.0), None, True)
        for k, mean in enumerate(means)
    ]
    curve = Curve("score", "score", higher, "", tuple(points), None, None)
    return Evidence(name, (Loop(0, "image", tuple(rounds), (curve,), (), Asked()),))


@pytest.mark.parametrize(
    ("loop", "drafts", "at", "said"),
    [
        (((2, 3, 4), 3), ((2, 2.5, 3, 3.2), 3), 3, "better than as many tries (+1.00"),
        (((2, 3, 4), 3), ((2, 2.5, 3, 3.2), 2), 4, "best of 4 drafts 3.20 after 8.0 (fewer"),
        (((2, 3, 4), 3), ((2, 3, 4), 3), 3, "cannot be told apart"),
        (((2, 2, 2), 1), ((2, 4, 4), 2), 2, "worse than as many tries (−2.00"),
    ],
    ids=["equal calls", "too few drafts", "the same", "more a draft"],
)
def test_best_of_n_has_no_fewer_requests(loop, drafts, at: int, said: str) -> None:
    (match,) = compare(evidence("a", *loop), evidence("b", *drafts)).matches
    assert match.drafts == at
    assert said in match.sentence
    assert match.enough is (match.rival_requests >= match.loop_requests)


def test_less_is_better_where_the_score_says_so() -> None:
    ours, theirs = (
        evidence(n, means, 2, higher=False) for n, means in (("a", (9, 1)), ("b", (9, 5)))
    )
    assert "The loop is better" in compare(ours, theirs).matches[0].sentence


def test_loops_that_only_one_has_are_left_out() -> None:
    assert compare(evidence("a", (1, 2), 1), Evidence("b", ())).matches == ()
