"""A refinement loop from end to end: every row leaves once, with its best round and a reason."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest

from qmirror_assets.engines.base import Role
from qmirror_assets.engines.fake import FakeEngine, FakeOptions, Scripted
from qmirror_assets.engines.faults import FaultPlan, parse_rule
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Column, Json, Reason, Rejection, Row
from qmirror_assets.stages import registry
from qmirror_assets.stages.base import At, StepConfig, StepRun
from qmirror_assets.store import tables
from qmirror_assets.templates import Prompts
from tests.conftest import LOOP, Toy, toy_seed

FINAL = """\
  - kind: assemble
    name: final
    columns: {question: question, text: text, score: score, accepted: accepted,
              stop_reason: stop_reason, rounds: rounds, best_round: best_round}
gate: {score_column: "", require_image: false, min_yield: 0.0, max_reject_rate: 1.0}
release: {split_by: ""}
"""
# scores of the rounds of each seed
SCORES = {
    0: [85, 1, 1],  # accepted at once
    1: [10, 95, 1],  # accepted in round 2
    2: [70, 60, 50],  # falls: the first round is kept
    3: [40, 99, 99],  # the writer fails in round 2
    4: [99, 99, 99],  # the writer fails in round 1
    5: [30, 99, 99],  # the judge's reply is garbage in round 2
    6: [20, 30, 81],  # accepted in the last round
    7: [20, 60, 40],  # the middle round is kept
}
FAULTS = FaultPlan(
    (
        parse_rule("500:1:permanent:match=write|What is 3 plus 21?|r1"),
        parse_rule("500:1:permanent:match=write|What is 4 plus 28?|None"),
        parse_rule("nan:1:permanent:match=judge|What is 5 plus 35?|r2"),
    )
)


def scripts(scores: dict[int, list[float]], advice: dict[int, str]) -> list[Scripted]:
    lines = [Scripted(r"^write\|.*\|None$", "r1"), Scripted(r"^write\|.*\|r1$", "r2")]
    lines += [Scripted(r"^write\|.*\|r2$", "r3"), Scripted(r"^write\|.*\|r3$", "r4")]
    for number, rounds in scores.items():
        question = re.escape(toy_seed(number)["question"])
        for index, score in enumerate(rounds, 1):
            reply = json.dumps({"score": score, "advice": advice.get(index, "more")})
            lines.append(Scripted(rf"^judge\|{question}\|r{index}$", reply))
    return lines


def engine_of(
    scores: dict[int, list[float]] = SCORES,
    plan: FaultPlan = FaultPlan(),  # noqa: B008  # frozen
    advice: dict[int, str] | None = None,
):
    options = FakeOptions(scripted=scripts(scores, advice or {}), plan=plan)
    return lambda: FakeEngine(options, {"kind": "fake", "model": "a"})


@pytest.fixture
def loop(toy: Toy) -> Toy:
    (toy.folder / "recipe.yaml").write_text(LOOP + FINAL, "utf-8")
    toy.prompt("write", "write|{{ question }}|{{ text }}")
    toy.prompt("judge", "judge|{{ question }}|{{ text }}")
    toy.write([toy_seed(number) for number in SCORES])
    toy.engine = engine_of()
    return toy


def final_rows(toy: Toy) -> dict[int, dict[str, Any]]:
    store = toy.open()
    rows: dict[int, dict[str, Any]] = {}
    for batch in tables.iter_batches(store.cas.verified_path(toy.last[-1].manifest.rows)):
        for row in batch.to_pylist():
            rows[int(row["question"].split()[2])] = row
    store.close()
    return rows


def outcomes(toy: Toy) -> dict[int, tuple[Any, ...]]:
    return {number: outcome(row) for number, row in final_rows(toy).items()}


def outcome(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        row["stop_reason"],
        row["rounds"],
        row["best_round"],
        row["accepted"],
        row["text"],
        row["score"],
    )


def test_every_row_leaves_with_its_best_round_and_a_reason(loop: Toy) -> None:
    loop.engine = engine_of(plan=FAULTS)
    loop.build()
    assert outcomes(loop) == {
        0: ("accepted", 1, 1, True, "r1", 85),
        1: ("accepted", 2, 2, True, "r2", 95),
        2: ("max_rounds", 3, 1, False, "r1", 70),
        3: ("engine_error", 1, 1, False, "r1", 40),
        5: ("engine_error", 1, 1, False, "r1", 30),
        6: ("accepted", 3, 3, True, "r3", 81),
        7: ("max_rounds", 3, 2, False, "r2", 60),
    }


def test_rows_add_up_at_every_node_with_settled_counted(loop: Toy) -> None:
    loop.engine = engine_of(plan=FAULTS)
    loop.build()
    counts = {done.key.node: done.manifest.counts for done in loop.last}
    assert all(count.balanced() for count in counts.values())
    flow = {n: (c.rows_in, c.rows_out, c.rejected, c.settled) for n, c in counts.items()}
    assert flow == {
        "refine/round_1/write": (8, 7, 1, 0),
        "refine/round_1/judge": (7, 7, 0, 0),
        "refine/round_2/write": (6, 5, 1, 1),
        "refine/round_2/judge": (5, 4, 1, 0),
        "refine/round_3/write": (3, 3, 0, 1),
        "refine/round_3/judge": (3, 3, 0, 0),
        "refine/judged": (7, 7, 0, 0),
        "final": (7, 7, 0, 0),
    }


def test_retry_takes_failed_rows_up_where_they_stopped(loop: Toy) -> None:
    loop.engine = engine_of(plan=FAULTS)
    loop.build()
    loop.engine, loop.retry = engine_of(), True
    # seed 4: two calls of round 1; seed 3: two and seed 5: one call of round 2, then accepted
    assert loop.build().calls == 5
    rows = final_rows(loop)
    assert {n: rows[n]["stop_reason"] for n in (3, 4, 5)} == dict.fromkeys((3, 4, 5), "accepted")
    healthy = loop.versions()
    loop.folder.joinpath("data").rename(loop.folder / "data-before")
    loop.retry = False
    loop.build()
    assert loop.versions() == healthy, "a healed build is the build that never failed"


def test_a_lower_threshold_re_decides_without_a_call(loop: Toy) -> None:
    loop.build()
    loop.edit("at_least: 80", "at_least: 60")
    assert loop.build().calls == 0
    rows = final_rows(loop)
    assert outcome(rows[2]) == ("accepted", 1, 1, True, "r1", 70)
    assert outcome(rows[7]) == ("accepted", 2, 2, True, "r2", 60)


def test_a_higher_threshold_calls_only_for_rows_that_need_a_further_round(loop: Toy) -> None:
    assert loop.build().calls == sum((2, 4, 6, 4, 2, 4, 6, 6))
    loop.edit("at_least: 80", "at_least: 90")
    # only seed 0 (85 in round 1) goes on: two rounds of two calls
    assert loop.build().calls == 4
    rows = final_rows(loop)
    assert outcome(rows[0]) == ("max_rounds", 3, 1, False, "r1", 85)
    assert outcome(rows[6]) == ("max_rounds", 3, 3, False, "r3", 81)


def test_one_round_more_runs_only_the_new_round(loop: Toy) -> None:
    loop.edit("rounds: 3", "rounds: 2")
    loop.build()
    loop.edit("rounds: 2", "rounds: 3")
    # seeds 2, 6 and 7 are still open after two rounds
    assert loop.build().calls == 3 * 2
    rows = final_rows(loop)
    assert {row["rounds"] for row in rows.values()} == {1, 2, 3}
    loop.edit("rounds: 3", "rounds: 2")
    assert loop.build().calls == 0


def test_patience_stops_a_row_without_gain(loop: Toy) -> None:
    loop.edit("    rank_by: [score]", "    rank_by: [score]\n    patience: 1")
    loop.build()
    rows = final_rows(loop)
    assert outcome(rows[2]) == ("no_gain", 2, 1, False, "r1", 70)
    assert outcome(rows[7]) == ("no_gain", 3, 2, False, "r2", 60)


def test_no_suggestion_stops_a_row(loop: Toy) -> None:
    loop.edit(
        "    rank_by: [score]",
        "    rank_by: [score]\n    no_suggestion: [{column: advice, empty: true}]",
    )
    loop.engine = engine_of(advice={2: ""})
    loop.build()
    rows = final_rows(loop)
    assert outcome(rows[2]) == ("no_suggestion", 2, 1, False, "r1", 70)
    assert outcome(rows[1]) == ("accepted", 2, 2, True, "r2", 95)


def test_a_final_row_has_one_line_of_descent(loop: Toy) -> None:
    loop.build()
    store = loop.open()
    judged = store.current(PartitionKey("toy", "refine/judged", "sums"))[1]
    rows = tables.read_columns(
        store.cas.path(judged.rows), ["sample_id", "parent_digest", "rounds"]
    ).to_pylist()
    assert [row["sample_id"] for row in rows] == sorted({row["sample_id"] for row in rows})
    for row in rows:
        end = store.current(PartitionKey("toy", f"refine/round_{row['rounds']}/judge", "sums"))[1]
        table = tables.read_columns(
            store.cas.path(end.rows), ["sample_id", "row_digest"]
        ).to_pylist()
        assert {"sample_id": row["sample_id"], "row_digest": row["parent_digest"]} in table
    store.close()


REFUSED = {
    "nothing_movable": "rejected", "no_variant": "no_variant", "abstained": "rejected",
    "unparsable": "parse_error", "render_error": "render_error", "rule_failed": "rejected",
}  # fmt: skip
"""Why the test's own step refuses a seed in round 2 -> why the row stops. One seed each."""


