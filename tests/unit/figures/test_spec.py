from __future__ import annotations

from typing import Any, get_args

import pytest

from qmirror_assets.errors import FigureError
from qmirror_assets.figures.catalogue import ICONS, TEMPLATES, Template
from qmirror_assets.figures.scenes import DRAWINGS
from qmirror_assets.figures.scenes.icons import DRAWINGS as ICON_DRAWINGS
from qmirror_assets.figures.spec import parse_spec, spec_schema
from tests.unit.figures.gallery import GALLERY, LONG


@pytest.mark.parametrize("name", [*GALLERY, *LONG])
def test_parsing_again_what_was_parsed_changes_nothing(name: str) -> None:
    spec = parse_spec({**GALLERY, **LONG}[name])
    assert parse_spec(spec.model_dump()) == spec


def test_every_template_and_icon_has_a_drawing() -> None:
    assert set(get_args(Template)) == set(TEMPLATES) == {*DRAWINGS, "callouts"}
    assert set(ICONS) == set(ICON_DRAWINGS)


def test_schema_lists_every_kind() -> None:
    assert set(spec_schema()["discriminator"]["mapping"]) == {
        "chart", "table", "timeline", "flow", "scene", "circuit", "molecule", "ray_diagram",
        "punnett",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        pytest.param("20\u00a0°C", "20 °C", id="no-break space"),
        pytest.param("a\u0301", "á", id="composed"),
        pytest.param("  x ", "x", id="ends"),
        pytest.param("9.8 m·s⁻²", "9.8 m·s⁻²", id="superscript"),
    ],
)
def test_text_is_cleaned(written: str, drawn: str) -> None:
    assert parse_spec({**GALLERY["spring"], "title": written}).title == drawn


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [
        pytest.param("spring", {"version": 2}, "scene.version", id="version"),
        pytest.param("spring", {"version": True}, "scene.version", id="version true"),
        pytest.param("spring", {"kind": "poster"}, "spec", id="kind"),
        pytest.param("spring", {"colour": "red"}, "scene.colour", id="unknown key"),
        pytest.param("spring", {"template": "rocket"}, "scene.template", id="template"),
        pytest.param("spring", {"labels": {"speed": {"label": "v"}}}, "scene", id="slot"),
        pytest.param("spring", {"labels": {}}, "scene.labels", id="no label"),
        pytest.param("spring", {"labels": {"mass": {}}}, "scene.labels.mass", id="empty label"),
        pytest.param("spring", {"icon": "drop"}, "scene", id="icon without callouts"),
        pytest.param("callouts", {"object": ""}, "scene", id="callouts without object"),
        pytest.param("table", {"rows": [["a"]]}, "table", id="short row"),
        pytest.param("table", {"rows": []}, "table.rows", id="no row"),
        pytest.param("bar", {"points": []}, "chart.points", id="no point"),
        pytest.param("chain", {"edges": [[0, 1]]}, "flow", id="chain with edges"),
        pytest.param("tree", {"edges": [[0, 1]]}, "flow", id="loose nodes"),
        pytest.param("punnett", {"parent1": "AaB"}, "punnett.parent1", id="odd genotype"),
        pytest.param("punnett", {"parent1": "AaBb"}, "punnett", id="unequal genes"),
        pytest.param("molecule", {"smiles": "C1CC"}, "molecule.smiles", id="open ring"),
        pytest.param("molecule", {"smiles": "C(C)(C)(C)(C)C"}, "molecule.smiles", id="valence"),
        pytest.param("series", {"resistors": []}, "circuit.resistors", id="no resistor"),
    ],
)
def test_refusal_names_the_place(name: str, change: dict[str, Any], place: str) -> None:
    with pytest.raises(FigureError) as caught:
        parse_spec({**GALLERY[name], **change})
    assert f"refused at {place}" in str(caught.value)


def test_points_or_marks_without_any_text_are_refused() -> None:
    points = [{**point, "text": ""} for point in GALLERY["bar"]["points"]]
    with pytest.raises(FigureError, match="every text is empty"):
        parse_spec({**GALLERY["bar"], "points": points})


def test_tree_without_edges_is_a_star() -> None:
    spec = {k: v for k, v in GALLERY["tree"].items() if k != "edges"}
    assert parse_spec(spec).kind == "flow"
