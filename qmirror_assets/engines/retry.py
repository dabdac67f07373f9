"""Retry as a table over failure kinds.

Own lines rather than stamina or tenacity: both retry on exceptions, here outcomes are values
whose kind picks the row of the table; both draw jitter from the global generator, here a fault
test must repeat to the second; and the happy path of a call must cost nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from qmirror_assets.engines.base import Failure, FailureKind, Outcome, Raw, Usage
from qmirror_assets.errors import EngineUnavailable


@dataclass(frozen=True, slots=True)
class Policy:
    """tries: calls in all, the first included; base_s: first pause, doubled each time."""

    tries: int
    base_s: float = 0.0


POLICIES: Mapping[FailureKind, Policy] = MappingProxyType(
    {
        FailureKind.RATE_LIMITED: Policy(tries=8, base_s=1.0),
        FailureKind.SERVER: Policy(tries=5, base_s=0.5),
        FailureKind.TIMEOUT: Policy(tries=2, base_s=0.5),
        FailureKind.RESET: Policy(tries=5, base_s=0.25),
        FailureKind.GARBAGE: Policy(tries=3),
        # asking again the same way gives the same answer and costs the same again
        FailureKind.REFUSAL: Policy(tries=1),
        FailureKind.LENGTH: Policy(tries=1),
        FailureKind.CONTENT_FILTER: Policy(tries=1),
        FailureKind.BAD_REQUEST: Policy(tries=1),
        FailureKind.RENDER: Policy(tries=1),
        FailureKind.ENGINE: Policy(tries=1),
    }
)
NO_TOKENS = Usage()
LONGEST_PAUSE_S = 30.0
LONGEST_WAIT_S = 180.0


@dataclass(frozen=True, slots=True)
class Refused:
    """One try that gave no answer.

    retry_after_s: what the server asked for. unreachable: nothing listens there, so after the
    last try the engine as a whole is unavailable, not this call.
    """

    kind: FailureKind
    detail: str
    retry_after_s: float | None = None
    usage: Usage = NO_TOKENS
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Waits:
    """How pauses are made; tests replace `sleep`. longest_s: pauses of one call together."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    longest_s: float = LONGEST_WAIT_S


DEFAULT_WAITS = Waits()


async def run_with_retry(
    attempt: Callable[[], Awaitable[Raw | Refused]],
    key: Callable[[], bytes],
    waits: Waits,
) -> Outcome:
    """Call `attempt` until it answers or its policy ends.

    Args:
        attempt: one try.
        key: bytes that name the call; asked for only when a pause is needed.
        waits: the clock.

    Raises:
        EngineUnavailable: the last try could not reach the server at all.
    """
    tries, waited, spent = 0, 0.0, NO_TOKENS
    while True:
        result = await attempt()
        tries += 1
        if tries == 1 and isinstance(result, Raw):
            return result
        spent = _add(spent, result.usage)
        if isinstance(result, Raw):
            return Raw(result.body, result.blobs, spent)
        pause = _pause(result, tries, key)
        if tries >= POLICIES[result.kind].tries or waited + pause > waits.longest_s:
            return _give_up(result, tries, spent)
        waited += pause
        await waits.sleep(pause)


def _give_up(last: Refused, tries: int, spent: Usage) -> Failure:
    if last.unreachable:
        raise EngineUnavailable(
            f"the engine's server does not answer ({tries} tries)",
            found=last.detail,
            remedy="Start the server or correct base_url in the profile",
        )
    return Failure(last.kind, last.detail, tries, spent)


def _pause(last: Refused, tries: int, key: Callable[[], bytes]) -> float:
    base = POLICIES[last.kind].base_s * 2.0 ** (tries - 1)
    if base > 0.0:
        # half to all of the step: calls that failed together do not come back together
        base = min(base, LONGEST_PAUSE_S) * (0.5 + 0.5 * _fraction(key(), tries))
    return max(base, last.retry_after_s or 0.0)


def _fraction(key: bytes, tries: int) -> float:
    digest = hashlib.sha256(key + tries.to_bytes(4, "big")).digest()
    return int.from_bytes(digest[:8], "big") / 2.0**64


def _add(one: Usage, two: Usage) -> Usage:
    return Usage(
        one.prompt_tokens + two.prompt_tokens, one.completion_tokens + two.completion_tokens
    )
