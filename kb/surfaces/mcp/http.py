"""The protocol over streamable HTTP at /mcp, inside `kb serve` and behind its guard.

Stateless with JSON answers: any process can answer any request, and nothing is kept between two of them.
Host and Origin are checked by `kb.surfaces.security.Guard`, as for every other route.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from kb.library import Library
from kb.surfaces.mcp.server import mcp_server
from kb.surfaces.problems import problem_response
from kb.surfaces.security import BODY_BYTES

PATH = "/mcp"


class _Endpoint:
    """Hands a POST to the protocol. There is nothing to listen to, so other methods are refused."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            manager: StreamableHTTPSessionManager = scope["app"].state.mcp
            await manager.handle_request(scope, receive, send)
            return
        answer = problem_response(405, "the protocol is spoken by POST alone", scope["path"])
        answer.headers["Allow"] = "POST"
        await answer(scope, receive, send)


def routes() -> tuple[Route, ...]:
    """The address with and without a slash at its end: clients are given either."""
    return tuple(Route(path, _Endpoint(), include_in_schema=False) for path in (PATH, f"{PATH}/"))


@asynccontextmanager
async def speaking(app: Starlette) -> AsyncIterator[None]:
    """The lifespan of an application with these routes; its state holds the library."""
    library: Library = app.state.library
    app.state.mcp = StreamableHTTPSessionManager(
        mcp_server(library), stateless=True, json_response=True, max_request_body_size=BODY_BYTES
    )
    async with app.state.mcp.run():
        yield
