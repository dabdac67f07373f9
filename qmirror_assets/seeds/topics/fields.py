"""Field types of topic and template files: one-line text without hidden characters."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from qmirror_assets.errors import KeyParseError
from qmirror_assets.seeds.domains import slugify_domain
from qmirror_assets.seeds.rows import check_language
from qmirror_assets.seeds.text import clean_text

NAME_CHARACTERS = 80
TEXT_CHARACTERS = 500


def _line(limit: int) -> AfterValidator:
    def clean(text: str) -> str:
        return " ".join(clean_text(text, limit=limit, lines=False).split())

    return AfterValidator(clean)


def _check_domain(name: str) -> str:
    try:
        return slugify_domain(name)[0]
    except KeyParseError as error:
        raise ValueError(str(error)) from error


Name = Annotated[str, _line(NAME_CHARACTERS)]
Text = Annotated[str, _line(TEXT_CHARACTERS)]
Domain = Annotated[str, AfterValidator(_check_domain)]
Language = Annotated[str, AfterValidator(check_language)]


class Entry(BaseModel):
    """Base of what these files hold: unknown keys refused, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
