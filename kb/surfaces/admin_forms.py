"""What the forms of administration have in common, and times and logins in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from kb.errors import QuestionError
from kb.surfaces.administering import Names
from kb.surfaces.login_page import field
from kb.surfaces.messages import Words
from kb.surfaces.reasons import refusal_in
from kb.types import ROLES, Login, Role

_MOST_FIELDS = 300  # a box for each collection among them


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in a form: as it was sent, where it was refused."""

    name: str = ""
    role: Role = "reader"
    only: bool = False  # the chosen collections instead of those that are open to the role
    chosen: frozenset[str] = frozenset()
    days: str = ""


@dataclass(frozen=True, slots=True)
class LoginView:
    """A login in words."""

    id: str
    began: str
    seen: str
    address: str
    present: bool


async def read(request: Request) -> FormData:
    """The fields of a form without files."""
    return await request.form(max_files=0, max_fields=_MOST_FIELDS)


async def tried(make: Callable[[], Response], refused: Callable[[str], Response], words: Words) -> Response:
    """What `make` answers, or the page that says why it was refused."""
    try:
        return await run_in_threadpool(make)
    except QuestionError as error:
        said = refusal_in(str(error), words)
        return await run_in_threadpool(refused, said)


def role_of(form: FormData) -> Role:
    """The chosen role; what is none is the least one."""
    return next((role for role in ROLES if role == field(form, "role")), ROLES[0])


def account_url(name: str) -> str:
    """The address of an account's page."""
    return f"/admin/accounts/{quote(name, safe='')}"


def minute(seconds: float | None) -> str:
    """A time on the clock of the server; "" for none."""
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M") if seconds is not None else ""


def login_views(logins: tuple[Login, ...]) -> tuple[LoginView, ...]:
    """Logins in words."""
    return tuple(
        LoginView(one.id, minute(one.began), minute(one.seen), one.address, one.present) for one in logins
    )


def filled_in(form: FormData) -> Filled:
    """What was sent."""
    chosen = frozenset(str(value) for value in form.getlist("collection"))
    name = field(form, "name").strip()[:200]
    return Filled(name, role_of(form), field(form, "sees") == "only", chosen, field(form, "days").strip()[:9])


def sees(filled: Filled) -> Names:
    """The chosen collections; None: those that are open to the role."""
    return sorted(filled.chosen) if filled.only else None


def days_of(text: str) -> int | None:
    """A number of days, None for none. Raises `QuestionError`."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise QuestionError(f"a key cannot hold for {text} days: give 1 to 3650")
    return int(text)
