"""The page to log in at, and logging out."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from kb.access.windows import Windows
from kb.library import Library
from kb.surfaces.addresses import address_of
from kb.surfaces.deps import PrefsDep
from kb.surfaces.door import cookie_name
from kb.surfaces.security import own_address
from kb.surfaces.site import SiteDep
from kb.types import Caller

router = APIRouter(include_in_schema=False)

_WRONG_FOR_ONE, _WRONG_FROM_ONE, _WINDOW_SECONDS = 5, 50, 15 * 60
_MOST_FIELDS = 10


@dataclass(frozen=True, slots=True)
class LoginPage:
    """The form, and what went wrong."""

    name: str
    following: str  # where to go then
    problem: str


class Throttle:
    """Wrong passwords: few for one account from one address, more from one address altogether."""

    def __init__(self) -> None:
        self._one = Windows(_WRONG_FOR_ONE, _WINDOW_SECONDS)
        self._all = Windows(_WRONG_FROM_ONE, _WINDOW_SECONDS)

    def seconds(self, address: str, name: str) -> float:
        """Counts an attempt; how long to wait when there were too many, else 0."""
        one, every = self._one.take(f"{address} {name.casefold()}"), self._all.take(address)
        return max((taken.seconds for taken in (one, every) if not taken.allowed), default=0.0)

    def right(self, address: str, name: str) -> None:
        """The attempt was none: the password was right."""
        self._one.forget(f"{address} {name.casefold()}")
        self._all.give_back(address)


@router.get("/login")
def login(request: Request, prefs: PrefsDep, site: SiteDep) -> Response:
    """The form."""
    page = LoginPage("", own_address(request.query_params.get("next", "")), "")
    return site.page(request, prefs, "login.html", page)


@router.post("/login")
async def enter(request: Request, prefs: PrefsDep, site: SiteDep) -> Response:
    """Lets in who knows the password, under a new id; too many wrong ones have to wait."""
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    name, following = field(form, "name").strip()[:100], own_address(field(form, "next"))
    throttle: Throttle = request.app.state.throttle
    address = address_of(request)
    wait = throttle.seconds(address, name)
    if wait:
        page = LoginPage(name, following, prefs.words("login.wait", n=max(1, round(wait / 60))))
        answer = site.page(request, prefs, "login.html", page, status=429)
        answer.headers["Retry-After"] = str(int(wait) + 1)
        return answer
    accounts = library(request).accounts
    session = await run_in_threadpool(accounts.login, name, field(form, "password"), address)
    # What is no account's name may be a password that was typed into the wrong field.
    there = name.casefold() in {one.name.casefold() for one in accounts.people()}
    known = Caller(name if there else "unknown name", "reader")
    if session is None:
        await run_in_threadpool(_note, request, known, "wrong password")
        page = LoginPage(name, following, prefs.words("login.wrong"))
        return site.page(request, prefs, "login.html", page, status=422)
    throttle.right(address, name)
    await run_in_threadpool(_note, request, known, "login")
    before = request.cookies.get(cookie_name(request))
    if before:
        await run_in_threadpool(accounts.logout, before)
    answer = RedirectResponse(following or "/", 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(cookie_name(request), session.id, httponly=True, samesite="lax", secure=secure)
    return answer


@router.post("/logout")
def leave(request: Request) -> Response:
    """Ends the login."""
    id = request.cookies.get(cookie_name(request))
    if id is None:
        raise HTTPException(404, "nobody is logged in here")
    library(request).accounts.logout(id)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(
        cookie_name(request), httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _note(request: Request, who: Caller, action: str) -> None:
    library(request).audit.record(who, action, "/login", address=address_of(request))


def library(request: Request) -> Library:
    """The library, whoever asks."""
    found: Library = request.app.state.library
    return found


def field(form: FormData, name: str) -> str:
    """A field's words; "" for a file or none."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
