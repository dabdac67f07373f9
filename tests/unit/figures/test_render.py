from __future__ import annotations

import io
import itertools
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import matplotlib as mpl
import pytest
from PIL import Image

from qmirror_assets.figures import style
from qmirror_assets.figures.canvas import Glyphs
from qmirror_assets.figures.occupancy import Box
from qmirror_assets.figures.render import figure_identity, lay_out, render
from qmirror_assets.figures.spec import Chart, parse_spec
from qmirror_assets.figures.text import DPI, measure
from tests.unit.figures.gallery import GALLERY, ICON_SPECS, LONG, SINGLE

ALL = {**GALLERY, **LONG, **ICON_SPECS, **SINGLE}


def _ink(glyphs: Glyphs) -> Box:
    """The box that capitals of this line fill."""
    em = glyphs.size * DPI / 72
    width = measure(glyphs.text, glyphs.size, glyphs.face)
    return Box(glyphs.x + 1, glyphs.y, glyphs.x + width - 1, glyphs.y + 0.7 * em)


def _overlap(a: Box, b: Box) -> bool:
    return a.left < b.right and b.left < a.right and a.bottom < b.top and b.bottom < a.top


@pytest.mark.parametrize("name", ALL)
def test_no_text_lies_over_another_or_outside_the_page(name: str) -> None:
    canvas, page = lay_out(parse_spec(ALL[name]))
    lines = [(i.text, _ink(i)) for i in canvas.items if isinstance(i, Glyphs) and i.text.strip()]
    assert [(a, b) for (a, p), (b, q) in itertools.combinations(lines, 2) if _overlap(p, q)] == []
    assert [text for text, box in lines if box.left < page.left or box.right > page.right] == []
    assert style.MIN_WIDTH - 1 <= page.width <= style.MAX_WIDTH + 1


@pytest.mark.parametrize("name", ALL)
def test_every_text_of_the_spec_is_drawn_once(name: str) -> None:
    canvas, _ = lay_out(parse_spec(ALL[name]))
    written = "".join(i.text for i in canvas.items if isinstance(i, Glyphs)).replace(" ", "")
    missing = [d for d in canvas.drawn if d.text.replace(" ", "") not in written]
    assert [d for d in missing if ALL[name]["kind"] != "molecule" or d.role != "symbol"] == []


@pytest.mark.parametrize("name", GALLERY)
def test_picture_is_small_palette_png_without_metadata(name: str) -> None:
    drawing = render(parse_spec(GALLERY[name]))
    with Image.open(io.BytesIO(drawing.png)) as image:
        image.load()
        assert (image.mode, image.size) == ("P", (drawing.width, drawing.height))
        assert image.info == {}
    assert len(drawing.png) < 60_000


@pytest.mark.parametrize("name", ["spring", "line", "molecule", "converging_lens"])
def test_margins_are_white_and_the_drawing_is_not(name: str) -> None:
    with Image.open(io.BytesIO(render(parse_spec(GALLERY[name])).png)) as image:
        grey = image.convert("L")
    border = [grey.crop((0, 0, grey.width, 10)), grey.crop((0, 0, 10, grey.height))]
    assert all(strip.getextrema()[0] > 250 for strip in border)
    assert grey.getextrema()[0] < 60


def test_roles_stand_in_order_with_the_title_first() -> None:
    drawn = render(parse_spec(GALLERY["pendulum"])).drawn
    assert (drawn[0].role, drawn[0].text) == ("title", "Simple pendulum")
    assert [d.text for d in drawn if d.role == "value"] == ["1.0 m", "2.0 s", "0.25 kg", "8°"] or {
        d.text for d in drawn if d.role == "value"
    } == {"1.0 m", "2.0 s", "0.25 kg", "8°"}


def test_unlabelled_slot_leaves_no_trace() -> None:
    full = GALLERY["inclined_plane"]
    part = {**full, "labels": {"mass": full["labels"]["mass"]}}
    texts = [drawn.text for drawn in render(parse_spec(part)).drawn]
    assert texts == ["Block on an inclined plane", "mass", "m", "5.0 kg"]


