"""Which drawn situation fits a question, and which of its slots each moved value takes.

Every table row is a guess that must fit whole: if a moved value finds no slot, or two find the
same, the scene is not used and the values become call-outs around an icon.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from qmirror_assets.mirror.spans import Span


@dataclass(frozen=True, slots=True)
class Named:
    """A moved span with the name it has in the figure."""

    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class _Slot:
    name: str
    dimension: str
    says: str = ""  # what the value's name must say; "" takes any
    nth: int = 0  # 1: first of its dimension in the question, 2: second


@dataclass(frozen=True, slots=True)
class _Scene:
    template: str
    cue: str
    slots: tuple[_Slot, ...]
    bar: str = r"$^"  # words that make the picture wrong


def _scene(template: str, cue: str, slots: str, bar: str = r"$^") -> _Scene:
    """Read slots written as "name:dimension/words#nth"."""
    read: list[_Slot] = []
    for entry in slots.split(";"):
        name, rest = entry.strip().split(":")
        rest, _, nth = rest.partition("#")
        dimension, _, says = rest.partition("/")
        read.append(_Slot(name, dimension, says, int(nth or 0)))
    return _Scene(template, cue, tuple(read), bar)


_SCENES: Final[tuple[_Scene, ...]] = (
    _scene(
        "inclined_plane",
        r"\b(?:inclined? plane|incline|ramp|slope)\b",
        "angle:angle; height:length/height|high; length:length/length|long|distance|along;"
        "mass:mass; friction:number/friction; force:force",
    ),
    _scene(
        "spring",
        r"\bspring\b",
        "constant:spring constant; extension:length/exten|stretch|distance|compress|displace;"
        "mass:mass; force:force",
        r"\bin spring|spring tide|hot spring|compress",
    ),
    _scene(
        "pendulum",
        r"\bpendulum\b",
        "length:length; period:time/period|time; mass:mass; angle:angle",
    ),
    _scene(
        "projectile",
        r"\b(?:projectile|thrown|launched|kicked|fired|throws|kicks|launches)\b",
        "speed:speed; angle:angle; height:length/height; range:length/range|distance; time:time",
        r"vertical|straight (?:up|down)|upwards?\b|downwards?\b|cliff|"
        r"horizontal(?:ly)? (?:from|off|with|at)",
    ),
    _scene(
        "lever",
        r"\b(?:lever|see-?saw|crowbar|balance beam)\b",
        "force1:force#1; force2:force#2; arm1:length#1; arm2:length#2",
    ),
    _scene(
        "wave",
        r"\bwaves?\b|\bwavelength\b",
        "wavelength:length/wavelength; amplitude:length/amplitude; frequency:frequency;"
        "speed:speed; period:time/period",
    ),
    _scene(
        "microscope",
        r"\bmicroscope|\bmicrograph|\bmagnif|\bdrawing\b",
        "magnification:magnification; magnification:number/magnif;"
        "image_length:length/image|drawing|micrograph|picture|photo;"
        "object_length:length/actual|real|true|object",
        r"telescope|lens\b|mirror",
    ),
    _scene(
        "telescope",
        r"\btelescope\b",
        "focal_objective:length/objective; focal_eyepiece:length/eyepiece;"
        "magnification:magnification; magnification:number/magnif;"
        "aperture:length/aperture|diameter",
    ),
    _scene(
        "orbit",
        r"\borbit|\bsatellite\b|\bcircles the\b",
        "distance:length/distance|axis; radius:length/radius; period:time/period|year|time;"
        "speed:speed; star_mass:mass/star|sun\\b; planet_mass:mass/planet|moon|satellite|earth",
        r"diameter|comet|perihelion|opposition|\band Mars does",
    ),
    _scene(
        "calorimeter",
        r"specific heat|calorimet",
        "initial_temperature:temperature/initial|start; final_temperature:temperature/final|end;"
        "mass:mass; heat:energy; specific_heat:specific heat",
    ),
    _scene(
        "gas_cylinder",
        r"\bgas\b|\bpiston\b|\bhelium\b|\bideal\b|\bargon\b|\bair\b.*\b(?:pump|cylinder|syringe)\b",
        "pressure:pressure#1; pressure2:pressure#2; volume:volume#1; volume2:volume#2;"
        "temperature:temperature#1; temperature2:temperature#2; amount:amount",
        r"solution|reacts|burn|hydraulic|balloon|bubble|tyre|tire\b",
    ),
    _scene(
        "beaker",
        r"\bsolution\b|\bdissolv|\bbeaker\b|\bdilut|\bsolute\b",
        "volume:volume; concentration:concentration; mass:mass; temperature:temperature",
        r"titrat|neutrali|mixed with",
    ),
    _scene(
        "pulley",
        r"\bpulley\b|\bAtwood\b",
        "mass1:mass#1; mass2:mass#2; acceleration:acceleration",
    ),
    _scene(
        "kinematics",
        r"\b(?:car|train|bus|cyclist|runner|truck|lorry|motorcycle|sprinter|vehicle|tram|skater|trolley)\b",
        "initial_speed:speed/initial|start; final_speed:speed/final|end;"
        "acceleration:acceleration; time:time; distance:length/distance",
        r"collid|collision|stationary|couple|circular|\bcurve\b|roundabout",
    ),
    _scene(
        "free_body",
        r"\b(?:net force|crate|friction|pushed|pulled|block|sled|acts on)\b",
        "mass:mass; force:force/force|push|pull; friction:number/friction; friction:force/friction;"
        "acceleration:acceleration; weight:force/weight",
        r"spring|piston|hydraulic|heat|density|cools|water|lever",
    ),
    _scene(
        "population",
        r"\b(?:population|colony|culture|bacteri)",
        "initial:count; rate:percentage/rate|growth;"
        "doubling_time:time/doubl|interval|generation|divi; time:time",
        r"Hardy|recessive|allele",
    ),
    _scene(
        "cell",
        r"\bcells?\b",
        "diameter:length/diameter; length:length/length|edge; volume:volume; area:area",
        r"galvanic|solar|fuel|electro|drawing|micro|voltage|unit cell|image",
    ),
)

_ICONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dna": "DNA gene genes allele alleles chromosome chromosomes",
        "planet": "planet planets exoplanet Earth Mars Moon moon Jupiter Venus Saturn Neptune "
        "Uranus Mercury Pluto",
        "star": "star Sun sun",
        "stars": "stars binary",
        "galaxy": "galaxy",
        "telescope": "telescope",
        "battery": "battery",
        "bulb": "bulb lamp",
        "mountain": "mountain hill peak",
        "plant": "plant plants seedling seedlings",
        "cell": "cell cells",
        "animal": "mouse mice",
        "person": "person patient adult woman man student athlete boy girl runner hiker skater "
        "swimmer walker worker",
        "flask": "solution acid flask",
        "drop": "water droplet raindrop rainwater",
        "atom": "atom nucleus",
        "ruler": "ruler",
        "block": "block cube crate box",
        "thermometer": "thermometer",
    }
)
"""Icon -> last words of a thing's name that it depicts."""

