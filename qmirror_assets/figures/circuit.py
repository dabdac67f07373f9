"""Circuits: a loop for resistors in series, a ladder for resistors in parallel."""

from __future__ import annotations

from collections.abc import Sequence

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import compose, note
from qmirror_assets.figures.shapes import Point, box, circle, turned, zigzag
from qmirror_assets.figures.spec import Circuit, Labelled, Meter

_STEP = 180.0  # pixels of wire for one part of a row
_HALF_HEIGHT = 95.0
_RAIL = 210.0


def draw(canvas: Canvas, spec: Circuit) -> None:
    """Draw the circuit; without a source the loop ends in two terminals."""
    if spec.topology == "series":
        _draw_loop(canvas, spec)
    else:
        _draw_ladder(canvas, spec)


def _find_resistor(meter: Meter, resistors: Sequence[Labelled]) -> int | None:
    """The resistor that a meter's label names by its symbol; the only one; or None."""
    words = meter.label.replace(",", " ").split()
    for i, resistor in enumerate(resistors):
        if resistor.symbol and resistor.symbol in words:
            return i
    return 0 if len(resistors) == 1 else None


def _draw_loop(canvas: Canvas, spec: Circuit) -> None:
    rows = [spec.resistors[:3], spec.resistors[3:]]
    half = _STEP * max(2, len(rows[0])) / 2
    ammeters = [meter for meter in spec.meters if meter.meter == "ammeter"]
    tall = max(_HALF_HEIGHT, 48.0 * len(ammeters))
    canvas.path([(-half, -tall), (half, -tall), (half, tall), (-half, tall), (-half, -tall)])
    places: list[Point] = []
    for row, y in zip(rows, (tall, -tall), strict=True):
        places += [(_STEP * (i - (len(row) - 1) / 2), y) for i in range(len(row))]
    for place in places:
        _draw_resistor(canvas, place)
    _draw_source(canvas, spec.source, (-half, 0), upright=True)
    spots = [(half, tall - 2 * tall * (i + 0.5) / len(ammeters)) for i in range(len(ammeters))]
    for spot in spots:
        _draw_meter(canvas, spot, "A")
    across = [
        (meter, _draw_across(canvas, _find_resistor(meter, spec.resistors), places, half))
        for meter in spec.meters
        if meter.meter == "voltmeter"
    ]
    for resistor, (x, y) in zip(spec.resistors, places, strict=True):
        note(canvas, resistor, (x, y + (16 if y > 0 else -16)), (0, y), 6, _STEP - 16)
    if spec.source:
        note(canvas, spec.source, (-half - 24, 0), (-1, 0), 4, 130)
    for meter, spot in zip(ammeters, spots, strict=True):
        note(canvas, meter, (spot[0] + 20, spot[1]), (1, 0), 6, 130)
    for meter, (edge, aim) in across:
        note(canvas, meter, edge, aim, 6, 150)


def _draw_across(
    canvas: Canvas, index: int | None, places: Sequence[Point], half: float
) -> tuple[Point, Point]:
    """A voltmeter beside its resistor or, where none is named, beside the source.

    Returns the point of its circle where its note belongs, and the direction from there.
    """
    if index is None:
        spot = (-half + 62, 0.0)
        _wire(canvas, [(-half, 52), (spot[0], 52), (spot[0], -52), (-half, -52)])
        aim = (1.0, 0.0)
    else:
        x, y = places[index]
        inside = y - 62 if y > 0 else y + 62
        spot = (x, inside)
        _wire(canvas, [(x - 62, y), (x - 62, inside), (x + 62, inside), (x + 62, y)])
        aim = (0.0, inside - y)
    _draw_meter(canvas, spot, "V")
    length = abs(aim[0]) + abs(aim[1])
    return (spot[0] + aim[0] / length * 19, spot[1] + aim[1] / length * 19), aim


def _wire(canvas: Canvas, points: Sequence[Point]) -> None:
    canvas.path(points)
    for end in (points[0], points[-1]):
        canvas.shape(circle(*end, 4), style.INK, line=None)


def _draw_ladder(canvas: Canvas, spec: Circuit) -> None:
    """Rungs from the top: voltmeters, resistors, then the source with its ammeters."""
    ammeters = [meter for meter in spec.meters if meter.meter == "ammeter"]
    main = [m for m in ammeters if _find_branch(m, spec) is None]
    y = 0.0
    for meter in spec.meters:
        if meter.meter == "voltmeter":
            y = _draw_rung(canvas, [meter], y, joined=True)
    for i, resistor in enumerate(spec.resistors):
        branch = [m for m in ammeters if _find_branch(m, spec) == i]
        y = _draw_rung(canvas, [*branch, resistor], y, joined=True)
    y = _draw_rung(canvas, [*main, spec.source], y, joined=False)
    canvas.path([(-_RAIL, 0), (-_RAIL, y)])
    canvas.path([(_RAIL, 0), (_RAIL, y)])


def _find_branch(meter: Meter, spec: Circuit) -> int | None:
    return _find_resistor(meter, spec.resistors) if len(spec.resistors) > 1 else None


def _draw_rung(
    canvas: Canvas, parts: Sequence[Labelled | None], above: float, *, joined: bool
) -> float:
    """One rung below `above`, deep enough for its notes; returns its y (0 for the first)."""
    width = 2 * _RAIL / len(parts)
    notes = [compose(part, width - 20, width - 20) for part in parts if part]
    room = 24 + max([0.0, *(block.height for block in notes)])
    y = above - room - 34 if canvas.items else 0.0
    canvas.path([(-_RAIL, y), (_RAIL, y)])
    for i, part in enumerate(parts):
        at = (-_RAIL + width * (i + 0.5), y)
        if isinstance(part, Meter):
            _draw_meter(canvas, at, "A" if part.meter == "ammeter" else "V")
        elif joined:
            _draw_resistor(canvas, at)
        else:
            _draw_source(canvas, part, at, upright=False)
        note(canvas, part, (at[0], y + 24), (0, 1), 2, width - 20)
    if joined:
        for x in (-_RAIL, _RAIL):
            canvas.shape(circle(x, y, 4), style.INK, line=None)
    return y


def _draw_resistor(canvas: Canvas, at: Point) -> None:
    x, y = at
    canvas.shape(box(x, y, 84, 10), style.WHITE, line=None, faint=True)
    canvas.path(zigzag((x - 43, y), (x + 43, y), 5, 12), line=style.BLUE, width=2.4)


def _draw_meter(canvas: Canvas, at: Point, letter: str) -> None:
    canvas.shape(circle(*at, 19), style.WHITE)
    canvas.write(letter, at, "symbol", face="bold")


def _draw_source(canvas: Canvas, source: Labelled | None, at: Point, *, upright: bool) -> None:
    """Battery plates, or an open pair of terminals."""
    turn = 90.0 if upright else 0.0
    x, y = at
    canvas.shape(turned(box(x, y, 18, 34), at, turn), style.WHITE, line=None, faint=True)
    if source is None:
        for side in (-11.0, 11.0):
            end = turned([(x + side, y)], at, turn)[0]
            canvas.shape(circle(*end, 5), style.WHITE)
        return
    canvas.path(turned([(x + 8, y - 20), (x + 8, y + 20)], at, turn), line=style.RED, width=2.4)
    canvas.path(turned([(x - 8, y - 10), (x - 8, y + 10)], at, turn), width=5)
    plus = turned([(x + 22, y - 14)], at, turn)[0]
    canvas.write("+", plus, "symbol", colour=style.RED)
