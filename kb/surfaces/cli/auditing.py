"""`kb audit`: what was done, by whom."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from kb.surfaces import access_shapes as shapes
from kb.surfaces.cli.common import AsJson, Home, Index, emit, log, out
from kb.surfaces.cli.opening import open_library


def audit(
    verify: Annotated[
        bool, typer.Option("--verify", help="Hold the chain of hashes against the log.")
    ] = False,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=10_000, help="How many, the newest first.")
    ] = 50,
    before: Annotated[
        int | None, typer.Option("--before", min=1, help="Only what has a smaller number.")
    ] = None,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """List what people and programs did over the network, and what was done to accounts and keys."""
    with open_library(home, index) as library:
        if verify:
            count, wrong = library.audit.verify()
            log.print(
                f"{count}: " + ("ok" if wrong is None else f"entry {wrong} was changed or one is missing")
            )
            raise typer.Exit(0 if wrong is None else 1)
        found = library.audit.page(limit, before)
    if json:
        following = found[-1].number if len(found) == limit and found[-1].number > 1 else None
        emit(shapes.audit_out(found, following))
        return
    table = Table("number", "time", "who", "key", "action", "object", "address", box=None)
    for one in found:
        said = (one.who, one.key_id, one.action, one.object, one.address)
        table.add_row(str(one.number), shapes.moment(one.time), *(escape(part) for part in said))
    out.print(table)
