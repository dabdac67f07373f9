"""Faults that a fake engine makes on purpose, drawn deterministically per request and try."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from qmirror_assets.errors import UsageError


class Fault(StrEnum):
    """The closed list of faults. The last group spoils the text of an otherwise good reply."""

    RATE_LIMIT = "429"
    RATE_LIMIT_AFTER = "429_after"  # with Retry-After
    BAD_REQUEST = "400"
    UNAUTHORIZED = "401"
    SERVER_500 = "500"
    SERVER_502 = "502"
    SERVER_503 = "503"
    HANG = "hang"
    RESET = "reset"  # cut in the middle of the reply
    TOO_LONG = "too_long"  # a reply of 10 MB
    BROKEN_ENVELOPE = "broken_envelope"  # the HTTP body is not JSON
    NO_CHOICE = "no_choice"
    TWO_CHOICES = "two_choices"
    REFUSAL = "refusal"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    EMPTY = "empty"
    GARBAGE = "garbage"
    HALF_JSON = "half_json"
    FENCED = "fenced"  # harmless: the same JSON in a fenced block
    WRONG_SCHEMA = "wrong_schema"
    DUPLICATE_KEYS = "duplicate_keys"
    NOT_A_NUMBER = "nan"
    INFINITE = "infinite"
    HUGE_NUMBER = "huge_number"
    NUMBER_AS_TEXT = "number_as_text"
    NUMBER_AS_BOOL = "number_as_bool"


_SPOILT = {
    Fault.EMPTY: "",
    Fault.GARBAGE: "{ the reply is <<not>> JSON,,, }",
    Fault.WRONG_SCHEMA: '{"unasked":[1]}',
    Fault.DUPLICATE_KEYS: '{"score":1,"score":2}',
    Fault.NOT_A_NUMBER: '{"score":NaN}',
    Fault.INFINITE: '{"score":-Infinity}',
    Fault.HUGE_NUMBER: '{"score":1e999}',
    Fault.NUMBER_AS_TEXT: '{"score":"95"}',
    Fault.NUMBER_AS_BOOL: '{"score":true}',
}


def spoil_text(fault: Fault, text: str) -> str:
    """Return the reply text as this fault leaves it (unchanged by the other faults)."""
    if fault is Fault.HALF_JSON:
        return text[: len(text) // 2]
    if fault is Fault.FENCED:
        return f"Here it is:\n```json\n{text}\n```\n"
    return _SPOILT.get(fault, text)


@dataclass(frozen=True, slots=True)
class FaultRule:
    """How often a fault happens.

    rate: share of tries, or of requests when permanent. permanent: the same requests fail on
    every try. match: only requests whose text holds this.
    """

    fault: Fault
    rate: float
    permanent: bool = False
    match: str = ""


def parse_rule(text: str) -> FaultRule:
    """Read `FAULT:RATE[:permanent][:match=TEXT]`, as in `429:0.05` or `500:1:match=neutron`.

    Raises:
        UsageError: an unknown fault or option, or a rate outside 0..1.
    """
    name, _, rest = text.partition(":")
    options = rest.split(":")
    if name not in set(Fault):
        raise UsageError("unknown fault", expected=", ".join(Fault), found=name)
    permanent, match = False, ""
    for option in options[1:]:
        if option == "permanent":
            permanent = True
        elif option.startswith("match="):
            match = option.removeprefix("match=")
        else:
            raise UsageError("unknown fault option", expected="permanent, match=", found=option)
    return FaultRule(Fault(name), _read_rate(options[0]), permanent, match)


def _read_rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0.0 <= rate <= 1.0:
        raise UsageError("bad fault rate", expected="a number from 0 to 1", found=text)
    return rate


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Rules in order; the first one that hits wins."""

    rules: Sequence[FaultRule] = ()
    random_seed: int = 0

    def draw(self, key: bytes, text: str, tries: int) -> Fault | None:
        """The fault of try number `tries` (from 1) of the request with digest `key`, if any."""
        for number, rule in enumerate(self.rules):
            if rule.match and rule.match not in text:
                continue
            turn = 0 if rule.permanent else tries
            if self._fraction(key, number, turn) < rule.rate:
                return rule.fault
        return None

    def _fraction(self, key: bytes, number: int, turn: int) -> float:
        word = f"{self.random_seed}:{number}:{turn}:".encode() + key
        return int.from_bytes(hashlib.sha256(word).digest()[:8], "big") / 2.0**64
