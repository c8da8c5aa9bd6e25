"""The door: who asks is known before any route sees the request, and nobody unknown gets past it.

A program sends its key (`Authorization: Bearer kb_…`), a browser the cookie of its login. Forms of a login
carry a token that only our pages know (OWASP CSRF cheat sheet: a token bound to the session, beside
Fetch-Metadata and Origin, which `kb.surfaces.security.Guard` looks at).
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import time
from urllib.parse import quote, unquote_plus

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.errors import KbError
from kb.library import Library
from kb.surfaces.problems import for_programs, problem_body, problem_response, status_of
from kb.surfaces.recording import Act, Allowance, begun, done, remembered
from kb.surfaces.security import BODY_BYTES, SAFE_METHODS
from kb.types import LOCAL, Caller

TOKEN_FIELD, TOKEN_HEADER = "_token", "x-csrf-token"
PUBLIC = frozenset({"/login", "/opensearch.xml", "/api/v1/health"})
PUBLIC_FOLDER = "/static/"
UNKNOWN = "log in at /login, or send a key: Authorization: Bearer kb_…"
_FORM = "application/x-www-form-urlencoded"
_SURE_SECONDS = 1.0  # for which "there are no accounts" is believed without looking again
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class Door:
    """ASGI middleware: puts the `Caller` into the request's state, None for an unknown one.

    `trusting`: only this machine can connect, so that without accounts whoever asks is its user.
    """

    def __init__(self, app: ASGIApp, library: Library, trusting: bool) -> None:
        self._app = app
        self._library = library
        self._accounts = library.accounts
        self._trusting = trusting
        self._open_until = 0.0
        self._allowance = Allowance(library.settings.server.requests_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 401, 403 or 429 itself, otherwise passes on."""
        if scope["type"] != "http" or scope["path"].startswith(PUBLIC_FOLDER):
            await self._app(scope, receive, send)
            return
        request, id = Request(scope, receive), secrets.token_hex(8)
        headers = {"X-Request-Id": id}
        act: Act | None = None
        caller: Caller | None = None
        try:
            caller = await self._caller(request)
            answer, receive, headers = await self._admitted(request, caller, headers)
            if answer is None and caller is not None and remembered(request, caller):
                act = await run_in_threadpool(begun, self._library, request)
        except KbError as error:
            answer = problem_response(status_of(error), str(error), scope["path"])

        async def recorded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
                if act is not None and caller is not None and message["status"] < 400:
                    await run_in_threadpool(done, self._library, scope, id, caller, act)
            await send(message)

        await (answer or self._app)(scope, receive, recorded)

    async def _admitted(
        self, request: Request, caller: Caller | None, headers: dict[str, str]
    ) -> tuple[Response | None, Receive, dict[str, str]]:
        """What refuses the request, or None; its body, and what the answer's headers say."""
        scope, receive = request.scope, request.receive
        scope.setdefault("state", {})["caller"] = caller
        taken = self._allowance.take(request, caller)
        if taken is not None:
            headers = headers | self._allowance.headers(taken)
            if not taken.allowed:
                detail = f"too many requests: wait {headers['Retry-After']} seconds"
                return problem_response(429, detail, scope["path"]), receive, headers
        if caller is None:
            return (None if is_public(scope["path"]) else unknown(request)), receive, headers
        if caller.token and request.method not in SAFE_METHODS:
            receive, carried = await _carried(request)
            if not hmac.compare_digest(carried.encode(), caller.token.encode()):
                detail = f"this form is too old: open its page again (a script sends {TOKEN_HEADER})"
                return problem_response(403, detail, scope["path"]), receive, headers
        return None, receive, headers

    async def _caller(self, request: Request) -> Caller | None:
        if self._trusting and _from_here(request):
            if time.monotonic() < self._open_until:
                return LOCAL
            if not await run_in_threadpool(self._accounts.any_way_in):
                self._open_until = time.monotonic() + _SURE_SECONDS
                return LOCAL
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and secret:
            return await run_in_threadpool(self._accounts.by_key, secret.strip())
        if id := request.cookies.get(cookie_name(request), ""):
            return await run_in_threadpool(self._accounts.session, id)
        return None


def is_public(path: str) -> bool:
    """Whether anybody may ask for it: nothing of the library's contents is there."""
    return path in PUBLIC or path.startswith(PUBLIC_FOLDER)


def cookie_name(request: Request) -> str:
    """The login's cookie; over https it is one that no other host can set."""
    return "__Host-kb" if request.url.scheme == "https" else "kb_login"


def unknown(request: Request) -> Response:
    """What one who is not known gets: the login page, or a problem in the shape that a tool reads."""
    path = request.url.path
    if not for_programs(path) and request.method in SAFE_METHODS:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/login?next={quote(path + query, safe='')}", 303)
    if path.startswith("/dify/"):  # Dify takes 401 for success when a knowledge base is registered
        told = {"error_code": 1002, "error_msg": UNKNOWN}
        return JSONResponse(told | problem_body(403, UNKNOWN, path), 403)
    headers = {"WWW-Authenticate": "Bearer"}
    if path.startswith("/fastgpt/"):
        return JSONResponse({"success": False, "message": UNKNOWN, "data": None}, 401, headers)
    answer = problem_response(401, UNKNOWN, path)
    answer.headers.update(headers)
    return answer


def _from_here(request: Request) -> bool:
    """Whether the request comes from this machine, and not through a proxy that serves others."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:  # a Unix socket, or a test without a network
        return True


async def _carried(request: Request) -> tuple[Receive, str]:
    """The token that the request carries, and its body to be read again without it.

    It is in a header, or in the form; a form with files has it in its address.
    """
    carried = request.headers.get(TOKEN_HEADER) or request.query_params.get(TOKEN_FIELD, "")
    if carried or not request.headers.get("content-type", "").startswith(_FORM):
        return request.receive, carried
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES:
            return request.receive, ""
    begins = f"{TOKEN_FIELD}=".encode()
    fields = body.split(b"&")
    tokens = [field for field in fields if field.startswith(begins)]
    rest = b"&".join(field for field in fields if not field.startswith(begins))
    carried = unquote_plus(tokens[0][len(begins) :].decode("latin-1")) if tokens else ""
    return _again(rest, request.receive), carried


def _again(body: bytes, after: Receive) -> Receive:
    told = False

    async def receive() -> Message:
        nonlocal told
        if told:
            return await after()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
