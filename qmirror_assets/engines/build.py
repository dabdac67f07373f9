"""From a profile's settings to an engine, by `kind`. Nothing starts before its first call."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from qmirror_assets.borders import nearest, validate
from qmirror_assets.engines.base import Engine
from qmirror_assets.engines.config import (
    EngineConfig,
    FakeConfig,
    FigureConfig,
    LlamaCppConfig,
    MeasuresConfig,
    OpenAIConfig,
    RapidOcrConfig,
)
from qmirror_assets.engines.library.config import LibraryConfig
from qmirror_assets.engines.library.listing import Listing
from qmirror_assets.engines.models import KNOWN_MODELS, ModelSpec, OnProgress
from qmirror_assets.errors import RecipeError

# engines are imported where they are built: their libraries are heavy or optional
# ruff: noqa: PLC0415


def build_engine(config: Mapping[str, Any], on_progress: OnProgress | None = None) -> Engine:
    """Build the engine that `config` describes; `on_progress` hears of what is fetched.

    Raises:
        RecipeError: an unknown kind or key, or a bad value.
    """
    parsed = parse_config(config)
    if isinstance(parsed, LlamaCppConfig):
        return _build_llama_cpp(parsed, on_progress)
    if isinstance(parsed, LibraryConfig):
        return _build_library(parsed, on_progress)
    return _BUILDERS[parsed.kind](parsed)


def engine_identity(config: Mapping[str, Any]) -> dict[str, str]:
    """What decides the engine's answers; starts nothing.

    Raises:
        RecipeError: an unknown kind or key, or a bad value.
        EngineUnavailable: what the engine needs is not installed.
    """
    return parse_config(config).identity()


def strict_identity(config: Mapping[str, Any]) -> dict[str, str]:
    """`engine_identity` with the releases of the libraries behind it, for strict profiles."""
    releases = engine_libraries(config)
    return {**engine_identity(config), **{f"library {name}": releases[name] for name in releases}}


def engine_libraries(config: Mapping[str, Any]) -> dict[str, str]:
    """Releases of the libraries behind an engine, recorded with what it answers."""
    return {name: _release(name) for name in _LIBRARIES[parse_config(config).kind]}


def parse_config(config: Mapping[str, Any]) -> EngineConfig:
    """Validate the settings of one engine.

    Raises:
        RecipeError: an unknown kind or key, or a bad value.
    """
    kind = config.get("kind")
    if not isinstance(kind, str) or kind not in _CONFIGS:
        raise RecipeError(
            "unknown kind of engine",
            expected=", ".join(_CONFIGS),
            found=repr(kind),
            remedy=nearest(str(kind), list(_CONFIGS)),
        )
    _refuse_secrets(config.get("base_url"))
    return validate(_CONFIGS[kind], dict(config), f"engine {kind}")


def _refuse_secrets(url: object) -> None:
    # before the general validation, whose message would show the address and the password in it
    if isinstance(url, str) and any(mark in url for mark in "@?#"):
        raise RecipeError(
            "base_url holds a user, a password or a query",
            expected="an address without query or fragment, user or password",
            remedy="Put the key into an environment variable and name it in api_key_env",
        )


def _build_openai(config: OpenAIConfig) -> Engine:
    from qmirror_assets.engines.openai import Endpoint, OpenAIEngine

    # the key lives in the environment only: profiles are committed, printed and fingerprinted
    key = os.environ.get(config.api_key_env, "") if config.api_key_env else ""
    endpoint = Endpoint(config.base_url, config.model, key, config.timeout_s, config.in_flight)
    return OpenAIEngine(endpoint, config.identity())


def _build_llama_cpp(config: LlamaCppConfig, on_progress: OnProgress | None) -> Engine:
    from qmirror_assets.engines.cores import count_cores
    from qmirror_assets.engines.llama_cpp import LlamaCppEngine
    from qmirror_assets.engines.llama_host import ServerWish
    from qmirror_assets.engines.models import resolve_model

    spec = KNOWN_MODELS.get(config.model) or ModelSpec(config.model, config.digest, 0, "")
    wish = ServerWish(
        sha256=config.digest,
        alias=config.model,
        n_ctx=config.n_ctx,
        threads=config.threads or count_cores(),
        idle_s=config.idle_s,
    )
    return LlamaCppEngine(
        wish,
        lambda: resolve_model(spec, config.model_path, on_progress),
        config.identity(),
        timeout_s=config.timeout_s,
    )


def _build_rapidocr(config: RapidOcrConfig) -> Engine:
    from qmirror_assets.engines.cores import count_cores
    from qmirror_assets.engines.ocr import RapidOcrEngine

    return RapidOcrEngine(config.identity(), config.threads or count_cores())


def _build_measures(config: MeasuresConfig) -> Engine:
    from qmirror_assets.engines.cores import count_cores
    from qmirror_assets.engines.measures import MeasuresEngine

    return MeasuresEngine(config.identity(), config.threads or count_cores())


def _build_figure(config: FigureConfig) -> Engine:
    from qmirror_assets.engines.figure import FigureEngine

    return FigureEngine(config.identity())


def _build_library(config: LibraryConfig, on_progress: OnProgress | None) -> Engine:
    from qmirror_assets.engines.library.engine import LibraryEngine

    origin = config.origin()

    def resolve() -> Listing:
        return config.resolve(origin, on_progress)

    return LibraryEngine(config.identity(), origin, resolve, config.floor)


def _build_fake(config: FakeConfig) -> Engine:
    from qmirror_assets.engines.fake import FakeEngine, FakeOptions, Scripted
    from qmirror_assets.engines.faults import FaultPlan, parse_rule

    rules = tuple(parse_rule(text) for text in config.faults)
    options = FakeOptions(
        random_seed=config.random_seed,
        latency_s=config.latency_ms / 1000.0,
        in_flight=config.in_flight,
        batch_size=config.batch_size,
        plan=FaultPlan(rules, config.random_seed),
        scripted=tuple(Scripted(line.pattern, line.text) for line in config.scripted),
    )
    return FakeEngine(options, config.identity())


def _release(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


_CONFIGS: Final[dict[str, type[EngineConfig]]] = {
    "openai": OpenAIConfig,
    "llama_cpp": LlamaCppConfig,
    "rapidocr": RapidOcrConfig,
    "measures": MeasuresConfig,
    "figure": FigureConfig,
    "library": LibraryConfig,
    "fake": FakeConfig,
}
_BUILDERS: Final[dict[str, Callable[[Any], Engine]]] = {
    "openai": _build_openai,
    "rapidocr": _build_rapidocr,
    "measures": _build_measures,
    "figure": _build_figure,
    "fake": _build_fake,
}
_LIBRARIES: Final[dict[str, tuple[str, ...]]] = {
    "openai": ("aiohttp",),
    "llama_cpp": ("xllamacpp",),
    "rapidocr": ("rapidocr", "onnxruntime"),
    "measures": ("rapidocr", "onnxruntime", "numpy", "pillow"),
    "figure": (),
    "library": ("snowballstemmer", "wordllama", "pillow"),
    "fake": (),
}
