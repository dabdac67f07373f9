"""Three hundred hostile figure specs: refused, or drawn in 2 s and 200 MB."""

from __future__ import annotations

import ast
import json
import resource
import time
from pathlib import Path
from typing import Any

import pytest

import qmirror_assets.figures
from qmirror_assets.errors import FigureError
from qmirror_assets.figures.canvas import Glyphs
from qmirror_assets.figures.catalogue import TEMPLATES
from qmirror_assets.figures.render import lay_out, render
from qmirror_assets.figures.spec import parse_spec

Spec = dict[str, Any]
SECONDS = 2.0
MEGABYTES = 200

_POINT: Spec = {"label": "a", "y": 1.0, "text": "1"}
_CHART: Spec = {
    "version": 1, "kind": "chart", "style": "bar", "title": "t", "x_label": "x", "y_label": "y",
    "points": [_POINT],
}  # fmt: skip
_TABLE: Spec = {"version": 1, "kind": "table", "title": "", "columns": ["a"], "rows": [["1"]]}
_LINE: Spec = {
    "version": 1, "kind": "timeline", "title": "", "unit": "s",
    "marks": [{"label": "a", "at": 0.0, "text": "0"}],
}  # fmt: skip
_FLOW: Spec = {"version": 1, "kind": "flow", "title": "", "layout": "tree", "nodes": ["a", "b"]}
_SCENE: Spec = {
    "version": 1, "kind": "scene", "title": "", "template": "spring",
    "labels": {"mass": {"label": "mass", "value": "1 kg"}},
}  # fmt: skip
_CIRCUIT: Spec = {
    "version": 1, "kind": "circuit", "title": "", "topology": "series", "source": None,
    "resistors": [{"label": "R"}],
}  # fmt: skip
_MOLECULE: Spec = {"version": 1, "kind": "molecule", "title": "", "smiles": "CCO"}
_RAYS: Spec = {"version": 1, "kind": "ray_diagram", "title": "", "element": "convex_mirror"}
_PUNNETT: Spec = {"version": 1, "kind": "punnett", "title": "", "parent1": "Aa", "parent2": "Aa"}
_KINDS = (_CHART, _TABLE, _LINE, _FLOW, _SCENE, _CIRCUIT, _MOLECULE, _RAYS, _PUNNETT)


def _nest(depth: int, *, mapping: bool = False) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = {"a": value} if mapping else [value]
    return value


_BAD_TEXTS = {
    "null": "a\x00b",
    "newline": "a\nb",
    "escape": "\x1b[31mred",
    "bidi override": "abc\u202edef",
    "bidi isolate": "\u2066abc\u2069",
    "zero width": "a\u200bb",
    "arabic": "\u0645\u0631",
    "hebrew": "\u05d0\u05d1",
    "zalgo": "a" + "\u0301\u0302\u0303" * 8,
    "surrogate": "\ud800",
    "private use": "\ue000",
    "emoji": "\U0001f9ec",
    "no glyph": "\u6f22\u5b57",
    "unassigned": "\u0378",
    "tag": "\U000e0041",
    "huge": "x" * 1_000_000,
    "growing": "\ufb2c" * 30,
}
_NOT_TEXTS: tuple[Any, ...] = (None, 7, 1.5, True, ["a"], {"a": 1}, b"bytes")
_BAD_NUMBERS: tuple[Any, ...] = (
    float("nan"), float("inf"), float("-inf"), 1e999, 1e31, -1e300, 10**400, "1", None, True,
    [1.0], {"y": 1},
)  # fmt: skip
_BAD_SMILES = (
    "", "C(" * 60, "C" * 121, "[" * 60, "not a molecule", "C1CC", "*1" + "*" * 50, "c1ccc",
    "../../etc/passwd", "C.C" * 60, "[999999999C]" * 12, "C%99", "CC>>CC", "\x00C", "C" * 61,
    "C123456789" * 9, "[U]1234567[U]1234567[U]1234567", "[H]" * 40 + "C" * 20, "C~C", "[C@@@@]",
)  # fmt: skip
_BAD_KEYS = (
    "font", "font_path", "path", "file", "src", "url", "href", "script", "style_sheet", "rcParams",
    "__class__", "__proto__", "__reduce__", "code", "eval", "backend", "dpi", "size", "template_",
)  # fmt: skip
_LITERAL = (
    r"$\frac{\frac{\frac{a}{b}}{c}}{d}$", "$" * 70, "$x^{x^{x^{x}}}$", r"\input{/etc/passwd}",
    r"\write18{id}",
    "__import__('os').system('id')", "${jndi:ldap://x}", "{{7*7}}", "{0.__class__}",
    "%(name)s %s %n", "<script>alert(1)</script>", "../../../etc/passwd", "/usr/share/fonts/a.ttf",
    "file:///etc/passwd", "`id`", "$(id)", "'; DROP TABLE samples; --", "=cmd|' /C calc'!A0",
    "-" * 79, "W" * 80, "i" * 80,
)  # fmt: skip


