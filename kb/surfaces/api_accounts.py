"""Accounts under /api/v1, for administrators who see everything: who may log in, and what they see."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from kb.access.passwords import LONGEST, SHORTEST
from kb.surfaces import access_shapes as shapes
from kb.surfaces import administering
from kb.surfaces.access import steward
from kb.surfaces.api import ALWAYS, answered
from kb.surfaces.deps import LibraryDep
from kb.surfaces.problems import ProblemOut
from kb.surfaces.requests import Name
from kb.types import Role

router = APIRouter(
    prefix="/api/v1/accounts", responses=ALWAYS, tags=["accounts"], dependencies=[Depends(steward)]
)

AccountName = Annotated[str, Path(description="An account's name.", max_length=60, examples=["王芳"])]
LoginId = Annotated[
    str, Path(description="A login's id, as lists give it.", max_length=40, examples=["9f2c4a1b7d3e5f60"])
]
MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": ProblemOut, "description": "No such account, key, login or collection."}
}
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The client's copy (If-None-Match) is still right."}
}
Password = Annotated[str, Field(max_length=4 * LONGEST, repr=False)]
Seen = Annotated[
    list[Name] | None,
    Field(
        max_length=200,
        description="The collections that it sees; null: those that are open to its role.",
        examples=[["default"]],
    ),
]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ListIn(_In):
    """A page of a list."""

    limit: int = Field(50, ge=1, le=200, description="Entries on one page.")
    cursor: str = Field("", max_length=100, description="`next` of the page before.")


class AccountIn(_In):
    """A person who may log in."""

    name: Name = Field(description="1 to 60 letters, digits, characters, . @ - _", examples=["王芳"])
    password: Password = Field(
        description=f"{SHORTEST} to {LONGEST} characters.", examples=["a sentence of your own"]
    )
    role: Role = Field("reader", description="What the person may do.")
    collections: Seen = None


class AccountChangeIn(_In):
    """What to change of an account; what is left out stays."""

    role: Role | None = Field(None, description="What the person may do.", examples=["editor"])
    collections: Seen = None
    disabled: bool | None = Field(
        None, description="True: nobody can log in with it, and its logins end.", examples=[True]
    )

    @model_validator(mode="after")
    def _something(self) -> AccountChangeIn:
        if not self.model_fields_set:
            raise ValueError("name something to change: role, collections or disabled")
        return self


class PasswordIn(_In):
    """A new password for an account."""

    password: Password = Field(
        description=f"{SHORTEST} to {LONGEST} characters.", examples=["a sentence of your own"]
    )


@router.get("", operation_id="listAccounts", response_model=shapes.AccountsPageOut, responses=UNCHANGED)
def accounts(request: Request, library: LibraryDep, query: Annotated[ListIn, Query()]) -> Response:
    """The people who may log in, by name, a page at a time."""
    people = library.accounts.people()
    rest = [one for one in people if one.name > query.cursor]
    following = rest[query.limit - 1].name if len(rest) > query.limit else None
    shown = [shapes.account_out(one) for one in rest[: query.limit]]
    return answered(request, shapes.AccountsPageOut(shown, len(people), following))


@router.post("", operation_id="createAccount", response_model=shapes.AccountOut, status_code=201)
def create(request: Request, library: LibraryDep, body: AccountIn) -> Response:
    """Makes an account; the first one has the role admin and sees everything."""
    made = administering.add_account(request, library, body.name, body.password, body.role, body.collections)
    return answered(request, shapes.account_out(made), 201)


@router.get(
    "/{name}", operation_id="getAccount", response_model=shapes.AccountOut, responses=MISSING | UNCHANGED
)
def account(request: Request, library: LibraryDep, name: AccountName) -> Response:
    """One account."""
    return answered(request, shapes.account_out(library.accounts.person(name)))


@router.patch("/{name}", operation_id="changeAccount", response_model=shapes.AccountOut, responses=MISSING)
def change(request: Request, library: LibraryDep, name: AccountName, body: AccountChangeIn) -> Response:
    """Gives an account another role or other collections, or locks it; the last administrator stays one."""
    sees = body.collections if "collections" in body.model_fields_set else True
    changed = administering.change_account(request, library, name, body.role, sees, body.disabled)
    return answered(request, shapes.account_out(changed))


@router.put("/{name}/password", operation_id="setPassword", status_code=204, responses=MISSING)
def password(library: LibraryDep, name: AccountName, body: PasswordIn) -> Response:
    """Gives an account another password; its logins end."""
    library.accounts.set_password(name, body.password)
    return Response(status_code=204)


@router.delete("/{name}", operation_id="deleteAccount", status_code=204, responses=MISSING)
def remove(library: LibraryDep, name: AccountName) -> Response:
    """Deletes an account; its logins end, and what it did stays in the audit log."""
    library.accounts.remove(name)
    return Response(status_code=204)


@router.get(
    "/{name}/logins",
    operation_id="listLogins",
    response_model=shapes.LoginsOut,
    responses=MISSING | UNCHANGED,
)
def logins(request: Request, library: LibraryDep, name: AccountName) -> Response:
    """The logins of an account that have not ended, the last used first."""
    return answered(request, shapes.logins_out(library.accounts.logins(name)))


@router.delete("/{name}/logins", operation_id="endLogins", status_code=204, responses=MISSING)
def end_all(library: LibraryDep, name: AccountName) -> Response:
    """Ends all logins of an account."""
    library.accounts.end_logins(name)
    return Response(status_code=204)


@router.delete("/{name}/logins/{id}", operation_id="endLogin", status_code=204, responses=MISSING)
def end(library: LibraryDep, name: AccountName, id: LoginId) -> Response:
    """Ends one login of an account."""
    library.accounts.end_login(name, id)
    return Response(status_code=204)
