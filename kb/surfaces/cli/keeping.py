"""Commands that fill and keep the library: ingest, list, show, set, check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kb.errors import QuestionError, StoreError
from kb.surfaces import reports, wire
from kb.surfaces.cli import show as screen
from kb.surfaces.cli.backing import print_health, restore_from
from kb.surfaces.cli.common import DONE_IN_PART, AsJson, Home, Index, emit
from kb.surfaces.cli.filtering import (
    IssuerOption,
    KindOption,
    NotRegion,
    RegionOption,
    TopicOption,
    YearOption,
    filters,
)
from kb.surfaces.cli.opening import open_library, watched
from kb.surfaces.health_shapes import checked_out

Doc = Annotated[str, typer.Argument(metavar="DOC", help="A document's id, see `kb list`.")]


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files or folders.")],
    prune: Annotated[bool, typer.Option("--prune", help="Forget files that have gone.")] = False,
    reprocess: Annotated[bool, typer.Option("--reprocess", help="Read unchanged files again.")] = False,
    collection: Annotated[
        str, typer.Option("--collection", help="Put them into this collection.", show_default=False)
    ] = "",
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Take files and folders into the library; unchanged files are skipped."""
    with open_library(home, index) as library, watched() as progress:
        report = library.ingest(
            paths, prune=prune, reprocess=reprocess, collection=collection, progress=progress
        )
    if json:
        emit(reports.ingest_out(report))
    else:
        screen.print_ingest(report)
    if report.failed:
        went_well = report.ingested or report.unchanged or report.duplicates
        raise typer.Exit(DONE_IN_PART if went_well else 1)


def list_documents(
    region: RegionOption = None,
    not_region: NotRegion = None,
    year: YearOption = None,
    kind: KindOption = None,
    issuer: IssuerOption = None,
    topic: TopicOption = None,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """List documents with their metadata."""
    with open_library(home, index) as library:
        cards = library.cards(filters(region, not_region, year, kind, issuer, topic=topic))
    if json:
        emit(wire.documents_out(cards))
    else:
        screen.print_cards(cards)


def show(
    doc: Doc,
    removed: Annotated[bool, typer.Option("--removed", help="What cleaning dropped, and why.")] = False,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Show a document's cleaned text with its outline."""
    with open_library(home, index) as library:
        document, family, restored = library.document(doc), library.family(doc), library.restored(doc)
    if json:
        emit(wire.show_out(document, family, restored))
    else:
        screen.print_document(document, removed)
        screen.print_family(document, family)


def set_metadata(
    doc: Doc,
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY=VALUE...]", help='region="天津市/河东区", family=none'),
    ] = None,
    reset: Annotated[
        list[str] | None, typer.Option("--reset", help="A field to give back to the rules.")
    ] = None,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Correct metadata by hand; corrections survive every later ingest."""
    pairs: dict[str, str | None] = dict.fromkeys(reset or ())
    if not (values or reset):
        raise QuestionError("nothing was given: write KEY=VALUE, or --reset KEY")
    for value in values or ():
        name, equals, words = value.partition("=")
        if not equals:
            raise QuestionError(f"{value} is no correction: write KEY=VALUE, for example issued=2021-06")
        pairs[name.strip()] = words.strip()
    with open_library(home, index) as library:
        document, restored = library.set_metadata(doc, pairs), library.restored(doc)
        family = library.family(doc)
    if json:
        emit(wire.show_out(document, family, restored))
    else:
        screen.print_document(document, removed=False)
        screen.print_family(document, family)


def restore(
    what: Annotated[str, typer.Argument(metavar="BACKUP|DOC", help="A backup file; or a document's id.")],
    piece: Annotated[
        str | None, typer.Argument(metavar="[PIECE]", help="The piece's id, see `kb show DOC --removed`.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Let cleaning take the piece away again.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let the backup take the place of what is there.")
    ] = False,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Restore a backup (one argument), or put back a piece that cleaning took away (DOC PIECE)."""
    if piece is None:
        restore_from(Path(what), replace, home, index, json)
        return
    with open_library(home, index) as library:
        document = library.restore(what, piece, undo=undo)
        family, restored = library.family(what), library.restored(what)
    if json:
        emit(wire.show_out(document, family, restored))
    else:
        screen.print_document(document, removed=True)
        screen.print_restored(restored)


def check(
    repair: Annotated[bool, typer.Option("--repair", help="Make damaged derived indexes again.")] = False,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Check the truth and the derived indexes."""
    with open_library(home, index) as library:
        report = library.check(repair)
        try:
            health = library.upkeep.health()
        except StoreError:  # of a truth so damaged that it cannot be counted; the problems say so
            health = None
    if json:
        emit(checked_out(report, health))
    else:
        screen.print_check(report)
        if health is not None:
            print_health(health)
    if not report.ok:
        raise typer.Exit(1)
