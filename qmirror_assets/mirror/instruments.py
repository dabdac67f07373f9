"""Figures with a fixed build, a circuit or a lens or mirror, from the words of a question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from qmirror_assets.mirror.scenes import Named
from qmirror_assets.mirror.spans import Kind, Span
from qmirror_assets.records import Json

_NUMBERS: Final = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_ELEMENTS: Final[tuple[tuple[str, str], ...]] = (
    ("converging_lens", r"\b(?:converging|convex)(?: \w+)? lens\b"),
    ("diverging_lens", r"\b(?:diverging|concave)(?: \w+)? lens\b"),
    ("concave_mirror", r"\bconcave(?: \w+)? mirror\b"),
    ("convex_mirror", r"\bconvex(?: \w+)? mirror\b"),
)
_RAY_SLOTS: Final[tuple[tuple[str, str], ...]] = (
    ("focal_length", r"focal"),
    ("image_distance", r"image.*distance|distance.*image"),
    ("object_height", r"height|tall"),
    ("object_distance", r"distance"),
)


def labelled(label: str, value: str, symbol: str = "") -> dict[str, Json]:
    """A label of the figure spec."""
    return {"label": label, "value": value, "symbol": symbol}


def build_rays(question: str, moved: Sequence[Named]) -> dict[str, Json] | None:
    """A ray diagram without its image, or None if the question is not about one lens or mirror."""
    found = [name for name, cue in _ELEMENTS if re.search(cue, question, re.IGNORECASE)]
    if len(found) != 1 or re.search(r"telescope|microscope|\blenses\b", question):
        return None
    slots: dict[str, Json] = {name: None for name, _ in _RAY_SLOTS}
    for named in moved:
        slot = next((s for s, cue in _RAY_SLOTS if re.search(cue, named.name)), "")
        if not slot or slots[slot] is not None or named.span.dimension != "length":
            return None
        slots[slot] = labelled(named.name, named.span.text)
    return {"kind": "ray_diagram", "element": found[0], "draw_image": False, **slots}


def build_circuit(
    question: str, moved: Sequence[Named], spans: Sequence[Span]
) -> dict[str, Json] | None:
    """A circuit that holds every moved value, or None if the build is not clear."""
    if re.search(r"\b(?:resistors?|lamps?|bulbs?|circuit)\b", question, re.IGNORECASE) is None:
        return None
    if re.search(r"wires?\b|capacitor|coil|diode|transformer|cable", question):
        return None
    parallel = re.search(r"\bparallel\b", question) is not None
    if parallel and "series" in question:
        return None
    count = _count_resistors(question, spans)
    values = _resistor_values(
        moved, count, re.search(r"\b(?:each|identical|equal)\b", question) is not None
    )
    if count == 0 or values is None or (count > 1 and not (parallel or "series" in question)):
        return None
    source, meters = _source(question, moved), _meters(moved)
    known = sum(named.span.dimension in {"resistance", "voltage", "current"} for named in moved)
    if known != len(moved):
        return None
    topology = "parallel" if parallel else "series"
    return {
        "kind": "circuit",
        "topology": topology,
        "source": source,
        "resistors": values,
        "meters": meters,
    }


def _count_resistors(question: str, spans: Sequence[Span]) -> int:
    counted = re.search(
        rf"\b({'|'.join(_NUMBERS)}) (?:\w+ ){{0,2}}?(?:resistors|lamps|bulbs)\b",
        question,
        re.IGNORECASE,
    )
    single = [s for s in spans if s.dimension == "resistance" and s.kind is Kind.QUANTITY]
    listed = [s for s in spans if s.dimension == "resistance" and s.kind is Kind.SERIES]
    if counted:
        return _NUMBERS[counted[1].lower()]
    if listed:
        return len(listed[0].items)
    return len(single) or len(
        re.findall(r"\b(?:a|the) (?:\w+ )?(?:resistor|lamp|bulb)\b", question[:200])
    )


def _resistor_values(
    moved: Sequence[Named], count: int, alike: bool
) -> list[dict[str, Json]] | None:
    names = [f"R{index}" for index in range(1, count + 1)] if count > 1 else ["R"]
    moved_here = [named for named in moved if named.span.dimension == "resistance"]
    if len(moved_here) == 1 and moved_here[0].span.kind is Kind.SERIES:
        items = moved_here[0].span.items
        if len(items) != count:
            return None
        return [labelled("", item.text, name) for item, name in zip(items, names, strict=True)]
    if len(moved_here) == 1:
        named = moved_here[0]
        if alike or count == 1:
            return [labelled(named.name if count == 1 else "", named.span.text, n) for n in names]
        return None
    if moved_here and len(moved_here) != count:
        return None
    texts = [named.span.text for named in moved_here] or [""] * count
    return [labelled("", text, name) for text, name in zip(texts, names, strict=True)]


def _source(question: str, moved: Sequence[Named]) -> dict[str, Json] | None:
    for named in moved:
        if named.span.dimension == "voltage":
            return labelled(named.name, named.span.text)
    word = re.search(r"\b(battery|supply|power supply|cell|source)\b", question)
    return labelled(word[1], "") if word else labelled("source", "")


def _meters(moved: Sequence[Named]) -> list[Mapping[str, Json]]:
    return [
        {"meter": "ammeter", **labelled(named.name, named.span.text)}
        for named in moved
        if named.span.dimension == "current"
    ]
