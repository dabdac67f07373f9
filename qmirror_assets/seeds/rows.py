"""One raw row becomes a seed: the border where every field is checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from qmirror_assets.errors import KeyParseError
from qmirror_assets.records import Given, Json, Reason, Seed
from qmirror_assets.seeds.domains import slugify_domain
from qmirror_assets.seeds.faults import RowFault
from qmirror_assets.seeds.jsonvalues import clean_json
from qmirror_assets.seeds.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

QUESTION_CHARACTERS = 8_000
ANSWER_CHARACTERS = 2_000

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
_REASON_OF: Final[Mapping[str, Reason]] = {
    "missing": Reason.MISSING_FIELD,
    "too_long": Reason.TOO_LONG,
    "finite_number": Reason.NOT_FINITE,
}


def _text(limit: int, *, lines: bool = False, blank: bool = False) -> AfterValidator:
    def clean(text: str) -> str:
        return clean_text(text, limit=limit, lines=lines, blank=blank)

    return AfterValidator(clean)


def _clean_domain(name: str) -> str:
    try:
        return slugify_domain(name)[0]
    except KeyParseError as error:
        raise RowFault(Reason.BAD_DOMAIN, error.found) from error


def _clean_id(name: str) -> str:
    try:
        return clean_text(name, limit=200, lines=False)
    except RowFault as fault:
        raise RowFault(Reason.BAD_ID, fault.detail) from fault


def _number_to_text(value: object) -> object:
    # Files number their rows; a bool is an int to Python but no row number.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def check_language(tag: str) -> str:
    """A language tag such as `en` or `pt-BR`, its first part in lower case.

    Raises:
        RowFault: bad_language.
    """
    if not _LANGUAGE.fullmatch(tag):
        raise RowFault(Reason.BAD_LANGUAGE, "expected a tag such as en or pt-BR")
    primary, dash, rest = tag.partition("-")
    return f"{primary.lower()}{dash}{rest}"


Short = Annotated[str, _text(200, blank=True)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def drop_absent(cls, data: object) -> object:
        """A null cell, and an empty one of an optional field, count as not there."""
        if not isinstance(data, dict):
            return data
        optional = _optional(cls)
        return {
            name: cell
            for name, cell in data.items()
            if cell is not None and not (name in optional and cell in ("", []))
        }


@cache
def _optional(model: type[_Model]) -> frozenset[str]:
    fields = model.model_fields
    return frozenset(name for name, field in fields.items() if not field.is_required())


class GivenRow(_Model):
    """A quantity as a seed file writes it."""

    role: Annotated[str, _text(80)]
    value: Annotated[str, _text(64)]
    symbol: Annotated[str, _text(16, blank=True)] = ""
    unit: Annotated[str, _text(32, blank=True)] = ""


class SeedRow(_Model):
    """The fields of a seed as a seed file writes them."""

    question: Annotated[str, _text(QUESTION_CHARACTERS, lines=True)]
    answer: Annotated[str, _text(ANSWER_CHARACTERS, lines=True)]
    domain: Annotated[str, AfterValidator(_clean_domain)]
    id: Annotated[str, BeforeValidator(_number_to_text), AfterValidator(_clean_id)] = ""
    choices: Annotated[
        list[Annotated[str, _text(ANSWER_CHARACTERS)]], Field(min_length=2, max_length=26)
    ] = Field(default_factory=list)  # a default list would be deeply copied for each row
    givens: Annotated[list[GivenRow], Field(max_length=24)] = Field(default_factory=list)
    language: Annotated[str, AfterValidator(check_language)] = "en"
    licence: Short = ""
    source: Annotated[str, _text(500, blank=True)] = ""
    family: Short = ""
    figure: Annotated[dict[str, Any], AfterValidator(clean_json)] | None = None
    images: Annotated[list[Annotated[str, _text(500)]], Field(max_length=8)] = Field(
        default_factory=list
    )


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a row without its own value gets; "" where there is no default."""

    domain: str = ""
    language: str = ""
    licence: str = ""
    source: str = ""


def build_seed(
    fields: Mapping[str, Json],
    extra: Mapping[str, Json],
    defaults: Defaults,
    keep_images: Callable[[Sequence[str]], tuple[str, ...]],
) -> Seed:
    """The seed of one row.

    Args:
        fields: cells by our field names, as the file gives them.
        extra: unmapped columns; carried, their characters checked.
        defaults: of the file.
        keep_images: from relative paths to digests, in order; called last.

    Raises:
        RowFault: with the reason of the first field that is refused.
    """
    row = _validate({**fields, **_fill(fields, defaults)})
    carried = clean_json(dict(extra))
    return Seed(
        question=row.question,
        answer=row.answer,
        domain=row.domain,
        givens=tuple(
            Given(given.role, given.symbol, given.value, given.unit) for given in row.givens
        ),
        choices=tuple(row.choices),
        input_images=keep_images(row.images) if row.images else (),
        seed_id=row.id,
        language=row.language,
        licence=row.licence,
        source=row.source,
        family=row.family,
        figure=row.figure,
        extra=carried,
    )


def _validate(cells: Mapping[str, Json]) -> SeedRow:
    try:
        return SeedRow.model_validate(cells)
    except ValidationError as error:
        raise _first_fault(error) from error


def _first_fault(error: ValidationError) -> RowFault:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "row"
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, RowFault):
        return RowFault(cause.reason, f"{place}: {cause.detail}")
    reason = _REASON_OF.get(first["type"], Reason.WRONG_TYPE)
    return RowFault(reason, f"{place}: {first['msg']}")


def _fill(fields: Mapping[str, Json], defaults: Defaults) -> dict[str, Json]:
    named = {
        "domain": defaults.domain,
        "language": defaults.language,
        "licence": defaults.licence,
        "source": defaults.source,
    }
    # An empty cell takes the default too; a wrong one stays and is refused.
    return {name: value for name, value in named.items() if value and not fields.get(name)}
