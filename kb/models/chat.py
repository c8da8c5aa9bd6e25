"""An OpenAI-compatible `/v1/chat/completions` server."""

from __future__ import annotations

import time
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from kb.config import WriterSettings
from kb.errors import ModelError
from kb.models.server import Refused, endpoint, key_headers, refusal, unreachable
from kb.resources import first_problem


@dataclass(frozen=True, slots=True)
class ChatPatience:
    """How long the server is waited for."""

    connect: float = 5.0  # seconds
    silence: float = 60.0  # seconds without a byte
    whole: float = 120.0  # seconds for one answer, however it trickles in
    attempts: int = 2
    pause: float = 1.0  # seconds before the second attempt
    most_bytes: int = 2_000_000


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Reply(BaseModel):
    choices: list[_Choice]


class Chat:
    """Answers from a server; one connection per question, so it is thread-safe."""

    def __init__(self, settings: WriterSettings, patience: ChatPatience = ChatPatience()) -> None:  # noqa: B008
        """Reads the key from the variable that `settings.key_env` names.

        Raises `ModelError` when there is none, or the url is no url.
        """
        self._settings = settings
        self._patience = patience
        self._url = endpoint(settings.url, "chat/completions", "writer")
        self._headers = key_headers(settings.key_env)

    def ask(self, system: str, question: str) -> str:
        """What the model answers. Raises `ModelError` when it refuses, or the server fails."""
        messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
        request = {"model": self._settings.name, "messages": messages, "temperature": 0, "stream": False}
        attempt = 1
        while True:
            try:
                return self._content(self._post(request))
            except Refused as failure:
                if not failure.passing or attempt >= self._patience.attempts:
                    raise self._failed(str(failure)) from failure
                time.sleep(min(max(self._patience.pause, failure.after), self._patience.whole))
                attempt += 1

    def _post(self, request: dict[str, object]) -> bytes:
        """The body of the answer; httpx's own limits are per read, so the whole is watched here."""
        import httpx2  # on demand: it takes 0.1 s to import, with ssl

        limits = httpx2.Timeout(self._patience.silence, connect=self._patience.connect)
        until = time.monotonic() + self._patience.whole
        body = bytearray()
        try:
            with (
                httpx2.Client(headers=self._headers, timeout=limits) as client,
                client.stream("POST", self._url, json=request) as reply,
            ):
                if not reply.is_success:
                    raise refusal(reply)
                for piece in reply.iter_bytes():
                    body += piece
                    if time.monotonic() > until:
                        raise Refused(f"its answer took longer than {self._patience.whole:g} s")
                    if len(body) > self._patience.most_bytes:
                        raise Refused(f"its answer has more than {self._patience.most_bytes} bytes")
        except httpx2.TransportError as error:
            raise unreachable(error) from error
        return bytes(body)

    def _content(self, body: bytes) -> str:
        try:
            choices = _Reply.model_validate_json(body).choices
        except ValidationError as error:
            raise Refused(f"its answer is no chat completion ({first_problem(error)})") from error
        if not choices:
            raise Refused("its answer is empty")
        message, reason = choices[0].message, choices[0].finish_reason
        if message.refusal or reason == "content_filter":
            raise Refused("the model refused to answer")
        if not message.content or not message.content.strip():
            raise Refused("its answer is empty")
        return message.content

    def _failed(self, problem: str) -> ModelError:
        """Says what happened; never holds the key, nor what the server said."""
        place = self._url.copy_with(userinfo=b"", query=None)
        return ModelError(f'the writing server {place} (model "{self._settings.name}") failed: {problem}')
