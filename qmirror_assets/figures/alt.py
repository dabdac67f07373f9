"""One or two plain sentences that say what a figure shows, values included."""

from __future__ import annotations

from collections.abc import Iterable

from qmirror_assets.figures.graph import tree_edges
from qmirror_assets.figures.spec import (
    Chart,
    Circuit,
    FigureSpec,
    Flow,
    Labelled,
    Molecule,
    Punnett,
    RayDiagram,
    Scene,
    Table,
    Timeline,
)

_SCENES = {
    "inclined_plane": "a block on an inclined plane",
    "free_body": "a block with the forces that act on it",
    "kinematics": "a cart that moves along a straight road",
    "projectile": "the path of a thrown ball",
    "beaker": "a beaker with a liquid",
    "gas_cylinder": "a gas in a cylinder under a piston",
    "spring": "a spring stretched by a hanging block",
    "pendulum": "a pendulum",
    "lever": "a lever on its support",
    "wave": "a travelling wave",
    "orbit": "a planet on its orbit around a star",
    "microscope": "a microscope and the image seen in it",
    "pulley": "two blocks on a rope over a pulley",
    "calorimeter": "a calorimeter with a thermometer and a heater",
    "cell": "a cell",
    "population": "a culture before and after growth",
    "telescope": "a telescope with its two lenses",
}


def describe(spec: FigureSpec) -> str:
    """The alternative text of `spec`."""
    match spec:
        case Chart():
            body = _describe_chart(spec)
        case Table():
            body = _describe_table(spec)
        case Timeline():
            body = _describe_timeline(spec)
        case Flow():
            body = _describe_flow(spec)
        case Scene():
            body = _describe_scene(spec)
        case Circuit():
            body = _describe_circuit(spec)
        case Molecule():
            name = f" of {spec.name}" if spec.name else ""
            body = _sentence(f"Structural formula{name}", spec.labels)
        case RayDiagram():
            body = _describe_rays(spec)
        case Punnett():
            body = _describe_punnett(spec)
    return f"{spec.title.rstrip('.')}. {body}" if spec.title else body


def _describe_chart(spec: Chart) -> str:
    points = "; ".join(_pair(point.label, point.text) for point in spec.points if point.text)
    axes = " against ".join(name for name in (spec.y_label, spec.x_label) if name)
    kind = {"bar": "Bar chart", "line": "Line chart", "scatter": "Scatter chart"}[spec.style]
    return f"{kind} of {axes}: {points}." if axes else f"{kind}: {points}."


def _describe_table(spec: Table) -> str:
    rows = "; ".join(", ".join(cell for cell in row if cell) for row in spec.rows)
    columns = ", ".join(column for column in spec.columns if column)
    return f"Table with the columns {columns}: {rows}." if columns else f"Table: {rows}."


def _describe_timeline(spec: Timeline) -> str:
    marks = sorted((mark for mark in spec.marks if mark.text), key=lambda mark: mark.at)
    unit = f" in {spec.unit}" if spec.unit else ""
    return f"Line{unit} with " + "; ".join(_pair(m.label, m.text) for m in marks) + "."


def _describe_flow(spec: Flow) -> str:
    nodes = spec.nodes
    if spec.layout == "chain":
        return f"Chain of boxes joined by arrows: {' → '.join(nodes)}."
    if spec.layout == "cycle":
        return f"Cycle of boxes joined by arrows: {' → '.join((*nodes, nodes[0]))}."
    pairs = (f"{nodes[a]} → {nodes[b]}" for a, b in tree_edges(len(nodes), spec.edges))
    return f"Tree of boxes joined by arrows: {'; '.join(pairs)}."


def _describe_scene(spec: Scene) -> str:
    items = [spec.labels[slot] for slot in sorted(spec.labels)]
    subject = spec.object if spec.template == "callouts" else _SCENES[spec.template]
    return _sentence(f"Drawing of {subject}", items)


def _describe_circuit(spec: Circuit) -> str:
    many = f"{spec.topology}" if len(spec.resistors) > 1 else "a loop"
    items = [item for item in (spec.source, *spec.resistors, *spec.meters) if item]
    return _sentence(f"Circuit with resistors in {many}", items)


def _describe_rays(spec: RayDiagram) -> str:
    items = (spec.focal_length, spec.object_distance, spec.object_height, spec.image_distance)
    shown = "rays and image" if spec.draw_image else "the object"
    element = spec.element.replace("_", " ")
    return _sentence(f"Ray diagram of a {element} with {shown}", [i for i in items if i])


def _describe_punnett(spec: Punnett) -> str:
    trait = f" for {spec.trait}" if spec.trait else ""
    cells = "with its offspring" if spec.show_offspring else "with empty cells"
    return f"Punnett square{trait} of {spec.parent1} and {spec.parent2}, {cells}."


def _sentence(start: str, items: Iterable[Labelled]) -> str:
    named = "; ".join(_name(item) for item in items)
    return f"{start}, labelled: {named}." if named else f"{start}."


def _name(item: Labelled) -> str:
    return _pair(item.label or item.symbol, item.value)


def _pair(label: str, value: str) -> str:
    return f"{label}: {value}" if label and value else label or value
