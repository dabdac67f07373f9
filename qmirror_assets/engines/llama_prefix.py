"""Prompt prefixes computed once and restored, so that the prompt cache changes no answer.

llama.cpp reuses whatever the slot's last prompt shared with this one. Where that cut falls
decides how tokens are grouped for the matrix kernels, the last bits of the logits follow, and
at temperature 0 the same request gave another answer after another neighbour (3 in 30 measured).
Here the cut is a function of the request alone: all messages but the last are evaluated by
themselves, saved, and restored before every call with the same beginning.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final

import orjson

from qmirror_assets.engines.base import FailureKind
from qmirror_assets.engines.http_json import HttpPoster
from qmirror_assets.engines.openai import refuse_status
from qmirror_assets.engines.retry import Refused
from qmirror_assets.records import Json

_MOST_SAVED: Final = 64


class PrefixCache:
    """Puts the server's slot into the state that a request's prefix demands."""

    def __init__(self, poster: HttpPoster, url: str, folder: Path) -> None:
        self._poster, self._url, self._folder = poster, url, folder
        self._mark = f"<{secrets.token_hex(16)}>"
        self._texts: dict[bytes, str] = {}

    async def prime(self, messages: Sequence[Json]) -> Mapping[str, Json] | Refused:
        """Make the slot hold exactly the prefix; returns the keys to send with the call."""
        if len(messages) == 1:
            return {"cache_prompt": False}
        text = await self._prefix_text(messages[:-1])
        if isinstance(text, Refused):
            return text
        name = f"{hashlib.sha256(text.encode()).hexdigest()}.bin"
        if not (self._folder / name).is_file() or not await self._move("restore", name):
            refused = await self._compute(text, name)
            if refused is not None:
                return refused
        return {"cache_prompt": True}

    async def _prefix_text(self, prefix: Sequence[Json]) -> str | Refused:
        """The prefix as the model's own chat template writes it."""
        key = orjson.dumps(prefix)
        if key not in self._texts:
            asked = {"messages": [*prefix, {"role": "user", "content": self._mark}]}
            answer = await self._post("/apply-template", asked)
            if isinstance(answer, Refused):
                return answer
            if len(self._texts) >= _MOST_SAVED:
                self._texts.clear()
            self._texts[key] = str(answer.get("prompt", "")).rpartition(self._mark)[0]
        return self._texts[key]

    async def _compute(self, text: str, name: str) -> Refused | None:
        asked = {"prompt": text, "n_predict": 0, "cache_prompt": False}
        answer = await self._post("/completion", asked)
        if isinstance(answer, Refused):
            return answer
        self._make_room()
        await self._move("save", name)
        return None

    async def _move(self, action: str, name: str) -> bool:
        answer = await self._post(f"/slots/0?action={action}", {"filename": name})
        return not isinstance(answer, Refused)

    def _make_room(self) -> None:
        saved = sorted(self._folder.glob("*.bin"), key=lambda path: path.stat().st_mtime_ns)
        for path in saved[: max(0, len(saved) - _MOST_SAVED + 1)]:
            path.unlink(missing_ok=True)

    async def _post(self, path: str, body: Mapping[str, Json]) -> dict[str, Json] | Refused:
        reply = await self._poster.post(f"{self._url}{path}", orjson.dumps(body))
        if isinstance(reply, Refused):
            return reply
        if reply.status != HTTPStatus.OK:
            return refuse_status(reply)
        try:
            answer = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            return Refused(FailureKind.GARBAGE, f"{path} did not answer with a JSON object")
        return answer
