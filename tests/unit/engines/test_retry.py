from collections.abc import Iterator

import pytest

from qmirror_assets.engines.base import Failure, FailureKind, Raw, Usage
from qmirror_assets.engines.retry import POLICIES, Refused, Waits, run_with_retry
from qmirror_assets.errors import EngineUnavailable

GOOD = Raw({"text": "yes"}, usage=Usage(10, 5))


class Script:
    """Attempts that answer from a list, and a clock that only counts."""

    def __init__(self, *results: Raw | Refused) -> None:
        self.results: Iterator[Raw | Refused] = iter(results)
        self.calls = 0
        self.pauses: list[float] = []

    async def attempt(self) -> Raw | Refused:
        self.calls += 1
        return next(self.results)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def run(self, longest_s: float = 1000.0) -> Raw | Failure:
        waits = Waits(self.sleep, longest_s)
        return await run_with_retry(self.attempt, lambda: b"key", waits)


def refused(kind: FailureKind, after: float | None = None, **more: bool) -> Refused:
    return Refused(kind, "why", after, Usage(1, 1), **more)


async def test_first_answer_needs_no_key_and_no_pause() -> None:
    script = Script(GOOD)
    assert await script.run() is GOOD
    assert (script.calls, script.pauses) == (1, [])


@pytest.mark.parametrize("kind", list(FailureKind), ids=lambda kind: kind.value)
async def test_tries_are_what_the_table_says(kind: FailureKind) -> None:
    script = Script(*[refused(kind)] * 20)
    outcome = await script.run()
    assert isinstance(outcome, Failure)
    assert script.calls == POLICIES[kind].tries == outcome.tries
    assert outcome.kind is kind
    assert outcome.usage == Usage(script.calls, script.calls)  # every try was paid


@pytest.mark.parametrize(
    "kind",
    [
        FailureKind.REFUSAL,
        FailureKind.LENGTH,
        FailureKind.CONTENT_FILTER,
        FailureKind.BAD_REQUEST,
    ],
    ids=lambda kind: kind.value,
)
def test_answers_that_would_repeat_are_not_asked_again(kind: FailureKind) -> None:
    assert POLICIES[kind].tries == 1


async def test_success_after_failures_counts_all_tokens() -> None:
    script = Script(refused(FailureKind.GARBAGE), refused(FailureKind.SERVER), GOOD)
    outcome = await script.run()
    assert isinstance(outcome, Raw)
    assert outcome.body == GOOD.body
    assert outcome.usage == Usage(12, 7)


async def test_pauses_double_with_repeatable_jitter() -> None:
    one, two = (Script(*[refused(FailureKind.SERVER)] * 9) for _ in range(2))
    await one.run()
    await two.run()
    assert one.pauses == two.pauses
    for step, pause in zip((0.5, 1.0, 2.0, 4.0), one.pauses, strict=True):
        assert step / 2 <= pause <= step


async def test_retry_after_is_honoured() -> None:
    script = Script(refused(FailureKind.RATE_LIMITED, after=17.0), GOOD)
    await script.run()
    assert script.pauses == [17.0]


async def test_waiting_is_capped_in_all() -> None:
    script = Script(*[refused(FailureKind.RATE_LIMITED, after=40.0)] * 9)
    outcome = await script.run(longest_s=100.0)
    assert isinstance(outcome, Failure)
    assert script.pauses == [40.0, 40.0]


async def test_unreachable_server_ends_the_engine_not_the_row() -> None:
    script = Script(*[refused(FailureKind.RESET, unreachable=True)] * 9)
    with pytest.raises(EngineUnavailable, match="does not answer"):
        await script.run()
