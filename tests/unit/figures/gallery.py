"""One good example spec for every kind, template and icon, shared by the tests."""

from __future__ import annotations

from typing import Any

from qmirror_assets.figures.catalogue import ICONS, TEMPLATES

Spec = dict[str, Any]


def _labelled(label: str, value: str = "", symbol: str = "") -> Spec:
    return {"label": label, "value": value, "symbol": symbol}


def _scene(template: str, title: str, **labels: Spec) -> Spec:
    return {
        "version": 1,
        "kind": "scene",
        "title": title,
        "template": template,
        "labels": labels,
    }


_SCENES = (
    _scene(
        "inclined_plane",
        "Block on an inclined plane",
        mass=_labelled("mass", "5.0 kg", "m"),
        angle=_labelled("angle", "30°", "θ"),
        height=_labelled("height", "2.0 m", "h"),
        length=_labelled("length of the ramp", "4.0 m", "L"),
        friction=_labelled("coefficient of friction", "0.20", "μ"),
        force=_labelled("pulling force", "40 N", "F"),
    ),
    _scene(
        "free_body",
        "Forces on a block",
        mass=_labelled("mass", "12 kg", "m"),
        force=_labelled("applied force", "60 N", "F"),
        friction=_labelled("friction", "15 N", "f"),
        acceleration=_labelled("acceleration", "", "a"),
        weight=_labelled("weight", "118 N", "W"),
        normal=_labelled("normal force", "118 N", "N"),
    ),
    _scene(
        "kinematics",
        "A cart speeds up",
        initial_speed=_labelled("initial speed", "5.0 m/s", "u"),
        final_speed=_labelled("final speed", "25 m/s", "v"),
        acceleration=_labelled("acceleration", "2.0 m/s²", "a"),
        time=_labelled("time", "10 s", "t"),
        distance=_labelled("distance", "150 m", "s"),
    ),
    _scene(
        "projectile",
        "Path of a ball",
        speed=_labelled("launch speed", "20 m/s", "v₀"),
        angle=_labelled("launch angle", "45°", "θ"),
        height=_labelled("greatest height", "10.2 m", "H"),
        range=_labelled("range", "40.8 m", "R"),
        time=_labelled("time of flight", "2.9 s", "T"),
    ),
    _scene(
        "beaker",
        "Preparing a solution",
        volume=_labelled("volume of solution", "0.50 L", "V"),
        mass=_labelled("dissolved mass", "29.2 g", "m"),
        concentration=_labelled("concentration", "1.0 mol/L", "c"),
        temperature=_labelled("temperature", "25 °C", "T"),
        substance=_labelled("sodium chloride", "", ""),
    ),
    _scene(
        "gas_cylinder",
        "Compressing a gas",
        pressure=_labelled("pressure", "100 kPa", "p₁"),
        volume=_labelled("volume", "6.0 L", "V₁"),
        temperature=_labelled("temperature", "300 K", "T₁"),
        amount=_labelled("amount of gas", "0.24 mol", "n"),
        pressure2=_labelled("pressure", "250 kPa", "p₂"),
        volume2=_labelled("volume", "", "V₂"),
        temperature2=_labelled("temperature", "350 K", "T₂"),
    ),
    _scene(
        "spring",
        "Block on a spring",
        mass=_labelled("mass", "0.40 kg", "m"),
        constant=_labelled("spring constant", "80 N/m", "k"),
        extension=_labelled("extension", "4.9 cm", "x"),
        force=_labelled("pulling force", "3.9 N", "F"),
    ),
    _scene(
        "pendulum",
        "Simple pendulum",
        length=_labelled("length", "1.0 m", "L"),
        period=_labelled("period", "2.0 s", "T"),
        mass=_labelled("mass of the bob", "0.25 kg", "m"),
        angle=_labelled("angle", "8°", "θ"),
    ),
    _scene(
        "lever",
        "Lever in balance",
        force1=_labelled("load", "300 N", "F₁"),
        arm1=_labelled("load arm", "1.2 m", "d₁"),
        force2=_labelled("effort", "400 N", "F₂"),
        arm2=_labelled("effort arm", "0.9 m", "d₂"),
    ),
    _scene(
        "wave",
        "Wave on a string",
        wavelength=_labelled("wavelength", "0.80 m", "λ"),
        amplitude=_labelled("amplitude", "5 cm", "A"),
        frequency=_labelled("frequency", "440 Hz", "f"),
        speed=_labelled("wave speed", "352 m/s", "v"),
        period=_labelled("period", "2.3 ms", "T"),
    ),
    _scene(
        "orbit",
        "A planet around its star",
        star_mass=_labelled("mass of the star", "2.0 × 10³⁰ kg", "M"),
        planet_mass=_labelled("mass of the planet", "6.0 × 10²⁴ kg", "m"),
        distance=_labelled("distance", "1.5 × 10⁸ km", "r"),
        period=_labelled("period", "365 days", "T"),
        speed=_labelled("orbital speed", "30 km/s", "v"),
        radius=_labelled("radius of the planet", "6400 km", "R"),
    ),
    _scene(
        "microscope",
        "Looking at a cell",
        magnification=_labelled("magnification", "×400", ""),
        image_length=_labelled("length in the image", "12 mm", ""),
        object_length=_labelled("real length", "30 µm", ""),
    ),
    _scene(
        "pulley",
        "Two blocks on a pulley",
        mass1=_labelled("mass", "3.0 kg", "m₁"),
        mass2=_labelled("mass", "5.0 kg", "m₂"),
        acceleration=_labelled("acceleration", "2.45 m/s²", "a"),
    ),
    _scene(
        "calorimeter",
        "Heating water in a calorimeter",
        mass=_labelled("mass of water", "200 g", "m"),
        initial_temperature=_labelled("initial temperature", "20 °C", "T₁"),
        final_temperature=_labelled("final temperature", "45 °C", "T₂"),
        heat=_labelled("heat supplied", "20.9 kJ", "Q"),
        specific_heat=_labelled("specific heat", "4.18 J/(g·K)", "c"),
    ),
    _scene(
        "cell",
        "A bacterium",
        diameter=_labelled("diameter", "1.0 µm", "d"),
        length=_labelled("length", "4.0 µm", "l"),
        volume=_labelled("volume", "2.9 µm³", "V"),
        area=_labelled("surface area", "12.6 µm²", "A"),
    ),
    _scene(
        "population",
        "Growth of a culture",
        initial=_labelled("initial population", "500 cells", "N₀"),
        final=_labelled("final population", "32 000 cells", "N"),
        time=_labelled("time", "3 h", "t"),
        rate=_labelled("growth rate", "1.39 per hour", "r"),
        doubling_time=_labelled("doubling time", "30 min", ""),
    ),
    _scene(
        "telescope",
        "Refracting telescope",
        focal_objective=_labelled("focal length of the objective", "900 mm", ""),
        focal_eyepiece=_labelled("focal length of the eyepiece", "25 mm", ""),
        magnification=_labelled("magnification", "36", ""),
        aperture=_labelled("aperture", "80 mm", "D"),
    ),
)

