"""The end of a command: quick, but nothing that was promised is left undone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_BEFORE = "import atexit, sys, threading, time\nfrom qmirror_assets.cli import leave\n"


def _end(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _BEFORE + code], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("code", [0, 1, 3, 130])
def test_the_exit_code_is_kept(code: int) -> None:
    assert _end(f"leave({code})").returncode == code


def test_output_that_is_still_buffered_is_written() -> None:
    done = _end("sys.stdout.write('x' * 200_000); sys.stderr.write('said'); leave(0)")

    assert (len(done.stdout), done.stderr) == (200_000, "said")


def test_what_was_registered_for_the_end_is_run() -> None:
    assert _end("atexit.register(print, 'closed'); leave(0)").stdout == "closed\n"


def test_a_thread_with_work_to_do_may_finish_it() -> None:
    work = "def work():\n    time.sleep(0.3)\n    print('finished')\n"

    assert _end(f"{work}threading.Thread(target=work).start()\nleave(1)").stdout == "finished\n"


def test_objects_are_not_freed_one_by_one() -> None:
    slow = "class Slow:\n    def __del__(self):\n        sys.stdout.write('freed')\nkept = Slow()\n"

    assert _end(f"{slow}leave(0)").stdout == ""


def test_a_closed_pipe_ends_as_any_program_does() -> None:
    code = _BEFORE + "sys.stdin.read(); sys.stdout.write('x'); leave(0)"
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}  # else the write would fail, not the end
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.close()
        said = process.stderr.read()

    assert (process.returncode, b"BrokenPipeError" in said) == (120, True)
