"""Figure templates of the families: plain JSON with "{role}" where a given may be drawn.

A text in angle brackets, such as "<smiles>", is replaced by the seed's own word, and "<=V1>" by
the number that the word writes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from qmirror_assets.records import Json

if TYPE_CHECKING:
    from qmirror_assets.seeds.computed.family import Quantity

_NUMBER = "<="
_WORD = re.compile(r"<([a-z_]+)>")
_RAY_SLOTS = ("focal_length", "object_distance", "object_height", "image_distance")
Template = Mapping[str, Json]


def scene(template: str, title: str, **slots: Quantity) -> Template:
    """One of the drawn scenes, each slot labelled with a given."""
    labels = {slot: labelled(quantity) for slot, quantity in slots.items()}
    return _spec("scene", title, template=template, labels=labels)


def callouts(thing: str, title: str, icon: str, *quantities: Quantity) -> Template:
    """An icon with up to eight labelled quantities around it."""
    slots = zip("abcdefgh", quantities, strict=False)
    labels = {slot: labelled(quantity) for slot, quantity in slots}
    return _spec("scene", title, template="callouts", object=thing, icon=icon, labels=labels)


def table(title: str, columns: Sequence[str], *rows: Sequence[str | Quantity]) -> Template:
    """A table whose cells are words or givens."""
    cells = [[cell if isinstance(cell, str) else slot_of(cell) for cell in row] for row in rows]
    return _spec("table", title, columns=list(columns), rows=cells)


def bars(title: str, x_label: str, y_label: str, *quantities: Quantity) -> Template:
    """A bar for each given; they share a unit. A bar whose given stays in the text is left out."""
    points = [
        {"label": quantity.role, "y": f"<={quantity.symbol}>", "text": slot_of(quantity)}
        for quantity in quantities
    ]
    return _spec("chart", title, style="bar", x_label=x_label, y_label=y_label, points=points)


def number_line(title: str, unit: str, *quantities: Quantity) -> Template:
    """A mark for each given on one scale."""
    marks = [
        {"label": quantity.role, "at": f"<={quantity.symbol}>", "text": slot_of(quantity)}
        for quantity in quantities
    ]
    return _spec("timeline", title, unit=unit, marks=marks)


def circuit(title: str, topology: str, source: Quantity, resistors: Sequence[Quantity]) -> Template:
    """A source with resistors in series or in parallel."""
    return _spec(
        "circuit",
        title,
        topology=topology,
        source=labelled(source),
        resistors=[labelled(resistor) for resistor in resistors],
    )


def rays(title: str, element: str, **slots: Quantity) -> Template:
    """A lens or mirror with the object before it; the image is left out, it is the question."""
    drawn: dict[str, Json] = dict.fromkeys(_RAY_SLOTS)
    drawn |= {slot: labelled(quantity) for slot, quantity in slots.items()}
    return _spec("ray_diagram", title, element=element, **drawn, draw_image=False)


def molecule(title: str, *quantities: Quantity) -> Template:
    """The structure of the seed's compound ("<smiles>") with labelled quantities."""
    labels = [labelled(quantity) for quantity in quantities]
    return _spec("molecule", title, smiles="<smiles>", labels=labels)


def punnett(title: str, trait: str, parent1: Quantity, parent2: Quantity) -> Template:
    """An empty Punnett square of two parents."""
    parents = {"parent1": slot_of(parent1), "parent2": slot_of(parent2)}
    return _spec("punnett", title, **parents, trait=trait, show_offspring=False)


def fill(template: Json, words: Mapping[str, str]) -> Json:
    """A fresh copy of a template with its "<word>" texts replaced."""
    if isinstance(template, str):
        if "<" not in template:
            return template
        if template.startswith(_NUMBER):
            return float(words[template[len(_NUMBER) : -1]])
        return _WORD.sub(lambda found: words[found[1]], template)
    if isinstance(template, Mapping):
        return {key: fill(value, words) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, words) for value in template]
    return template


def labelled(quantity: Quantity) -> dict[str, Json]:
    """A label of a given: its role, its symbol, and its text once it is moved."""
    return {"label": quantity.role, "value": slot_of(quantity), "symbol": quantity.symbol}


def slot_of(quantity: Quantity) -> str:
    """The place of a given's text."""
    return f"{{{quantity.role}}}"


def _spec(kind: str, title: str, **content: Json) -> Template:
    return {"version": 1, "kind": kind, "title": title, **content}
