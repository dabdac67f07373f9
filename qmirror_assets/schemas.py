"""JSON schemas of what users write, for editors and checks."""

from __future__ import annotations

from qmirror_assets.profile import ProfileSpec
from qmirror_assets.recipe import RecipeSpec
from qmirror_assets.records import Json
from qmirror_assets.stages.registry import KINDS, step_class


def schema() -> dict[str, Json]:
    """Schemas of recipe and profile, and of the settings (`with`) of every kind of step."""
    return {
        "recipe": RecipeSpec.model_json_schema(by_alias=True),
        "profile": ProfileSpec.model_json_schema(),
        "steps": {kind: step_class(kind).Config.model_json_schema() for kind in KINDS},
    }
