"""`kb key`: what programs show to be let in."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from kb.access.audit import COMMAND_LINE
from kb.surfaces import access_shapes as shapes
from kb.surfaces.cli.common import AsJson, Home, Index, emit, log, out
from kb.surfaces.cli.opening import open_library
from kb.surfaces.cli.people import Collections, day, seen
from kb.types import Role

app = typer.Typer(help="Keys for programs.", no_args_is_help=True, add_completion=False)


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")],
    role: Annotated[Role, typer.Option("--role", help="What the program may do.")] = "reader",
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=3650, help="How long it holds; left out, for good.")
    ] = None,
    collection: Collections = None,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Make a key. It is printed this once: only its hash is kept."""
    with open_library(home, index) as library:
        made, secret = library.accounts.add_key(name, role, days, collection)
        library.audit.record(COMMAND_LINE, f"kb key add ({role})", made.id)
    if json:
        emit(shapes.NewKeyOut(shapes.key_out(made), secret))
        return
    log.print(f"{made.id} {made.name} ({made.role})：只显示这一次 shown this once", markup=False)
    sys.stdout.write(secret + "\n")


@app.command("list")
def list_keys(home: Home = None, index: Index = None, json: AsJson = False) -> None:
    """List the keys, the newest first."""
    with open_library(home, index) as library:
        keys = library.accounts.every_key()
    if json:
        emit(shapes.keys_out(keys))
        return
    table = Table("id", "name", "role", "collections", "since", "expires", "used", "revoked", box=None)
    for one in keys:
        times = (day(time) for time in (one.created, one.expires, one.used, one.revoked))
        table.add_row(one.id, escape(one.name), one.role, escape(seen(one.collections)), *times)
    out.print(table)


@app.command()
def revoke(
    id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, see `kb key list`.")],
    home: Home = None,
    index: Index = None,
) -> None:
    """Take a key out of force for good."""
    with open_library(home, index) as library:
        library.accounts.revoke_key(id)
        library.audit.record(COMMAND_LINE, "kb key revoke", id)
