"""A project opened: dataset records, and what is to do, read from manifests alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qmirror_assets.errors import KeyParseError, NotFoundError, RecipeError, SeedFileError
from qmirror_assets.project import find_project
from qmirror_assets.runner.intake import run_intake
from qmirror_assets.todo import check_domains, find_todo
from qmirror_assets.workspace import DatasetRecord, Workspace, default_record, open_workspace
from tests.conftest import Toy, toy_seed


@pytest.fixture
def workspace(toy: Toy) -> Iterator[Workspace]:
    toy.write([toy_seed(i, "sums" if i % 2 else "others") for i in range(6)])
    made = open_workspace(find_project(toy.folder))
    yield made
    made.close()


def build(toy: Toy, workspace: Workspace):
    dataset = workspace.register(default_record(str(toy.folder)))
    run_intake(workspace.store, dataset.name, dataset.sources)
    runner = dataset.runner()
    for domain in dataset.domains():
        for node in dataset.graph:
            runner.materialize(node.name, domain)
    runner.close()
    return dataset


def test_a_record_survives_as_json(toy: Toy) -> None:
    record = default_record(str(toy.folder), dataset="mine", seeds=["x.jsonl"], limit=5)
    assert DatasetRecord.of("mine", record.to_json()) == record
    assert Path(record.seeds[0]).is_absolute()
    assert default_record(str(toy.folder), dataset=None).dataset == "toy"


@pytest.mark.parametrize("name", ["../x", "Mine", "a/b", "con", "", "物理"])
def test_a_bad_dataset_name_is_refused(toy: Toy, name: str) -> None:
    with pytest.raises(KeyParseError):
        default_record(str(toy.folder), dataset=name)


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"profile": "absent"}, RecipeError), ({"seeds": ["absent.jsonl"]}, SeedFileError)],
    ids=["profile", "seeds"],
)
def test_what_cannot_be_built_is_not_recorded(
    toy: Toy, workspace: Workspace, changes: dict, error: type[Exception]
) -> None:
    with pytest.raises(error):
        workspace.register(default_record(str(toy.folder), **changes))
    assert workspace.store.state.dataset_names() == []


def test_datasets_are_found_by_name(toy: Toy, workspace: Workspace) -> None:
    workspace.register(default_record(str(toy.folder)))
    other = open_workspace(find_project(toy.folder))
    assert other.dataset("toy").recipe.name == "toy"
    assert "toy" in other.names()
    with pytest.raises(NotFoundError, match="one of: toy"):
        other.dataset("tooy")
    other.close()


def test_todo_before_and_after_a_build(toy: Toy, workspace: Workspace) -> None:
    dataset = workspace.register(default_record(str(toy.folder)))
    assert find_todo(dataset, []).intake
    build(toy, workspace)
    todo = find_todo(dataset, dataset.domains())
    assert (todo.nothing, todo.fresh) == (True, 6)
    assert sorted(dataset.domains()) == ["others", "sums"]
    assert dataset.seeds_of("sums") == 3


def test_todo_names_what_is_stale_and_why(toy: Toy, workspace: Workspace) -> None:
    build(toy, workspace)
    toy.prompt("polish", "Other: {{ draft }}")
    again = open_workspace(find_project(toy.folder))
    todo = find_todo(again.dataset("toy"), ["sums"])
    assert todo.of("sums") == ["polish", "final"]
    first, second = todo.stale
    assert first.reasons == ("prompt polish.j2 of stage polish changed",)
    assert (first.certain, second.certain) == (True, False)
    assert second.reasons == ("if rows of polish change",)
    again.close()


def test_edited_seeds_make_intake_stale(toy: Toy, workspace: Workspace) -> None:
    dataset = build(toy, workspace)
    assert dataset.intake_is_fresh()
    toy.write([toy_seed(i) for i in range(7)])
    assert not dataset.intake_is_fresh()


def test_unknown_domain_names_the_nearest(toy: Toy, workspace: Workspace) -> None:
    dataset = build(toy, workspace)
    assert check_domains(dataset, []) == ["others", "sums"]
    assert check_domains(dataset, ["sums"]) == ["sums"]
    with pytest.raises(NotFoundError, match="Did you mean 'sums'"):
        check_domains(dataset, ["sum"])


def test_a_recipe_edited_after_loading_is_refused(toy: Toy, workspace: Workspace) -> None:
    dataset = workspace.register(default_record(str(toy.folder)))
    _ = dataset.recipe
    dataset.check_recipe_is_loaded()
    toy.edit("random_seed: 7", "random_seed: 8")
    with pytest.raises(RecipeError, match="Reload definitions"):
        dataset.check_recipe_is_loaded()
