"""How sentences read without their values. These are the product's most visible words."""
# ruff: noqa: E501 - one case, one line: before and after stand side by side

from __future__ import annotations

import pytest

from qmirror_assets.mirror.movables import find_spans, frame_of
from qmirror_assets.mirror.rewrite import rewrite

ONE = [
    ("noun_of", "A stone falls from a height of 45 m.", "A stone falls from the height shown in the figure."),
    ("subject", "A force of 20 N acts on it.", "The force shown in the figure acts on it."),
    ("of_mass", "A force acts on a body of mass 4.0 kg.", "A force acts on a body whose mass is shown in the figure."),
    ("angle_of", "It hits at an angle of incidence of 40°.", "It hits at the angle of incidence shown in the figure."),
    ("copula", "The focal length is 10 cm.", "The focal length is shown in the figure."),
    ("owner", "The mass of the block is 5.0 kg, and it rests.", "The mass of the block is shown in the figure, and it rests."),
    ("attributive", "A 2.0 kg block slides down.", "A block with the mass shown in the figure slides down."),
    ("article", "An 8 kg block slides down.", "A block with the mass shown in the figure slides down."),
    ("battery", "It is connected to a 12 V battery.", "It is connected to a battery with the voltage shown in the figure."),
    ("several", "Two 4.0 Ω resistors are in series.", "Two resistors, each with the resistance shown in the figure, are in series."),
    ("portion", "Warm 200 g of water gently.", "Warm the mass of water shown in the figure gently."),
    ("sample", "A 5.85 g sample of sodium chloride is dissolved.", "A sample of sodium chloride with the mass shown in the figure is dissolved."),
    ("long", "The ramp is 3.0 m long.", "The ramp has the length shown in the figure."),
    ("deep", "A lake 20 m deep freezes.", "A lake with the depth shown in the figure freezes."),
    ("placed", "It is placed 15 cm from a lens.", "It is placed at the distance shown in the figure from a lens."),
    ("every", "A cell divides every 20 minutes.", "A cell divides at the regular time interval shown in the figure."),
    ("covers", "A runner covers 100 m on a track.", "A runner covers the distance shown in the figure on a track."),
    ("at", "A river flows at 2.0 m/s.", "A river flows at the speed shown in the figure."),
    ("to", "A car goes from rest to 24 m/s.", "A car goes from rest to the final speed shown in the figure."),
    ("raised", "The pressure is raised to 150 kPa.", "The pressure is raised to the new value shown in the figure."),
    ("population", "A population of 500 rabbits grows.", "A population of rabbits with the size shown in the figure grows."),
    ("bracket", "A copper block (2.0 kg) cools.", "A copper block (mass shown in the figure) cools."),
    ("latex", r"A cart moves at $5.0\,\mathrm{m/s}$.", "A cart moves at the speed shown in the figure."),
    ("chain", "In the food chain grass → hare → fox, who eats?", "In the food chain shown in the figure, who eats?"),
    ("following", "Consider the following food chain: algae -> krill -> seal.", "Consider the food chain shown in the figure."),
    ("runs", "The spectrum runs: red → green → blue.", "The spectrum runs as shown in the figure."),
    ("list", "Which of the following planets is largest: Mars, Venus or Earth?", "Which of the planets listed in the figure is largest?"),
    ("these", "Which of these is a noble gas: oxygen, neon or sodium?", "Which of those listed in the figure is a noble gas?"),
    ("elements", "Consider the elements oxygen, neon and sodium.", "Consider the elements listed in the figure."),
    ("series", "The boiling points of A, B and C are 100 °C, 78 °C and 56 °C, respectively.", "The boiling points of A, B and C are shown in the figure."),
    ("named", "Which is denser: iron (7.9 g/cm³), copper (8.9 g/cm³) or lead (11.3 g/cm³)?", "Which is denser: iron, copper or lead (densities shown in the figure)?"),
    ("readings", "A student records times of 2.1 s, 2.3 s and 2.2 s.", "A student records the times shown in the figure."),
    ("media", "The speed is 343 m/s in air, 1480 m/s in water and 5960 m/s in steel.", "The speed is shown in the figure for air, water and steel."),
    ("shares", "It consists of 40.0% carbon, 6.7% hydrogen and 53.3% oxygen.", "It consists of carbon, hydrogen and oxygen (percentages shown in the figure)."),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), [c[1:] for c in ONE], ids=[c[0] for c in ONE])
def test_one_value_moves(before: str, after: str) -> None:
    framed = [(s, f) for s in find_spans(before, ()) if (f := frame_of(before, s))]
    assert framed
    assert rewrite(before, [(framed[0][1], framed[0][1].noun)]) == after


ALL = [
    ("joined", "A wave has a frequency of 50 Hz and a wavelength of 0.40 m.", "A wave has the frequency and the wavelength shown in the figure."),
    ("from_to", "It warms from 20 °C to 70 °C.", "It warms from the initial temperature to the final temperature shown in the figure."),
    ("subjects", "The mass of the cart is 2 kg, and the height is 3 m.", "The mass of the cart and the height are shown in the figure."),
    ("near", "A ball is thrown at 20 m/s from a height of 5 m.", "A ball is thrown at the speed shown in the figure from the height shown there."),
    ("far", "It has a mass of 2 kg. Its volume is 3 L.", "It has the mass shown in the figure. Its volume is shown in the figure."),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), [c[1:] for c in ALL], ids=[c[0] for c in ALL])
def test_all_values_move(before: str, after: str) -> None:
    framed = [(s, f) for s in find_spans(before, ()) if (f := frame_of(before, s))]
    assert rewrite(before, [(frame, frame.noun) for _, frame in framed]) == after


@pytest.mark.parametrize(
    "question",
    [
        "Warm it from 20 to 30 °C.",
        "Cut it in 10 cm pieces.",
        "The mass is 5.0 ± 0.1 kg.",
        "It is 20 °C warmer today.",
        "A planet has 8 times the mass of Earth.",
        "Of these, 20% of the bases are adenine.",
        "The edges are 2 cm and 3 cm cubes.",
        "Wait at least 5 s.",
        "The rock is 5 m and 3 m wide.",
        "It began 539 million years ago.",
        "Two masses of 5 kg hang there.",
    ],
)
def test_an_unsure_rule_leaves_the_text_alone(question: str) -> None:
    spans = find_spans(question, ())
    assert [frame_of(question, span) for span in spans] == [None] * len(spans)


def test_overlapping_frames_cannot_both_apply() -> None:
    question = "Add 50 mL of 0.10 mol/L sodium hydroxide."
    frames = [f for s in find_spans(question, ()) if (f := frame_of(question, s))]
    assert len(frames) == 2
    assert rewrite(question, [(frame, frame.noun) for frame in frames]) is None
