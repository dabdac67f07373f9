"""F3: the Nth file operation fails, for N = 1, 2, ... until a whole build passes."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from qmirror_assets.errors import StoreUnavailable
from qmirror_assets.store import atomic
from tests.conftest import Toy, toy_seed

OPERATIONS = ("replace", "fsync", "utime")


class Failing:
    """Stands in for functions of `os`; call number `nth` fails."""

    def __init__(self, nth: int, number: int) -> None:
        self.nth, self.number, self.seen = nth, number, 0

    def around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **more: Any) -> Any:
            self.seen += 1
            if self.seen == self.nth:
                raise OSError(self.number, os.strerror(self.number))
            return real(*args, **more)

        return call


@pytest.mark.parametrize(
    "number",
    [
        errno.ENOSPC,
        pytest.param(errno.EIO, marks=pytest.mark.slow),
        pytest.param(errno.EACCES, marks=pytest.mark.slow),
    ],
    ids=["full", "broken", "no right"],
)
def test_each_operation_fails_once(toy: Toy, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    toy.write([toy_seed(i) for i in range(4)])
    toy.build()
    expected = toy.versions()
    nth, passed = 0, False
    while not passed:
        nth += 1
        shutil.rmtree(toy.folder / "data")
        failing = Failing(nth, number)
        with monkeypatch.context() as patch:
            for name in OPERATIONS:
                patch.setattr(os, name, failing.around(getattr(os, name)))
            try:
                toy.build()
                passed = True
            except StoreUnavailable as error:
                says = str(error)
        if not passed:
            assert os.strerror(number) in says
            assert str(toy.folder / "data") in says, "the error names the path"
        store = toy.open()
        for digest in store.state.pointers("toy").values():
            manifest = store.manifest(digest)
            store.cas.verified_path(manifest.rows)
            store.cas.verified_path(manifest.rejections)
        left = [p for p in store.root.rglob(f"{atomic.TEMP_PREFIX}*") if p.is_file()]
        store.close()
        assert left == []
        toy.build()
        assert toy.versions() == expected
    print(f"{nth - 1} operations failed, one at a time")
    assert nth > 10
