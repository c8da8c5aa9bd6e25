"""`kb basket`: passages collected for a paper, under headings and with notes."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from kb.errors import QuestionError
from kb.library import Library
from kb.surfaces import basket_shapes as shapes
from kb.surfaces.cli import show as screen
from kb.surfaces.cli.common import AsJson, Home, Index, emit, out
from kb.surfaces.cli.opening import open_library
from kb.surfaces.cli.writing import (
    CsvOption,
    DocxOption,
    DraftOption,
    MdOption,
    ProposeOption,
    TemplateOption,
    XlsxOption,
)
from kb.surfaces.spans import parse_span
from kb.types import Basket, BasketCard, Heading
from kb.write.basket_files import write_basket_csv, write_basket_markdown, write_basket_xlsx
from kb.write.docx import write_basket_docx, write_draft

app = typer.Typer(help="Baskets: passages collected for a paper.", no_args_is_help=True, add_completion=False)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The basket's name.")]
EntryId = Annotated[int, typer.Argument(metavar="ENTRY", help="An entry's number, see `kb basket show`.")]
At = Annotated[int | None, typer.Option("--at", min=1, help="Before the entry in this place, from 1.")]


@app.command("list")
def list_baskets(home: Home = None, index: Index = None, json: AsJson = False) -> None:
    """List the baskets, the one changed last first."""
    with open_library(home, index) as library:
        cards = library.baskets.cards()
    if json:
        emit(shapes.baskets_out(cards))
    else:
        _print_cards(cards)


@app.command()
def show(name: Name, home: Home = None, index: Index = None, json: AsJson = False) -> None:
    """Show a basket; each passage says whether its words still stand in their source."""
    with open_library(home, index) as library:
        _shown(library, name, json)


@app.command()
def add(
    name: Name,
    spans: Annotated[
        list[str], typer.Argument(metavar="DOC:START-END...", help="Places as `kb search` prints them.")
    ],
    note: Annotated[str, typer.Option("--note", help="A note for each of them.")] = "",
    label: Annotated[str, typer.Option("--from", help="Where they were found, in words.")] = "",
    at: At = None,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Collect passages; the basket is made when it is new, and no passage is repeated."""
    picked = [parse_span(span) for span in spans]
    with open_library(home, index) as library:
        library.baskets.add(name, picked, label=label, note=note, at=_place(at))
        _shown(library, name.strip(), json)


@app.command()
def heading(
    name: Name,
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    level: Annotated[int, typer.Option("--level", min=1, max=2)] = 1,
    entry: Annotated[int | None, typer.Option("--entry", help="Change this heading instead.")] = None,
    at: At = None,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Add a heading, under which stands what follows it; or change one."""
    with open_library(home, index) as library:
        if entry is None:
            library.baskets.heading(name, text, level, at=_place(at))
        else:
            library.baskets.edit(name, entry, text=text, level=level)
        _shown(library, name.strip(), json)


@app.command()
def note(
    name: Name,
    entry: EntryId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help='"" takes the note away.')],
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Write a note to an entry."""
    with open_library(home, index) as library:
        library.baskets.note(name, entry, text)
        _shown(library, name, json)


@app.command()
def move(
    name: Name,
    entry: EntryId,
    to: Annotated[int, typer.Option("--to", min=1, help="Its place in the list, from 1.")],
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Move an entry to another place of the list."""
    with open_library(home, index) as library:
        library.baskets.move(name, entry, to - 1)
        _shown(library, name, json)


@app.command()
def remove(
    name: Name,
    entries: Annotated[list[int], typer.Argument(metavar="ENTRY...")],
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Take entries out."""
    with open_library(home, index) as library:
        library.baskets.remove(name, entries)
        _shown(library, name, json)


@app.command()
def rename(
    name: Name,
    new: Annotated[str, typer.Argument(metavar="NEW")],
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Give a basket another name."""
    with open_library(home, index) as library:
        library.baskets.rename(name, new)
        _shown(library, new.strip(), json)


@app.command()
def delete(name: Name, home: Home = None, index: Index = None, json: AsJson = False) -> None:
    """Delete a basket with all its entries."""
    with open_library(home, index) as library:
        library.baskets.delete(name)
        cards = library.baskets.cards()
    if json:
        emit(shapes.baskets_out(cards))
    else:
        _print_cards(cards)


@app.command()
def export(
    name: Name,
    docx: DocxOption = None,
    draft: DraftOption = None,
    propose: ProposeOption = False,
    template: TemplateOption = None,
    xlsx: XlsxOption = None,
    md: MdOption = None,
    csv: CsvOption = None,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Write a basket as files, which `kb cite check` verifies later."""
    if not any((docx, draft, xlsx, md, csv)):
        raise QuestionError("name a file to write: --docx, --draft, --xlsx, --md or --csv")
    with open_library(home, index) as library:
        basket = library.baskets.get(name)
        proposals = library.proposals(basket) if propose and draft is not None else ()
    if docx is not None:
        write_basket_docx(basket, docx, template=template)
    if draft is not None:
        write_draft(basket, draft, template=template, proposals=proposals)
        screen.print_proposals(proposals)
    if xlsx is not None:
        write_basket_xlsx(basket, xlsx)
    if md is not None:
        write_basket_markdown(basket, md)
    if csv is not None:
        write_basket_csv(basket, csv)
    _print(basket, json)


def _shown(library: Library, name: str, json: bool) -> None:
    _print(library.baskets.get(name), json)


def _print(basket: Basket, json: bool) -> None:
    if json:
        emit(shapes.basket_out(basket))
        return
    for entry in basket.entries:
        if isinstance(entry, Heading):
            out.print(Text(f"{'  ' * (entry.level - 1)}{entry.text}  [{entry.id}]", style="bold"))
        else:
            screen.print_kept(entry)
        if entry.note:
            out.print(Text(f"   批注：{entry.note}", style="cyan"))
    out.print(Text(f"{basket.name}：{len(basket.passages)} 条", style="dim"))


def _print_cards(cards: tuple[BasketCard, ...]) -> None:
    table = Table("名称", "条数")
    for card in cards:
        table.add_row(escape(card.name), str(card.passages))
    out.print(table)


def _place(at: int | None) -> int | None:
    return None if at is None else at - 1
