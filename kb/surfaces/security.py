"""What guards every response: headers, the Host check of a loopback server, refusal of cross-site writes."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.surfaces.problems import problem_response

BODY_BYTES = 4 * 1024 * 1024  # of any request but an upload
REQUEST_BYTES = 512 * 1024 * 1024  # of an upload, all its files together
UPLOADS = frozenset({"/api/v1/uploads", "/library/upload"})
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})

_CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """ASGI middleware around the whole application.

    A page elsewhere can point its own name at 127.0.0.1 and read what a loopback server answers (DNS
    rebinding); the Host header gives it away. Browsers say in Sec-Fetch-Site and Origin where a write comes
    from (OWASP CSRF cheat sheet); programs such as curl send neither and are let through.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] | None = LOOPBACK_HOSTS) -> None:
        self._app = app
        self._hosts = frozenset(hosts) if hosts is not None else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 421, 413 or 403 itself, otherwise passes on and adds the headers to the response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message))
            await send(message)

        if self._hosts is not None and host_name(headers.get("host", "")) not in self._hosts:
            detail = f"this server answers only to the names {', '.join(sorted(self._hosts))}"
            await problem_response(421, detail, scope["path"])(scope, receive, guarded)
        elif _too_long(headers.get("content-length", "0"), body_bytes(scope["path"])):
            detail = f"a request may have {body_bytes(scope['path']) // 2**20} MiB"
            await problem_response(413, detail, scope["path"])(scope, receive, guarded)
        elif scope["method"] not in SAFE_METHODS and _cross_site(headers):
            detail = "a write from another site was refused"
            await problem_response(403, detail, scope["path"])(scope, receive, guarded)
        else:
            await self._app(scope, receive, guarded)


def host_name(host: str) -> str:
    """The name in a Host header, lower case, without its port; IPv6 keeps its brackets."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


def own_address(text: str) -> str:
    """The address of a page of this server; "" for one that leads anywhere else."""
    inside = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return quote(text, safe="/?&=#%+:;,@!~*'()-._") if inside else ""


def body_bytes(path: str) -> int:
    """How many bytes the body of a request for `path` may have."""
    return REQUEST_BYTES if path in UPLOADS else BODY_BYTES


def _too_long(length: str, most: int) -> bool:
    """Whether a Content-Length says more than we take; one without is counted while it is read."""
    return len(length) > len(str(most)) or (length.isdigit() and int(length) > most)


def _cross_site(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")


def add_headers(headers: MutableHeaders) -> None:
    """Adds what every response carries; a header that is set already stays."""
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if headers.get("content-type", "").startswith("text/html"):
        headers.setdefault("Cache-Control", "no-store")
        headers.add_vary_header("Cookie")
