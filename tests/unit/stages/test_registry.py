"""Kinds of step: found by name, refused with the nearest one."""

from __future__ import annotations

from pathlib import Path

import pytest

from qmirror_assets.engines.base import Role
from qmirror_assets.errors import RecipeError
from qmirror_assets.stages.registry import KINDS, build_step, step_class
from qmirror_assets.templates import Prompts


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_step(kind: str) -> None:
    cls = step_class(kind)
    assert cls.kind == kind
    assert isinstance(cls.code, int)
    assert isinstance(getattr(cls, "roles", ()), tuple)
    assert cls.Config.model_config["extra"] == "forbid"


def test_a_step_without_settings(tmp_path: Path) -> None:
    step = build_step("figure", {}, Prompts(tmp_path), "stage x")
    assert step.roles == (Role.IMAGE,)


def test_unknown_kind_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="unknown kind of step 'figur'.*Did you mean 'figure'"):
        build_step("figur", {}, Prompts(tmp_path), "stage x")


@pytest.mark.parametrize(
    "kind", ["os:system", "../x", "", "llm.py", "qmirror_assets.stages.llm:LlmStep"]
)
def test_a_kind_is_never_a_module_path(kind: str) -> None:
    with pytest.raises(RecipeError, match="unknown kind of step"):
        step_class(kind)


def test_unknown_setting_names_stage_and_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        build_step("figure", {"spce": "x"}, Prompts(tmp_path), "stage image")
    assert "stage image (uses: figure): spce is not a known key" in str(caught.value)
    assert "Did you mean 'spec'?" in str(caught.value)
