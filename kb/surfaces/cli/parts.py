"""`kb collection`: parts of the library that not everybody sees."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from kb.access.audit import COMMAND_LINE
from kb.surfaces import access_shapes as shapes
from kb.surfaces.cli.common import AsJson, Home, Index, emit, out
from kb.surfaces.cli.opening import open_library
from kb.surfaces.cli.people import Wanted
from kb.types import Role

app = typer.Typer(help="Parts of the library, and who sees them.", no_args_is_help=True, add_completion=False)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The collection's name.")]
Least = Annotated[Role, typer.Option("--role", help="The least role that sees it.")]


@app.command()
def add(name: Name, role: Least = "reader", home: Home = None, index: Index = None) -> None:
    """Make a collection; `kb ingest --collection` and `kb collection move` put documents into it."""
    with open_library(home, index) as library:
        library.collections.add(name, role)
        library.audit.record(COMMAND_LINE, f"kb collection add ({role})", name)


@app.command("list")
def list_collections(home: Home = None, index: Index = None, json: AsJson = False) -> None:
    """List the collections, how many documents are in each and from which role on they are seen."""
    with open_library(home, index) as library:
        found = library.collections.every()
    if json:
        emit(shapes.collections_out(found))
        return
    table = Table("name", "role", "documents", box=None)
    for one in found:
        table.add_row(escape(one.name), one.role, str(one.documents))
    out.print(table)


@app.command()
def role(
    name: Name,
    wanted: Wanted,
    home: Home = None,
    index: Index = None,
) -> None:
    """Open a collection to another role and those above it."""
    with open_library(home, index) as library:
        library.collections.set_role(name, wanted)
        library.audit.record(COMMAND_LINE, f"kb collection role ({wanted})", name)


@app.command()
def move(
    name: Name,
    docs: Annotated[list[str], typer.Argument(metavar="DOC...", help="Documents' ids, see `kb list`.")],
    home: Home = None,
    index: Index = None,
) -> None:
    """Put documents into a collection, with the other articles of their files."""
    with open_library(home, index) as library:
        library.collections.move(docs, name)
        library.audit.record(COMMAND_LINE, f"kb collection move ({name})", " ".join(docs))
