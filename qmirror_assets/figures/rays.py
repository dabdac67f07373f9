"""Ray diagrams of thin lenses and mirrors, computed in units of the focal length."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Canvas
from qmirror_assets.figures.notes import compose, dimension, note
from qmirror_assets.figures.shapes import Point, arc, circle
from qmirror_assets.figures.spec import Labelled, RayDiagram

_HALF = 320.0  # pixels of axis on each side
_TALL = 130.0  # half height of the element
_OBJECT, _IMAGE = 74.0, 118.0  # greatest heights
_LEAST_FOCAL = 36.0
_MOST_GROWN = 5.0
_RATIOS = (0.3, 4.0)  # object distance over focal length that is drawn to scale
_QUANTITY = re.compile(r"[-−+]?(\d{1,6}(?:\.\d{1,6})?) ?(\D{0,12})")
_GENERIC = {
    "converging_lens": 2.2,
    "diverging_lens": 2.0,
    "concave_mirror": 2.6,
    "convex_mirror": 1.6,
}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Places in pixels: the element at 0, the object on the left."""

    focal: float
    distance: float  # of the object
    image: float | None  # x of the image; None where it is at infinity
    height: float
    converging: bool
    mirror: bool

    @property
    def object_tip(self) -> Point:
        return -self.distance, self.height

    @property
    def image_tip(self) -> Point | None:
        if self.image is None:
            return None
        side = self.image if not self.mirror else -self.image
        return self.image, -self.height * side / self.distance

    @property
    def bent_to(self) -> float:
        """Where the focal point lies that a parallel ray runs through, or comes from."""
        return self.focal if self.converging != self.mirror else -self.focal


def draw(canvas: Canvas, spec: RayDiagram) -> None:
    """Draw element, focal points and object; rays and image only where asked for."""
    plan = _lay_out(spec)
    canvas.path([(-_HALF - 40, 0), (_HALF + 40, 0)], line=style.GREY, width=style.THIN)
    _draw_element(canvas, spec.element)
    for x in (plan.bent_to,) if plan.mirror else (-plan.focal, plan.focal):
        canvas.shape(circle(x, 0, 4.5), style.INK, line=None)
        note(canvas, Labelled(symbol="F"), (x, 0), (0, -1), 7)
    if spec.draw_image:
        _draw_rays(canvas, plan)
    canvas.arrow((-plan.distance, 0), plan.object_tip, style.BLUE, width=4)
    tip = plan.image_tip
    if spec.draw_image and tip:
        canvas.arrow((tip[0], 0), tip, style.RED, width=4)
    _label(canvas, spec, plan)


def _lay_out(spec: RayDiagram) -> _Layout:
    converging = spec.element in ("converging_lens", "concave_mirror")
    mirror = spec.element.endswith("mirror")
    ratio = _read_ratio(spec)
    if ratio is None or not _is_drawable(ratio, _image_in_focals(ratio, converging=converging)):
        ratio = _GENERIC[spec.element]
    image = _image_in_focals(ratio, converging=converging)
    focal = _focal_pixels(ratio, image)
    grown = abs(image / ratio) if image else 1.0
    height = min(_OBJECT, _IMAGE / max(grown, 1.0))
    place = None if image is None else image * focal * (-1 if mirror else 1)
    return _Layout(focal, ratio * focal, place, height, converging, mirror)


def _focal_pixels(ratio: float, image: float | None) -> float:
    """The largest focal length at which object and image stay in the picture."""
    return min(120.0, _HALF / max(ratio, abs(image or 0.0), 1.3))


def _is_drawable(ratio: float, image: float | None) -> bool:
    big = abs((image or 0.0) / ratio) > _MOST_GROWN
    return not big and _focal_pixels(ratio, image) >= _LEAST_FOCAL


def _image_in_focals(ratio: float, *, converging: bool) -> float | None:
    """Thin-lens equation with a focal length of 1; positive is a real image."""
    inverse = (1.0 if converging else -1.0) - 1.0 / ratio
    return None if math.isclose(inverse, 0.0, abs_tol=1e-9) else 1.0 / inverse


