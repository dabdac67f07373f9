"""Child process of the sameness tests: a build while the clock, the folders or the engine are odd.

It prints one line of JSON: the manifest of every partition and what its candidate holds.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

HOUR, YEAR = 3_600.0, 31_536_000.0


def break_clock(random_seed: int) -> list[float]:
    """From some call on the clock jumps, mostly back, by up to a year; how far, jump by jump."""
    rng, real, jumps, calls = random.Random(random_seed), time.time, list[float](), count()

    def jumping() -> float:
        if next(calls) > 20 and rng.random() < 0.3:
            jumps.append(rng.uniform(-YEAR, HOUR) * rng.choice([1.0, 1e-3, 1e-6]))
        return real() + sum(jumps)

    time.time = jumping
    time.time_ns = lambda: int(jumping() * 1e9)
    return jumps


class Shuffled:
    """What `os.scandir` gives, in another order."""

    def __init__(self, entries: list[os.DirEntry[str]]) -> None:
        self._entries = iter(entries)

    def __iter__(self) -> Iterator[os.DirEntry[str]]:
        return self._entries

    def __next__(self) -> os.DirEntry[str]:
        return next(self._entries)

    def __enter__(self) -> Shuffled:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held."""


def shuffle_folders(random_seed: int) -> list[str]:
    """Every listing of a folder comes in another order: `glob` and `pathlib` use these two too.

    The names that were listed out of order are noted.
    """
    rng, scan, names = random.Random(random_seed), os.scandir, os.listdir
    listed: list[str] = []

    def shuffled_scan(path: Any = ".") -> Shuffled:
        with scan(path) as found:
            entries = list(found)
        rng.shuffle(entries)
        listed.extend(entry.name for entry in entries)
        return Shuffled(entries)

    def shuffled_names(path: Any = None) -> list[str]:
        found = names(path)
        rng.shuffle(found)
        listed.extend(found)
        return found

    vars(os).update(scandir=shuffled_scan, listdir=shuffled_names)
    return listed


def build(folder: Path, in_flight: int) -> dict[str, Any]:
    """Build, freeze, make the candidate; everything that must not differ."""
    from tests.integration.release_fixtures import open_shop

    found: dict[str, Any] = {}
    with open_shop(folder, in_flight=in_flight, latency_s=0.001) as shop:
        (folder / "seeds" / "seeds.jsonl").unlink()  # the test wrote its own files
        shop.build()
        for key, digest in sorted(shop.store.state.pointers("shop").items(), key=str):
            found[f"{key.node}:{key.domain}"] = digest
        made = shop.candidate()
        found["release"], found["samples"] = made.release_digest, made.samples
        sums = (made.directory / "checksums.sha256").read_text("utf-8").splitlines()
        found |= {line.split()[1]: line.split()[0] for line in sums}
    return found


def main(folder: Path, random_seed: int, in_flight: int, oddities: list[str]) -> None:
    jumps = break_clock(random_seed) if "clock" in oddities else [-HOUR]
    listed = shuffle_folders(random_seed) if "folders" in oddities else ["part-0.jsonl"]
    found = build(folder, in_flight)
    assert min(jumps) < 0, "the clock went back while the build ran"
    assert "part-0.jsonl" in listed, "the seed files were listed out of order"
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
