"""Rows that wait: all complete, or the first error ends the pass; a cap waits for what runs."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Generator

import pytest

from qmirror_assets.engines.base import Failure, FailureKind, Outcome, Raw, Request, Role
from qmirror_assets.errors import BudgetReached
from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Reason, Rejection
from qmirror_assets.runner.calls import Origin
from qmirror_assets.runner.running import Drive, Running
from qmirror_assets.stages.base import At

KEY = PartitionKey("d", "n", "x")
Answer = Callable[[Request], Outcome | Exception]


class Answers:
    """Answers requests in the order asked, after a turn of the loop; equal ones share a future."""

    def __init__(self, answer: Answer) -> None:
        self.answer, self.asked = answer, list[str]()
        self._shared: dict[str, asyncio.Future[Outcome]] = {}

    def key_of(self, request: Request) -> str:
        return str(request.body["n"])

    def ask(self, key: str, request: Request, _origin: Origin) -> asyncio.Future[Outcome]:
        if key not in self._shared:
            self.asked.append(key)
            self._shared[key] = future = asyncio.get_running_loop().create_future()
            found = self.answer(request)
            give = future.set_exception if isinstance(found, Exception) else future.set_result
            asyncio.get_running_loop().call_soon(give, found)
        return self._shared[key]


def step(*numbers: int) -> Generator[Request, Raw, dict[str, str]]:
    texts = []
    for number in numbers:
        raw = yield Request(Role.TEXT, {"n": number})
        texts.append(str(raw.body["text"]))
    return {"text": " ".join(texts)}


def row(*numbers: int) -> Running:
    made = Running(At("s" * 32, "d" * 32, 0, 0, lambda _draw: 0, False), step(*numbers))
    made.advance(None)
    return made


def echo(request: Request) -> Outcome:
    return Raw({"text": f"<{request.body['n']}>"})


def drive(answers: Answers, rows: list[Running]) -> None:
    async def run() -> None:
        await Drive(answers, KEY, rows).run()  # type: ignore[arg-type]

    asyncio.run(run())


def test_rows_of_any_number_of_calls_complete() -> None:
    answers = Answers(echo)
    rows = [row(1), row(2, 3), row(2), row()]
    drive(answers, rows)
    assert [r.output for r in rows] == [
        {"text": "<1>"}, {"text": "<2> <3>"}, {"text": "<2>"}, {"text": ""},
    ]  # fmt: skip
    assert [r.actions for r in rows] == [["1"], ["2", "3"], ["2"], []]
    assert answers.asked == ["1", "2", "3"], "an equal request is asked once"


def test_a_failed_call_rejects_its_row_alone() -> None:
    def answer(request: Request) -> Outcome:
        gone = Failure(FailureKind.TIMEOUT, "late")
        return gone if request.body["n"] == 1 else echo(request)

    rows = [row(1, 5), row(2)]
    drive(Answers(answer), rows)
    assert rows[0].output == Rejection(Reason.TIMEOUT, "late")
    assert rows[0].actions == ["1"]
    assert rows[1].output == {"text": "<2>"}


def test_a_cap_waits_for_what_is_in_flight() -> None:
    def answer(request: Request) -> Outcome | Exception:
        return BudgetReached("the cap") if request.body["n"] == 1 else echo(request)

    rows = [row(1), row(2, 3), row(4)]
    with pytest.raises(BudgetReached):
        drive(Answers(answer), rows)
    assert [r.output for r in rows[1:]] == [{"text": "<2> <3>"}, {"text": "<4>"}]


def test_the_first_error_ends_the_pass(caplog: pytest.LogCaptureFixture) -> None:
    def answer(request: Request) -> Outcome | Exception:
        number = int(request.body["n"])
        return ValueError(f"number {number}") if number < 3 else echo(request)

    rows, said = [row(1), row(2), row(3, 4)], ""
    try:
        drive(Answers(answer), rows)
    except ValueError as error:
        said = str(error)
    assert said == "number 1"
    assert rows[2].output == {}, "nobody goes on"
    gc.collect()  # asyncio tells of an error that was never asked for when its future goes
    assert not caplog.records, "an error that nobody waits for is no news"


def test_an_error_in_a_step_is_not_lost() -> None:
    """The reply has no text: a fault of the step, not of the call."""
    with pytest.raises(KeyError, match="text"):
        drive(Answers(lambda _request: Raw({})), [row(1)])
