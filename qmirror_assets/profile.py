"""A profile: which engine plays which role. Chosen at run time, edited by hand."""

from __future__ import annotations

import datetime as dt
import importlib.resources
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from qmirror_assets.borders import is_file, load_yaml, nearest, validate
from qmirror_assets.errors import RecipeError

RoleName = Literal["text", "vision", "image", "judge", "embed", "ocr", "text_to_image"]
"""Roles a profile may give an engine: the values of `engines.base.Role`, which is above us."""


class Price(BaseModel):
    """Money per million tokens of one engine, with the day the price was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    prompt: float = Field(ge=0)
    completion: float = Field(ge=0)
    currency: str = "USD"
    as_of: str = Field(description="Day of the price, YYYY-MM-DD.")

    @field_validator("as_of")
    @classmethod
    def _is_a_day(cls, day: str) -> str:
        try:
            return dt.date.fromisoformat(day).isoformat()
        except ValueError as error:
            raise ValueError("expected a day such as 2026-11-01") from error


class ProfileSpec(BaseModel):
    """A whole profile file."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    profile: str
    description: str = ""
    engines: dict[RoleName, dict[str, Any]] = Field(
        description="Role -> engine settings with `kind`."
    )
    prices: dict[RoleName, Price] = Field(default={}, description="Role -> price.")
    strict: bool = Field(default=False, description="Library versions enter the engine identity.")
    for_data: bool = Field(
        default=True, description="False: good for trying a recipe, not for data."
    )

    @field_validator("prices")
    @classmethod
    def _one_currency(cls, prices: dict[RoleName, Price]) -> dict[RoleName, Price]:
        found = sorted({price.currency for price in prices.values()})
        if len(found) > 1:  # costs of all roles are added up
            raise ValueError(f"prices must be in one currency, found {', '.join(found)}")
        return prices


@dataclass(frozen=True, slots=True)
class Profile:
    """A loaded profile."""

    spec: ProfileSpec

    @property
    def name(self) -> str:
        """The profile's own name."""
        return self.spec.profile


def shipped_profiles() -> dict[str, Path]:
    """Shipped profile names and their files."""
    root = Path(str(importlib.resources.files("qmirror_assets") / "profiles"))
    return {p.stem: p for p in sorted(root.glob("*.yaml"))}


def load_profile(name_or_path: str, project: Path | None = None) -> Profile:
    """Load a profile: a project's own `profiles/<name>.yaml` wins over a shipped one.

    Raises:
        RecipeError: with file, line, place and remedy.
    """
    own = (project / "profiles" / f"{name_or_path}.yaml") if project else None
    shipped = shipped_profiles()
    if own is not None and is_file(own):
        path = own
    elif name_or_path in shipped:
        path = shipped[name_or_path]
    else:
        path = Path(name_or_path)
        if not is_file(path):
            raise RecipeError(
                "no such profile",
                expected=f"a path, or one of {', '.join(shipped)}",
                found=repr(name_or_path),
                remedy=nearest(name_or_path, list(shipped)),
            )
    data, lines = load_yaml(path, "profile")
    return Profile(validate(ProfileSpec, data, f"profile {path.name}", lines))
