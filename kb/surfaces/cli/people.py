"""`kb user`: who may log in."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from kb.access.audit import COMMAND_LINE
from kb.errors import QuestionError
from kb.surfaces import access_shapes as shapes
from kb.surfaces.cli.common import AsJson, Home, Index, emit, log, out
from kb.surfaces.cli.opening import open_library
from kb.types import Account, Role

app = typer.Typer(help="People who may log in.", no_args_is_help=True, add_completion=False)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The account's name.")]
Wanted = Annotated[Role, typer.Argument(metavar="ROLE", help="reader, editor or admin.")]
Collections = Annotated[
    list[str] | None,
    typer.Option("--collection", help="See only this collection; repeat for several.", show_default=False),
]


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option("--role", help="What the person may do.")] = "reader",
    collection: Collections = None,
    home: Home = None,
    index: Index = None,
) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    with open_library(home, index) as library:
        made = library.accounts.add(name, _password(), role, collection)
        library.audit.record(COMMAND_LINE, f"kb user add ({role})", made.name)
    log.print(f"{made.name} ({made.role})", markup=False)


@app.command("list")
def list_people(home: Home = None, index: Index = None, json: AsJson = False) -> None:
    """List the accounts."""
    with open_library(home, index) as library:
        people = library.accounts.people()
    if json:
        emit(shapes.people_out(people))
        return
    table = Table("name", "role", "collections", "since", "", box=None)
    for one in people:
        table.add_row(
            escape(one.name), one.role, escape(seen(one.collections)), day(one.created), locked(one)
        )
    out.print(table)


@app.command()
def role(
    name: Name,
    wanted: Wanted,
    home: Home = None,
    index: Index = None,
) -> None:
    """Give an account another role."""
    with open_library(home, index) as library:
        changed = library.accounts.change(name, wanted, even_last=True)
        library.audit.record(COMMAND_LINE, f"kb user role ({wanted})", name)
    log.print(f"{changed.name} ({changed.role})", markup=False)


@app.command()
def password(name: Name, home: Home = None, index: Index = None) -> None:
    """Give an account another password, which is asked for or read from standard input; its logins end."""
    with open_library(home, index) as library:
        library.accounts.set_password(name, _password())
        library.audit.record(COMMAND_LINE, "kb user password", name)


@app.command()
def lock(
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Let it log in again.")] = False,
    home: Home = None,
    index: Index = None,
) -> None:
    """Lock an account: nobody can log in with it, and its logins end."""
    with open_library(home, index) as library:
        library.accounts.change(name, disabled=not undo, even_last=True)
        library.audit.record(COMMAND_LINE, "kb user lock --undo" if undo else "kb user lock", name)


@app.command()
def remove(name: Name, home: Home = None, index: Index = None) -> None:
    """Delete an account; its logins end."""
    with open_library(home, index) as library:
        library.accounts.remove(name, even_last=True)
        library.audit.record(COMMAND_LINE, "kb user remove", name)


def _password() -> str:
    """From the keyboard without showing it, or the first line of standard input."""
    if sys.stdin.isatty():
        found: str = typer.prompt("密码 Password", hide_input=True, confirmation_prompt=True, err=True)
        return found
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise QuestionError("no password was given: type it when asked, or send it on standard input")
    return line


def seen(collections: tuple[str, ...] | None) -> str:
    """Collections in words."""
    return "*" if collections is None else "、".join(collections) or "-"


def locked(account: Account) -> str:
    """Whether nobody can log in with it, in words."""
    return "locked" if account.disabled else ""


def day(seconds: float | None) -> str:
    """A time as its local day; "" for none."""
    return time.strftime("%Y-%m-%d", time.localtime(seconds)) if seconds is not None else ""
