"""Keys of programs under /api/v1, and the audit log. For administrators who see everything."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from kb.library import Library
from kb.surfaces import access_shapes as shapes
from kb.surfaces import administering
from kb.surfaces.access import steward
from kb.surfaces.api import ALWAYS, answered
from kb.surfaces.api_accounts import MISSING, UNCHANGED, ListIn, Seen
from kb.surfaces.deps import LibraryDep
from kb.surfaces.requests import Name, Whole
from kb.types import AuditEntry, Role

router = APIRouter(prefix="/api/v1", responses=ALWAYS, dependencies=[Depends(steward)])

KeyId = Annotated[
    str, Path(description="A key's id, as lists give it.", max_length=40, examples=["1a2b3c4d"])
]


class KeyIn(BaseModel):
    """A key for a program."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="What it is for.", examples=["dify"])
    role: Role = Field("reader", description="What the program may do.")
    days: Whole | None = Field(
        None, ge=1, le=3650, description="How long it holds; left out, for good.", examples=[365]
    )
    collections: Seen = None


class AuditIn(BaseModel):
    """A page of the log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: int = Field(50, ge=1, le=500, description="Entries on one page.")
    cursor: int | None = Field(None, ge=1, le=2**53, description="`next` of the page before.", examples=[51])


@router.get(
    "/keys",
    operation_id="listKeys",
    response_model=shapes.KeysPageOut,
    responses=UNCHANGED,
    tags=["keys"],
)
def keys(request: Request, library: LibraryDep, query: Annotated[ListIn, Query()]) -> Response:
    """The keys of programs without their secrets, the newest first, a page at a time."""
    found = library.accounts.every_key()
    ids = [key.id for key in found]
    first = ids.index(query.cursor) + 1 if query.cursor in ids else 0
    rest = found[first:]
    following = rest[query.limit - 1].id if len(rest) > query.limit else None
    shown = [shapes.key_out(key) for key in rest[: query.limit]]
    return answered(request, shapes.KeysPageOut(shown, len(found), following))


@router.post(
    "/keys", operation_id="createKey", response_model=shapes.NewKeyOut, status_code=201, tags=["keys"]
)
def create(request: Request, library: LibraryDep, body: KeyIn) -> Response:
    """Makes a key. Its secret is told this once: only its hash is kept."""
    made, secret = administering.add_key(request, library, body.name, body.role, body.days, body.collections)
    answer = answered(request, shapes.NewKeyOut(shapes.key_out(made), secret), 201)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get(
    "/keys/{id}",
    operation_id="getKey",
    response_model=shapes.KeyOut,
    responses=MISSING | UNCHANGED,
    tags=["keys"],
)
def key(request: Request, library: LibraryDep, id: KeyId) -> Response:
    """One key without its secret: scope, expiry, last use."""
    return answered(request, shapes.key_out(library.accounts.key(id)))


@router.delete(
    "/keys/{id}", operation_id="revokeKey", response_model=shapes.KeyOut, responses=MISSING, tags=["keys"]
)
def revoke(request: Request, library: LibraryDep, id: KeyId) -> Response:
    """Takes a key out of force at once and for good; it stays in the list."""
    return answered(request, shapes.key_out(library.accounts.revoke_key(id)))


@router.get(
    "/audit", operation_id="readAudit", response_model=shapes.AuditOut, responses=UNCHANGED, tags=["audit"]
)
def log(request: Request, library: LibraryDep, query: Annotated[AuditIn, Query()]) -> Response:
    """What was done, by whom and from where, the newest first, a page at a time."""
    return answered(request, shapes.audit_out(*log_page(library, query.limit, query.cursor)))


@router.get(
    "/audit/state",
    operation_id="verifyAudit",
    response_model=shapes.AuditStateOut,
    responses=UNCHANGED,
    tags=["audit"],
)
def state(request: Request, library: LibraryDep) -> Response:
    """Computes the chain of hashes anew from the first entry: whether any was changed or is missing."""
    entries, broken = library.audit.verify()
    return answered(request, shapes.AuditStateOut(entries, broken is None, broken))


def log_page(library: Library, limit: int, cursor: int | None) -> tuple[list[AuditEntry], int | None]:
    """Entries of the log, and the cursor of those before them, None at the beginning."""
    found = library.audit.page(limit + 1, cursor)
    return found[:limit], found[limit - 1].number if len(found) > limit else None
