"""The task with nothing but aiohttp: no cache, no journal, no retry. The floor of the table."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp
import orjson

Task = dict[str, Any]


async def ask(session: aiohttp.ClientSession, task: Task, prompt: str) -> str:
    """The reply's text."""
    body = {"model": task["model"], "messages": [{"role": "user", "content": prompt}],
            "temperature": 0.0, "max_tokens": 512}  # fmt: skip
    async with session.post(f"{task['url']}/chat/completions", data=orjson.dumps(body)) as reply:
        reply.raise_for_status()
        answer = orjson.loads(await reply.read())
    return str(answer["choices"][0]["message"]["content"])


async def fill(
    session: aiohttp.ClientSession, task: Task, slots: asyncio.Semaphore, row: dict[str, str]
) -> dict[str, str]:
    """One row through both calls."""
    async with slots:
        draft = await ask(session, task, task["first"].format(question=row["question"]))
        solution = await ask(session, task, task["second"].format(draft=draft))
    return {**row, "draft": draft, "solution": solution}


async def fill_all(task: Task, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """All rows, at most `in_flight` at once."""
    slots = asyncio.Semaphore(task["in_flight"])
    connector = aiohttp.TCPConnector(limit=task["in_flight"])
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        return await asyncio.gather(*(fill(session, task, slots, row) for row in rows))


def main(task: Task) -> None:
    """Read seeds, make all calls, write the rows."""
    rows = [orjson.loads(line) for line in Path(task["seeds"]).read_bytes().splitlines()]
    done = asyncio.run(fill_all(task, rows))
    out = Path(task["out"])
    out.mkdir(exist_ok=True)
    (out / "rows.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in done))
    print(json.dumps({"rows": len(done)}))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text("utf-8")))
