"""Commands that ask: search, compare, cite check, eval."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kb.compare.table import CompareRequest, sorted_by_figure
from kb.config import load_settings
from kb.errors import ExportError, QuestionError
from kb.evaluate import evaluate
from kb.surfaces import basket_shapes, reports, wire
from kb.surfaces.cli import show as screen
from kb.surfaces.cli.common import AsJson, Home, Index, emit, open_library, out, watched
from kb.surfaces.cli.filtering import (
    AboutOption,
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
from kb.types import Question, Quotation, SimilarTo
from kb.write.delimited import write_csv
from kb.write.docx import write_docx, write_draft
from kb.write.markdown import write_markdown
from kb.write.verify import read_citations
from kb.write.xlsx import write_xlsx


class ModeName(StrEnum):
    """How passages are found."""

    hybrid = "hybrid"
    dense = "dense"
    lexical = "lexical"


class By(StrEnum):
    """What a column stands for."""

    region = "region"
    document = "document"


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
    with open_library(home, index) as library:
        answer = library.search(asked)
    if json:
        emit(wire.search_out(answer, explain))
    else:
        screen.print_answer(answer, explain)


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
    with open_library(home, index) as library:
        answer = library.similar(SimilarTo(document, start, end, top_k, chosen))
    if json:
        emit(wire.search_out(answer, explain))
    else:
        screen.print_answer(answer, explain)


def compare(
    topic: Annotated[str, typer.Argument(metavar="TOPIC")],
    by: Annotated[By, typer.Option("--by", help="What a column stands for.")] = By.region,
    columns: Annotated[str | None, typer.Option("--columns", help="A,B,… in this order.")] = None,
    lens: Annotated[str, typer.Option("--lens", help="Name of the list of dimensions.")] = "",
    best: Annotated[int, typer.Option("--best", help="Columns the topic chooses.")] = 4,
    region: RegionOption = None,
    not_region: NotRegion = None,
    year: YearOption = None,
    kind: KindOption = None,
    issuer: IssuerOption = None,
    about: AboutOption = None,
    ask: Annotated[list[str] | None, typer.Option("--ask", help="One more row, typed as a question.")] = None,
    sort: Annotated[str, typer.Option("--sort", help="Order the columns by the figures of this row.")] = "",
    swap: Annotated[bool, typer.Option("--swap", help="Columns down, dimensions across.")] = False,
    docx: Annotated[Path | None, typer.Option("--docx", help="Write a Word file.")] = None,
    draft: Annotated[
        Path | None, typer.Option("--draft", help="Write the skeleton of a study report.")
    ] = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Ask the writing server of kb.toml for sentences of the draft.")
    ] = False,
    template: Annotated[
        Path | None, typer.Option("--template", help="The office's own Word template.")
    ] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Write an Excel file.")] = None,
    md: Annotated[Path | None, typer.Option("--md", help="Write a Markdown file.")] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write a CSV file.")] = None,
    home: Home = None,
    index: Index = None,
    json: AsJson = False,
) -> None:
    """Set districts side by side; every cell is quoted and cited, or says 未提及."""
    names = tuple(name.strip() for name in (columns or "").split(",") if name.strip())
    chosen = filters(region, not_region, year, kind, issuer, topic=about)
    request = CompareRequest(topic, by.value, names, lens, best, chosen, tuple(ask or ()))
    with open_library(home, index) as library:
        comparison = library.compare(request)
        proposals = library.proposals(comparison) if propose and draft is not None else ()
    if sort:
        comparison = sorted_by_figure(comparison, sort)
    if docx is not None:
        write_docx(comparison, docx, template=template, swap=swap)
    if draft is not None:
        write_draft(comparison, draft, template=template, proposals=proposals)
        screen.print_proposals(proposals)
    for path, write in ((xlsx, write_xlsx), (md, write_markdown), (csv, write_csv)):
        if path is not None:
            write(comparison, path, swap=swap)
    if json:
        emit(wire.comparison_out(comparison))
    else:
        screen.print_comparison(comparison, swap)


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


def evaluate_set(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A BEIR-format set.")],
    queries: Annotated[Path | None, typer.Option("--queries", help="Another file of queries.")] = None,
    mode: Annotated[ModeName, typer.Option("--mode")] = ModeName.hybrid,
    home: Home = None,
    json: AsJson = False,
) -> None:
    """Measure retrieval on a BEIR-format set; its index is kept under indexes/.eval/."""
    if not folder.is_dir():
        raise QuestionError(f"{folder} is no folder")
    with watched() as progress:
        measured = evaluate(load_settings(home), folder, queries, mode.value, progress)
    if json:
        sys.stdout.write(reports.measured_json(measured) + "\n")
    else:
        for name, value in reports.measured_items(measured):
            out.print(f"{name:>18}  {value}")
