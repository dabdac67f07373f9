"""Imports run one way; heavy libraries stay out of the way; Dagster only at the edge."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# lowest first; a layer may import itself and what stands before it
LAYERS = [
    {"errors", "records", "__init__"},
    {"keys", "fingerprint", "conditions", "borders", "formats"},
    {"stage_specs"},
    {"recipe", "profile", "templates"},
    {"figures", "mirror", "seeds", "fetch", "synjudge"},
    {"engines", "store"},
    {"testing"},
    {"stages"},
    {"runner"},
    {"lineage", "release", "analytics", "project"},
    {"evidence", "exports"},
    {"integrity"},
    {"workspace", "todo"},
    {"quality_checks"},
    {"publishing"},
    {"assets"},
    {
        "api",
        "building",
        "summary",
        "planning",
        "previewing",
        "verifying",
        "calibrating",
        "rejecting",
        "reporting",
        "schemas",
        "pages",
        "doctor",
        "serving",
    },
    {"cli"},
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
SOURCES = sorted(
    [*(ROOT / "qmirror_assets").rglob("*.py"), *(ROOT / "quality_checks").rglob("*.py")]
)


def unit_of(module: str) -> str:
    parts = module.split(".")
    if parts[0] == "quality_checks":
        return "quality_checks"
    return parts[1] if len(parts) > 1 else "__init__"


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.append(node.module or "")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_imports_run_one_way(path: Path) -> None:
    here = unit_of(module_of(path))
    if path == ROOT / "qmirror_assets" / "__init__.py":
        return  # the lazy public API names what it loads on first use
    for name in imports_of(path):
        if name.split(".")[0] in ("qmirror_assets", "quality_checks"):
            there = unit_of(name)
            assert RANK[there] <= RANK[here], f"{here} may not import {there}"


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_dagster_only_at_the_edge(path: Path) -> None:
    if any(name.split(".")[0] == "dagster" for name in imports_of(path)):
        relative = path.relative_to(ROOT).as_posix()
        assert relative.startswith(("qmirror_assets/assets/", "quality_checks/asset_checks.py"))


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_no_code_from_data(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "") if isinstance(node.func, ast.Name) else ""
            assert name not in {"eval", "exec", "__import__"}
            assert not any(
                k.arg in {"shell", "trust_remote_code"} and getattr(k.value, "value", None)
                for k in node.keywords
            )
    forbidden = {"pickle", "cloudpickle", "dill", "shelve", "marshal"}
    assert not forbidden.intersection(name.split(".")[0] for name in imports_of(path))


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import qmirror_assets", "pydantic pyarrow duckdb dagster great_expectations matplotlib"),
        ("import qmirror_assets.cli", "pydantic pyarrow duckdb dagster great_expectations rich"),
        ("import qmirror_assets.workspace", "dagster great_expectations matplotlib rdkit pint"),
        ("import quality_checks", "dagster great_expectations"),
    ],
    ids=["package", "cli", "workspace", "checks"],
)
def test_heavy_libraries_are_lazy(statement: str, heavy: str) -> None:
    code = f"import sys; {statement}; print([m for m in {heavy.split()!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
