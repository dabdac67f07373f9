"""Answers worked out by hand, one for each family, and givens that are none."""

from __future__ import annotations

import pytest

from qmirror_assets.records import Given
from qmirror_assets.seeds.computed import families, recompute

WORKED = {
    # physics
    "physics.speeding_up": ({"v0": "4", "v": "16", "t": "5"}, "50 m"),
    "physics.braking": ({"v0": "20", "a": "5"}, "40 m"),
    "physics.projectile_range": ({"v0": "14", "θ": "45"}, "20 m"),
    "physics.ohms_law": ({"V": "12", "R": "8"}, "1.5 A"),
    "physics.series_circuit": ({"V": "12", "R1": "10", "R2": "30"}, "0.3 A"),
    "physics.parallel_circuit": ({"V": "12", "R1": "10", "R2": "30"}, "1.6 A"),
    "physics.resistor_power": ({"V": "12", "R": "48"}, "3 W"),
    "physics.pull_with_friction": ({"m": "20", "F": "60", "f": "10"}, "2.5 m/s²"),
    "physics.inclined_plane": ({"m": "10", "θ": "30", "f": "9"}, "4 m/s²"),
    "physics.two_blocks_on_a_pulley": ({"m1": "3", "m2": "4"}, "1.4 m/s²"),
    "physics.spring_constant": ({"m": "500", "x": "10"}, "49 N/m"),
    "physics.lever": ({"F1": "60", "d1": "0.5", "d2": "1.5"}, "20 N"),
    "physics.pendulum_swings": ({"L": "98", "n": "10"}, "19.9 s"),  # 20π √0.1
    "physics.lifting_power": ({"m": "100", "h": "5", "t": "10"}, "490 W"),
    "physics.converging_lens": ({"f": "10", "do": "30"}, "15 cm"),
    "physics.concave_mirror": ({"h": "4", "f": "10", "do": "30"}, "2 cm"),
    "physics.wave_speed": ({"f": "2.5", "λ": "0.4"}, "1 m/s"),
    "physics.echo_depth": ({"v": "1500", "t": "0.4"}, "300 m"),
    "physics.heating": ({"m": "200", "T1": "20", "T2": "70", "c": "4.18"}, "41.8 kJ"),
    "physics.mixing_water": ({"m1": "200", "T1": "80", "m2": "300", "T2": "10"}, "38 °C"),
    # chemistry
    "chemistry.mass_of_compound": ({"X": "C6H12O6", "n": "0.5"}, "90.1 g"),
    "chemistry.amount_from_mass": ({"m": "5.85", "M": "58.5"}, "0.1 mol"),
    "chemistry.product_mass": ({"m1": "50", "M1": "100", "M2": "56"}, "28 g"),
    "chemistry.percent_yield": ({"ma": "30", "mt": "40"}, "75%"),
    "chemistry.molarity": ({"m": "10", "M": "40", "V": "500"}, "0.5 mol/L"),
    "chemistry.dilution": ({"C1": "6", "V1": "50", "V2": "300"}, "1 mol/L"),
    "chemistry.titration": ({"Vb": "25", "Ca": "0.1", "Va": "20"}, "0.08 mol/L"),
    "chemistry.ph_of_strong_acid": ({"n": "1", "V": "100"}, "2.00"),
    "chemistry.reaction_rate": ({"c1": "0.8", "c2": "0.2", "t": "60"}, "0.01 mol/(L·s)"),
    "chemistry.ideal_gas_pressure": ({"n": "2", "T": "300", "V": "10"}, "499 kPa"),
    "chemistry.combined_gas_law": (
        {"P1": "100", "V1": "6", "T1": "300", "V2": "3", "T2": "400"},
        "267 kPa",
    ),
    "chemistry.charles_law": ({"V1": "6", "T1": "300", "T2": "400"}, "8 L"),
    "chemistry.radioactive_decay": ({"m0": "80", "T": "8", "t": "24"}, "10 mg"),
    # biology
    "biology.self_cross": ({"G": "Tt", "N": "400"}, "100 offspring"),
    "biology.cross_of_two_parents": ({"G1": "Tt", "G2": "tt", "N": "400"}, "200 offspring"),
    "biology.dihybrid_cross": ({"G": "AaBb", "N": "320"}, "20 offspring"),
    "biology.hardy_weinberg": ({"q²": "16", "N": "2000"}, "960 individuals"),
    "biology.guanine_bases": ({"N": "1000", "A": "30"}, "400 bases"),
    "biology.population_doubling": ({"N0": "500", "T": "20", "t": "60"}, "4000 cells"),
    "biology.growth_rate": ({"N": "1000", "B": "90", "D": "40"}, "5%"),
    "biology.mark_and_recapture": ({"M": "40", "C": "50", "R": "10"}, "200 fish"),
    "biology.quadrat_sampling": ({"n": "40", "k": "10", "a": "0.5", "A": "1000"}, "8000 plants"),
    "biology.energy_flow": ({"E": "20000", "e1": "10", "e2": "12"}, "240 kJ/m²"),
    "biology.magnification": ({"I": "12", "M": "400"}, "30 µm"),
    "biology.blood_pumped": ({"f": "70", "V": "80", "t": "10"}, "56 L"),
    "biology.cells_in_a_row": ({"L": "2", "d": "20"}, "100 cells"),
    # astronomy
    "astronomy.orbital_period": ({"M": "1", "a": "4"}, "8 years"),
    "astronomy.orbital_speed": ({"r": "149.6", "T": "365.25"}, "29.8 km/s"),
    "astronomy.signal_time": ({"d": "180", "τ": "5"}, "25 minutes"),
    "astronomy.surface_gravity": ({"M": "8", "R": "2"}, "19.6 m/s²"),
    "astronomy.escape_speed": ({"M": "8", "R": "2"}, "22.4 km/s"),
    "astronomy.angular_diameter": ({"D": "3475", "d": "0.3844"}, "1860 arcseconds"),  # the Moon
    "astronomy.telescope_magnification": ({"fo": "1000", "fe": "25"}, "40 times"),
    "astronomy.hubble_distance": ({"v": "7000", "H0": "70"}, "100 Mpc"),
    "astronomy.redshift_velocity": ({"λ0": "500", "λ": "505"}, "3000 km/s"),
    "astronomy.irradiance": ({"F1": "1360", "d1": "1", "d2": "2"}, "340 W/m²"),
    "astronomy.surface_temperature": ({"λ": "0.5"}, "5800 K"),
    "astronomy.luminosity": ({"R": "2", "T": "11600"}, "64 solar luminosities"),
    "astronomy.parallax_distance": ({"p": "100"}, "10 parsecs"),
}


