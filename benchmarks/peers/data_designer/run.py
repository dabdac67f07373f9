"""The task with Data Designer: two text columns over a seed file, resumed where possible."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import data_designer.config as dd
from data_designer.interface import DataDesigner


def configure(task: dict[str, Any]) -> dd.DataDesignerConfigBuilder:
    """Model, seeds and both columns."""
    model = dd.ModelConfig(
        alias="text", model=task["model"], provider="local", skip_health_check=True,
        inference_parameters=dd.ChatCompletionInferenceParams(
            temperature=0.0, max_tokens=512, max_parallel_requests=task["in_flight"]
        ),
    )  # fmt: skip
    builder = dd.DataDesignerConfigBuilder(model_configs=[model])
    builder.with_seed_dataset(dd.LocalFileSeedSource(path=task["seeds"]))
    for name, key, column in (("draft", "first", "question"), ("solution", "second", "draft")):
        prompt = task[key].format(**{column: "{{ " + column + " }}"})
        builder.add_column(dd.LLMTextColumnConfig(name=name, prompt=prompt, model_alias="text"))
    return builder


def main(task: dict[str, Any]) -> None:
    """Create the dataset, or take up what is there."""
    provider = dd.ModelProvider(name="local", endpoint=task["url"], api_key="none")
    designer = DataDesigner(artifact_path=task["out"], model_providers=[provider])
    designer.set_run_config(dd.RunConfig(buffer_size=50))
    made = designer.create(
        configure(task), num_records=task["rows"], dataset_name="bench",
        resume=dd.ResumeMode.IF_POSSIBLE,
    )  # fmt: skip
    print(json.dumps({"rows": len(made.load_dataset())}))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
