"""The templates and static files of the pages, ready to answer with."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from kb.surfaces.access import known, rules
from kb.surfaces.collecting import Collected, basket_url, collected
from kb.surfaces.deps import SIZES, THEMES, Prefs, keep_prefs, library_of
from kb.surfaces.door import TOKEN_FIELD
from kb.surfaces.messages import LANGS
from kb.types import Caller

# Only our templates write tags: what a user wrote is escaped.
_POSTING = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>')
_ACTION = re.compile(r'(\baction="[^"]*)"')


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page has around it: where we are, and the addresses that change how one reads."""

    nav: str  # the entry of the navigation that is open: search, compare, basket, library, or ""
    path: str
    here: str  # the whole address, to come back to
    caller: Caller | None  # None: nobody who is known, so nothing of the library may be shown
    may_edit: bool
    may_rule: bool  # over accounts, keys and collections
    basket: Collected
    other_lang_url: str
    other_size_url: str
    next_theme_url: str


class Site:
    """Renders pages. Templates are our own files only; what a user wrote is always a value in them."""

    def __init__(self, folder: Path) -> None:
        self.static = folder / "static"
        self._env = Environment(
            loader=FileSystemLoader(folder / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.globals["asset"] = self.asset
        self._versions = {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:10] for file in self.static.iterdir()
        }

    def asset(self, name: str) -> str:
        """The address of a static file, with its content's hash so that it may be kept for ever."""
        return f"/static/{name}?v={self._versions[name]}"

    def page(
        self, request: Request, prefs: Prefs, template: str, page: object, nav: str = "", status: int = 200
    ) -> Response:
        """The template filled with `page` (one of `kb.surfaces.views`)."""
        html = self._env.get_template(template).render(
            page=page, t=prefs.words, prefs=prefs, frame=_frame(request, prefs, nav)
        )
        caller = known(request)
        response = HTMLResponse(_with_token(html, caller.token) if caller and caller.token else html, status)
        keep_prefs(request, prefs, response)
        return response


def site_of(request: Request) -> Site:
    """The templates that the application was made with."""
    site: Site = request.app.state.site
    return site


SiteDep = Annotated[Site, Depends(site_of)]


def _frame(request: Request, prefs: Prefs, nav: str) -> Frame:
    def changed(name: str, value: str) -> str:
        kept = [(key, old) for key, old in request.query_params.multi_items() if key != name]
        return f"{request.url.path}?{urlencode([*kept, (name, value)])}"

    caller = known(request)
    may_edit = caller is not None and caller.may("editor")
    return Frame(
        nav=nav,
        path=request.url.path,
        here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        caller=caller,
        may_edit=may_edit,
        may_rule=caller is not None and rules(caller),
        basket=collected(request, library_of(request), may_edit) if caller else Collected("", basket_url("")),
        other_lang_url=changed("lang", _next(LANGS, prefs.lang)),
        other_size_url=changed("size", _next(SIZES, prefs.size)),
        next_theme_url=changed("theme", _next(THEMES, prefs.theme)),
    )


def _with_token(html: str, token: str) -> str:
    """The page with the login's token in every form that changes something.

    Where files are sent it stands in the address, because a form with files is read only by its route.
    """

    def carrying(found: re.Match[str]) -> str:
        tag = found.group()
        if "multipart/form-data" not in tag:
            return f'{tag}<input type="hidden" name="{TOKEN_FIELD}" value="{token}">'
        return _ACTION.sub(lambda at: f'{at[1]}{"&amp;" if "?" in at[1] else "?"}{TOKEN_FIELD}={token}"', tag)

    return _POSTING.sub(carrying, html)


def _next(values: tuple[str, ...], value: str) -> str:
    return values[(values.index(value) + 1) % len(values)]