def _read_ratio(spec: RayDiagram) -> float | None:
    """Object distance over focal length where the picture shows both in one unit."""
    distance, focal = _read(spec.object_distance), _read(spec.focal_length)
    if distance is None or focal is None or distance[1] != focal[1]:
        return None
    low, high = _RATIOS
    return distance[0] / focal[0] if low <= distance[0] / focal[0] <= high else None


def _read(item: Labelled | None) -> tuple[float, str] | None:
    found = _QUANTITY.fullmatch(item.value) if item else None
    if not found or float(found[1]) == 0:
        return None
    return float(found[1]), found[2].strip()


def _draw_element(canvas: Canvas, element: str) -> None:
    if element == "converging_lens":
        outline = [*arc(0, 0, 17, -90, 90, ry=_TALL), *arc(0, 0, 17, 90, 270, ry=_TALL)]
        canvas.shape(outline, style.WATER, line=style.BLUE)
    elif element == "diverging_lens":
        right = [(22 - x, y) for x, y in arc(0, 0, 16, -90, 90, ry=_TALL)]
        canvas.shape([*right, *[(-x, y) for x, y in reversed(right)]], style.WATER, line=style.BLUE)
    else:
        _draw_mirror(canvas, 1 if element == "concave_mirror" else -1)


def _draw_mirror(canvas: Canvas, hollow: int) -> None:
    radius = 700.0
    edge = math.degrees(math.asin(_TALL / radius))
    surface = [(hollow * (x - radius), y) for x, y in arc(0, 0, radius, -edge, edge)]
    canvas.path(surface, line=style.BLUE, width=4)
    for x, y in surface[:: max(1, len(surface) // 12)]:
        canvas.path([(x + 2, y), (x + 12, y + 8)], line=style.GREY, width=style.THIN)


def _draw_rays(canvas: Canvas, plan: _Layout) -> None:
    """The parallel ray and the ray through the middle, with their virtual extensions."""
    tip = plan.object_tip
    bend = (0.0, plan.height)
    slope = -plan.height / plan.bent_to
    middle = -plan.height / plan.distance
    _draw_ray(canvas, plan, [tip, bend], slope)
    _draw_ray(canvas, plan, [tip, (0.0, 0.0)], -middle if plan.mirror else middle)


def _draw_ray(canvas: Canvas, plan: _Layout, first: list[Point], slope: float) -> None:
    x, y = first[-1]
    way = -1 if plan.mirror else 1
    length = _clip(y, slope * way)
    canvas.arrow(first[0], ((first[0][0] + x) / 2, (first[0][1] + y) / 2), style.AMBER, width=2)
    canvas.path([*first, (x + way * length, y + way * length * slope)], line=style.AMBER)
    image = plan.image_tip
    if image and image[0] * way < 0:
        canvas.path([first[-1], image], line=style.AMBER, dashed=True)


def _clip(y: float, climb: float) -> float:
    """How far a ray may run before it leaves the picture."""
    if climb == 0:
        return _HALF
    room = (160.0 - y) / climb if climb > 0 else (-160.0 - y) / climb
    return min(_HALF, room)


def _label(canvas: Canvas, spec: RayDiagram, plan: _Layout) -> None:
    """Distances below everything, the shortest nearest to the axis on each side."""
    spans = [
        (item, end)
        for item, end in (
            (spec.focal_length, plan.bent_to),
            (spec.object_distance, -plan.distance),
            (spec.image_distance, plan.image),
        )
        if item and end is not None
    ]
    floor = min(-_TALL, canvas.bounds.bottom if canvas.bounds else 0.0) - 16
    for side in (-1, 1):
        level = floor
        for item, end in sorted(spans, key=lambda span: abs(span[1])):
            if end * side > 0:
                _draw_distance(canvas, item, end, level)
                level -= compose(item).height + 24
    if spec.image_distance and plan.image is None:
        note(canvas, spec.image_distance, (_HALF, 0), (0, -1))
    x, y = plan.object_tip
    dimension(canvas, (x - 22, 0), (x - 22, y), spec.object_height, (-1, 0.6))


def _draw_distance(canvas: Canvas, item: Labelled, end: float, level: float) -> None:
    canvas.path([(end, 0), (end, level)], line=style.GREY, width=1.0, dashed=True)
    dimension(canvas, (end, level), (0, level), item)