def _refused() -> dict[str, object]:
    """Specs that must not be accepted, by what is wrong with them."""
    specs: dict[str, object] = {}
    for name, text in _BAD_TEXTS.items():
        specs[f"title {name}"] = {**_SCENE, "title": text}
        specs[f"value {name}"] = {**_SCENE, "labels": {"mass": {"label": "m", "value": text}}}
        specs[f"cell {name}"] = {**_TABLE, "rows": [[text]]}
        specs[f"node {name}"] = {**_FLOW, "nodes": ["a", text]}
    for i, value in enumerate(_NOT_TEXTS):
        specs[f"title not text {i}"] = {**_SCENE, "title": value}
        specs[f"cell not text {i}"] = {**_TABLE, "rows": [[value]]}
    for i, number in enumerate(_BAD_NUMBERS):
        specs[f"y {i}"] = {**_CHART, "points": [{**_POINT, "y": number}]}
        specs[f"at {i}"] = {**_LINE, "marks": [{"label": "a", "at": number, "text": "0"}]}
    for i, smiles in enumerate(_BAD_SMILES):
        specs[f"smiles {i}"] = {**_MOLECULE, "smiles": smiles}
    for kind in _KINDS:
        for key in _BAD_KEYS[:: 2 if kind is not _SCENE else 1]:
            specs[f"{kind['kind']} key {key}"] = {**kind, key: "/etc/passwd"}
    for i, version in enumerate((0, 2, -1, "1", 1.0, True, None, [1], 10**30)):
        specs[f"version {i}"] = {**_SCENE, "version": version}
    return {**specs, **_too_much(), **_wrong_shape()}


def _too_much() -> dict[str, object]:
    labels = {f"slot{i}": {"label": "x"} for i in range(5000)}
    return {
        "points 25": {**_CHART, "points": [_POINT] * 25},
        "points 1e6": {**_CHART, "points": [_POINT] * 1_000_000},
        "rows 21": {**_TABLE, "rows": [["1"]] * 21},
        "cells of 60": {**_TABLE, "columns": ["a"] * 6, "rows": [["W" * 60] * 6] * 20},
        "rows 1e6": {**_TABLE, "rows": [["1"]] * 1_000_000},
        "columns 1e5": {**_TABLE, "columns": ["a"] * 100_000, "rows": [["a"] * 100_000]},
        "nodes 1e6": {**_FLOW, "nodes": ["a"] * 1_000_000},
        "marks 13": {**_LINE, "marks": [*_LINE["marks"]] * 13},
        "labels 5000": {**_SCENE, "labels": labels},
        "resistors 7": {**_CIRCUIT, "resistors": [{"label": "R"}] * 7},
        "keys 1e5": {**_SCENE, **{f"k{i}": i for i in range(100_000)}},
        "deep list": {**_TABLE, "rows": _nest(100_000)},
        "deep mapping": {**_SCENE, "labels": _nest(100_000, mapping=True)},
        "deep title": {**_SCENE, "title": _nest(5000)},
    }


def _wrong_shape() -> dict[str, object]:
    shapes: dict[str, object] = {
        f"not an object {i}": value
        for i, value in enumerate((None, 1, "spec", [], [_SCENE], True, b"{}", float("nan")))
    }
    return shapes | {
        "empty": {},
        "kind missing": {k: v for k, v in _SCENE.items() if k != "kind"},
        "kind list": {**_SCENE, "kind": ["scene"]},
        "kind unknown": {**_SCENE, "kind": "html"},
        "template path": {**_SCENE, "template": "../../secret"},
        "template module": {**_SCENE, "template": "os.system"},
        "icon unknown": {**_SCENE, "template": "callouts", "object": "o", "icon": "/etc/passwd"},
        "slot of another": {**_SCENE, "labels": {"angle": {"label": "x"}}},
        "slot number": {**_SCENE, "labels": {1: {"label": "x"}}},
        "edge outside": {**_FLOW, "edges": [[0, 9]]},
        "edge negative": {**_FLOW, "edges": [[-1, 1]]},
        "edge loop": {**_FLOW, "edges": [[0, 1], [1, 0]]},
        "edge text": {**_FLOW, "edges": [["0", "1"]]},
        "edge huge": {**_FLOW, "edges": [[0, 10**100]]},
        "edges many": {**_FLOW, "edges": [[0, 1]] * 1000},
        "genotype": {**_PUNNETT, "parent1": "$(id)"},
        "genotype long": {**_PUNNETT, "parent1": "Aa" * 500},
        "flag text": {**_RAYS, "draw_image": "yes"},
        "element": {**_RAYS, "element": "prism"},
    }


