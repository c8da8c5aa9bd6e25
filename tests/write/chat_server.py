"""A real HTTP server that speaks `/v1/chat/completions`, well or badly, as a test wants."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from kb.config import WriterSettings


@dataclass
class Reply:
    """What the server sends: `pieces` with a pause before each, so that an answer can trickle in."""

    pieces: tuple[bytes, ...]
    status: int = 200
    pause: float = 0.0


@dataclass
class ChatServer:
    """Its settings, and the requests that it got."""

    settings: WriterSettings
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


def completion(content: str | None, **message: object) -> Reply:
    """An answer as a well-behaved server sends it."""
    choice = {"message": {"role": "assistant", "content": content} | message, "finish_reason": "stop"}
    return Reply((json.dumps({"choices": [choice]}).encode(),))


@contextmanager
def chat_server(answer: Callable[[str], Reply], key_env: str = "") -> Iterator[ChatServer]:
    """A server on this machine that answers each question with `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.requests.append(body)
            server.keys.append(self.headers.get("Authorization", ""))
            reply = answer(body["messages"][-1]["content"])
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            try:
                for piece in reply.pieces:
                    time.sleep(reply.pause)
                    self.wfile.write(piece)
                    self.wfile.flush()
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client has had enough

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{http.server_port}/v1"
    server = ChatServer(WriterSettings(url=url, name="test", key_env=key_env))
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
