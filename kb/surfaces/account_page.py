"""The page of one's own account: another password, and where one is logged in."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from kb.errors import QuestionError
from kb.library import Library
from kb.surfaces.access import ReaderDep
from kb.surfaces.admin_forms import LoginView, login_views, read, tried
from kb.surfaces.api_me import change_password, login_id
from kb.surfaces.deps import LibraryDep, PrefsDep
from kb.surfaces.login_page import field
from kb.surfaces.site import SiteDep
from kb.types import Caller

router = APIRouter(prefix="/account", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class OwnAccountPage:
    """One's own account."""

    caller: Caller
    sees: tuple[str, ...] | None  # collections; None: all
    logins: tuple[LoginView, ...]
    problem: str
    done: bool


@router.get("")
def account(
    request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, caller: ReaderDep
) -> Response:
    """Who one is, one's password and logins."""
    page = _page(request, library, caller, done="saved" in request.query_params)
    return site.page(request, prefs, "account.html", page, "account")


@router.post("")
async def change(
    request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, caller: ReaderDep
) -> Response:
    """Does what the pressed button says."""
    id = login_id(request, caller)
    form = await read(request)
    what, accounts = field(form, "do"), library.accounts

    def make() -> Response:
        if what == "password":
            change_password(request, library, caller, field(form, "present"), field(form, "password"))
        elif what == "end":
            accounts.end_login(caller.name, field(form, "id"))
        elif what == "end_others":
            accounts.end_logins(caller.name, but=id)
        else:
            raise QuestionError(f'nothing can be done by "{what[:40]}"')
        return RedirectResponse("/account?saved=1", 303)

    def refused(said: str) -> Response:
        return site.page(
            request, prefs, "account.html", _page(request, library, caller, said), "account", 422
        )

    return await tried(make, refused, prefs.words)


def _page(
    request: Request, library: Library, caller: Caller, problem: str = "", done: bool = False
) -> OwnAccountPage:
    logins = library.accounts.logins(caller.name, login_id(request, caller))
    sees = tuple(sorted(caller.collections)) if caller.collections is not None else None
    return OwnAccountPage(caller, sees, login_views(logins), problem, done)
