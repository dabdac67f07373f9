"""Good turns to judge and to spoil: figures with hand-written answers, photos drawn here."""

from __future__ import annotations

import functools
import io
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from qmirror_assets.figures.render import render
from qmirror_assets.figures.spec import parse_spec
from qmirror_assets.synjudge.items import Item

Spec = dict[str, Any]


def _flow(title: str, layout: str, *nodes: str) -> Spec:
    return {"version": 1, "kind": "flow", "title": title, "layout": layout, "nodes": list(nodes)}


def _timeline(title: str, *marks: tuple[str, int]) -> Spec:
    listed = [{"label": label, "at": float(at), "text": str(at)} for label, at in marks]
    return {"version": 1, "kind": "timeline", "title": title, "unit": "year", "marks": listed}


def _table(title: str, columns: list[str], *rows: list[str]) -> Spec:
    return {"version": 1, "kind": "table", "title": title, "columns": columns, "rows": list(rows)}


def _bars(title: str, x: str, y: str, **values: float) -> Spec:
    points = [{"label": name, "y": value, "text": f"{value:g}"} for name, value in values.items()]
    head = {"version": 1, "kind": "chart", "style": "bar", "title": title}
    return {**head, "x_label": x, "y_label": y, "points": points}


# topic, spec, question, answer, caption
FIGURES: list[tuple[str, Spec, str, str, str]] = [
    (
        "water cycle",
        _flow("The water cycle", "cycle", "evaporation", "condensation", "precipitation", "runoff"),
        "How does water get back to the sea after it has rained? Show me the water cycle.",
        "Rain that falls on land gathers in streams and rivers as runoff, and gravity carries it "
        "downhill to the sea. There the sun warms it until evaporation starts the cycle again.",
        "A diagram of the stages of the water cycle.",
    ),
    (
        "frog",
        _flow("Life of a frog", "chain", "egg", "tadpole", "froglet", "adult frog"),
        "What happens between the egg and the adult frog? Draw me the stages.",
        "A tadpole hatches from each egg and breathes through gills. When its legs have grown it "
        "is called a froglet, and once the tail is gone it leaves the pond as an adult frog.",
        "The stages in the life of a frog as a chain.",
    ),
    (
        "paper",
        _flow("Making paper", "chain", "wood chips", "pulping", "bleaching", "pressing", "drying"),
        "How does a factory turn wood into paper?",
        "Wood chips are cooked with chemicals until only the fibres remain, which is called "
        "pulping. Bleaching makes them white; pressing squeezes most of the water out, and "
        "steam-heated rollers do the drying.",
        "The steps of paper making, one after the other.",
    ),
    (
        "moon flights",
        _timeline(
            "Steps to the Moon", ("First satellite", 1957), ("First human in space", 1961),
            ("First steps on the Moon", 1969),
        ),
        "How long did it take from the first satellite to the first steps on the Moon?",
        "The first satellite went up in 1957, and the first steps on the Moon followed in 1969. "
        "The race was so fast because two rival states paid for it.",
        "A time line of early space flight.",
    ),
    (
        "bicycles",
        _timeline(
            "The bicycle", ("Running machine", 1817), ("Pedals", 1863), ("Air-filled tyre", 1888)
        ),
        "When did bicycles get pedals, and what came before that? A time line would help.",
        "Riders of the running machine of 1817 pushed themselves along with their feet. Pedals "
        "were added in 1863, which made it possible to keep both feet off the ground.",
        "Important dates in the history of the bicycle on a line.",
    ),
    (
        "mountains",
        _table(
            "High mountains", ["Mountain", "Height"],
            ["Everest", "8849 m"], ["Kilimanjaro", "5895 m"], ["Mont Blanc", "4806 m"],
        ),
        "How much lower is Kilimanjaro than Everest, and why does it stand alone?",
        "Kilimanjaro rises to 5895 m while Everest reaches 8849 m. It stands alone because it is "
        "a volcano, built up by its own lava, and not part of a folded mountain range.",
        "A table that compares the heights of mountains.",
    ),
    (
        "melting",
        _table(
            "Melting points", ["Metal", "Melting point"],
            ["tin", "232 °C"], ["lead", "327 °C"], ["copper", "1085 °C"],
        ),
        "Which of these metals can be melted over a camp fire: tin, lead or copper?",
        "A camp fire reaches about that of a stove, which is enough for tin, because it melts at "
        "232 °C, and for lead, which melts at 327 °C. Copper stays solid there.",
        "A table with the melting points of metals.",
    ),
    (
        "animals",
        _bars(
            "Top speeds of animals", "animal", "speed (km/h)", cheetah=104, horse=70, human=37
        ),
        "How fast is a cheetah next to a horse and a human?",
        "A cheetah reaches 104 km/h for a few hundred metres, then it must rest. A horse is "
        "slower with 70 km/h but keeps running far longer, and that is why people rode it.",
        "A bar chart that compares the speed of animals.",
    ),
]  # fmt: skip

