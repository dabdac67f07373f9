"""The task with Curator: two blocks, the second over the first's dataset."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from bespokelabs import curator
from datasets import load_dataset


class Draft(curator.LLM):
    """First call."""

    template = ""

    def prompt(self, row: dict[str, str]) -> str:
        return self.template.format(question=row["question"])

    def parse(self, row: dict[str, str], response: str) -> dict[str, str]:
        return {**row, "draft": response}


class Solution(curator.LLM):
    """Second call."""

    template = ""

    def prompt(self, row: dict[str, str]) -> str:
        return self.template.format(draft=row["draft"])

    def parse(self, row: dict[str, str], response: str) -> dict[str, str]:
        return {**row, "solution": response}


def main(task: dict[str, Any]) -> None:
    """Both blocks with the cache below the output folder."""
    Draft.template, Solution.template = task["first"], task["second"]
    out = Path(task["out"])
    seeds = load_dataset("json", data_files=task["seeds"], split="train", cache_dir=str(out / "hf"))
    backend = {
        "base_url": task["url"], "api_key": "none", "max_concurrent_requests": task["in_flight"],
        "max_requests_per_minute": 1_000_000, "max_tokens_per_minute": 1_000_000_000,
    }  # fmt: skip
    settings: dict[str, Any] = {
        "model_name": task["model"], "backend": "openai", "backend_params": backend,
        "generation_params": {"temperature": 0.0, "max_tokens": 512},
    }  # fmt: skip
    drafts = Draft(**settings)(seeds, working_dir=str(out / "first"))
    done = Solution(**settings)(drafts.dataset, working_dir=str(out / "second"))
    print(json.dumps({"rows": len(done.dataset)}))


if __name__ == "__main__":
    os.environ.setdefault("OPENAI_API_KEY", "none")
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
