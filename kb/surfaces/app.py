"""The application: pages, API and static files around one open library."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from kb import __version__
from kb.errors import KbError
from kb.library import Library
from kb.resources import resource_folder
from kb.surfaces import (
    account_page,
    admin_page,
    admin_parts_page,
    api,
    api_accounts,
    api_baskets,
    api_collections,
    api_docs,
    api_health,
    api_jobs,
    api_keys,
    api_me,
    api_originals,
    api_own,
    api_review,
    basket_page,
    comparing,
    health,
    health_page,
    library_page,
    likeness,
    login_page,
    own_page,
    pages,
    reading,
    review_page,
)
from kb.surfaces.deps import prefs_of
from kb.surfaces.door import Door
from kb.surfaces.interop import dify, fastgpt, opensearch, openwebui
from kb.surfaces.mcp import http as mcp
from kb.surfaces.problems import (
    InvalidOut,
    as_problems,
    for_programs,
    invalid_parts,
    problem_response,
    status_of,
    title_of,
)
from kb.surfaces.reasons import refusal_in
from kb.surfaces.security import BODY_BYTES, LOOPBACK_HOSTS, Guard, add_headers
from kb.surfaces.site import Site
from kb.surfaces.views import ErrorPage

_ROUTERS = (
    login_page.router,
    account_page.router,
    admin_page.router,
    admin_parts_page.router,
    health.router,
    api.router,
    api_baskets.router,
    api_accounts.router,
    api_keys.router,
    api_collections.router,
    api_me.router,
    api_own.router,
    own_page.router,
    api_jobs.router,
    api_originals.router,
    library_page.router,
    api_review.router,
    review_page.router,
    api_health.router,
    health_page.router,
    pages.router,
    reading.router,
    likeness.router,
    comparing.router,
    basket_page.router,
    dify.router,
    fastgpt.router,
    openwebui.router,
    opensearch.router,
    api_docs.router,
)
_LOG = logging.getLogger(__name__)
_DESCRIPTION = """Cited excerpts and side-by-side comparisons over Chinese policy and practice documents.

Every quotation can be checked: the document's `text[start:end] == quote`, offsets in code points. Errors are
RFC 9457 problems (`application/problem+json`)."""


class Application(FastAPI):
    """FastAPI with problems described as what they are."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = as_problems(super().openapi())
        return self.openapi_schema


def create_app(
    library: Library, hosts: Iterable[str] | None = LOOPBACK_HOSTS, trusting: bool = True
) -> FastAPI:
    """The application over `library`, which the caller opens and closes.

    It answers only requests whose Host header is one of `hosts` (None: any). `trusting`: only this machine
    can connect, so that without accounts whoever asks is its user.
    """
    app = Application(
        title="他山 Tashan",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,  # an address that is not there is told as such, with a body
        lifespan=mcp.speaking,
    )
    app.state.library = library
    app.state.closing = lambda: False  # a server sets what ends its streams
    app.state.site = Site(resource_folder("web"))
    app.state.throttle = login_page.Throttle()
    for router in _ROUTERS:
        app.include_router(router)
    app.router.routes.extend(mcp.routes())
    app.mount(api_docs.FILES, api_docs.files(), "swagger")
    app.mount("/static", StaticFiles(directory=app.state.site.static), "static")
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=BODY_BYTES)
    app.add_middleware(Door, library=library, trusting=trusting)
    app.add_middleware(Guard, hosts=hosts)
    app.add_exception_handler(KbError, _known)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unknown)
    return app


def _known(request: Request, error: Exception) -> Response:
    status = status_of(error) if isinstance(error, KbError) else 500
    if status >= 500:
        _LOG.error("%s %s: %s", request.method, request.url.path, error)
    home = f"{request.app.state.library.settings.home}{os.sep}"  # nobody's business over the network
    return _answer(request, status, str(error).replace(home, ""))


def _http(request: Request, error: Exception) -> Response:
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
    said = "" if not for_programs(request.url.path) and detail == title_of(status) else str(detail)
    response = _answer(request, status, said)
    response.headers.update((isinstance(error, HTTPException) and error.headers) or {})
    if status == 405:
        response.headers["Allow"] = ", ".join(_methods(request.url.path))
    return response


def _methods(path: str) -> list[str]:
    """What an address can be asked with, over all routes; Starlette names only the first one's."""
    routes = [route for router in _ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return sorted(
        {method for route in routes if route.path_regex.match(path) for method in route.methods or ()}
    )


def _invalid(request: Request, error: Exception) -> Response:
    parts = invalid_parts(error) if isinstance(error, RequestValidationError) else []
    detail = "; ".join(f"{part.at}: {part.detail}" for part in parts)
    return _answer(request, 422, detail, parts)


def _unknown(request: Request, error: Exception) -> Response:
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    response = _answer(request, 500, "the server met an error of its own; its log says which")
    add_headers(response.headers)  # Starlette answers this one outside of all middleware
    return response


def _answer(request: Request, status: int, detail: str, errors: Iterable[InvalidOut] = ()) -> Response:
    if for_programs(request.url.path):
        return problem_response(status, detail, request.url.path, tuple(errors))
    site: Site = request.app.state.site
    prefs = prefs_of(request)
    return site.page(
        request, prefs, "error.html", ErrorPage(status, refusal_in(detail, prefs.words)), status=status
    )
