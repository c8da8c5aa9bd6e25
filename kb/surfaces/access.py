"""Who asks, and what they may do. Routes name the role they need: `Depends(reader)`, `editor` or `admin`.

These are coroutines that wait for nothing: FastAPI would run plain functions in a thread each.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from kb.library import Library
from kb.surfaces.door import UNKNOWN
from kb.types import Caller, Role


def caller_of(request: Request) -> Caller:
    """Who asks. Raises a 401 problem when that is not known."""
    found = known(request)
    if found is None:
        raise HTTPException(401, UNKNOWN, {"WWW-Authenticate": "Bearer"})
    return found


def known(request: Request) -> Caller | None:
    """Who asks, None when that is not known."""
    found: Caller | None = getattr(request.state, "caller", None)
    return found


def library_for(library: Library, caller: Caller) -> Library:
    """The library as `caller` sees it; only whoever sits at this machine sees all of it as it is."""
    return library if caller.kind == "local" else library.seen_by(caller.collections)


async def reader(request: Request) -> Caller:
    """One who may search and read. Raises a 401 problem."""
    return _at_least(request, "reader")


async def editor(request: Request) -> Caller:
    """One who may also take documents in, correct them and change baskets. Raises a 401 or 403 problem."""
    return _at_least(request, "editor")


async def overseer(request: Request) -> Caller:
    """An editor who may see every document: what is told of the whole is for these. 401 or 403 problem."""
    found = _at_least(request, "editor")
    if found.collections is not None:
        raise HTTPException(403, "this tells of all collections, and some are closed to you")
    return found


async def admin(request: Request) -> Caller:
    """One who may do everything. Raises a 401 or 403 problem."""
    return _at_least(request, "admin")


async def steward(caller: Annotated[Caller, Depends(admin)]) -> Caller:
    """An administrator who may see everything: who may do what is for these. 401 or 403 problem."""
    if not rules(caller):
        raise HTTPException(
            403, "this is for administrators who see everything: some collections are closed to you"
        )
    return caller


def rules(caller: Caller) -> bool:
    """Whether somebody may say who may do what: who does not see everything could give that to themselves."""
    return caller.may("admin") and caller.collections is None


def _at_least(request: Request, role: Role) -> Caller:
    found = caller_of(request)
    if not found.may(role):
        raise HTTPException(403, f"this needs the role {role}: {found.name} is {found.role}")
    return found


ReaderDep = Annotated[Caller, Depends(reader)]
EditorDep = Annotated[Caller, Depends(editor)]
OverseerDep = Annotated[Caller, Depends(overseer)]
AdminDep = Annotated[Caller, Depends(admin)]
StewardDep = Annotated[Caller, Depends(steward)]