CALLOUTS: Spec = {
    **_scene(
        "callouts",
        "Data of the exoplanet",
        a=_labelled("orbital period", "12.4 days", "P"),
        b=_labelled("radius", "1.8 Earth radii", "R"),
        c=_labelled("equilibrium temperature", "640 K", "T"),
    ),
    "object": "Kepler-like exoplanet",
    "icon": "planet",
}
ONE_CALLOUT: Spec = {
    **_scene("callouts", "A water sample", a=_labelled("boiling point", "100 °C", "")),
    "object": "water",
    "icon": "drop",
}
ROUND_CELL = _scene("cell", "A round cell", diameter=_labelled("diameter", "20 µm", "d"))
ONE_GAS = _scene(
    "gas_cylinder",
    "Gas in a cylinder",
    pressure=_labelled("pressure", "100 kPa", "p"),
    amount=_labelled("amount of gas", "0.24 mol", "n"),
)


def _chart(style: str, title: str, points: list[Spec]) -> Spec:
    return {
        "version": 1,
        "kind": "chart",
        "style": style,
        "title": title,
        "x_label": "planet" if style == "bar" else "time (s)",
        "y_label": "mean density (g/cm³)" if style == "bar" else "speed (m/s)",
        "points": points,
    }


_BAR = [
    {"label": "Mercury", "y": 5.43, "text": "5.43"},
    {"label": "Venus", "y": 5.24, "text": "5.24"},
    {"label": "Earth", "y": 5.51, "text": "5.51"},
    {"label": "Jupiter", "y": 1.33, "text": "1.33"},
]
_RUN = [
    {"label": "", "x": float(x), "y": y, "text": f"{y} m/s"}
    for x, y in enumerate((0.0, 4.9, 9.8, 14.7, 19.6))
]
_TABLE: Spec = {
    "version": 1,
    "kind": "table",
    "title": "Bond energies",
    "columns": ["Bond", "Energy"],
    "rows": [["H–H", "436 kJ/mol"], ["O=O", "498 kJ/mol"], ["C–Cl", "339 kJ/mol"]],
}
_TIMELINE: Spec = {
    "version": 1,
    "kind": "timeline",
    "title": "Half-lives of a sample",
    "unit": "years",
    "marks": [
        {"label": "start", "at": 0.0, "text": "0 y"},
        {"label": "first half-life", "at": 5730.0, "text": "5730 y"},
        {"label": "second half-life", "at": 11460.0, "text": "11 460 y"},
        {"label": "age of the find", "at": 14000.0, "text": "14 000 y"},
    ],
}
_CHAIN: Spec = {
    "version": 1,
    "kind": "flow",
    "title": "A food chain",
    "layout": "chain",
    "nodes": ["grass", "grasshopper", "frog", "snake", "hawk"],
}
_CYCLE: Spec = {
    "version": 1,
    "kind": "flow",
    "title": "The water cycle",
    "layout": "cycle",
    "nodes": ["evaporation", "condensation", "precipitation", "collection"],
}
_TREE: Spec = {
    "version": 1,
    "kind": "flow",
    "title": "Kinds of matter",
    "layout": "tree",
    "nodes": ["matter", "pure substance", "mixture", "element", "compound", "solution"],
    "edges": [[0, 1], [0, 2], [1, 3], [1, 4], [2, 5]],
}
_SERIES: Spec = {
    "version": 1,
    "kind": "circuit",
    "title": "Resistors in series",
    "topology": "series",
    "source": _labelled("battery", "12 V", "U"),
    "resistors": [_labelled("", "10 Ω", "R₁"), _labelled("", "20 Ω", "R₂")],
    "meters": [
        {**_labelled("current", "0.40 A", "I"), "meter": "ammeter"},
        {**_labelled("voltage across R₂", "", ""), "meter": "voltmeter"},
    ],
}
_PARALLEL: Spec = {
    **_SERIES,
    "title": "Resistors in parallel",
    "topology": "parallel",
    "resistors": [_labelled("", f"{10 * i} Ω", f"R{i}") for i in (1, 2, 3)],
}
_MOLECULE: Spec = {
    "version": 1,
    "kind": "molecule",
    "title": "A common medicine",
    "smiles": "CC(=O)Oc1ccccc1C(=O)O",
    "name": "aspirin",
    "labels": [_labelled("molar mass", "180.2 g/mol", "M")],
}
_RAYS: Spec = {
    "version": 1,
    "kind": "ray_diagram",
    "title": "Image by a converging lens",
    "element": "converging_lens",
    "focal_length": _labelled("focal length", "10 cm", "f"),
    "object_distance": _labelled("object distance", "25 cm", "u"),
    "object_height": _labelled("object height", "4 cm", "h"),
    "image_distance": _labelled("image distance", "", "v"),
    "draw_image": True,
}
_PUNNETT: Spec = {
    "version": 1,
    "kind": "punnett",
    "title": "Cross of two heterozygous plants",
    "parent1": "Aa",
    "parent2": "Aa",
    "show_offspring": True,
    "trait": "A: purple flowers, a: white flowers",
}

