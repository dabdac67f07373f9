"""The command line as a user drives it: build, again, one more domain, audit, refusals."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import dagster as dg
import pytest

from tests.conftest import ToyProject, write_seeds

ROOT = Path(__file__).parents[2]


def test_build_again_and_one_more_domain(released_project: ToyProject) -> None:
    project, first = released_project, released_project.first
    assert (first["published"], first["accepted"], first["totals"]["calls"]) == (True, 20, 40)
    assert first["rejected"] + first["duplicates"] + first["accepted"] == first["seeds"]
    again = project.build()
    assert (again["version"], again["totals"]["calls"]) == ("2026.11.0", 0)
    assert again["release_digest"] == first["release_digest"]

    before = manifests(project)
    project.seeds(alpha=12, beta=8, gamma=5)
    plan = json.loads(project.qmirror("plan", str(project.recipe), "--json").stdout)
    assert plan["seeds_changed"]
    third = project.build("--domain", "gamma")
    assert third["totals"]["calls"] == 10
    assert third["version"] != "2026.11.0"
    after = manifests(project)
    untouched = {k: v for k, v in before.items() if k[0] != "intake"}
    assert {k: v for k, v in after.items() if k in untouched} == untouched
    rows = json.loads(project.qmirror("versions", "toy", "--json").stdout)
    assert [r["version"] for r in rows if r["current"]] == [third["version"]]
    assert rows[-1]["samples"] == 25, "the other domains stay in the version"


def test_one_domain_of_a_changed_recipe_makes_no_version(released_project: ToyProject) -> None:
    project = released_project
    (project.recipe / "prompts" / "polish.j2").write_text("Polish it: {{ draft }}", "utf-8")
    done = project.qmirror("build", str(project.recipe), "--domain", "beta", "--json")
    assert done.returncode == 1
    assert "beta is built, but no version can be made of it" in done.stderr
    assert "the other domains (alpha) to be of the same recipe" in done.stderr
    assert "without --domain" in done.stderr
    both = project.build()
    assert (both["published"], both["accepted"]) == (True, 20)
    assert both["totals"]["calls"] == 12, "beta was paid for already"


def manifests(project: ToyProject) -> dict[tuple[str, str], str]:
    from qmirror_assets.store import open_store

    store = open_store(project.project / "data")
    return {(k.node, k.domain): v for k, v in store.state.pointers("toy").items()}


def test_audit_without_dagster_and_from_the_release_alone(released_project: ToyProject) -> None:
    project = released_project
    trail = project.qmirror("rejects", "toy", "--json")
    assert json.loads(trail.stdout) == []
    import pyarrow.parquet as pq

    release = Path(project.first["directory"])
    sample = pq.read_table(next(release.glob("data/train-*.parquet"))).column("id")[0].as_py()
    whole = json.loads(project.qmirror("audit", sample, "--json").stdout)
    assert [s["node"] for s in whole["steps"]] == ["intake", "draft", "polish", "final"]
    assert whole["steps"][1]["actions"][0]["request"]["messages"][0]["content"].startswith("Draft:")
    shutil.rmtree(project.project / ".qmirror")
    assert project.qmirror("audit", sample).returncode == 0
    alone = project.project.parent / "copied"
    shutil.copytree(release, alone)
    shutil.rmtree(project.project / "data", ignore_errors=True)
    read = json.loads(project.qmirror("audit", sample, "--release", str(alone), "--json").stdout)
    assert read["steps"][2]["actions"][0]["reply"] == whole["steps"][2]["actions"][0]["reply"]


def test_own_seeds_under_another_name_leave_the_first_dataset_alone(
    released_project: ToyProject,
) -> None:
    project, before = released_project, manifests(released_project)
    own = project.project / "own.jsonl"
    rows = [{"question": f"How many is {i} and {i}?", "answer": str(2 * i)} for i in range(20)]
    write_seeds(own, rows)
    mine = project.build("--name", "mine", "--seeds", str(own))
    assert (mine["dataset"], mine["seeds"], mine["domains"]) == ("mine", 20, {"general": 20})
    assert manifests(project) == before
    assert project.build()["release_digest"] == project.first["release_digest"]


def test_a_build_does_not_queue_for_a_pool_of_the_ui(toy_project: ToyProject) -> None:
    """Dagster's in-process executor would ask for the slot without a pause, on a whole core."""
    first = toy_project.build("--limit", "2", "--no-publish")
    assert first["totals"]["calls"] > 0
    home = toy_project.project / ".qmirror" / "dagster"
    with dg.DagsterInstance.from_config(str(home)) as instance:
        slots = instance.event_log_storage
        slots.set_concurrency_slots("qmirror_text", 1)
        claim = slots.claim_concurrency_slot("qmirror_text", "another-run", "its-step")
        assert claim.is_claimed
        assert toy_project.build("--limit", "4", "--no-publish")["totals"]["calls"] > 0