_QUALIFIED: Final[tuple[tuple[str, str | None], ...]] = (
    (r"\bradio telescope$", "radio_telescope"),
    (r"\b(?:solar|fuel|galvanic|electrochemical|voltaic|unit|prison) cells?$", None),
    (r"\bpower plants?$", None),
    (r"\b(?:two|three|binary) stars?$", "stars"),
    (r"\b(?:neutron|dwarf|shooting) stars?$", None),
    (r"\bheavy water$", None),
)
"""Whole names that decide before their last word does; None: nothing depicts it."""

_BRAKING: Final = re.compile(
    r"\b(?:brak|decelerat|slow(?:s|ed|ing)?\b|to rest|to a stop)", re.IGNORECASE
)
_SLOWING: Final = re.compile(r"decelerat|brak|retard", re.IGNORECASE)


def choose_scene(
    question: str, moved: Sequence[Named], spans: Sequence[Span]
) -> tuple[str, dict[str, str]] | None:
    """Template and {span id: slot} of the first scene that every moved value fits, or None."""
    for scene in _SCENES:
        if re.search(scene.cue, question, re.IGNORECASE) is None:
            continue
        if re.search(scene.bar, question, re.IGNORECASE):
            continue
        slots = _assign(scene, moved, spans)
        if slots is not None and not _points_forward(question, moved, slots):
            return scene.template, slots
    return None


def _points_forward(question: str, moved: Sequence[Named], slots: Mapping[str, str]) -> bool:
    """Whether an arrow would show an acceleration along a motion that it slows."""
    if _BRAKING.search(question) is None:
        return False
    along = [named for named in moved if slots[named.span.id] == "acceleration"]
    return any(
        _SLOWING.search(named.name) is None and not named.span.text.startswith(("-", "−"))
        for named in along
    )


def _assign(scene: _Scene, moved: Sequence[Named], spans: Sequence[Span]) -> dict[str, str] | None:
    taken: dict[str, str] = {}
    for named in moved:
        nth = _place_among(named.span, spans)
        for slot in scene.slots:
            fits = slot.dimension == named.span.dimension and slot.nth in {0, nth}
            if fits and slot.name not in taken.values() and _says(slot, named.name):
                taken[named.span.id] = slot.name
                break
        else:
            return None
    return taken


def _says(slot: _Slot, name: str) -> bool:
    return not slot.says or re.search(slot.says, name, re.IGNORECASE) is not None


def _place_among(span: Span, spans: Sequence[Span]) -> int:
    same = [other.id for other in spans if other.dimension == span.dimension]
    return same.index(span.id) + 1 if span.id in same else 0


def choose_icon(thing: str) -> str | None:
    """The icon that depicts `thing`, or None where none does.

    Only the last word of the thing's own name counts: a hammer on the Moon is not a picture of
    a planet, and a leaf cell is a cell.
    """
    name = re.split(r" (?:of|with|in|on|at|from|for|to) ", thing)[0].strip()
    for pattern, icon in _QUALIFIED:
        if re.search(pattern, name, re.IGNORECASE):
            return icon
    head = name.rsplit(" ", maxsplit=1)[-1]
    return next((icon for icon, words in _ICONS.items() if head in words.split()), None)
