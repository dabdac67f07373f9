"""S12: weights that could run code, weights nobody pinned, and remote code are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qmirror_assets.engines.build import engine_identity, parse_config
from qmirror_assets.errors import QMirrorError, RecipeError, SeedFileError
from qmirror_assets.recipe import SeedFiles
from qmirror_assets.runner.sources import Sources
from tests.lab import RECIPE, Lab, new_lab

DIGEST = "0" * 64
LLAMA = {"kind": "llama_cpp", "model": "own", "model_path": "/w/m.gguf", "sha256": DIGEST}
UNSAFE = [".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".py", ".GGUF", ""]
KINDS: dict[str, dict[str, Any]] = {
    "openai": {"kind": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m"},
    "llama_cpp": LLAMA,
    "rapidocr": {"kind": "rapidocr"},
    "figure": {"kind": "figure"},
    "fake": {"kind": "fake"},
}
REMOTE_CODE = ["trust_remote_code", "remote_code", "allow_pickle", "custom_code", "loader"]


@pytest.mark.parametrize("suffix", UNSAFE, ids=repr)
def test_weights_in_a_format_that_can_run_code(suffix: str) -> None:
    with pytest.raises(RecipeError, match=r"\.gguf or \.safetensors"):
        parse_config({**LLAMA, "model_path": f"/w/m{suffix}"})


@pytest.mark.parametrize(
    "change",
    [{"sha256": ""}, {"sha256": "abc"}, {"sha256": "Z" * 64}, {"sha256": DIGEST.upper() + "0"}],
    ids=["none", "short", "not hexadecimal", "long"],
)
def test_weights_that_no_digest_pins(change: dict[str, str]) -> None:
    with pytest.raises(RecipeError):
        parse_config({**LLAMA, **change})


def test_an_unknown_model_by_name_is_not_fetched() -> None:
    with pytest.raises(RecipeError, match="model_path and sha256"):
        parse_config({"kind": "llama_cpp", "model": "somebody/model"})


@pytest.mark.parametrize("flag", REMOTE_CODE)
@pytest.mark.parametrize("kind", KINDS)
def test_remote_code_is_no_setting(kind: str, flag: str) -> None:
    with pytest.raises(RecipeError, match=f"{flag} is not a known key"):
        parse_config({**KINDS[kind], flag: True})


@pytest.mark.parametrize("kind", ["vllm", "transformers", "diffusers", "python", "../fake", None])
def test_an_unknown_kind_of_engine(kind: object) -> None:
    with pytest.raises(RecipeError, match="unknown kind of engine"):
        engine_identity({"kind": kind})


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://host/v1", "data:text/plain,x", "javascript:1", "host:80/v1",
     "http://", "http://user:secret@host/v1", "http://host/v1?key=secret", "http://host/v1#x", ""],
)  # fmt: skip
def test_an_address_that_is_no_server(url: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_config({**KINDS["openai"], "base_url": url})
    assert "secret" not in str(caught.value)


def test_a_server_without_a_revision_says_so_in_its_identity() -> None:
    """Nobody can pin what a server holds; that it is not pinned stands in every lineage."""
    assert engine_identity(KINDS["openai"])["revision"] == "unpinned"
    pinned = engine_identity({**KINDS["openai"], "revision": "abc"})
    assert pinned != engine_identity(KINDS["openai"])


@pytest.mark.parametrize(
    "name", ["rows.pkl", "rows.bin", "rows.pt", "rows.py", "rows.arrow", "rows"]
)
def test_seeds_in_another_format(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x80\x04cposix\nsystem\n(S'true'\ntR.")
    sources = Sources([SeedFiles(file=str(path))], tmp_path, 1)
    with pytest.raises(SeedFileError, match="of no known format"):
        list(sources.read(lambda _: ""))


@pytest.mark.parametrize(
    "file",
    ["https://host/rows.jsonl", "hf://datasets/a/b", "s3://bucket/rows.jsonl", "\x00", "x" * 5_000],
    ids=lambda text: repr(text[:20]),
)
def test_seeds_from_elsewhere(tmp_path: Path, file: str) -> None:
    with pytest.raises(QMirrorError, match="is not there"):
        Sources([SeedFiles(file=file)], tmp_path, 1).files()


@pytest.mark.parametrize("key", ["revision", "trust_remote_code", "script", "split"])
def test_a_seed_source_has_no_such_key(tmp_path: Path, key: str) -> None:
    lab: Lab = new_lab(tmp_path / "lab")
    lab.spec["seeds"] = [{**RECIPE["seeds"][0], key: "main"}]
    lab.write()
    with pytest.raises(RecipeError, match=f"{key} is not a known key"):
        lab.recipe()
