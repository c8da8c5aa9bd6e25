"""A real HTTP server on the loopback interface that plays an OpenAI-compatible embeddings server."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0  # seconds


@dataclass(frozen=True)
class Asked:
    path: str
    key: str | None
    body: dict[str, Any]


Answer = Callable[[Asked, int], Reply]  # the request, and how many came before


class EmbeddingsServer:
    """Answers with `answer` and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[Asked] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                asked = Asked(self.path, self.headers["Authorization"], body)
                before = len(server.asked)
                server.asked.append(asked)
                reply = answer(asked, before)
                time.sleep(reply.delay)
                try:
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(reply.body)))
                    self.end_headers()
                    self.wfile.write(reply.body)
                except OSError:
                    pass  # the client has given up, as it should

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    @contextmanager
    def running(self) -> Iterator[EmbeddingsServer]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def embeddings(texts: list[str], dim: int = 3) -> dict[str, Any]:
    """A reply in which a text's direction tells its length; rows are not of unit length."""
    rows = [
        {"object": "embedding", "index": i, "embedding": vector(text, dim)} for i, text in enumerate(texts)
    ]
    return {"object": "list", "data": rows, "model": "m", "usage": {"total_tokens": 1}}


def vector(text: str, dim: int = 3) -> list[float]:
    return [float(len(text)), 2.0, *[1.0] * (dim - 2)]


def good(asked: Asked, _: int = 0) -> Reply:
    return Reply(body=json.dumps(embeddings(asked.body["input"])).encode())
