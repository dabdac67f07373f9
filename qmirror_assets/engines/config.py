"""Engine settings of a profile: one class per kind, unknown keys refused.

Each knows its identity: what decides an answer, and nothing that only decides how fast, how
often or from where it comes.
"""

from __future__ import annotations

import hashlib
import re
from abc import abstractmethod
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from qmirror_assets.engines.faults import parse_rule
from qmirror_assets.engines.models import KNOWN_MODELS, SAFE_SUFFIXES
from qmirror_assets.errors import UsageError

Identity = dict[str, str]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class EngineConfig(BaseModel):
    """Base of all engine settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    kind: str

    @abstractmethod
    def identity(self) -> Identity:
        """What decides the answers; starts nothing and imports nothing heavy."""


class OpenAIConfig(EngineConfig):
    """Any OpenAI-compatible server."""

    kind: Literal["openai"]
    base_url: str = Field(description="Up to and without /chat/completions.")
    model: str = Field(min_length=1, max_length=200)
    revision: str = Field(default="unpinned", max_length=100)
    precision: str = Field(default="", max_length=40)
    api_key_env: str = Field(
        default="", pattern=r"^([A-Z_][A-Z0-9_]*)?$", description="Variable that holds the key."
    )
    timeout_s: Seconds = 120.0
    in_flight: int = Field(default=16, ge=1, le=1024)

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an http or https address")
        if parts.query or parts.fragment:
            raise ValueError("an address without query or fragment")
        return value

    def identity(self) -> Identity:
        """Not the address: the same model behind another port gives the same answers."""
        identity = {"kind": self.kind, "model": self.model, "revision": self.revision}
        return identity | ({"precision": self.precision} if self.precision else {})


class LlamaCppConfig(EngineConfig):
    """A GGUF model on this machine: a known one by name, or one's own by path and digest."""

    kind: Literal["llama_cpp"]
    model: str = Field(min_length=1, max_length=100)
    model_path: Path | None = None
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    n_ctx: int = Field(default=4096, ge=512, le=131_072)
    threads: int | None = Field(default=None, ge=1, le=256)
    timeout_s: Seconds = 300.0
    idle_s: Seconds = 120.0

    @model_validator(mode="after")
    def _pinned(self) -> Self:
        if self.model_path is None:
            if self.model not in KNOWN_MODELS:
                known = ", ".join(KNOWN_MODELS)
                raise ValueError(f"model is one of {known}, or model_path and sha256 are given")
        elif not self.sha256:
            raise ValueError("sha256 is given with model_path: unpinned weights are refused")
        elif self.model_path.suffix not in SAFE_SUFFIXES:
            raise ValueError("model_path is a .gguf or .safetensors file: others can run code")
        return self

    @property
    def digest(self) -> str:
        """The digest the weights must have."""
        return self.sha256 or KNOWN_MODELS[self.model].sha256

    def identity(self) -> Identity:
        """Model, weights, context size; not the path, the threads or the limits."""
        return {
            "kind": self.kind,
            "model": self.model,
            "sha256": self.digest,
            "n_ctx": str(self.n_ctx),
        }


class RapidOcrConfig(EngineConfig):
    """OCR of pictures on this machine."""

    kind: Literal["rapidocr"]
    threads: int | None = Field(default=None, ge=1, le=256)

    def identity(self) -> Identity:
        """The package's release and its model files."""
        from qmirror_assets.engines.ocr_models import ocr_identity  # noqa: PLC0415 - optional

        return {"kind": self.kind, **ocr_identity()}


class MeasuresConfig(EngineConfig):
    """What can be measured and read in a picture on this machine, for judging without a model."""

    kind: Literal["measures"]
    threads: int | None = Field(default=None, ge=1, le=256)

    def identity(self) -> Identity:
        """The reader's release and models, and what decodes and measures pixels."""
        from qmirror_assets.engines.ocr_models import ocr_identity  # noqa: PLC0415 - optional
        from qmirror_assets.engines.pixels import MEASURES_VERSION  # noqa: PLC0415 - with it

        own = {"kind": self.kind, "measures": MEASURES_VERSION, "pillow": version("pillow")}
        return {**own, **ocr_identity()}


class FigureConfig(EngineConfig):
    """Pictures drawn by this package from a figure spec."""

    kind: Literal["figure"]

    def identity(self) -> Identity:
        """Whatever decides the bytes of a picture."""
        from qmirror_assets.engines.figure_identity import read_identity  # noqa: PLC0415 - slow

        return {"kind": self.kind, **read_identity()}


class ScriptedConfig(BaseModel):
    """A fixed reply of the fake engine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pattern: str = Field(description="Regular expression searched in the request's text.")
    text: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"a regular expression ({error})") from error
        return value


class FakeConfig(EngineConfig):
    """Deterministic filler, for tests and drills."""

    kind: Literal["fake"]
    model: str = Field(default="fake", max_length=100)
    random_seed: int = 0
    latency_ms: float = Field(default=0.0, ge=0, le=3_600_000)
    in_flight: int = Field(default=16, ge=1, le=1024)
    batch_size: int = Field(default=1, ge=1, le=8192)
    faults: tuple[str, ...] = ()
    scripted: tuple[ScriptedConfig, ...] = ()

    @field_validator("faults")
    @classmethod
    def _known_faults(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            for text in value:
                parse_rule(text)
        except UsageError as error:
            raise ValueError(str(error)) from error
        return value

    def identity(self) -> Identity:
        """Faults and speed change no good answer."""
        identity = {"kind": self.kind, "model": self.model, "random_seed": str(self.random_seed)}
        if self.scripted:
            lines = orjson.dumps([[line.pattern, line.text] for line in self.scripted])
            identity["scripted"] = hashlib.sha256(lines).hexdigest()
        return identity
