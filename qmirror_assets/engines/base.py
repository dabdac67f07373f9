"""The engine protocol: requests in, raw results or failures out, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from qmirror_assets.records import Json, Reason


class Role(StrEnum):
    """What an engine is used for."""

    TEXT = "text"
    VISION = "vision"
    IMAGE = "image"  # draws a figure spec
    JUDGE = "judge"
    EMBED = "embed"
    OCR = "ocr"
    TEXT_TO_IMAGE = "text_to_image"  # answers a caption with a picture


class FailureKind(StrEnum):
    """How a call failed. The retry policy is a table over these kinds (`engines/retry.py`)."""

    RATE_LIMITED = "rate_limited"  # 429
    SERVER = "server_error"  # 5xx
    TIMEOUT = "timeout"
    RESET = "reset"  # connection refused, reset or cut mid-reply
    GARBAGE = "garbage"  # not the protocol, not JSON, not the schema
    REFUSAL = "refusal"
    LENGTH = "length"  # cut at max_tokens
    CONTENT_FILTER = "content_filter"
    BAD_REQUEST = "bad_request"  # other 4xx
    RENDER = "render_error"  # a figure that cannot be drawn
    ENGINE = "engine_error"  # anything else

    @property
    def reason(self) -> Reason:
        """The rejection reason of a row whose call failed this way."""
        return Reason(self.value)


@dataclass(frozen=True, slots=True)
class Request:
    """One rendered request.

    body: canonical JSON of what is asked. For text and vision:
    `{"messages": [...], "schema": {...}?, "temperature": 0.2, "max_tokens": 200, "seed": 7?}`
    with `seed` only where sampling is random. For images (figure engine): `{"spec": {...}}`.
    For OCR: `{}`. For text to image: `{"caption": "...", "avoid": [digest of a PNG, ...]?}`.
    images: digests of input pictures, in order.
    """

    role: Role
    body: Mapping[str, Json]
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A request with the bytes of its input pictures, as handed to an engine."""

    request: Request
    images: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one action (0 where the engine has none)."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Raw:
    """A raw result, cached as it is.

    body: JSON. Text and vision: `{"text": "...", "finish_reason": "stop"}`. OCR:
    `{"items": [{"text", "score", "box"}]}`. Images: `{"width", "height", "alt", "drawn", ...}`.
    Text to image: `{"width", "height", "alt", "match": 0 to 1, "source": {"kind", ...}}`.
    blobs: name -> bytes to keep in the CAS; the runner stores them and puts the digest under
    `body[name]`.
    """

    body: Mapping[str, Json]
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Failure:
    """A call that failed for good, after the retries its kind allows."""

    kind: FailureKind
    detail: str
    tries: int = 1
    usage: Usage = Usage()


Outcome = Raw | Failure


@runtime_checkable
class Engine(Protocol):
    """Answers calls of one role.

    Never raises for a single call; raises `EngineUnavailable` when nothing at all can be answered.
    """

    @property
    def identity(self) -> Mapping[str, str]:
        """Kind, model, revision or weight digest, precision: what decides the answer."""
        ...

    @property
    def batch_size(self) -> int:
        """Most calls taken by one `run` (1 for HTTP engines)."""
        ...

    @property
    def in_flight(self) -> int:
        """Most `run` calls at the same time."""
        ...

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Answer `calls` in order; as many outcomes as calls."""
        ...

    async def close(self) -> None:
        """Free what the engine holds."""
        ...