def test_empty_value_is_drawn_as_its_label_alone() -> None:
    labels = {"mass": {"label": "mass", "value": "", "symbol": "m"}}
    spec = {**GALLERY["spring"], "title": "", "labels": labels}
    assert [d.text for d in render(parse_spec(spec)).drawn] == ["mass"]


def test_geometry_does_not_follow_the_values() -> None:
    small, large = (
        {**GALLERY["lever"], "labels": {"arm1": {"label": "arm", "value": value}}}
        for value in ("1.0 m", "9.0 m")
    )
    paths = [
        [item for item in lay_out(parse_spec(spec))[0].items if not isinstance(item, Glyphs)]
        for spec in (small, large)
    ]
    assert paths[0] == paths[1]


def test_point_without_text_is_left_out() -> None:
    spec = parse_spec(GALLERY["bar"])
    assert isinstance(spec, Chart)
    hidden = [{**p.model_dump(), "text": "" if p.label == "Venus" else p.text} for p in spec.points]
    drawing = render(parse_spec({**GALLERY["bar"], "points": hidden}))
    texts = [drawn.text for drawn in drawing.drawn]
    assert "Venus" in texts
    assert "5.24" not in texts
    assert "5.24" not in drawing.alt


@pytest.mark.parametrize(
    "literal", [r"$\frac{a}{b}$", "$x^2$", r"\alpha", "<b>x</b>", "{0.__class__}"]
)
def test_markup_is_drawn_literally(literal: str) -> None:
    spec = {**GALLERY["spring"], "title": literal}
    canvas, _ = lay_out(parse_spec(spec))
    assert literal in [i.text for i in canvas.items if isinstance(i, Glyphs)]
    assert render(parse_spec(spec)).drawn[0].text == literal


def _title_ink(title: str) -> int:
    png = render(parse_spec({**GALLERY["spring"], "title": title})).png
    with Image.open(io.BytesIO(png)) as image:
        strip = image.convert("L").crop((0, 0, image.width, 50))
    return sum(strip.histogram()[:128])


def test_dollars_reach_the_picture() -> None:
    assert _title_ink("$x$ $x$") > 1.5 * _title_ink("x x")


_HASH = """
import sys, hashlib
from qmirror_assets.figures.render import render
from qmirror_assets.figures.spec import parse_spec
from tests.unit.figures.gallery import GALLERY
for name in sys.argv[1:]:
    print(name, hashlib.sha256(render(parse_spec(GALLERY[name])).png).hexdigest())
"""


def test_same_bytes_in_other_processes_settings_and_order(tmp_path: object) -> None:
    names = ["gas_cylinder", "callouts", "scatter", "table", "molecule", "series", "magnifier"]
    here = {name: sha256(render(parse_spec(GALLERY[name])).png).hexdigest() for name in names}
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nlines.linewidth: 9\nsavefig.dpi: 300\n")
    for seed, order in (("1", names), ("77", names[::-1])):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "MATPLOTLIBRC": str(tmp_path)}
        environment["PYTHONPATH"] = os.pathsep.join(["."])
        done = subprocess.run(
            [sys.executable, "-c", _HASH, *order],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert dict(line.split() for line in done.stdout.splitlines()) == here


def test_same_bytes_under_foreign_settings_and_in_threads() -> None:
    specs = [parse_spec(GALLERY[name]) for name in ("wave", "bar", "cycle", "punnett")]
    alone = [render(spec).png for spec in specs]
    with (
        mpl.rc_context({"text.hinting": "none", "lines.antialiased": False, "path.snap": False}),
        ThreadPoolExecutor(4) as pool,
    ):
        assert [r.png for r in pool.map(render, specs * 3)] == alone * 3


def test_identity_names_what_decides_the_bytes() -> None:
    identity = figure_identity()
    assert set(identity) == {
        "spec", "style", "font", "matplotlib", "freetype", "pillow", "zlib", "rdkit",
    }  # fmt: skip
    assert all(isinstance(value, str) and value for value in identity.values())
    assert len(identity["font"]) == 64
