"""The tools of the table: how each is installed and started."""

from __future__ import annotations

import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parent / ".venvs"


@dataclass(frozen=True, slots=True)
class Tool:
    """One row of the table.

    name: as printed. folder: of its driver and requirements below this one. package: whose
    version is printed. arguments: after the task file.
    """

    name: str
    folder: str
    package: str
    arguments: tuple[str, ...] = ()

    @property
    def own_environment(self) -> bool:
        """Whether it runs in a virtual environment of its own; else in this one."""
        return (HERE / self.folder / "requirements.txt").exists()

    @property
    def python(self) -> Path:
        """Its interpreter."""
        if not self.own_environment:
            return Path(sys.executable)
        return ENVIRONMENTS / self.folder / "bin" / "python"

    def command(self, task: Path) -> list[str]:
        """How a task file is run."""
        return [str(self.python), str(HERE / self.folder / "run.py"), str(task), *self.arguments]

    def install(self) -> None:
        """Make its environment when it is not there, or its requirements changed."""
        folder, source = ENVIRONMENTS / self.folder, HERE / self.folder
        files = [source / "requirements.txt", source / "constraints.txt"]
        wanted = b"".join(file.read_bytes() for file in files)
        stamp = folder / "installed.txt"
        if stamp.exists() and stamp.read_bytes() == wanted:
            return
        print(f"installing {self.name} into {folder.relative_to(HERE.parents[1])}", flush=True)
        venv.create(folder, with_pip=True)
        pip = [str(self.python), "-m", "pip", "install", "--quiet"]
        options = ["--requirement", str(files[0]), "--constraint", str(files[1])]
        subprocess.run([*pip, *options], check=True)
        stamp.write_bytes(wanted)

    def version(self) -> str:
        """Version of the package in its environment."""
        ask = f"import importlib.metadata as m; print(m.version({self.package!r}))"
        done = subprocess.run(
            [str(self.python), "-c", ask], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()


TOOLS = (
    Tool("raw aiohttp client", "raw", "aiohttp"),
    Tool("this project, runner", "qmirror", "qmirror-assets", ("runner",)),
    Tool("this project, `qmirror build`", "qmirror", "qmirror-assets", ("command",)),
    Tool("bespokelabs-curator", "curator", "bespokelabs-curator"),
    Tool("data-designer", "data_designer", "data-designer"),
    Tool("distilabel", "distilabel", "distilabel"),
)
