"""The task with distilabel: loader, two text generation steps, its cache on."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from distilabel.models import OpenAILLM
from distilabel.pipeline import Pipeline
from distilabel.steps import LoadDataFromFileSystem
from distilabel.steps.tasks import TextGeneration


def make_model(task: dict[str, Any]) -> OpenAILLM:
    """A client of the server; a step sends a whole batch at once."""
    return OpenAILLM(
        model=task["model"], base_url=task["url"], api_key="none",
        generation_kwargs={"temperature": 0.0, "max_new_tokens": 512},
    )  # fmt: skip


def template(text: str, column: str) -> str:
    """The prompt with this tool's placeholders."""
    return text.format(**{column: "{{ " + column + " }}"})


def make_step(task: dict[str, Any], name: str, key: str, column: str, output: str) -> Any:
    """One call: `column` in, `output` out."""
    return TextGeneration(
        name=name, llm=make_model(task), template=template(task[key], column), columns=[column],
        input_batch_size=task["in_flight"], output_mappings={"generation": output},
        add_raw_output=False,
    )  # fmt: skip


def main(task: dict[str, Any]) -> None:
    """Run the pipeline with its cache below the output folder."""
    with Pipeline(name="bench", cache_dir=task["out"]) as pipeline:
        load = LoadDataFromFileSystem(
            name="load", data_files=task["seeds"], filetype="json", batch_size=task["in_flight"],
        )  # fmt: skip
        first = make_step(task, "write", "first", "question", "draft")
        second = make_step(task, "solve", "second", "draft", "solution")
        load >> first >> second
    made = pipeline.run(use_cache=True)
    print(json.dumps({"rows": len(made["default"]["train"])}))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
