"""What of a request goes into the audit log, and how often somebody may ask."""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import asdict, dataclass
from urllib.parse import unquote

from starlette.requests import Request
from starlette.types import Scope

from kb.access.windows import Taken, Windows
from kb.errors import KbError, NotFound
from kb.library import Library
from kb.surfaces.addresses import address_of
from kb.surfaces.security import SAFE_METHODS
from kb.types import Caller

# Asked with POST, because a question may be long or a contract says so; they change nothing.
READING = frozenset(
    {
        "/api/v1/search",
        "/api/v1/citations/check",
        "/dify/retrieval",
        "/fastgpt/v1/file/list",
        "/openwebui/search",
        "/mcp",
        "/mcp/",
    }
)
_TAKEN_AWAY = re.compile(r"/export(?:\.|$)|/original$|/backups/")
_ADMINISTERING = re.compile(r"/admin/|/api/v1/(?:accounts|keys|collections)\b")
_ABOUT = re.compile(r"(?:/api/v1)?/(documents|baskets)/([^/]+)")
_WINDOW_SECONDS = 60.0
_LOG = logging.getLogger(__name__)


class Allowance:
    """Requests a minute for every key, login and unknown address; the user of this machine has no limit."""

    def __init__(self, most: int) -> None:
        self._windows = Windows(most, _WINDOW_SECONDS)

    def take(self, request: Request, caller: Caller | None) -> Taken | None:
        """What is left after this request; None where nothing is counted."""
        if caller is not None and caller.kind == "local":
            return None
        if caller is None:
            return self._windows.take(f"address {address_of(request)}")
        return self._windows.take(f"{caller.kind} {caller.key_id or caller.name}")

    def headers(self, taken: Taken) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers says them."""
        seconds = int(taken.seconds) + 1
        told = {
            "RateLimit-Policy": f'"minute";q={self._windows.most};w={self._windows.seconds:.0f}',
            "RateLimit": f'"minute";r={taken.left};t={seconds}',
        }
        return told if taken.allowed else told | {"Retry-After": str(seconds)}


@dataclass(frozen=True, slots=True)
class Act:
    """A request that is to be remembered, and what its object was like before it."""

    kind: str  # documents, baskets or ""
    name: str
    before: str


def say(request: Request, *particulars: str) -> None:
    """Adds to what the log will say of this request, beside its address; never a secret."""
    request.state.particulars = [*getattr(request.state, "particulars", ()), *particulars]


def remembered(request: Request, caller: Caller) -> bool:
    """Whether the log says anything of a request: not of one that only looks.

    Of the user of this machine, who is not asked who they are: what says who may do what.
    """
    path = request.url.path
    if path in READING or (caller.kind == "local" and not _ADMINISTERING.match(path)):
        return False
    return request.method not in SAFE_METHODS or _TAKEN_AWAY.search(path) is not None


def begun(library: Library, request: Request) -> Act:
    """What to remember of a request."""
    found = _ABOUT.match(request.url.path)
    kind, name = (found[1], unquote(found[2])) if found else ("", "")
    return Act(kind, name, fingerprint(library, kind, name))


def done(library: Library, scope: Scope, request_id: str, caller: Caller, act: Act) -> None:
    """Adds to the log what was done; a log that cannot be written is told to ours, and stops nobody."""
    request = Request(scope)
    template = getattr(scope.get("route"), "path", request.url.path)
    try:
        library.audit.record(
            caller,
            f"{request.method} {template}",
            " ".join((request.url.path, *getattr(request.state, "particulars", ()))),
            address=address_of(request),
            request=request_id,
            before=act.before,
            after=fingerprint(library, act.kind, act.name),
        )
    except KbError as error:
        _LOG.error("the audit log could not be written: %s", error)


def fingerprint(library: Library, kind: str, name: str) -> str:
    """What a document or basket is like; "" for one that there is not."""
    try:
        if kind == "documents":
            said = repr((asdict(library.card(name)), [piece.key for piece in library.restored(name)]))
        elif kind == "baskets":
            said = repr(asdict(library.baskets.get(name)))
        else:
            return ""
    except NotFound:
        return ""
    return hashlib.sha256(said.encode()).hexdigest()[:16]
