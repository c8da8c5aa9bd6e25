"""What everybody may see and change of themselves: /api/v1/me."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from kb.access.passwords import LONGEST, SHORTEST
from kb.library import Library
from kb.surfaces import access_shapes as shapes
from kb.surfaces.access import ReaderDep
from kb.surfaces.addresses import address_of
from kb.surfaces.api import ALWAYS, answered
from kb.surfaces.api_accounts import MISSING, UNCHANGED, LoginId, Password
from kb.surfaces.deps import LibraryDep
from kb.surfaces.door import cookie_name
from kb.surfaces.login_page import Throttle
from kb.surfaces.problems import ProblemOut
from kb.types import Caller

router = APIRouter(prefix="/api/v1/me", responses=ALWAYS, tags=["me"])
_NO_PERSON: dict[int | str, dict[str, Any]] = {
    403: {"model": ProblemOut, "description": "A key, or this machine's user, has no password or logins."}
}


class OwnPasswordIn(BaseModel):
    """A new password of one's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    present: Password = Field(description="The password as it is.", examples=["a sentence of your own"])
    password: Password = Field(
        description=f"The new one: {SHORTEST} to {LONGEST} characters.", examples=["another sentence of mine"]
    )


@router.get("", operation_id="whoAmI", response_model=shapes.MeOut, responses=UNCHANGED)
def me(request: Request, caller: ReaderDep) -> Response:
    """Who asks, what they may do and which collections they see; null for all of them."""
    names = sorted(caller.collections) if caller.collections is not None else None
    return answered(request, shapes.MeOut(caller.name, caller.role, names, caller.kind))


@router.put("/password", operation_id="changeOwnPassword", status_code=204, responses=_NO_PERSON)
def password(request: Request, library: LibraryDep, caller: ReaderDep, body: OwnPasswordIn) -> Response:
    """Gives oneself another password; all other logins of the account end. Wrong ones have to wait (429)."""
    change_password(request, library, caller, body.present, body.password)
    return Response(status_code=204)


@router.get(
    "/logins",
    operation_id="listOwnLogins",
    response_model=shapes.LoginsOut,
    responses=_NO_PERSON | UNCHANGED,
)
def logins(request: Request, library: LibraryDep, caller: ReaderDep) -> Response:
    """One's own logins that have not ended, the last used first."""
    id = login_id(request, caller)
    return answered(request, shapes.logins_out(library.accounts.logins(caller.name, id)))


@router.delete("/logins", operation_id="endOtherLogins", status_code=204, responses=_NO_PERSON)
def end_others(request: Request, library: LibraryDep, caller: ReaderDep) -> Response:
    """Ends all one's own logins but the present one."""
    library.accounts.end_logins(caller.name, but=login_id(request, caller))
    return Response(status_code=204)


@router.delete("/logins/{id}", operation_id="endOwnLogin", status_code=204, responses=_NO_PERSON | MISSING)
def end(request: Request, library: LibraryDep, caller: ReaderDep, id: LoginId) -> Response:
    """Ends one of one's own logins; the present one too."""
    login_id(request, caller)
    library.accounts.end_login(caller.name, id)
    return Response(status_code=204)


def login_id(request: Request, caller: Caller) -> str:
    """The id of the login that asks. Raises a 403 problem for one that is no person's."""
    if caller.kind != "session":
        raise HTTPException(403, "this is for people who have logged in: a key has no password and no logins")
    return request.cookies.get(cookie_name(request), "")


def change_password(request: Request, library: Library, caller: Caller, present: str, wanted: str) -> None:
    """Gives a person another password. Raises 403 and 429 problems, and `QuestionError`."""
    login = login_id(request, caller)
    throttle: Throttle = request.app.state.throttle
    address = address_of(request)
    wait = throttle.seconds(address, caller.name)
    if wait:
        seconds = int(wait) + 1
        raise HTTPException(
            429, f"too many wrong passwords: wait {seconds} seconds", {"Retry-After": str(seconds)}
        )
    library.accounts.change_password(caller.name, present, wanted, login)
    throttle.right(address, caller.name)