GALLERY: dict[str, Spec] = {
    **{scene["template"]: scene for scene in _SCENES},
    "callouts": CALLOUTS,
    "callouts_one": ONE_CALLOUT,
    "cell_round": ROUND_CELL,
    "gas_one": ONE_GAS,
    "bar": _chart("bar", "Mean densities of planets", _BAR),
    "line": _chart("line", "A falling stone", _RUN),
    "scatter": _chart("scatter", "A falling stone", _RUN),
    "table": _TABLE,
    "timeline": _TIMELINE,
    "chain": _CHAIN,
    "cycle": _CYCLE,
    "tree": _TREE,
    "series": _SERIES,
    "parallel": _PARALLEL,
    "molecule": _MOLECULE,
    "converging_lens": _RAYS,
    "diverging_lens": {**_RAYS, "title": "Diverging lens", "element": "diverging_lens"},
    "concave_mirror": {**_RAYS, "title": "Concave mirror", "element": "concave_mirror"},
    "convex_mirror": {**_RAYS, "title": "Convex mirror", "element": "convex_mirror"},
    "lens_without_image": {
        **_RAYS,
        "image_distance": None,
        "object_height": None,
        "draw_image": False,
    },
    "magnifier": {**_RAYS, "object_distance": _labelled("object distance", "6 cm", "u")},
    "punnett": _PUNNETT,
    "punnett_two_genes": {**_PUNNETT, "parent1": "AaBb", "parent2": "AaBb", "trait": ""},
    "punnett_empty": {**_PUNNETT, "show_offspring": False},
}

