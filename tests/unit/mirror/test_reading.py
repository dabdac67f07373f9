from __future__ import annotations

from qmirror_assets.mirror.checked import reads
from qmirror_assets.mirror.reading import in_reading_order


def _item(text: str, *box: int) -> dict[str, object]:
    return {"text": text, "score": 0.99, "box": list(box)}


def test_the_lines_of_one_label_stay_together() -> None:
    items = [
        _item("Sequence", 360, 28, 480, 50),
        _item("main-sequence", 246, 82, 386, 102),
        _item("protostar", 66, 94, 150, 114),
        _item("star", 298, 106, 336, 124),
        _item("red giant", 484, 94, 566, 114),
    ]
    assert in_reading_order(items) == [
        "Sequence", "main-sequence", "star", "protostar", "red giant",
    ]  # fmt: skip


def test_lines_beside_or_far_below_each_other_are_not_joined() -> None:
    items = [
        _item("mass", 10, 10, 60, 30),
        _item("time", 200, 34, 250, 54),
        _item("speed", 10, 90, 60, 110),
    ]
    assert in_reading_order(items) == ["mass", "time", "speed"]


def test_every_text_comes_out_once() -> None:
    items = [_item(f"t{i}", 0, 20 * i, 50, 20 * i + 18) for i in (2, 0, 1)]
    assert sorted(in_reading_order(items)) == ["t0", "t1", "t2"]


def test_a_degree_sign_read_twice_is_one() -> None:
    assert reads(["-42 °℃"], "−42 °C")
    assert not reads(["-42 °℃"], "−4 °C")