# topic, colours, description, question, answer, caption
PHOTOS: list[tuple[str, tuple[str, str], str, str, str, str]] = [
    (
        "ladybug", ("#b3261e", "#3d7a2c"), "A ladybug on a leaf.",
        "Why does a ladybug have such bright colours?",
        "Birds learn that red beetles with dark spots taste bitter. After one bad meal they leave "
        "every ladybug alone, so bright wing cases protect it better than hiding would.",
        "A close photograph of a ladybug on a green leaf.",
    ),
    (
        "lighthouse", ("#f2efe6", "#4d86b8"), "A lighthouse by the sea.",
        "What does a lighthouse tell a ship at night?",
        "Every lighthouse flashes in a rhythm of its own, and sailors look it up in a list. From "
        "the rhythm they know which coast lies before them and how far they should stay away.",
        "A white lighthouse on a rocky coast.",
    ),
    (
        "sunflower", ("#f4c430", "#5a8f3c"), "A sunflower.",
        "Do sunflowers really turn with the sun?",
        "Only young sunflowers do. Their stems grow a little faster on the shaded side, which "
        "bends the head towards the light; a ripe flower stays put and faces east.",
        "A single yellow sunflower in a field.",
    ),
    (
        "bus", ("#c8102e", "#9aa3ad"), "A red double-decker bus.",
        "Why are some city buses built with two decks?",
        "A second deck carries twice the people on the same length of road. In narrow streets a "
        "double-decker bus turns corners that a long bus could never take.",
        "A red double-decker bus in a street.",
    ),
    (
        "elephant", ("#7d7468", "#c9b37e"), "An African elephant.",
        "What does an elephant use its trunk for?",
        "The trunk is nose and hand in one. An elephant smells with it, lifts branches, showers "
        "itself with dust against the sun and greets others by touch.",
        "An elephant with its trunk raised on a dry plain.",
    ),
    (
        "violin", ("#8a4b20", "#efe2c4"), "A violin.",
        "Where does the sound of a violin come from?",
        "The bow makes a string stick and slip hundreds of times a second. The bridge passes this "
        "shaking on to the wooden body, and the body of the violin moves enough air to be heard.",
        "A brown violin on a light cloth.",
    ),
]  # fmt: skip


@functools.cache
def figure_items() -> tuple[Item, ...]:
    """A turn for every figure."""
    return tuple(_figure_item(n, *figure) for n, figure in enumerate(FIGURES))


def _figure_item(n: int, topic: str, spec: Spec, question: str, answer: str, caption: str) -> Item:
    drawing = render(parse_spec(spec))
    drawn = tuple((str(part.role), part.text) for part in drawing.drawn)
    record = {"alt": drawing.alt, "source": {"kind": "figure"}}
    return Item(f"figure{n}", 0, question, answer, drawing.png, caption, topic, record, drawn, spec)


@functools.cache
def photo_items() -> tuple[Item, ...]:
    """A turn for every photo."""
    return tuple(_photo_item(n, *photo) for n, photo in enumerate(PHOTOS))


def _photo_item(
    n: int, topic: str, colours: tuple[str, str], described: str, question: str, answer: str,
    caption: str,
) -> Item:  # fmt: skip
    record = {"alt": described, "source": {"kind": "library", "title": topic}, "match": 0.9}
    return Item(f"photo{n}", 0, question, answer, photo(n, colours), caption, topic, record)


def photo(n: int, colours: tuple[str, str], size: int = 300) -> bytes:
    """A picture with shapes, shading and grain: edges and textures as in a photograph."""
    page = Image.new("RGB", (size, size * 3 // 4), colours[1])
    draw = ImageDraw.Draw(page)
    for ring in range(6):
        edge = 40 + 14 * ring + 4 * n
        box = (edge, edge // 2 + 20, page.width - edge, page.height - edge // 2)
        draw.ellipse(box, fill=colours[0] if ring % 2 == 0 else colours[1], outline="black")
    for x in range(0, page.width, 37 + n):
        draw.line((x, page.height, x + 20, page.height - 60), fill="black", width=2)
    file = io.BytesIO()
    _shaded(page, n).save(file, "PNG")
    return file.getvalue()


def _shaded(page: Image.Image, n: int) -> Image.Image:
    """Light that falls from one side, and structure of several sizes."""
    generator = np.random.default_rng(n)
    light = np.linspace(1.1, 0.7, page.width)[None, :, None]
    pixels = np.asarray(page, float) * light
    for width in (0.7, 3.0, 9.0):
        noise = generator.integers(0, 256, pixels.shape[:2]).astype(np.uint8)
        smooth = np.asarray(Image.fromarray(noise).filter(ImageFilter.GaussianBlur(width)), float)
        pixels += 6.0 * ((smooth - smooth.mean()) / smooth.std())[:, :, None]
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def blurred(data: bytes, sigma: float) -> bytes:
    """A picture after a Gaussian blur."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(data)) as picture:
        picture.filter(ImageFilter.GaussianBlur(sigma)).save(file, "PNG")
    return file.getvalue()
