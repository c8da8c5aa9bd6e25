"""The pages of collections and of the audit log, and moving documents between collections."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from kb.errors import QuestionError
from kb.library import Library
from kb.store.collections import DEFAULT
from kb.surfaces import administering
from kb.surfaces.access import steward
from kb.surfaces.admin_forms import account_url, minute, read, role_of, tried
from kb.surfaces.api_keys import log_page
from kb.surfaces.deps import LibraryDep, PrefsDep
from kb.surfaces.login_page import field
from kb.surfaces.recording import say
from kb.surfaces.security import own_address
from kb.surfaces.site import SiteDep
from kb.types import AuditEntry, Collection, Member, Role

router = APIRouter(include_in_schema=False, dependencies=[Depends(steward)])

_ROWS = 50  # of the log on one page
_AT_ONCE = 20_000  # entries of a log that is verified unasked: a fraction of a second
_MOST_MOVED = 200  # documents in one form


@dataclass(frozen=True, slots=True)
class CollectionsPage:
    """All collections, and the form of a new one."""

    rows: tuple[tuple[Collection, str], ...]  # with the address
    name: str
    role: Role
    problem: str


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """One collection and who sees it."""

    one: Collection
    url: str
    fixed: bool  # it keeps its name
    members: tuple[tuple[Member, str], ...]  # with the address of an account
    others: tuple[str, ...]  # accounts that do not see it
    problem: str
    done: bool


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry of the log in words."""

    number: int
    time: str
    who: str
    action: str
    object: str
    address: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the log; `entries` is how many were verified, None when that was not done."""

    rows: tuple[EntryView, ...]
    entries: int | None
    broken: int | None
    next_url: str
    first: bool


@router.get("/admin/collections")
def collections(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """The parts of the library."""
    return site.page(request, prefs, "admin_collections.html", _collections(library), "admin")


@router.post("/admin/collections")
async def add(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """Makes a collection."""
    form = await read(request)
    name, role = field(form, "name"), role_of(form)

    def make() -> Response:
        made = library.collections.add(name, role)
        say(request, made.name, made.role)
        return RedirectResponse(collection_url(made.name), 303)

    def refused(said: str) -> Response:
        page = _collections(library, name[:200], role, said)
        return site.page(request, prefs, "admin_collections.html", page, "admin", 422)

    return await tried(make, refused, prefs.words)


@router.get("/admin/collections/{name}")
def collection(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, name: str) -> Response:
    """One collection: its name, from which role on it is open, who sees it."""
    page = _collection(library, name, done="saved" in request.query_params)
    return site.page(request, prefs, "admin_collection.html", page, "admin")


@router.post("/admin/collections/{name}")
async def change(
    request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep, name: str
) -> Response:
    """Does what the pressed button says."""
    form = await read(request)

    def refused(said: str) -> Response:
        return site.page(
            request, prefs, "admin_collection.html", _collection(library, name, said), "admin", 422
        )

    return await tried(lambda: _changed(request, library, name, form), refused, prefs.words)


@router.get("/admin/audit")
def audit(request: Request, library: LibraryDep, prefs: PrefsDep, site: SiteDep) -> Response:
    """What was done, the newest first, and whether the log is whole."""
    before = request.query_params.get("before", "")
    cursor = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    found, following = log_page(library, _ROWS, cursor)
    small = not found or found[0].number <= _AT_ONCE
    entries = broken = None
    if "verify" in request.query_params or (cursor is None and small):
        entries, broken = library.audit.verify()
    page = AuditPage(
        rows=tuple(_entry(one) for one in found),
        entries=entries,
        broken=broken,
        next_url=f"/admin/audit?before={following}" if following else "",
        first=cursor is None,
    )
    return site.page(request, prefs, "admin_audit.html", page, "admin")


@router.post("/documents/move")
async def move(request: Request, library: LibraryDep, prefs: PrefsDep) -> Response:
    """Puts the ticked documents, or the one whose page sends the form, into a collection."""
    form = await request.form(max_files=0, max_fields=_MOST_MOVED)
    ids = [str(value) for value in form.getlist("document")]
    back = own_address(field(form, "back")) or "/documents"

    def make() -> Response:
        if ids:
            administering.move(request, library, ids, field(form, "collection"))
        return RedirectResponse(back, 303)

    return await tried(make, lambda _: RedirectResponse(back, 303), prefs.words)


def collection_url(name: str) -> str:
    """The address of a collection's page."""
    return f"/admin/collections/{quote(name, safe='')}"


def _changed(request: Request, library: Library, name: str, form: FormData) -> Response:
    what = field(form, "do")
    if what == "save":
        new = field(form, "name").strip()
        if new and new != name:
            name = library.collections.rename(name, new)
            say(request, name)
        library.collections.set_role(name, role_of(form))
        say(request, role_of(form))
    elif what == "join":
        administering.join(request, library, name, field(form, "account"))
    elif what == "leave":
        administering.leave(request, library, name, field(form, "account"))
    else:
        raise QuestionError(f'nothing can be done by "{what[:40]}"')
    return RedirectResponse(f"{collection_url(name)}?saved=1", 303)


def _collections(
    library: Library, name: str = "", role: Role = "reader", problem: str = ""
) -> CollectionsPage:
    rows = tuple((one, collection_url(one.name)) for one in library.collections.every())
    return CollectionsPage(rows, name, role, problem)


def _collection(library: Library, name: str, problem: str = "", done: bool = False) -> CollectionPage:
    one, found = library.collections.get(name), library.collections.members(name)
    seeing = {member.id for member in found if member.kind == "account"}
    return CollectionPage(
        one=one,
        url=collection_url(name),
        fixed=name == DEFAULT,
        members=tuple(
            (member, account_url(member.id) if member.kind == "account" else "/admin/keys")
            for member in found
        ),
        others=tuple(one.name for one in library.accounts.people() if one.name not in seeing),
        problem=problem,
        done=done,
    )


def _entry(one: AuditEntry) -> EntryView:
    who = f"{one.who} ({one.key_id})" if one.key_id else one.who
    return EntryView(one.number, minute(one.time), who, one.action, one.object, one.address)
