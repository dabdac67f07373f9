"""The figure of a draft, as plain JSON of the figure spec. Values come from the seed alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from qmirror_assets.mirror.instruments import build_circuit, build_rays, labelled
from qmirror_assets.mirror.nouns import core, plural
from qmirror_assets.mirror.scenes import Named, choose_icon, choose_scene
from qmirror_assets.mirror.spans import Item, Kind, Span, number_of
from qmirror_assets.mirror.words import word_list
from qmirror_assets.records import Json, Seed

VERSION: Final = 1
TITLE_CAP: Final = 80
_LABEL_CAP: Final = 48
_CHARTED: Final = frozenset(
    word_list(
        "mass time temperature energy speed power percentage density concentration volume amount "
        "area frequency intensity"
    )
)


def build_figure(
    seed: Seed, moved: Sequence[Named], spans: Sequence[Span], thing: str
) -> dict[str, Json]:
    """The spec that shows `moved`; `thing` is what call-outs point at."""
    kinds = {named.span.kind for named in moved}
    content = (
        _structure(moved, seed.question, spans)
        if kinds != {Kind.QUANTITY}
        else _quantities(seed.question, moved, spans, thing)
    )
    return {"version": VERSION, "title": make_title(moved), **content}


def make_title(moved: Sequence[Named]) -> str:
    """A title from the labels alone: "Mass and focal length"."""
    names = [named.name for named in moved]
    if len(moved) == 1 and moved[0].span.kind is Kind.SERIES:
        names = [plural(names[0]) if " of " not in names[0] else names[0]]
    text = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
    text = text if len(text) <= TITLE_CAP else names[0]
    return _capital(text)[:TITLE_CAP]


def _capital(text: str) -> str:
    """A capital first letter, but "pH" stays "pH"."""
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]


def _structure(moved: Sequence[Named], question: str, spans: Sequence[Span]) -> dict[str, Json]:
    first = moved[0]
    if first.span.kind is Kind.CHAIN:
        cycle = first.name.split(" ")[-1] in {"cycle", "loop"}
        nodes = [item.name for item in first.span.items]
        return {"kind": "flow", "layout": "cycle" if cycle else "chain", "nodes": nodes}
    if first.span.kind is Kind.LIST:
        header = _capital(first.name)
        return {
            "kind": "table",
            "columns": [header[:40]],
            "rows": [[i.name] for i in first.span.items],
        }
    if len(moved) == 1:
        circuit = build_circuit(question, moved, spans)
        return circuit or _bars(first.span.items, first)
    return _line(moved[0], moved[1])


def _axis(named: Named) -> str:
    name = core(named.name)
    name = _capital(name)
    return f"{name} ({named.span.unit})"[:_LABEL_CAP] if named.span.unit else name[:_LABEL_CAP]


def _bars(items: Sequence[Item], named: Named) -> dict[str, Json]:
    numbered = items[0].name == "1"
    points = [{"label": item.name, "y": item.number, "text": item.text} for item in items]
    return {
        "kind": "chart",
        "style": "bar",
        "x_label": "Reading" if numbered else "",
        "y_label": _axis(named),
        "points": points,
    }


def _line(first: Named, second: Named) -> dict[str, Json]:
    """Two series of equal length: the first across, the second up."""
    pairs = zip(first.span.items, second.span.items, strict=True)
    points = [{"label": a.text, "x": a.number, "y": b.number, "text": b.text} for a, b in pairs]
    axes = {"x_label": _axis(first), "y_label": _axis(second)}
    return {"kind": "chart", "style": "line", **axes, "points": points}


def _quantities(
    question: str, moved: Sequence[Named], spans: Sequence[Span], thing: str
) -> dict[str, Json]:
    built = build_rays(question, moved) or build_circuit(question, moved, spans)
    if built is not None:
        return built
    scene = choose_scene(question, moved, spans)
    if scene is not None:
        template, slots = scene
        labels = {slots[n.span.id]: labelled(n.name, n.span.text, n.span.symbol) for n in moved}
        return {"kind": "scene", "template": template, "labels": labels}
    if _comparable(moved):
        items = [Item(n.name[:40], n.span.text, number_of(n.span.value)) for n in moved]
        shared = Named(moved[0].span, core(moved[0].name).split(" ")[-1])
        return _bars(items, shared)
    owner = _owner(moved, thing)
    icon = choose_icon(owner) if owner else None
    if icon is None:
        return _listing(moved)
    labels = {
        slot: labelled(n.name, n.span.text) for slot, n in zip("abcdefgh", moved, strict=False)
    }
    return {
        "kind": "scene",
        "template": "callouts",
        "object": owner,
        "icon": icon,
        "labels": labels,
    }


def _owner(moved: Sequence[Named], thing: str) -> str:
    """What the call-outs may point at: `thing`, unless the labels say whose the values are.

    Returns "" where the values belong to several things, or not to `thing` alone.
    """
    owners = {n.name.partition(" of ")[2].removeprefix("the ") for n in moved} - {""}
    if not owners:
        return thing
    if any(core(thing).rsplit(" ", maxsplit=1)[-1] in owner.split(" ") for owner in owners):
        return thing if len(owners) == 1 else ""
    return owners.pop() if len(owners) == 1 and all(" of " in n.name for n in moved) else ""


def _listing(moved: Sequence[Named]) -> dict[str, Json]:
    """A data table, as textbooks set values that no drawing of ours depicts."""
    rows = [[_capital(n.name), n.span.text] for n in moved]
    return {"kind": "table", "columns": ["Quantity", "Value"], "rows": rows}


def _comparable(moved: Sequence[Named]) -> bool:
    """Whether bars side by side would read well: one unit, sizes within a factor of fifty."""
    numbers = [number_of(named.span.value) for named in moved]
    if len(moved) < 2 or len({named.span.unit for named in moved}) > 1 or None in numbers:  # noqa: PLR2004
        return False
    sizes = [abs(number) for number in numbers if number]
    if len({core(named.name).split(" ")[-1] for named in moved}) > 1:
        return False
    near = len(sizes) == len(moved) and max(sizes) < 50 * min(sizes)
    return near and all(named.span.dimension in _CHARTED for named in moved)


def roles_in(template: Json) -> frozenset[str]:
    """Roles that a figure template can show."""
    if isinstance(template, str):
        match = re.fullmatch(r"\{([^{}]+)\}", template)
        return frozenset({match[1]}) if match else frozenset()
    children = template.values() if isinstance(template, Mapping) else template
    if not isinstance(template, Mapping | list | tuple):
        return frozenset()
    return frozenset().union(*(roles_in(child) for child in children))


def fill_template(template: Json, texts: Mapping[str, str], labels: Mapping[str, str]) -> Json:
    """`template` with "{role}" replaced by the moved text, or "" where the value stays in the text.

    labels: role -> label that takes the place of the template's own beside that value.
    """
    if isinstance(template, str):
        match = re.fullmatch(r"\{([^{}]+)\}", template)
        return texts.get(match[1], "") if match else template
    if isinstance(template, Mapping):
        template = _without_empty_rows(template, texts)
        filled = {key: fill_template(value, texts, labels) for key, value in template.items()}
        for key in ("value", "text"):
            role = next(iter(roles_in(template.get(key))), "") if key in template else ""
            if role in labels and "label" in template:
                filled["label"] = labels[role]
        return filled
    if isinstance(template, list | tuple):
        return [fill_template(value, texts, labels) for value in template]
    return template


def _without_empty_rows(
    template: Mapping[str, Json], texts: Mapping[str, str]
) -> Mapping[str, Json]:
    """A table without the rows whose values all stay in the text."""
    rows = template.get("rows")
    if template.get("kind") != "table" or not isinstance(rows, list | tuple):
        return template
    kept = [row for row in rows if not roles_in(row) or roles_in(row) & set(texts)]
    return {**template, "rows": kept}
