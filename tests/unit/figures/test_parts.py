"""The small pure parts: scales, trees, genotypes, wrapping, alternative texts, ray layouts."""

from __future__ import annotations

import pytest

from qmirror_assets.figures.alt import describe
from qmirror_assets.figures.genotype import cross, list_gametes, read_genotype
from qmirror_assets.figures.graph import check_tree, find_levels
from qmirror_assets.figures.rays import _lay_out
from qmirror_assets.figures.scale import fit_scale
from qmirror_assets.figures.spec import RayDiagram, parse_spec
from qmirror_assets.figures.text import measure, wrap
from tests.unit.figures.gallery import GALLERY


@pytest.mark.parametrize(
    ("values", "zero", "texts"),
    [
        ([1.33, 5.51], True, ["0", "2", "4", "6"]),
        ([0.0, 19.6], False, ["0", "5", "10", "15", "20"]),
        ([-3.0, 3.0], True, ["−4", "−2", "0", "2", "4"]),
        ([2e6, 8e6], True, ["0", "2×10⁶", "4×10⁶", "6×10⁶", "8×10⁶"]),
        ([7.0], True, ["0", "2", "4", "6", "8"]),
        ([0.0], True, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ],
    ids=str,
)
def test_ticks_are_round(values: list[float], zero: bool, texts: list[str]) -> None:
    assert [text for _, text in fit_scale(values, 300, zero=zero).ticks] == texts


@pytest.mark.parametrize("value", [1e30, -1e30, 1e-30, 5e-324, 123456.789])
def test_any_finite_value_has_a_scale(value: float) -> None:
    for zero in (True, False):
        scale = fit_scale([value, value], 300, zero=zero)
        assert 0 <= scale.place(value) <= 300
        assert 2 <= len(scale.ticks) <= 9


@pytest.mark.parametrize(
    ("count", "edges"),
    [
        pytest.param(2, [(0, 2)], id="no such node"),
        pytest.param(3, [(0, 1), (1, 2), (2, 0)], id="loop"),
        pytest.param(3, [(0, 2), (1, 2)], id="two parents"),
        pytest.param(4, [(0, 1), (2, 3), (3, 2)], id="loose loop"),
        pytest.param(6, [(i, i + 1) for i in range(5)], id="six levels"),
        pytest.param(2, [(0, 0)], id="own child"),
    ],
)
def test_what_is_no_tree_is_refused(count: int, edges: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match=r"tree|edge"):
        check_tree(count, edges)


def test_levels_count_from_the_root() -> None:
    assert find_levels(4, [(2, 0), (2, 1), (1, 3)]) == {2: 0, 0: 1, 1: 1, 3: 2}


@pytest.mark.parametrize(
    ("genotype", "gametes"),
    [
        ("Aa", ("A", "a")),
        ("XY", ("X", "Y")),
        ("Iᴬi", ("Iᴬ", "i")),
        ("AaBb", ("AB", "Ab", "aB", "ab")),
    ],
)
def test_gametes(genotype: str, gametes: tuple[str, ...]) -> None:
    assert list_gametes(read_genotype(genotype)) == gametes


@pytest.mark.parametrize(
    ("first", "second", "child"),
    [("a", "A", "Aa"), ("aB", "Ab", "AaBb"), ("Y", "X", "XY"), ("i", "Iᴮ", "Iᴮi")],
)
def test_dominant_allele_is_written_first(first: str, second: str, child: str) -> None:
    assert cross(first, second) == child


def test_wrapped_lines_fit_and_keep_every_character() -> None:
    text = "a measured value of averyveryverylongwordwithoutspaces " + "m" * 60
    lines = wrap(text, 150, 14)
    assert all(measure(line, 14) <= 150 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


_ALTERNATIVES = {
    "spring": """
        Block on a spring. Drawing of a spring stretched by a hanging block, labelled: spring
        constant: 80 N/m; extension: 4.9 cm; pulling force: 3.9 N; mass: 0.40 kg.""",
    "chain": """
        A food chain. Chain of boxes joined by arrows:
        grass → grasshopper → frog → snake → hawk.""",
    "table": """
        Bond energies. Table with the columns Bond, Energy:
        H–H, 436 kJ/mol; O=O, 498 kJ/mol; C–Cl, 339 kJ/mol.""",
    "punnett_empty": """
        Cross of two heterozygous plants. Punnett square for A: purple flowers, a: white flowers
        of Aa and Aa, with empty cells.""",
}


@pytest.mark.parametrize("name", _ALTERNATIVES)
def test_alternative_text(name: str) -> None:
    assert describe(parse_spec(GALLERY[name])) == " ".join(_ALTERNATIVES[name].split())


@pytest.mark.parametrize("name", GALLERY)
def test_alternative_text_names_every_value(name: str) -> None:
    spec = GALLERY[name]
    labels = [*spec.get("labels", {}).values()] if spec["kind"] == "scene" else []
    assert all(label["value"] in describe(parse_spec(spec)) for label in labels)


def _plan(distance: str, focal: str, **more: object) -> tuple[float, float | None]:
    spec = parse_spec(
        {
            "version": 1,
            "kind": "ray_diagram",
            "element": "converging_lens",
            "object_distance": {"label": "u", "value": distance},
            "focal_length": {"label": "f", "value": focal},
            "draw_image": True,
            **more,
        }
    )
    assert isinstance(spec, RayDiagram)
    plan = _lay_out(spec)
    return plan.distance / plan.focal, plan.image and plan.image / plan.focal


@pytest.mark.parametrize(
    ("distance", "focal", "ratio", "image"),
    [
        pytest.param("30 cm", "10 cm", 3.0, 1.5, id="to scale"),
        pytest.param("6 cm", "10 cm", 0.6, -1.5, id="magnifier"),
        pytest.param("10 cm", "10 cm", 1.0, None, id="image at infinity"),
        pytest.param("30 cm", "100 mm", 2.2, 2.2 / 1.2, id="two units: generic"),
        pytest.param("", "10 cm", 2.2, 2.2 / 1.2, id="hidden distance: generic"),
        pytest.param("900 cm", "10 cm", 2.2, 2.2 / 1.2, id="too far: generic"),
    ],
)
def test_rays_are_to_scale_only_where_both_values_are_shown(
    distance: str, focal: str, ratio: float, image: float | None
) -> None:
    found, place = _plan(distance, focal)
    assert found == pytest.approx(ratio)
    assert place == (None if image is None else pytest.approx(image))
