"""The plan of a seed: what could move, and in which order the variants are tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from qmirror_assets.mirror.frames import Frame
from qmirror_assets.mirror.movables import find_spans, frames_of
from qmirror_assets.mirror.pictures import roles_in
from qmirror_assets.mirror.rewrite import rewrite
from qmirror_assets.mirror.spans import Kind, Span
from qmirror_assets.records import Json, Reason, Rejection, Seed

MAX_VARIANTS: Final = 8
_MAX_GROUP: Final = 4
_INDIVISIBLE: Final = frozenset({"punnett"})
Framed = tuple[Span, Frame]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to move: which spans, into which kind of figure, and why it stands where it does.

    figure: "chart", "flow", "table", "template" (the seed's own), or "drawing" (chosen by words).
    """

    spans: tuple[str, ...]
    figure: str
    reason: str

    def to_json(self) -> dict[str, Json]:
        """A JSON object that `from_json` reads back."""
        return {"spans": list(self.spans), "figure": self.figure, "reason": self.reason}

    @classmethod
    def from_json(cls, data: dict[str, Json]) -> Variant:
        """The variant that `to_json` wrote."""
        return cls(tuple(data["spans"]), data["figure"], data["reason"])


@dataclass(frozen=True, slots=True)
class Plan:
    """All spans of a question in order of place, and the variants in the order to try."""

    spans: tuple[Span, ...]
    variants: tuple[Variant, ...]

    def span(self, name: str) -> Span:
        """The span with this id; KeyError if there is none."""
        for span in self.spans:
            if span.id == name:
                return span
        raise KeyError(name)

    def moved(self, variant: Variant) -> tuple[Span, ...]:
        """The spans that `variant` moves."""
        return tuple(self.span(name) for name in variant.spans)

    def variant_of_round(self, number: int) -> Variant:
        """The variant of round `number` (from 0): in order, then from the start again."""
        return self.variants[number % len(self.variants)]

    def to_json(self) -> dict[str, Json]:
        """A JSON object that `from_json` reads back."""
        return {
            "spans": [span.to_json() for span in self.spans],
            "variants": [variant.to_json() for variant in self.variants],
        }

    @classmethod
    def from_json(cls, data: dict[str, Json]) -> Plan:
        """The plan that `to_json` wrote."""
        spans = tuple(Span.from_json(span) for span in data["spans"])
        return cls(spans, tuple(Variant.from_json(variant) for variant in data["variants"]))


def make_plan(seed: Seed) -> Plan | Rejection:
    """Plan the variants of `seed`, or say why nothing can move."""
    if seed.language.split("-")[0].lower() != "en":
        return Rejection(Reason.ABSTAINED, f"language {seed.language!r}: the rules cannot read it")
    spans = find_spans(seed.question, seed.givens)
    if not spans:
        return Rejection(
            Reason.NOTHING_MOVABLE,
            "the question holds no quantity with a unit, no list and no chain",
        )
    framed = _usable(seed, list(frames_of(seed.question, spans)))
    if not framed:
        return Rejection(
            Reason.NO_VARIANT, "values were found, but no phrase rule is sure how to take them out"
        )
    variants = tuple(_variants(seed, framed))[:MAX_VARIANTS]
    return Plan(spans, variants)


def _usable(seed: Seed, framed: list[Framed]) -> list[Framed]:
    if seed.figure is None:
        return framed
    roles = roles_in(seed.figure)
    shown = [(span, frame) for span, frame in framed if roles_of(span) and roles_of(span) <= roles]
    return shown or framed


def roles_of(span: Span) -> frozenset[str]:
    """The givens that a span holds; empty if any part of it is not a given."""
    if span.kind is Kind.QUANTITY:
        return frozenset({span.role} if span.role else ())
    roles = frozenset(item.role for item in span.items)
    return frozenset() if "" in roles else roles


def name_of(span: Span, frame: Frame) -> str:
    """What code calls a span in the figure: the given's role, else what the text says."""
    return span.role if span.kind is Kind.QUANTITY and span.role else frame.name


def _variants(seed: Seed, framed: list[Framed]) -> Iterator[Variant]:
    structures = [pair for pair in framed if pair[0].kind is not Kind.QUANTITY]
    single = [pair for pair in framed if pair[0].kind is Kind.QUANTITY]
    ordinary = [pair for pair in single if pair[1].rule != "symbol"]
    yield from _structures(seed, structures)
    whole = _whole(seed, single)
    if whole:
        yield Variant(tuple(span.id for span, _ in whole), "template", "all values of the drawing")
        return
    drawn = "template" if _all_shown(seed, single) else "drawing"
    seen: set[tuple[str, ...]] = set()
    for group, reason in _groups(ordinary, drawn):
        names = tuple(span.id for span, _ in group)
        if names not in seen and _fits(seed.question, group):
            seen.add(names)
            yield Variant(names, drawn, reason)
    constants = [pair for pair in single if pair[1].rule == "symbol"]
    for span, _ in [*ordinary, *constants]:
        yield Variant((span.id,), drawn, "one value")


def _all_shown(seed: Seed, framed: Sequence[Framed]) -> bool:
    """Whether the seed's own drawing can show any choice of these values."""
    if seed.figure is None or seed.figure.get("kind") in _INDIVISIBLE:
        return False
    roles = roles_in(seed.figure)
    return bool(framed) and all(span.role in roles for span, _ in framed)


def _whole(seed: Seed, framed: Sequence[Framed]) -> Sequence[Framed]:
    """All values of a drawing that makes no sense without any of them, if they can all move."""
    if seed.figure is None or seed.figure.get("kind") not in _INDIVISIBLE:
        return ()
    roles = roles_in(seed.figure)
    shown = [pair for pair in framed if pair[0].role in roles]
    complete = {span.role for span, _ in shown} == roles and _fits(seed.question, shown)
    return shown if complete else ()


def _structures(seed: Seed, framed: Sequence[Framed]) -> Iterator[Variant]:
    question, roles = seed.question, roles_in(seed.figure)
    series = [pair for pair in framed if pair[0].kind is Kind.SERIES]
    for pair in combinations(series, 2):
        if len(pair[0][0].items) == len(pair[1][0].items) and _fits(question, pair):
            yield Variant((pair[0][0].id, pair[1][0].id), "chart", "two series of equal length")
    figures = {Kind.SERIES: "chart", Kind.CHAIN: "flow", Kind.LIST: "table"}
    for span, _ in framed:
        own = bool(roles_of(span)) and roles_of(span) <= roles
        figure = "template" if own else figures[span.kind]
        yield Variant((span.id,), figure, f"a {span.kind.value}")


def _groups(framed: Sequence[Framed], drawn: str) -> Iterator[tuple[Sequence[Framed], str]]:
    """Same-unit groups, then pairs; with a figure template of its own, three values as well."""
    dimensions = {span.dimension for span, _ in framed}
    for dimension in sorted(dimensions):
        group = [pair for pair in framed if pair[0].dimension == dimension]
        if 1 < len(group) <= _MAX_GROUP:
            yield group, "values of one unit"
    if drawn == "template" and len(framed) == 3:  # noqa: PLR2004
        yield framed, "all values of the drawing"
    for pair in combinations(framed, 2):
        yield pair, "two values"


def _fits(question: str, group: Sequence[Framed]) -> bool:
    """Whether the frames can stand together and the text tells their values apart."""
    names = [name_of(span, frame) for span, frame in group]
    return (
        len(set(names)) == len(names)
        and rewrite(question, [(f, f.noun) for _, f in group]) is not None
    )
