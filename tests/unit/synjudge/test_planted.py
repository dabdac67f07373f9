"""The planted set: labelled, repeatable, nothing left out in silence."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from qmirror_assets.figures.spec import parse_spec
from qmirror_assets.synjudge.defects import MUST_FALL, SHOWS_AS, Defect
from qmirror_assets.synjudge.items import Item
from qmirror_assets.synjudge.planted import PlantedSet, plant
from qmirror_assets.synjudge.shorter_specs import without_one_part
from tests.unit.figures.gallery import GALLERY
from tests.unit.synjudge.shelf import figure_items, photo_items

ITEMS = [*figure_items()[:4], *photo_items()[:3], figure_items()[5]]


@pytest.fixture(scope="module")
def made() -> PlantedSet:
    return plant(ITEMS, 6, 7)


def sources() -> dict[str, Item]:
    return {item.key: item for item in ITEMS}


def test_every_kind_is_planted_and_labelled(made: PlantedSet) -> None:
    assert {defect for defect in Defect if made.of(defect)} == set(Defect)
    assert set(MUST_FALL) == set(SHOWS_AS) == set(Defect)
    assert all(len(made.of(defect)) <= 6 for defect in Defect)


def test_what_does_not_fit_is_counted_with_its_reason(made: PlantedSet) -> None:
    assert made.unfit[Defect.DROP_OBJECT] == {"only a drawn figure has a list of its parts": 3}
    assert sum(made.unfit[Defect.CONTRADICT_VALUE].values()) == 6
    assert made.unfit[Defect.BLUR] == {}


def test_the_same_seed_plants_the_same_and_another_one_does_not(made: PlantedSet) -> None:
    assert plant(ITEMS, 6, 7) == made
    assert plant(ITEMS, 6, 8) != made


def test_every_defect_differs_from_its_source_and_from_the_others(made: PlantedSet) -> None:
    seen = set()
    for one in made.planted:
        source = sources()[one.source]
        result = (one.defect, one.item.digest, one.item.answer)
        assert result[1:] != (source.digest, source.answer)
        assert result not in seen
        seen.add(result)


@pytest.mark.parametrize(
    ("defect", "kept"),
    [
        (Defect.BLUR, {"answer", "picture", "drawn"}),
        (Defect.DROP_OBJECT, {"answer", "picture", "drawn"}),
        (Defect.SWAP_IMAGE, {"answer", "caption"}),
        (Defect.TRUNCATE_ANSWER, {"image", "picture", "drawn"}),
        (Defect.DUPLICATE_TEXT, {"image", "picture", "drawn"}),
        (Defect.CONTRADICT_VALUE, {"image", "picture", "drawn"}),
    ],
    ids=lambda value: value.value if isinstance(value, Defect) else "",
)
def test_only_what_the_kind_says_is_changed(
    made: PlantedSet, defect: Defect, kept: set[str]
) -> None:
    for one in made.of(defect):
        source = sources()[one.source]
        for name in {*kept, "question", "sample_id"}:
            assert getattr(one.item, name) == getattr(source, name)


def test_a_swapped_picture_is_of_another_topic_with_its_own_record(made: PlantedSet) -> None:
    for one in made.of(Defect.SWAP_IMAGE):
        donor = next(item for item in ITEMS if item.image == one.item.image)
        assert donor.topic != sources()[one.source].topic
        assert (one.item.picture, one.item.drawn) == (donor.picture, donor.drawn)


def test_a_cut_answer_is_the_beginning_of_the_answer(made: PlantedSet) -> None:
    for one in made.of(Defect.TRUNCATE_ANSWER):
        whole = " ".join(sources()[one.source].answer.split())
        assert whole.startswith(one.item.answer)
        assert one.item.answer[-1] not in ".!?"


def test_a_changed_number_is_neither_drawn_nor_asked(made: PlantedSet) -> None:
    for one in made.of(Defect.CONTRADICT_VALUE):
        was, now = one.note.split(" became ")
        assert one.item.answer.replace(now, was, 1) == sources()[one.source].answer
        assert now not in " ".join(text for _, text in one.item.drawn)


def test_a_figure_without_a_spec_is_painted_over() -> None:
    item = replace(figure_items()[0], spec=None)
    box = (200, 40, 320, 70)
    made = plant([item], 1, 0, lambda _: [("condensation", box), ("noise", (0, 0, 5, 5))])
    (one,) = made.of(Defect.DROP_OBJECT)
    with Image.open(io.BytesIO(one.item.image)) as picture:
        assert len(picture.crop(box).getcolors() or []) == 1
    assert "condensation" in one.note
    unread = plant([item], 1, 0).unfit[Defect.DROP_OBJECT]
    assert unread == {"none of its texts is found in the picture": 1}


def test_an_item_without_anything_is_counted() -> None:
    bare = Item("s", 0, "Why?", "So.", b"")
    made = plant([bare], 2, 0)
    assert {one.defect for one in made.planted} == {Defect.EMPTY_ANSWER}
    assert {d for d, why in made.unfit.items() if sum(why.values()) == 1} == (
        set(Defect) - {Defect.EMPTY_ANSWER}
    )


@pytest.mark.parametrize(
    "name", ["bar", "table", "timeline", "chain", "cycle", "callouts", "lever"]
)
def test_shorter_specs_can_be_drawn(name: str) -> None:
    spec = GALLERY[name]
    choices = without_one_part(spec)
    assert choices
    for _, shorter in choices:
        parse_spec(shorter)
        assert shorter != spec


@pytest.mark.parametrize("name", ["tree", "molecule", "callouts_one", "series"])
def test_what_cannot_be_made_shorter_is_left(name: str) -> None:
    assert without_one_part(GALLERY[name]) == []


def test_pictures_are_swapped_between_topics_only_and_no_swap_is_planted_twice() -> None:
    one, two, three = photo_items()[:3]
    same = replace(two, topic=one.topic)
    made = plant([one, same, three], 30, 0).of(Defect.SWAP_IMAGE)
    donors = {(swap.source, swap.item.digest) for swap in made}
    assert donors == {
        (one.key, three.digest), (same.key, three.digest), (three.key, one.digest),
        (three.key, same.digest),
    }  # fmt: skip
    assert len(made) == len(donors)


def test_no_cut_is_at_the_end_of_a_sentence() -> None:
    text = "It is so. That is why. We saw it. They did not. Now we know it. It was so for long."
    items = [Item(f"s{n}", 0, "Why?", text, b"") for n in range(12)]
    made = plant(items, 80, 0).of(Defect.TRUNCATE_ANSWER)
    assert len({one.item.answer for one in made}) > 3
    assert all(one.item.answer[-1] not in ".!?" for one in made)
