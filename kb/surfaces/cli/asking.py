"""Commands that ask: search, similar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kb.asking import Asking
from kb.config import load_settings
from kb.later import later
from kb.surfaces.cli.common import AsJson, Home, Index, ModeName, emit
from kb.surfaces.cli.excerpts import print_answer
from kb.surfaces.cli.filtering import (
    DocumentOption,
    FlagOption,
    IssuerOption,
    KindOption,
    NotDocument,
    NotFlag,
    NotRegion,
    RegionOption,
    TopicOption,
    YearOption,
    filters,
)
from kb.types import Answer, Question, SimilarTo

if TYPE_CHECKING:
    from kb.surfaces import wire
else:  # for JSON
    wire = later("kb.surfaces.wire")


def search(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In Chinese or English.")],
    top_k: Annotated[int, typer.Option("--top-k", help="How many hits.")] = 10,
    region: RegionOption = None,
    not_region: NotRegion = None,
    year: YearOption = None,
    kind: KindOption = None,
    issuer: IssuerOption = None,
    flag: FlagOption = None,
    not_flag: NotFlag = None,
    document: DocumentOption = None,
    not_document: NotDocument = None,
    topic: TopicOption = None,
    per_region: Annotated[
        int | None, typer.Option("--per-region", min=1, help="Hits of one district.")
    ] = None,
    mode: Annotated[ModeName, typer.Option("--mode")] = ModeName.hybrid,
    literal: Annotated[
        bool, typer.Option("--literal", help="Read no years, amounts or misspellings out of the words.")
    ] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say how each hit came about.")] = False,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Search, in Chinese or English; every hit is an exact, cited excerpt."""
    chosen = filters(region, not_region, year, kind, issuer, flag, not_flag, document, not_document, topic)
    asked = Question(question, top_k, chosen, per_region, mode.value, literal)
    with Asking.open(load_settings(home, index)) as library:
        answer = library.search(asked)
    _say(answer, explain, json)


def similar(
    document: Annotated[str, typer.Argument(metavar="DOC", help="A document's id.")],
    start: Annotated[int, typer.Argument(metavar="START", help="Where the passage begins.")],
    end: Annotated[int, typer.Argument(metavar="END", help="Where it ends.")],
    top_k: Annotated[int, typer.Option("--top-k", min=1, max=1000, help="How many hits.")] = 10,
    region: RegionOption = None,
    not_region: NotRegion = None,
    year: YearOption = None,
    kind: KindOption = None,
    issuer: IssuerOption = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say how each hit came about.")] = False,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Passages like one, other districts first; a hit shows its place as [DOC:START-END]."""
    chosen = filters(region, not_region, year, kind, issuer)
    with Asking.open(load_settings(home, index)) as library:
        answer = library.similar(SimilarTo(document, start, end, top_k, chosen))
    _say(answer, explain, json)


def _say(answer: Answer, explain: bool, json: bool) -> None:
    if json:
        emit(wire.search_out(answer, explain))
    else:
        print_answer(answer, explain)