def test_limited_build_is_not_published(toy_project: ToyProject) -> None:
    result = toy_project.build("--limit", "5")
    assert (result["partial"], result["published"], result["version"]) == (True, False, "")


def test_a_gate_that_refuses_ends_with_1_and_publishes_nothing(toy_project: ToyProject) -> None:
    path = toy_project.recipe / "recipe.yaml"
    path.write_text(path.read_text("utf-8").replace("gate: {", "gate: {min_rows: 1000, "), "utf-8")
    done = toy_project.qmirror("build", str(toy_project.recipe), "--version", "2026.11.0")
    assert done.returncode == 1, done.stderr
    assert "gate refuses" in done.stderr
    assert not (toy_project.project / "data" / "releases" / "toy" / "2026.11.0").exists()
    alone = toy_project.qmirror("publish", "toy", "2026.11.0")
    assert alone.returncode == 1, "publishing alone obeys the record as well"
    home = toy_project.project / ".qmirror" / "dagster"
    by_dagster = subprocess.run(
        [sys.executable, "-m", "dagster", "asset", "materialize", "--select", "toy/published",
         "--partition", "2026.11.0", "-m", "qmirror_assets.assets.definitions"],
        cwd=toy_project.project, capture_output=True, text=True, timeout=280,
        env=toy_project.environment | {"DAGSTER_HOME": str(home)},
    )  # fmt: skip
    assert by_dagster.returncode != 0
    assert "GateRefused" in by_dagster.stderr, "the asset alone obeys it too"
    assert not (toy_project.project / "data" / "releases" / "toy" / "2026.11.0").exists()


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (lambda p: (p.recipe / "recipe.yaml").write_text("recipe: [", "utf-8"), 2, "line 1"),
        (lambda p: (p.recipe / "prompts" / "draft.j2").unlink(), 2, "draft.j2"),
        (lambda p: (p.recipe / "seeds" / "seeds.jsonl").unlink(), 2, "seeds"),
        (lambda p: (p.project / "data").write_text("a file"), 3, "data"),
    ],
    ids=["recipe is not YAML", "prompt missing", "seeds missing", "data is a file"],
)
def test_bad_input_names_what_is_wrong(
    toy_project: ToyProject, spoil, code: int, said: str
) -> None:
    spoil(toy_project)
    done = toy_project.qmirror("build", str(toy_project.recipe))
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("bild",), ("build",), ("build", "nowhere"), ("build", "qmirror", "--version", "1"),
     ("audit", "../../etc"), ("versions", "nobody"), ("publish", "toy", "x")],
    ids=" ".join,
)  # fmt: skip
def test_bad_usage_is_2(toy_project: ToyProject, arguments: tuple[str, ...]) -> None:
    done = toy_project.qmirror(*arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


def test_the_wheel_builds_outside_the_checkout(toy_project: ToyProject, tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", wheels, ROOT],
        check=True,
    )
    venv = [sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"]
    subprocess.run(venv, check=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, *wheels.glob("*.whl")], check=True)
    # libraries of this environment, read-only; the checkout itself is not on the path
    libraries = sysconfig.get_paths()["purelib"]
    site = next((tmp_path / "venv" / "lib").glob("python*/site-packages"))
    (site / "libraries.pth").write_text(libraries + "\n", "utf-8")
    code = "import qmirror_assets, quality_checks, dbt_like_sql; print(qmirror_assets.__file__)"
    where = subprocess.run(
        [python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert str(site) in where.stdout
    done = subprocess.run(
        [tmp_path / "venv" / "bin" / "qmirror", "build", toy_project.recipe, "--json"],
        cwd=toy_project.project, env=toy_project.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["published"]
