"""The closed lists a scene is chosen from: templates with their slots, and icons."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

Template = Literal[
    "callouts",
    "inclined_plane",
    "free_body",
    "kinematics",
    "projectile",
    "beaker",
    "gas_cylinder",
    "spring",
    "pendulum",
    "lever",
    "wave",
    "orbit",
    "microscope",
    "pulley",
    "calorimeter",
    "cell",
    "population",
    "telescope",
]
Icon = Literal[
    "circle",
    "flask",
    "atom",
    "planet",
    "star",
    "plant",
    "cell",
    "animal",
    "person",
    "block",
    "battery",
    "drop",
    "thermometer",
    "dna",
    "mountain",
    "ruler",
    "stars",
    "galaxy",
    "telescope",
    "radio_telescope",
    "bulb",
]

TEMPLATES: Final[Mapping[Template, tuple[str, ...]]] = MappingProxyType(
    {
        "callouts": ("a", "b", "c", "d", "e", "f", "g", "h"),
        "inclined_plane": ("mass", "angle", "height", "length", "friction", "force"),
        "free_body": ("mass", "force", "friction", "acceleration", "weight", "normal"),
        "kinematics": ("initial_speed", "final_speed", "acceleration", "time", "distance"),
        "projectile": ("speed", "angle", "height", "range", "time"),
        "beaker": ("volume", "mass", "concentration", "temperature", "substance"),
        "gas_cylinder": (
            "pressure",
            "volume",
            "temperature",
            "amount",
            "pressure2",
            "volume2",
            "temperature2",
        ),
        "spring": ("mass", "constant", "extension", "force"),
        "pendulum": ("length", "period", "mass", "angle"),
        "lever": ("force1", "arm1", "force2", "arm2"),
        "wave": ("wavelength", "amplitude", "frequency", "speed", "period"),
        "orbit": ("star_mass", "planet_mass", "distance", "period", "speed", "radius"),
        "microscope": ("magnification", "image_length", "object_length"),
        "pulley": ("mass1", "mass2", "acceleration"),
        "calorimeter": (
            "mass",
            "initial_temperature",
            "final_temperature",
            "heat",
            "specific_heat",
        ),
        "cell": ("diameter", "length", "volume", "area"),
        "population": ("initial", "final", "time", "rate", "doubling_time"),
        "telescope": ("focal_objective", "focal_eyepiece", "magnification", "aperture"),
    }
)
"""Scene template -> the slots that may be labelled."""

ICONS: Final[tuple[Icon, ...]] = get_args(Icon)
"""Icons a `callouts` scene may show."""
