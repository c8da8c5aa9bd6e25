"""`kb cite`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kb.errors import ExportError
from kb.surfaces import basket_shapes, reports
from kb.surfaces.cli import show as screen
from kb.surfaces.cli.common import AsJson, Home, Index, emit
from kb.surfaces.cli.opening import open_library
from kb.types import Quotation
from kb.write.verify import read_citations

app = typer.Typer(help="Citations.", no_args_is_help=True, add_completion=False)


@app.callback()
def citations() -> None:
    """Citations."""


@app.command("check")
def cite_check(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file that kb exported, or the name of a basket.")
    ],
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Hold every citation of an exported file, or of a basket, against the library as it is now."""
    with open_library(home, index) as library:
        if file.is_file():
            quoted = [Quotation(one.doc_id, one.quote, one.start) for one in read_citations(file)]
            checked = library.verify(quoted)
        elif str(file) in {card.name for card in library.baskets.cards()}:
            checked = basket_shapes.checked(library.baskets.get(str(file)))
        else:
            raise ExportError(f"{file} is no file, and no basket has that name")
    if json:
        emit(reports.cite_check_out(checked))
    else:
        screen.print_checked(checked)