def _allowed() -> dict[str, Spec]:
    """Specs that are odd but allowed: they must draw, quickly and literally."""
    specs: dict[str, Spec] = {
        f"literal {i}": {**_SCENE, "title": t} for i, t in enumerate(_LITERAL)
    }
    for i, y in enumerate((1e30, -1e30, 1e-30, 5e-324, 0.0, -0.0)):
        points = [{**_POINT, "y": y}, {**_POINT, "y": -y}, {**_POINT, "x": y}]
        for style in ("bar", "line", "scatter"):
            specs[f"{style} {i}"] = {**_CHART, "style": style, "points": points}
        marks = [{"label": "a", "at": at, "text": "1"} for at in (y, -y, 1e30)]
        specs[f"timeline {i}"] = {**_LINE, "marks": marks * 4}
    for name, slots in TEMPLATES.items():
        label = {"label": "W" * 48, "value": "W" * 40, "symbol": "W" * 8}
        extra = {"object": "W" * 40} if name == "callouts" else {}
        full = {"template": name, "labels": dict.fromkeys(slots, label), "title": "W" * 80}
        specs[f"full {name}"] = {**_SCENE, **full, **extra}
    return specs | {
        "table full": {**_TABLE, "columns": ["W" * 40] * 6, "rows": [["W" * 20] * 6] * 20},
        "smiles cage": {**_MOLECULE, "smiles": "C12C3C4C1C5C2C3C45"},
        "smiles long": {**_MOLECULE, "smiles": "C" * 60},
        "smiles pieces": {**_MOLECULE, "smiles": ".".join("C" * 60)},
        "smiles rings": {**_MOLECULE, "smiles": "C1CC1" * 11 + "C"},
        "rays zero": {**_RAYS, "draw_image": True, "focal_length": {"label": "f", "value": "0 cm"}},
        "rays huge": {
            **_RAYS, "draw_image": True, "focal_length": {"label": "f", "value": "1 cm"},
            "object_distance": {"label": "u", "value": "999999 cm"},
        },
    }  # fmt: skip


REFUSED = _refused()
ALLOWED = _allowed()


def test_there_are_three_hundred_hostile_specs() -> None:
    assert len(REFUSED) + len(ALLOWED) >= 300


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_spec_is_refused_quickly(name: str) -> None:
    start = time.perf_counter()
    with pytest.raises(FigureError) as caught:
        parse_spec(REFUSED[name])
    assert time.perf_counter() - start < SECONDS
    assert len(str(caught.value)) < 600
    assert "passwd" not in str(caught.value)


@pytest.mark.parametrize("name", ALLOWED)
def test_odd_spec_is_drawn_within_limits(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    drawing = render(parse_spec(ALLOWED[name]))
    assert time.process_time() - start < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEGABYTES * 1024
    assert drawing.png.startswith(b"\x89PNG")


@pytest.mark.parametrize("text", _LITERAL)
def test_code_and_markup_are_only_characters(text: str) -> None:
    canvas, _ = lay_out(parse_spec({**_SCENE, "title": text}))
    written = "".join(item.text for item in canvas.items if isinstance(item, Glyphs))
    assert text.replace(" ", "") in written.replace(" ", "")


def test_numbers_that_json_cannot_write_are_refused() -> None:
    text = json.dumps(_CHART).replace("1.0", "1e999")
    with pytest.raises(FigureError):
        parse_spec(json.loads(text))


def test_the_package_runs_no_code_from_data() -> None:
    banned = {"eval", "exec", "compile", "__import__", "pickle", "marshal", "subprocess", "system"}
    for file in Path(qmirror_assets.figures.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = {getattr(node, "id", None), getattr(node, "attr", None)}
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            # re.compile is the one harmless namesake
            found = (names & banned) - ({"compile"} if isinstance(node, ast.Attribute) else set())
            assert not found, f"{file.name}: {found}"
