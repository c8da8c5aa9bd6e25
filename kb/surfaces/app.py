"""The application: pages, API and static files around one open library."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from kb import __version__
from kb.errors import KbError
from kb.library import Library
from kb.resources import resource_folder
from kb.surfaces import api, comparing, pages
from kb.surfaces.deps import prefs_of
from kb.surfaces.problems import InvalidOut, invalid_parts, problem_response, status_of
from kb.surfaces.security import LOOPBACK_HOSTS, Guard, add_headers
from kb.surfaces.site import Site
from kb.surfaces.views import ErrorPage

_LOG = logging.getLogger(__name__)
_DESCRIPTION = """Cited excerpts and side-by-side comparisons over Chinese policy and practice documents.

Every quotation can be checked: the document's `text[start:end] == quote`, offsets in code points. Errors are
RFC 9457 problems (`application/problem+json`)."""


def create_app(library: Library, hosts: Iterable[str] = LOOPBACK_HOSTS) -> FastAPI:
    """The application over `library`, which the caller opens and closes.

    It answers only requests whose Host header is one of `hosts`.
    """
    app = FastAPI(
        title="他山 Tashan",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.library = library
    app.state.site = Site(resource_folder("web"))
    app.include_router(api.router)
    app.include_router(pages.router)
    app.include_router(comparing.router)
    app.mount("/static", StaticFiles(directory=app.state.site.static), "static")
    app.add_middleware(Guard, hosts=frozenset(hosts))
    app.add_exception_handler(KbError, _known)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unknown)
    return app


def _known(request: Request, error: Exception) -> Response:
    status = status_of(error) if isinstance(error, KbError) else 500
    if status >= 500:
        _LOG.error("%s %s: %s", request.method, request.url.path, error)
    return _answer(request, status, str(error))


def _http(request: Request, error: Exception) -> Response:
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
    response = _answer(request, status, str(detail))
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


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
    if request.url.path.startswith("/api/"):
        return problem_response(status, detail, request.url.path, tuple(errors))
    site: Site = request.app.state.site
    prefs = prefs_of(request)
    return site.page(request, prefs, "error.html", ErrorPage(status, detail), status=status)
