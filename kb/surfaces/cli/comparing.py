"""`kb compare`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from kb.compare.table import CompareRequest, sorted_by_figure
from kb.surfaces import wire
from kb.surfaces.cli import show as screen
from kb.surfaces.cli.common import AsJson, Home, Index, emit
from kb.surfaces.cli.filtering import (
    AboutOption,
    IssuerOption,
    KindOption,
    NotRegion,
    RegionOption,
    YearOption,
    filters,
)
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
from kb.write.delimited import write_csv
from kb.write.docx import write_docx, write_draft
from kb.write.markdown import write_markdown
from kb.write.xlsx import write_xlsx


class By(StrEnum):
    """What a column stands for."""

    region = "region"
    document = "document"


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
