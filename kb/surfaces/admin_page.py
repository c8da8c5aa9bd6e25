"""The pages of accounts and keys, for administrators who see everything; without scripts too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from kb.errors import QuestionError
from kb.library import Library
from kb.surfaces import administering
from kb.surfaces.access import steward
from kb.surfaces.admin_forms import (
    Filled,
    LoginView,
    account_url,
    days_of,
    filled_in,
    login_views,
    minute,
    read,
    sees,
    tried,
)
from kb.surfaces.deps import LibraryDep, PrefsDep
from kb.surfaces.login_page import field
from kb.surfaces.site import SiteDep
from kb.types import Account, Collection, Key, Role

router = APIRouter(prefix="/admin", include_in_schema=False, dependencies=[Depends(steward)])


@dataclass(frozen=True, slots=True)
class Row:
    """An account or key in the list."""

    id: str
    name: str
    url: str
    role: Role
    sees: tuple[str, ...] | None  # None: what is open to the role
    created: str
    expires: str
    used: str
    state: str  # a message's key: in force, locked, revoked, expired


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """All accounts, and the form of a new one."""

    rows: tuple[Row, ...]
    collections: tuple[Collection, ...]
    filled: Filled
    problem: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One account with its logins."""

    row: Row
    collections: tuple[Collection, ...]
    filled: Filled
    logins: tuple[LoginView, ...]
    problem: str
    done: bool


@dataclass(frozen=True, slots=True)
class KeysPage:
    """All keys, the form of a new one, and the secret of one just made."""

    rows: tuple[Row, ...]
    collections: tuple[Collection, ...]
    filled: Filled
    problem: str
    made: str
    secret: str


@router.get("")
def begin() -> Response:
    """Accounts come first."""
    return RedirectResponse("/admin/accounts", 303)


@router.get("/accounts")
def accounts(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """Who may log in."""
    return site.page(request, prefs, "admin_accounts.html", _accounts(library), "admin")


@router.post("/accounts")
async def add(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """Makes an account."""
    form = await read(request)
    filled = filled_in(form)

    def make() -> Response:
        made = administering.add_account(
            request, library, filled.name, field(form, "password"), filled.role, sees(filled)
        )
        return RedirectResponse(account_url(made.name), 303)

    return await tried(
        make,
        lambda said: site.page(
            request, prefs, "admin_accounts.html", _accounts(library, filled, said), "admin", 422
        ),
        prefs.words,
    )


@router.get("/accounts/{name}")
def account(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, name: str) -> Response:
    """One account: what it may do and see, its password, its logins."""
    page = _account(library, name, done="saved" in request.query_params)
    return site.page(request, prefs, "admin_account.html", page, "admin")


@router.post("/accounts/{name}")
async def change(
    request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, name: str
) -> Response:
    """Does what the pressed button says."""
    form = await read(request)
    return await tried(
        lambda: _changed(request, library, name, form),
        lambda said: site.page(
            request, prefs, "admin_account.html", _account(library, name, said), "admin", 422
        ),
        prefs.words,
    )


@router.get("/keys")
def keys(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """The keys of programs."""
    return site.page(request, prefs, "admin_keys.html", _keys(library), "admin")


@router.post("/keys")
async def make_key(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """Makes a key, whose secret this one answer shows, or revokes one."""
    form = await read(request)
    filled = filled_in(form)

    def make() -> Response:
        if field(form, "do") == "revoke":
            library.accounts.revoke_key(field(form, "id"))
            return RedirectResponse("/admin/keys", 303)
        made, secret = administering.add_key(
            request, library, filled.name, filled.role, days_of(filled.days), sees(filled)
        )
        page = _keys(library, made=made.name, secret=secret)
        return site.page(request, prefs, "admin_keys.html", page, "admin")

    return await tried(
        make,
        lambda said: site.page(request, prefs, "admin_keys.html", _keys(library, filled, said), "admin", 422),
        prefs.words,
    )


def _changed(request: Request, library: Library, name: str, form: FormData) -> Response:
    what, accounts = field(form, "do"), library.accounts
    if what == "save":
        filled = filled_in(form)
        administering.change_account(
            request, library, name, filled.role, sees(filled), bool(field(form, "disabled"))
        )
    elif what == "password":
        accounts.set_password(name, field(form, "password"))
    elif what == "end":
        accounts.end_login(name, field(form, "id"))
    elif what == "end_all":
        accounts.end_logins(name)
    elif what == "remove":
        accounts.remove(name)
        return RedirectResponse("/admin/accounts", 303)
    else:
        raise QuestionError(f'nothing can be done by "{what[:40]}"')
    return RedirectResponse(f"{account_url(name)}?saved=1", 303)


def _accounts(library: Library, filled: Filled = Filled(), problem: str = "") -> AccountsPage:  # noqa: B008
    people = library.accounts.people()
    if not people and not problem:
        filled = Filled(role="admin")
    rows = tuple(_account_row(one) for one in people)
    return AccountsPage(rows, library.collections.every(), filled, problem)


def _account(library: Library, name: str, problem: str = "", done: bool = False) -> AccountPage:
    one = library.accounts.person(name)
    return AccountPage(
        row=_account_row(one),
        collections=library.collections.every(),
        filled=Filled(one.name, one.role, one.collections is not None, frozenset(one.collections or ())),
        logins=login_views(library.accounts.logins(one.name)),
        problem=problem,
        done=done,
    )


def _keys(
    library: Library,
    filled: Filled = Filled(),  # noqa: B008 (a frozen value)
    problem: str = "",
    made: str = "",
    secret: str = "",
) -> KeysPage:
    now = datetime.now().timestamp()
    rows = tuple(_key_row(key, now) for key in library.accounts.every_key())
    return KeysPage(rows, library.collections.every(), filled, problem, made, secret)


def _account_row(one: Account) -> Row:
    state = "admin.locked" if one.disabled else "admin.open"
    created = minute(one.created)
    return Row(one.name, one.name, account_url(one.name), one.role, one.collections, created, "", "", state)


def _key_row(key: Key, now: float) -> Row:
    state = "admin.in_force"
    if key.revoked is not None:
        state = "admin.revoked"
    elif key.expires is not None and key.expires <= now:
        state = "admin.expired"
    created, expires, used = minute(key.created), minute(key.expires)[:10], minute(key.used)
    return Row(key.id, key.name, "", key.role, key.collections, created, expires, used, state)
