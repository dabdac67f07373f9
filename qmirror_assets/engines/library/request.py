"""The border of a picture request: what a caller may ask of a library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qmirror_assets.records import Json

_LONGEST_CAPTION = 20_000
_MOST_AVOIDED = 1000


class BadRequest(Exception):
    """A body that is no picture request."""


class PictureRequest(BaseModel):
    """What to show, and the SHA-256 of the PNGs that are shown already."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    caption: str = Field(min_length=1, max_length=_LONGEST_CAPTION)
    avoid: list[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = Field(
        default_factory=list, max_length=_MOST_AVOIDED
    )


def parse_request(body: Mapping[str, Json]) -> PictureRequest:
    """Check the body of a text-to-image request.

    Raises:
        BadRequest: an unknown key, no caption, or a digest that is none.
    """
    try:
        return PictureRequest.model_validate(dict(body))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BadRequest(f"a picture request is refused at {place[:40]}: {first['msg']}") from error
