import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.engines.base import Engine
from qmirror_assets.engines.build import build_engine, engine_identity, engine_libraries
from qmirror_assets.errors import RecipeError

OPENAI = {"kind": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m"}
LLAMA = {"kind": "llama_cpp", "model": "qwen2.5-coder-0.5b-instruct-q4_k_m"}
OWN = {"kind": "llama_cpp", "model": "own", "model_path": "w.gguf", "sha256": "a" * 64}
CONFIGS: dict[str, dict[str, Any]] = {
    "openai": OPENAI,
    "llama_cpp": LLAMA,
    "own": OWN,
    "rapidocr": {"kind": "rapidocr"},
    "measures": {"kind": "measures"},
    "figure": {"kind": "figure"},
    "library": {"kind": "library", "library": "tuxpaint-stamps-default"},
    "fake": {"kind": "fake"},
}


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path))


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
async def test_engines_are_built_without_starting_anything(config: dict[str, Any]) -> None:
    engine = build_engine(config)
    assert isinstance(engine, Engine)
    assert dict(engine.identity) == engine_identity(config)
    assert engine.identity["kind"] == config["kind"]
    assert engine.batch_size >= 1
    assert engine.in_flight >= 1
    assert "absent" not in engine_libraries(config).values()
    await engine.close()


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
def test_identity_is_quick_once_known(config: dict[str, Any]) -> None:
    first = engine_identity(config)
    best = 1.0
    for _ in range(5):
        started = time.perf_counter()
        assert engine_identity(config) == first
        best = min(best, time.perf_counter() - started)
    assert best < 0.05


def test_identity_imports_nothing_heavy() -> None:
    code = (
        "import sys; from qmirror_assets.engines.build import engine_identity as i\n"
        f"for c in {list(CONFIGS.values())!r}: i(c)\n"
        "print([m for m in sys.modules if m in"
        " {'matplotlib','numpy','aiohttp','rapidocr','onnxruntime','rdkit','xllamacpp','cv2',"
        "'PIL','wordllama','snowballstemmer'}])"
    )
    root = str(Path(__file__).parents[3])
    for config in CONFIGS.values():
        engine_identity(config)  # remembered now
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("config", "changed"),
    [
        (OPENAI, {"model": "n"}),
        (OPENAI, {"revision": "r"}),
        (OPENAI, {"precision": "fp8"}),
        (LLAMA, {"n_ctx": 2048}),
        (OWN, {"sha256": "b" * 64}),
        ({"kind": "fake"}, {"random_seed": 1}),
        ({"kind": "fake"}, {"scripted": [{"pattern": "a", "text": "b"}]}),
    ],
    ids=["model", "revision", "precision", "n_ctx", "sha256", "random_seed", "scripted"],
)
def test_what_decides_answers_is_in_the_identity(
    config: dict[str, Any], changed: dict[str, Any]
) -> None:
    assert engine_identity({**config, **changed}) != engine_identity(config)


@pytest.mark.parametrize(
    ("config", "changed"),
    [
        (OPENAI, {"base_url": "https://other.example/v1"}),
        (OPENAI, {"api_key_env": "A_KEY", "timeout_s": 5, "in_flight": 64}),
        (LLAMA, {"threads": 7, "idle_s": 5, "timeout_s": 9}),
        (OWN, {"model_path": "elsewhere/w.gguf"}),
        ({"kind": "rapidocr"}, {"threads": 3}),
        ({"kind": "measures"}, {"threads": 3}),
        ({"kind": "fake"}, {"latency_ms": 5, "faults": ["429:0.5"], "batch_size": 8}),
    ],
    ids=["address", "limits", "threads", "path", "ocr-threads", "measures-threads", "faults"],
)
def test_what_decides_only_speed_is_not(config: dict[str, Any], changed: dict[str, Any]) -> None:
    assert engine_identity({**config, **changed}) == engine_identity(config)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, "unknown kind"),
        ({"kind": "opnai"}, "Did you mean 'openai'"),
        ({"kind": "fake", "latancy_ms": 1}, "Did you mean 'latency_ms'"),
        ({"kind": "fake", "faults": ["nope:1"]}, "unknown fault"),
        ({"kind": "fake", "scripted": [{"pattern": "(", "text": ""}]}, "regular expression"),
        ({"kind": "fake", "latency_ms": float("nan")}, "latency_ms"),
        ({**OPENAI, "base_url": "file:///etc/passwd"}, "http or https"),
        ({**OPENAI, "base_url": "http://h/v1?key=1"}, "without query"),
        ({**OPENAI, "api_key_env": "sk-123"}, "api_key_env"),
        ({"kind": "llama_cpp", "model": "unknown"}, "model_path and sha256"),
        ({"kind": "llama_cpp", "model": "m", "model_path": "w.gguf"}, "unpinned"),
        ({**OWN, "model_path": "w.bin"}, r"\.gguf or \.safetensors"),
        ({**OWN, "sha256": "xyz"}, "sha256"),
    ],
    ids=[
        "no-kind", "kind", "key", "fault", "pattern", "nan", "scheme", "query", "key-itself",
        "model", "unpinned", "suffix", "digest",
    ],
)  # fmt: skip
def test_bad_settings_are_named(config: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        build_engine(config)


def test_a_password_in_the_address_is_refused_and_not_shown() -> None:
    with pytest.raises(RecipeError) as caught:
        build_engine({**OPENAI, "base_url": "http://user:hunter2@h/v1"})
    assert "hunter2" not in str(caught.value)
    assert "api_key_env" in str(caught.value)
