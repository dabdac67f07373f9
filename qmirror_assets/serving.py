"""The Dagster UI as a child process: webserver and daemon on loopback."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys

from qmirror_assets.errors import UnavailableError
from qmirror_assets.project import DATA_ENV, PROJECT_ENV, find_project, prepare_dagster_home

HOST = "127.0.0.1"
_MODULE = "qmirror_assets.assets.definitions"


def serve_ui(port: int, project_dir: str | None = None, data: str | None = None) -> None:
    """Run webserver and daemon until interrupted.

    Raises:
        UnavailableError: the webserver is not installed, or the port is taken.
    """
    project = find_project(project_dir, data)
    if importlib.util.find_spec("dagster_webserver") is None:
        raise UnavailableError(
            "the Dagster UI is not installed", remedy="pip install 'qmirror-assets[ui]'"
        )
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UnavailableError(
                f"port {port} is taken", found=str(error), remedy="Choose another with --port"
            ) from error
    prepare_dagster_home(project)
    environment = {
        **os.environ,
        PROJECT_ENV: str(project.folder),
        DATA_ENV: str(project.data),
    }
    arguments = [
        sys.executable, "-m", "dagster", "dev", "-m", _MODULE, "-h", HOST, "-p", str(port),
    ]  # fmt: skip
    sys.stderr.write(f"Dagster UI: http://{HOST}:{port}  (Ctrl-C ends it)\n")
    # a shell starts background jobs with SIGINT ignored; inherited, it keeps Dagster's own
    # children from ever ending
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server = subprocess.Popen(arguments, env=environment, start_new_session=True)
    try:
        server.wait()
    except KeyboardInterrupt:
        _end(server)


def _end(server: subprocess.Popen[bytes]) -> None:
    """Ask the parent to end, which ends its children; after a while end the whole session."""
    server.terminate()
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
