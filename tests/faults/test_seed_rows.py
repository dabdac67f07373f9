"""F10: a thousand malformed rows among ten thousand go to quarantine, each under its reason."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable

from qmirror_assets.keys import PartitionKey
from qmirror_assets.records import Reason
from qmirror_assets.runner.intake import QUARANTINE, run_intake
from qmirror_assets.runner.sources import Sources
from qmirror_assets.store import Store, tables
from tests.conftest import Toy, toy_seed

GOOD, BAD = 9_000, 1_000


def row(number: int, **changes: object) -> bytes:
    return json.dumps({**toy_seed(number), **changes}).encode()


def without(number: int, name: str) -> bytes:
    return json.dumps({k: v for k, v in toy_seed(number).items() if k != name}).encode()


MALFORMED: list[tuple[Reason, Callable[[int], bytes]]] = [
    (Reason.BAD_ENCODING, lambda n: row(n).replace(b"What", b"Wh\xc3\x28t")),
    (Reason.BAD_ENCODING, lambda n: row(n).replace(b"What", b"Wh\\ud800t")),
    (Reason.BAD_JSON, lambda n: row(n)[:-1]),
    (Reason.BAD_JSON, lambda n: row(n).replace(b'"', b"'")),
    (Reason.DUPLICATE_KEY, lambda n: b'{"question": "twice", ' + row(n)[1:]),
    (Reason.NOT_AN_OBJECT, lambda n: b"[" + row(n) + b"]"),
    (Reason.NOT_AN_OBJECT, lambda _: b"null"),
    (Reason.MISSING_FIELD, lambda n: without(n, "question")),
    (Reason.MISSING_FIELD, lambda n: without(n, "answer")),
    (Reason.WRONG_TYPE, lambda n: row(n, question=n)),
    (Reason.WRONG_TYPE, lambda n: row(n, choices="a")),
    (Reason.EMPTY_FIELD, lambda n: row(n, question=" \n ")),
    (Reason.TOO_LONG, lambda n: row(n, question="x" * 9_000)),
    (Reason.TOO_LONG, lambda n: row(n, extra="x" * 1_100_000) if n % 200 == 0 else row(
        n, answer="x" * 3_000)),
    (Reason.NOT_FINITE, lambda n: row(n, weight=float("nan"))),
    (Reason.NOT_FINITE, lambda n: row(n)[:-1] + b', "weight": 1e999}'),
    (Reason.CONTROL_CHARACTER, lambda n: row(n, question=f"nul \x00 {n}")),
    (Reason.CONTROL_CHARACTER, lambda n: row(n, answer=f"bell \x07 {n}")),
    (Reason.BIDI_CHARACTER, lambda n: row(n, question=f"turned \u202e {n}")),
    (Reason.BAD_DOMAIN, lambda n: row(n, domain="../../x")),
    (Reason.BAD_DOMAIN, lambda n: row(n, domain="con")),
    (Reason.BAD_LANGUAGE, lambda n: row(n, language="?")),
    (Reason.BAD_IMAGE, lambda n: row(n, images=["/etc/hostname"])),
    (Reason.BAD_ID, lambda n: row(n, id="\u202e")),
    (Reason.DUPLICATE_ID, lambda n: row(n, id="first")),
]  # fmt: skip


def quarantined(store: Store) -> list[dict[str, str]]:
    current = store.current(PartitionKey("toy", "intake", QUARANTINE))
    assert current is not None
    assert current[1].counts.balanced()
    path = store.cas.verified_path(current[1].rejections)
    found: list[dict[str, str]] = tables.read_columns(path, ["reason", "place"]).to_pylist()
    return found


def test_a_thousand_malformed_rows_among_ten_thousand(toy: Toy) -> None:
    random_seed = random.SystemRandom().randrange(10**6)
    print(f"random_seed {random_seed}")
    made = [MALFORMED[n % len(MALFORMED)] for n in range(BAD)]
    lines: list[tuple[Reason | None, bytes]] = [(None, row(n)) for n in range(1, GOOD)]
    lines += [(reason, make(GOOD + n)) for n, (reason, make) in enumerate(made)]
    random.Random(random_seed).shuffle(lines)
    lines.insert(0, (None, row(0, id="first")))  # the first of a repeated id is good
    toy.seeds.write_bytes(b"\n".join(data for _, data in lines) + b"\n")

    store = toy.open()
    runner = toy.runner(store, toy.engine())
    result = run_intake(store, "toy", Sources.of(runner.graph.recipe))
    found = quarantined(store)
    expected = {f"seeds.jsonl:{n}": why for n, (why, _) in enumerate(lines, 1) if why}
    assert {item["place"]: item["reason"] for item in found} == expected
    assert len(found) == BAD
    kinds = Counter(item["reason"] for item in found)
    assert len(kinds) >= 12
    current = store.current(PartitionKey("toy", "intake", "sums"))
    assert current is not None
    counts = current[1].counts
    assert (result.read, result.quarantined, counts.rows_out) == (GOOD + BAD, BAD, GOOD)
    assert result.read == counts.rows_in + result.quarantined
    runner.close()
    store.close()


def test_good_rows_come_out_as_if_the_bad_ones_were_not_there(toy: Toy) -> None:
    good = [row(n) for n in range(60)]
    toy.seeds.write_bytes(b"\n".join(good))
    toy.build()
    before = toy.versions()
    bad = [make(1_000 + n) for n, (_, make) in enumerate(MALFORMED)]
    mixed = [line for pair in zip(good, bad, strict=False) for line in pair] + good[len(bad) :]
    toy.seeds.write_bytes(b"\n".join([*mixed, row(5_000)[:-20]]))
    facts = toy.build()
    assert toy.versions()["final:sums"] != before["final:sums"], "the first `first` is a good row"
    assert facts.calls == 2
