"""A whole calibration with the real measuring judge and its real reader, on a few turns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from qmirror_assets.calibrating.calibrate import Judge, Wish, calibrate
from qmirror_assets.calibrating.target import draw_items, judge_settings
from qmirror_assets.calibrating.text import lines_of
from qmirror_assets.engines.base import Call, Failure, FailureKind, Outcome, Raw
from qmirror_assets.engines.measures import MeasuresEngine
from qmirror_assets.errors import UsageError
from qmirror_assets.stages.syn_judge import SynJudge
from qmirror_assets.synjudge.defects import Defect
from qmirror_assets.synjudge.dimensions import Dimension
from qmirror_assets.synjudge.labelled import Labels
from qmirror_assets.templates import Prompts
from tests.unit.stages.test_syn_judge import PROMPTS, SCORES
from tests.unit.synjudge.shelf import figure_items, photo_items

ITEMS = [*photo_items()[:4], *figure_items()[3:5]]
HOSTILE = "<script>alert(1)</script> {{ 7*7 }} <img src=x onerror=alert(2)> \u202e"


def step() -> SynJudge:
    return SynJudge(SynJudge.Config(), Prompts(PROMPTS))


def wish(folder: Path, labels: Labels | None = None, per_kind: int = 4) -> Wish:
    return Wish("toy", "2026.11.0", per_kind, 3, labels or {}, folder)


class Scripted:
    """A model that judges: every picture gets the same scores, some calls fail."""

    batch_size, in_flight = 1, 4
    identity = {"kind": "openai", "model": "m"}  # noqa: RUF012

    def __init__(self, fails: int = 0) -> None:
        self.fails, self.calls = fails, 0

    async def run(self, calls: list[Call]) -> list[Outcome]:
        self.calls += 1
        if self.calls <= self.fails:
            return [Failure(FailureKind.TIMEOUT, "too slow")]
        return [Raw({"text": orjson.dumps(SCORES).decode()})]

    async def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calibration")


@pytest.fixture(scope="module")
def found(folder: Path):  # noqa: ANN201
    labels = {(item.sample_id, 0): dict.fromkeys(Dimension, 4) for item in ITEMS}
    labels["gone", 0] = {Dimension.TCC: 1}
    return calibrate(ITEMS, Judge(step(), MeasuresEngine({"kind": "measures"}, 1)),
                     wish(folder, labels, per_kind=2))  # fmt: skip


def test_what_a_measuring_judge_sees(found) -> None:  # noqa: ANN001
    kinds = {kind.defect: kind for kind in found.kinds}
    for defect in set(Defect) - {Defect.CONTRADICT_VALUE, Defect.DROP_OBJECT}:
        kind = kinds[defect]
        assert (kind.detection.value, kind.false_alarms.value) == (1.0, 0.0), defect
        # a pair that is capped at 4 falls only from 5
        assert kind.fell.value == 1.0 or defect is Defect.DUPLICATE_TEXT, defect
        assert kind.rose == 0
    assert found.claims == ()  # two of each kind are no evidence
    assert "of 50 defects" in kinds[Defect.BLUR].why


def test_the_summary_and_the_labels(found) -> None:  # noqa: ANN001
    assert (found.turns, found.samples, found.failures, found.unmatched) == (6, 6, 0, 1)
    assert found.summary[Dimension.TCC].mean == 4.0
    assert found.comparisons[Dimension.TCC].compared == 6
    assert found.comparisons[Dimension.TCC].rmse.value == 0.0


def test_the_files(found, folder: Path) -> None:  # noqa: ANN001
    lines = [orjson.loads(line) for line in (folder / "planted.jsonl").read_bytes().splitlines()]
    assert len(lines) == sum(kind.planted for kind in found.kinds)
    for line in lines:
        assert line["half"] in ("tune", "report")
        assert line["picture"] == "" or (folder / line["picture"]).is_file()
    assert orjson.loads((folder / "report.json").read_bytes())["random_seed"] == 3
    assert {p.name for p in folder.glob("*.png")} == {"kinds.png", "labels.png"}
    page = (folder / "report.html").read_text()
    assert "http://" not in page.replace("http-equiv", "")
    assert "https://" not in page
    assert any("random_seed 3" in line for line in lines_of(found))


def test_a_model_that_likes_everything_is_claimed_nothing(tmp_path: Path) -> None:
    found = calibrate(ITEMS, Judge(step(), Scripted()), wish(tmp_path, per_kind=12))
    kinds = {kind.defect: kind for kind in found.kinds}
    for defect in (Defect.BLUR, Defect.SWAP_IMAGE, Defect.TRUNCATE_ANSWER):
        assert kinds[defect].detection.hits == 0
        assert kinds[defect].by in ("iq", "icc its", "tcc")
    assert found.claims == ()


def test_calls_that_fail_are_counted_and_scored_by_nobody(tmp_path: Path) -> None:
    found = calibrate(ITEMS, Judge(step(), Scripted(fails=9)), wish(tmp_path))
    # the first calls look for texts to paint over; nothing is scored by them
    assert found.failures >= 5
    assert sum(s.unparsable for s in found.summary.values()) % 4 == 0
    assert "no verdict" in (tmp_path / "report.html").read_text()


def test_hostile_text_in_the_report_is_text(tmp_path: Path) -> None:
    items = [
        replace(item, question=HOSTILE, answer=f"{HOSTILE} {item.answer}", topic=str(n))
        for n, item in enumerate(photo_items()[:4])
    ]
    calibrate(items, Judge(step(), Scripted()), wish(tmp_path))
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{ 7*7 }}" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_nothing_to_calibrate_on(tmp_path: Path) -> None:
    judge = Judge(step(), Scripted())
    with pytest.raises(UsageError, match="no turn"):
        calibrate([], judge, wish(tmp_path))
    with pytest.raises(UsageError, match="no label belongs"):
        calibrate(ITEMS, judge, wish(tmp_path, {("zz", 0): {Dimension.TCC: 1}}))


def test_the_recipe_says_how_its_judge_is_set_up() -> None:
    spec = {"stages": [{"kind": "refine", "steps": [
        {"name": "a", "uses": "llm", "with": {"x": 1}},
        {"name": "b", "uses": "syn_judge", "with": {"floor": 4, "image": "pic"}},
    ]}]}  # fmt: skip
    assert list(judge_settings(spec)) == [{"floor": 4, "image": "pic"}]


def test_turns_are_drawn_by_the_random_seed() -> None:
    few = draw_items(iter(ITEMS), 3, 1)
    assert few == draw_items(reversed(ITEMS), 3, 1)
    assert few != draw_items(ITEMS, 3, 2)
    assert sorted(item.key for item in ITEMS) == [i.key for i in draw_items(ITEMS, 99, 1)]