_LONG = "a very long name of the quantity that is written"
_VALUE = "between 12 345 and 67 890 kg m² s⁻² mol"
_WORDS = "one value that goes on and on for pages"


def _longest(symbol: str = "Wxyzabcd") -> Spec:
    return _labelled(_LONG[:48], _VALUE[:40], symbol)


def _long_scenes() -> dict[str, Spec]:
    scenes = {}
    for name, slots in TEMPLATES.items():
        spec = _scene(name, _TITLE, **{slot: _longest() for slot in slots})
        scenes[f"long_{name}"] = (
            {**spec, "object": "an object with a rather long name here", "icon": "dna"}
            if name == "callouts"
            else spec
        )
    return scenes


_TITLE = "A title of eighty characters that goes on until there is really no more room for"
LONG: dict[str, Spec] = {
    **_long_scenes(),
    "long_series": {
        **_SERIES,
        "title": _TITLE,
        "source": _longest(),
        "resistors": [_longest(f"R{i}") for i in range(6)],
        "meters": [{**_longest(), "meter": meter} for meter in ("ammeter", "voltmeter", "ammeter")],
    },
    "long_parallel": {
        **_SERIES,
        "title": _TITLE,
        "topology": "parallel",
        "source": _longest(),
        "resistors": [_longest(f"R{i}") for i in range(6)],
        "meters": [{**_longest(), "meter": meter} for meter in ("ammeter", "voltmeter", "ammeter")],
    },
    "long_bar": {
        **_chart("bar", _TITLE, []),
        "x_label": _LONG,
        "y_label": _LONG,
        "points": [{"label": _WORDS, "y": (-1.0) ** i * i, "text": _WORDS} for i in range(24)],
    },
    "long_line": {
        **_chart("line", _TITLE, []),
        "points": [
            {"label": f"point {i}", "x": i * 0.1, "y": (i - 6) ** 2, "text": f"{i}.25 m/s"}
            for i in range(24)
        ],
    },
    "long_table": {
        **_TABLE,
        "title": _TITLE,
        "columns": [_VALUE[:40]] * 6,
        "rows": [["x" * 60, _LONG, _VALUE, "1", "", "y" * 30]] * 13,
    },
    "long_timeline": {
        **_TIMELINE,
        "title": _TITLE,
        "unit": "millions of years ago!!!",
        "marks": [{"label": _LONG, "at": float(i % 5), "text": _WORDS} for i in range(12)],
    },
    "long_chain": {**_CHAIN, "title": _TITLE, "nodes": [_LONG] * 14},
    "long_cycle": {**_CYCLE, "title": _TITLE, "nodes": [_LONG] * 14},
    "long_tree": {
        **_TREE,
        "title": _TITLE,
        "nodes": [_LONG] * 14,
        "edges": [[0, 1], [1, 2], [2, 3], [3, 4], *[[0, i] for i in range(5, 14)]],
    },
    "long_molecule": {
        **_MOLECULE,
        "title": _TITLE,
        "smiles": "OC(=O)" + "C" * 40 + "N",
        "name": "a long chain with a name of sixty characters in all, no more",
        "labels": [_longest()] * 4,
    },
    "long_rays": {
        **_RAYS,
        "title": _TITLE,
        "focal_length": _longest(),
        "object_distance": _longest(),
        "object_height": _longest(),
        "image_distance": _longest(),
    },
    "long_punnett": {
        **_PUNNETT,
        "title": _TITLE,
        "parent1": "XᴬXᵃRᵃrᵇ",
        "parent2": "XᵃXᵇRʷrᵇ",
        "trait": "a trait whose description is sixty characters long, it is so",
    },
}
ICON_SPECS: dict[str, Spec] = {
    f"icon_{icon}": {**ONE_CALLOUT, "title": icon, "icon": icon, "object": icon} for icon in ICONS
}
SINGLE: dict[str, Spec] = {
    f"{name}_{slot}": _scene(name, "", **{slot: _labelled(slot.replace("_", " "), "12.5 kg", "")})
    for name, slots in TEMPLATES.items()
    if name != "callouts"
    for slot in slots
}
"""Every template with one slot alone."""
