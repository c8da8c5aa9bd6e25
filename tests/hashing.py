"""A fast encoder for the tests of everything but encoders, and a real server that offers it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np

from kb.config import ModelSettings
from kb.ports import Vector, Vectors

DIM = 48


@dataclass(frozen=True)
class HashEncoder:
    """Texts that share character pairs are near: each pair adds one of `dim` signed directions."""

    name: str = "hash"
    dim: int = DIM

    def passages(self, texts: Sequence[str]) -> Vectors:
        return np.array([self.query(text) for text in texts], np.float32).reshape(len(texts), self.dim)

    def query(self, text: str) -> Vector:
        vector = np.zeros(self.dim, np.float32)
        vector[0] = 0.1  # no text is the zero vector
        for i in range(len(text) - 1):
            code = zlib.crc32(f"{self.name}{text[i : i + 2]}".encode("utf-8", "replace"))
            vector[code % self.dim] += 1.0 if code & 0x10000 else -1.0
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def nothing(texts: list[str]) -> None:
    """Done before the server answers."""


@contextmanager
def embeddings_server(
    encoder: HashEncoder, before: Callable[[list[str]], None] = nothing
) -> Iterator[ModelSettings]:
    """An OpenAI-compatible server on this machine; the settings that choose it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            before(asked["input"])
            rows = encoder.passages(asked["input"]).tolist()
            body = json.dumps({"data": [{"index": i, "embedding": row} for i, row in enumerate(rows)]})
            try:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())
            except OSError:
                pass  # the client was killed

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield ModelSettings(kind="remote", name=encoder.name, url=f"http://127.0.0.1:{server.server_port}/v1")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
