from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import qmirror_assets.errors
from qmirror_assets.records import Seed
from qmirror_assets.seeds.files import SeedFile, read_file

FOLDER = Path(qmirror_assets.errors.__file__).parent / "recipes" / "qmirror" / "seeds"
ROWS = [row for path in sorted(FOLDER.rglob("*.jsonl")) for row in read_file(SeedFile(path))]
SEEDS = [row for row in ROWS if isinstance(row, Seed)]


def test_every_shipped_row_is_a_seed_of_ours() -> None:
    assert len(SEEDS) == len(ROWS) >= 100
    assert {(seed.licence, seed.source) for seed in SEEDS} == {
        ("CC0-1.0", "qmirror-assets hand-written seeds")
    }


def test_ids_and_questions_are_unique_over_all_files() -> None:
    assert len({seed.seed_id for seed in SEEDS}) == len(SEEDS)
    assert len({seed.question for seed in SEEDS}) == len(SEEDS)
    assert "" not in {seed.seed_id for seed in SEEDS}


def test_domains_are_filled() -> None:
    count = Counter(seed.domain for seed in SEEDS if seed.language == "en")
    assert len(count) >= 5
    assert min(count[domain] for domain in ("physics", "chemistry", "biology", "astronomy")) >= 16


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.seed_id)
def test_seed_is_fit_to_be_mirrored(seed: Seed) -> None:
    assert seed.answer.rstrip(".").casefold() not in seed.question.casefold()
    assert not seed.choices or seed.answer in seed.choices
    for given in seed.givens:
        text = re.escape(f"{given.value} {given.unit}")
        assert len(re.findall(rf"(?<![\w.]){text}(?![\w/·])", seed.question)) == 1, given