def givens_of(family: str, values: dict[str, str]) -> tuple[Given, ...]:
    (info,) = (info for info in families() if info.id == family)
    assert {given.symbol for given in info.givens} == set(values)
    return tuple(
        Given(given.role, given.symbol, values[given.symbol], given.unit) for given in info.givens
    )


def test_every_family_is_worked() -> None:
    assert [info.id for info in families()] == list(WORKED)


@pytest.mark.parametrize("family", WORKED)
def test_worked_answer(family: str) -> None:
    values, answer = WORKED[family]
    assert recompute(family, givens_of(family, values)) == answer


def test_an_unknown_family_has_no_answer() -> None:
    assert recompute("physics.magic", ()) is None


OHM = "physics.ohms_law"
VOLTAGE = Given("supply voltage", "V", "12", "V")
RESISTANCE = Given("resistance", "R", "8", "Ω")


@pytest.mark.parametrize(
    "givens",
    [
        (),
        (VOLTAGE,),
        (VOLTAGE, VOLTAGE),
        (VOLTAGE, RESISTANCE, Given("length", "L", "1", "m")),
        (VOLTAGE, RESISTANCE, RESISTANCE),
        (VOLTAGE, Given("resistance", "R", "8", "kΩ")),
        (VOLTAGE, Given("resistance", "R", "0", "Ω")),
        (VOLTAGE, Given("resistance", "R", "eight", "Ω")),
        (VOLTAGE, Given("resistance", "R", "nan", "Ω")),
        (VOLTAGE, Given("resistance", "R", "1e-999", "Ω")),
        (VOLTAGE, Given("resistance", "R", "8" * 100_000, "Ω")),
        (VOLTAGE, Given("resistance", "R", "__import__('os')", "Ω")),
    ],
    ids=[
        "none", "one", "twice the same", "one too many", "a repeat", "another unit", "zero",
        "words", "nan", "underflow", "very long", "code",
    ],
)  # fmt: skip
def test_other_givens_have_no_answer(givens: tuple[Given, ...]) -> None:
    assert recompute(OHM, givens) is None


@pytest.mark.parametrize(
    ("family", "values"),
    [
        ("chemistry.mass_of_compound", {"X": "C9999999H9", "n": "1"}),
        ("chemistry.mass_of_compound", {"X": "(" * 90, "n": "1"}),
        ("biology.self_cross", {"G": "Tx", "N": "4"}),
        ("biology.self_cross", {"G": "T", "N": "4"}),
        ("biology.self_cross", {"G": "", "N": "4"}),
        ("biology.self_cross", {"G": "Tt", "N": "1e99"}),
        ("biology.hardy_weinberg", {"q²": "-16", "N": "2000"}),
        ("chemistry.ph_of_strong_acid", {"n": "0", "V": "100"}),
        ("chemistry.radioactive_decay", {"m0": "80", "T": "1e-90", "t": "-1e90"}),
        ("astronomy.orbital_period", {"M": "-1", "a": "4"}),
        ("astronomy.luminosity", {"R": "1e200", "T": "1e200"}),
    ],
)
def test_impossible_values_have_no_answer(family: str, values: dict[str, str]) -> None:
    assert recompute(family, givens_of(family, values)) is None
