"""One task for all tools: the same rows, prompts, server and number of calls in flight."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.tools import ENVIRONMENTS
from benchmarks.server import MODEL
from benchmarks.user_project import seed_row

FIRST = "Rewrite the exercise so that it takes several steps.\n\n{question}"
SECOND = "Solve the exercise in one sentence.\n\n{draft}"


@dataclass(frozen=True, slots=True)
class Load:
    """rows: each takes two chained calls. in_flight: calls at once."""

    rows: int
    in_flight: int

    @property
    def calls(self) -> int:
        """Calls of a cold run."""
        return 2 * self.rows


def write_task(folder: Path, load: Load, url: str) -> Path:
    """Write seeds and task file into `folder`; results go to `folder`/out."""
    folder.mkdir(parents=True)
    seeds = folder / "seeds.jsonl"
    lines = [json.dumps(seed_row(number)) + "\n" for number in range(load.rows)]
    seeds.write_text("".join(lines), "utf-8")
    task = {
        "url": url, "model": MODEL, "rows": load.rows, "in_flight": load.in_flight,
        "seeds": str(seeds), "out": str(folder / "out"), "first": FIRST, "second": SECOND,
    }  # fmt: skip
    path = folder / "task.json"
    path.write_text(json.dumps(task), "utf-8")
    return path


def delivered(output: str) -> int:
    """Rows of the finished dataset, from the JSON a driver prints last."""
    text = output.strip()
    last = text.rsplit("\n", 1)[-1]
    said = json.loads(text if last == "}" else last)
    return int(said["rows"] if "rows" in said else said["accepted"])


def quiet_environment(home: Path) -> dict[str, str]:
    """The environment of every tool: a home of its own, no telemetry, no network look-ups."""
    kept = {k: os.environ[k] for k in ("PATH", "LANG", "LC_ALL", "TZ") if k in os.environ}
    quiet = {
        "HOME": str(home), "OPENAI_API_KEY": "none", "PYTHONUNBUFFERED": "1",
        "NEMO_TELEMETRY_ENABLED": "false", "TELEMETRY_ENABLED": "false",
        "CURATOR_VIEWER": "0", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1", "DO_NOT_TRACK": "1", "LITELLM_LOCAL_MODEL_COST_MAP": "true",
        "DAGSTER_DISABLE_TELEMETRY": "yes", "GX_ANALYTICS_ENABLED": "False",
        "OTEL_SDK_DISABLED": "true",
    }  # fmt: skip
    return kept | quiet | _tokenizer()


def _tokenizer() -> dict[str, str]:
    """A tokenizer that one package carries, so that no tool waits for a download of it."""
    found = sorted(ENVIRONMENTS.glob("curator/lib/*/site-packages/litellm/**/tokenizers"))
    return {"TIKTOKEN_CACHE_DIR": str(found[0])} if found else {}
