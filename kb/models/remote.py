"""An OpenAI-compatible `/v1/embeddings` server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ValidationError

from kb.config import ModelSettings
from kb.errors import ModelError
from kb.models.rows import unit_rows
from kb.models.server import Refused, endpoint, key_headers, refusal, unreachable
from kb.ports import Vector, Vectors
from kb.resources import first_problem

if TYPE_CHECKING:
    import httpx2


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the server is waited for."""

    connect: float = 5.0  # seconds
    answer: float = 60.0  # seconds for one batch
    attempts: int = 4
    pause: float = 0.5  # seconds before the second attempt; doubles each time
    longest_pause: float = 30.0  # seconds, even when the server asks for more

    def before(self, attempt: int, asked: float) -> float:
        """Seconds to wait after `attempt` (1-based) failed; `asked` is the server's wish."""
        wished = max(self.pause * float(2 ** (attempt - 1)), asked)
        return min(wished, self.longest_pause)


_PATIENCE = Patience()


class _Row(BaseModel):
    index: int
    embedding: list[float]


class _Reply(BaseModel):
    data: list[_Row]


class RemoteEncoder:
    """Vectors from a server, in batches; one connection per call, so it is thread-safe."""

    def __init__(self, settings: ModelSettings, patience: Patience = _PATIENCE, batch: int = 64) -> None:
        """Reads the key from the variable that `settings.key_env` names.

        Raises `ModelError` when there is none, or the url is no url.
        """
        self._settings = settings
        self._patience = patience
        self._batch = batch
        self._url = endpoint(settings.url, "embeddings", "model")
        self._headers = key_headers(settings.key_env)
        self._dim = 0  # unknown until the server has answered
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model's name as the server knows it, and the prefix of passages."""
        return "/".join(filter(None, ("remote", self._settings.name, self._settings.passage_prefix.strip())))

    @property
    def dim(self) -> int:
        """Length of a vector; the server is asked once. Raises `ModelError`."""
        if not self._dim:
            self.query("kb")
        return self._dim

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One unit row per text, float32 (len(texts), dim), in the order given. Raises `ModelError`."""
        if not texts:
            return np.empty((0, self.dim), np.float32)
        return self._encode([self._settings.passage_prefix + text for text in texts])

    def query(self, text: str) -> Vector:
        """The unit vector of a question, float32 (dim,). Raises `ModelError`."""
        vector: Vector = self._encode([self._settings.query_prefix + text])[0]
        return vector

    def _encode(self, texts: list[str]) -> Vectors:
        import httpx2  # on demand: it takes 0.1 s to import, with ssl

        limits = httpx2.Timeout(self._patience.answer, connect=self._patience.connect)
        with httpx2.Client(headers=self._headers, timeout=limits) as client:
            parts = [self._ask(client, batch) for batch in _batches(texts, self._batch)]
        return np.concatenate(parts)

    def _ask(self, client: httpx2.Client, texts: list[str]) -> Vectors:
        request = {"model": self._settings.name, "input": texts, "encoding_format": "float"}
        attempt = 1
        while True:
            try:
                return self._rows(self._post(client, request), len(texts))
            except Refused as failure:
                if not failure.passing or attempt >= self._patience.attempts:
                    raise self._failed(str(failure)) from failure
                time.sleep(self._patience.before(attempt, failure.after))
                attempt += 1

    def _post(self, client: httpx2.Client, request: Mapping[str, object]) -> httpx2.Response:
        import httpx2  # on demand: it takes 0.1 s to import, with ssl

        try:
            reply = client.post(self._url, json=request)
        except httpx2.TransportError as error:
            raise unreachable(error) from error
        if reply.is_success:
            return reply
        raise refusal(reply)

    def _rows(self, reply: httpx2.Response, count: int) -> Vectors:
        try:
            rows = sorted(_Reply.model_validate_json(reply.content).data, key=lambda row: row.index)
        except ValidationError as error:
            raise self._failed(f"its answer is no list of embeddings ({first_problem(error)})") from error
        if [row.index for row in rows] != list(range(count)):
            raise self._failed(f"it gave {len(rows)} embeddings for {count} texts, or the same one twice")
        vectors = unit_rows([row.embedding for row in rows], self._settings.name)
        with self._lock:
            self._dim = self._dim or vectors.shape[1]
        if vectors.shape[1] != self._dim:
            raise self._failed(f"its vectors have {vectors.shape[1]} numbers, earlier ones {self._dim}")
        return vectors

    def _failed(self, problem: str) -> ModelError:
        """Says what happened and what to look at; never holds the key, nor what the server said."""
        place = self._url.copy_with(userinfo=b"", query=None)
        return ModelError(
            f'the embeddings server {place} (model "{self._settings.name}") failed: {problem}. '
            "Check [model] url, name and key_env in kb.toml, and that the server runs."
        )


def _batches(texts: list[str], size: int) -> Iterator[list[str]]:
    clean = (text.encode("utf-8", "replace").decode() for text in texts)  # JSON holds no lone surrogates
    while batch := list(islice(clean, size)):
        yield batch
