"""A stand-in for the native library: the same HTTP endpoints, answers by echo, slot by text."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any


class CommonParams(SimpleNamespace):
    def __init__(self) -> None:
        super().__init__(
            model=SimpleNamespace(path=""),
            cpuparams=SimpleNamespace(n_threads=0),
            cpuparams_batch=SimpleNamespace(n_threads=0),
        )


class Handler(BaseHTTPRequestHandler):
    params: CommonParams
    slot = ""

    def do_GET(self) -> None:
        self.answer({"status": "ok"})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != f"Bearer {self.params.api_keys[0]}":
            return self.answer({"error": "key"}, 401)
        if self.path == "/apply-template":
            return self.answer({"prompt": text_of(asked["messages"])})
        if self.path == "/completion":
            Handler.slot = asked["prompt"]
            return self.answer({"content": ""})
        if self.path.startswith("/slots/0?action="):
            return self.move(self.path.rpartition("=")[2], asked["filename"])
        return self.chat(asked)

    def move(self, action: str, name: str) -> None:
        path = Path(self.params.slot_save_path, name)
        if action == "save":
            path.write_text(Handler.slot)
        elif path.exists():
            Handler.slot = path.read_text()
        else:
            return self.answer({"error": "no file"}, 400)
        return self.answer({"filename": name})

    def chat(self, asked: dict[str, Any]) -> None:
        words = asked["messages"][-1]["content"]
        if words == "die":
            os._exit(1)
        # what the slot held when the call came: the engine must have put the prefix there
        seen = {"slot": Handler.slot, "cache": asked["cache_prompt"], "pid": os.getpid()}
        Handler.slot = text_of(asked["messages"])
        message = {"content": json.dumps({"said": words, **seen})}
        self.answer({"choices": [{"message": message, "finish_reason": "stop"}]})

    def answer(self, value: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


def text_of(messages: list[dict[str, str]]) -> str:
    return "".join(f"<{m['role']}>{m['content']}" for m in messages)


class Server:
    def __init__(self, params: CommonParams) -> None:
        if "broken" in params.model.path:
            raise RuntimeError("the weights are broken")
        Handler.params = params
        listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        self.listening_address = f"http://127.0.0.1:{listener.server_port}"
