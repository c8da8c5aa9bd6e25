"""What servers that speak OpenAI's dialect have in common: addresses, keys, and which failures may pass."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kb.errors import ModelError

if TYPE_CHECKING:
    import httpx2

PASSING = frozenset({408, 429, 500, 502, 503, 504})
HINTS = {401: " (the key is refused)", 403: " (the key is refused)", 404: " (no such path or model)"}


class Refused(Exception):
    """One attempt failed; `passing` when another may do better."""

    def __init__(self, problem: str, *, passing: bool = False, after: float = 0.0) -> None:
        super().__init__(problem)
        self.passing = passing
        self.after = after  # seconds the server asks for


def endpoint(base: str, path: str, section: str) -> httpx2.URL:
    """`path` under a base that ends in /v1. Raises `ModelError` naming the section of kb.toml."""
    import httpx2  # on demand: it takes 0.1 s to import, with ssl

    try:
        url = httpx2.URL(base)
        return url.copy_with(path=f"{url.path.rstrip('/')}/{path}")
    except httpx2.InvalidURL as error:
        raise ModelError(
            f"[{section}] url in kb.toml is no url ({error}): it looks like http://host:8000/v1"
        ) from error


def key_headers(key_env: str) -> dict[str, str]:
    """The header with the key in the variable `key_env`; none for "". Raises `ModelError`."""
    if not key_env:
        return {}
    key = os.environ.get(key_env, "").strip()
    if not key:
        raise ModelError(
            f"the variable {key_env}, which key_env in kb.toml names, is not set: put the key there"
        )
    if not (key.isascii() and key.isprintable()):
        raise ModelError(f"the variable {key_env} holds characters that no key has: set it again")
    return {"Authorization": f"Bearer {key}"}


def refusal(reply: httpx2.Response) -> Refused:
    """What a reply that is no success means."""
    after = reply.headers.get("retry-after", "")
    return Refused(
        f"it answered {reply.status_code}{HINTS.get(reply.status_code, '')}",
        passing=reply.status_code in PASSING,
        after=float(after) if after.isdecimal() else 0.0,
    )


def unreachable(error: httpx2.TransportError) -> Refused:
    """What a failure of the connection means."""
    return Refused(f"it cannot be reached ({type(error).__name__})", passing=True)
