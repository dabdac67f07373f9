"""What a caption is about is told apart from how it is shown and what stands around it."""

from __future__ import annotations

import pytest

from qmirror_assets.engines.library.words import read, stems


@pytest.mark.parametrize(
    ("caption", "subject", "head"),
    [
        ("A close photograph of a ladybug on a green leaf", "ladybug", "ladybug"),
        ("A red double-decker bus on a street", "red doubl decker bus", "bus"),
        ("A cat sleeping", "cat", "cat"),
        ("A sleeping cat", "sleep cat", "cat"),
        ("An orange on a white plate", "orang", "orang"),
        ("A red and white mushroom in the grass", "red white mushroom", "mushroom"),
        ("Diagram showing the parts of a flower, with labels", "flower", "flower"),
        ("A person playing an electric guitar on stage", "play electr guitar", "guitar"),
        ("A fire engine with a ladder", "fire engin", "engin"),
        ("Mercury—the planet closest to the Sun", "mercuri", "mercuri"),
        ("houseBoat", "hous boat", "boat"),
        ("The lion's den", "lion den", "den"),
    ],
)
def test_subject_and_head(caption: str, subject: str, head: str) -> None:
    reading = read(caption)
    assert " ".join(t.stem for t in reading.terms if t.in_subject) == subject
    assert reading.head == head


@pytest.mark.parametrize(
    ("one", "other"),
    [("penguins", "penguin"), ("flies", "fly"), ("buses", "bus"), ("mice", "mouse"),
     ("cherries", "cherry"), ("leaves", "leaf")],
)  # fmt: skip
def test_plural_and_singular_are_one_word(one: str, other: str) -> None:
    assert stems(one) == stems(other)


@pytest.mark.parametrize("text", ["", "   ", "a photo of", "12 34", "…", "写真", "\x00\x1b[31m"])
def test_text_without_words_has_no_subject(text: str) -> None:
    reading = read(text)
    assert (reading.subject, reading.head) == (frozenset(), "")