class RefuseStep:
    """Refuses every row in the second round, each for a reason of its own."""

    kind: ClassVar[str] = "refuse"
    code: ClassVar[int] = 1
    roles: ClassVar[tuple[Role, ...]] = ()
    Config = StepConfig
    inputs: ClassVar[Sequence[str]] = ("question", "text")
    outputs: ClassVar[Mapping[str, Column]] = {"kept": Column.BOOL}
    fingerprint: ClassVar[Mapping[str, Json]] = {}

    def __init__(self, config: StepConfig, prompts: Prompts) -> None:
        """Nothing to configure."""

    def run(self, row: Row, at: At) -> StepRun:
        yield from ()
        if at.round == 2:
            return Rejection(Reason(list(REFUSED)[int(row["question"].split()[2])]))
        return {"kept": True}


def test_a_row_that_a_step_refused_says_so(loop: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.KINDS, "refuse", f"{__name__}:{RefuseStep.__name__}")
    loop.edit("      - name: judge", "      - {name: look, uses: refuse}\n      - name: judge")
    loop.write([toy_seed(number) for number in range(len(REFUSED))])
    loop.engine = engine_of({number: [10 + number, 99, 99] for number in range(len(REFUSED))})
    loop.build()
    assert outcomes(loop) == {
        number: (stop, 1, 1, False, "r1", 10 + number)
        for number, stop in enumerate(REFUSED.values())
    }
