"""Collections under /api/v1: everybody sees those that are open to them, administrators change them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from kb.errors import NotFound
from kb.library import Library
from kb.surfaces import access_shapes as shapes
from kb.surfaces import administering
from kb.surfaces.access import ReaderDep, steward
from kb.surfaces.api import ALWAYS, answered
from kb.surfaces.api_accounts import MISSING, UNCHANGED, AccountName, ListIn
from kb.surfaces.deps import LibraryDep
from kb.surfaces.recording import say
from kb.surfaces.requests import Name
from kb.types import Caller, Collection, Role

router = APIRouter(prefix="/api/v1/collections", responses=ALWAYS, tags=["collections"])
_STEWARD = [Depends(steward)]

CollectionName = Annotated[str, Path(description="A collection's name.", max_length=60, examples=["default"])]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CollectionIn(_In):
    """A part of the library."""

    name: Name = Field(description="1 to 60 letters, digits, characters, . - _", examples=["内部"])
    role: Role = Field("reader", description="The least role that sees it.")


class CollectionChangeIn(_In):
    """What to change of a collection; what is left out stays."""

    name: Name | None = Field(None, description="Another name.", examples=["内部资料"])
    role: Role | None = Field(None, description="The least role that sees it.", examples=["editor"])

    @model_validator(mode="after")
    def _something(self) -> CollectionChangeIn:
        if self.name is None and self.role is None:
            raise ValueError("name something to change: name or role")
        return self


class MovedIn(_In):
    """Documents to put into a collection."""

    documents: list[Name] = Field(
        min_length=1, max_length=1000, description="Their ids.", examples=[["mkie6ukenafp"]]
    )


@router.get("", operation_id="listCollections", response_model=shapes.CollectionsPageOut, responses=UNCHANGED)
def collections(
    request: Request, library: LibraryDep, caller: ReaderDep, query: Annotated[ListIn, Query()]
) -> Response:
    """The collections that are open to whoever asks, by name, with how many documents are in each."""
    found = visible(library, caller)
    rest = [one for one in found if one.name > query.cursor]
    following = rest[query.limit - 1].name if len(rest) > query.limit else None
    shown = shapes.collections_out(rest[: query.limit]).collections
    return answered(request, shapes.CollectionsPageOut(shown, len(found), following))


@router.post(
    "",
    operation_id="createCollection",
    response_model=shapes.CollectionOut,
    status_code=201,
    dependencies=_STEWARD,
)
def create(request: Request, library: LibraryDep, body: CollectionIn) -> Response:
    """Makes a collection, open to a role and those above it."""
    made = library.collections.add(body.name, body.role)
    say(request, made.name, made.role)
    return answered(request, collection_out(made), 201)


@router.get(
    "/{name}",
    operation_id="getCollection",
    response_model=shapes.CollectionOut,
    responses=MISSING | UNCHANGED,
)
def collection(request: Request, library: LibraryDep, caller: ReaderDep, name: CollectionName) -> Response:
    """One collection; one that is closed to whoever asks is as one that there is not."""
    found = next((one for one in visible(library, caller) if one.name == name), None)
    if found is None:
        raise NotFound("there is no such collection")
    return answered(request, collection_out(found))


@router.patch(
    "/{name}",
    operation_id="changeCollection",
    response_model=shapes.CollectionOut,
    responses=MISSING,
    dependencies=_STEWARD,
)
def change(request: Request, library: LibraryDep, name: CollectionName, body: CollectionChangeIn) -> Response:
    """Opens a collection to another role and those above it, gives it another name, or both."""
    library.collections.get(name)
    if body.name is not None:
        name = library.collections.rename(name, body.name)
        say(request, name)
    if body.role is not None:
        library.collections.set_role(name, body.role)
        say(request, body.role)
    return answered(request, collection_out(library.collections.get(name)))


@router.post(
    "/{name}/documents",
    operation_id="moveDocuments",
    response_model=shapes.CollectionOut,
    responses=MISSING,
    dependencies=_STEWARD,
)
def move(request: Request, library: LibraryDep, name: CollectionName, body: MovedIn) -> Response:
    """Puts documents into a collection, with the other articles of their files, all or none."""
    administering.move(request, library, body.documents, name)
    return answered(request, collection_out(library.collections.get(name)))


@router.get(
    "/{name}/members",
    operation_id="listMembers",
    response_model=shapes.MembersOut,
    responses=MISSING | UNCHANGED,
    dependencies=_STEWARD,
)
def members(request: Request, library: LibraryDep, name: CollectionName) -> Response:
    """The accounts and keys that see a collection, by their role or by name."""
    return answered(request, shapes.members_out(library.collections.members(name)))


@router.put(
    "/{name}/members/{account}",
    operation_id="addMember",
    response_model=shapes.MembersOut,
    responses=MISSING,
    dependencies=_STEWARD,
)
def join(request: Request, library: LibraryDep, name: CollectionName, account: AccountName) -> Response:
    """Lets an account see a collection: what it sees is from then on a list of names, with this one in it."""
    return answered(request, shapes.members_out(administering.join(request, library, name, account)))


@router.delete(
    "/{name}/members/{account}",
    operation_id="removeMember",
    response_model=shapes.MembersOut,
    responses=MISSING,
    dependencies=_STEWARD,
)
def leave(request: Request, library: LibraryDep, name: CollectionName, account: AccountName) -> Response:
    """Closes a collection to an account: what it sees is from then on a list of names, without this one."""
    return answered(request, shapes.members_out(administering.leave(request, library, name, account)))


def visible(library: Library, caller: Caller) -> list[Collection]:
    """The collections that are open to somebody, by name."""
    every = library.collections.every()
    return [one for one in every if caller.collections is None or one.name in caller.collections]


def collection_out(one: Collection) -> shapes.CollectionOut:
    """One collection."""
    return shapes.CollectionOut(one.name, one.role, one.documents)
