"""SQLite as both stores open it: write-ahead log, patient with other processes."""

from __future__ import annotations

import sqlite3
import time

PATIENCE_S = 60.0
_PAUSE_S = 0.005


def prepare(connection: sqlite3.Connection, *, checkpoint: int) -> None:
    """Set a new connection up.

    Args:
        connection: It, with no transaction open.
        checkpoint: Pages of 4 KB after which the log is written back.

    Raises:
        sqlite3.OperationalError: the file stayed locked for `PATIENCE_S`.
    """
    connection.execute(f"PRAGMA busy_timeout={round(PATIENCE_S * 1000)}")
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint={checkpoint}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    # The switch of a new file needs it alone, and SQLite does not wait for that, whatever the
    # time-out: of two processes that open it at once, one would be told that it is locked.
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_PAUSE_S)
        else:
            return
