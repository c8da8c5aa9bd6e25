"""Options that restrict what is searched."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from kb.errors import QuestionError
from kb.types import Filters

Many = list[str] | None
RegionOption = Annotated[Many, typer.Option("--region", help="Only this region, at any level.")]
NotRegion = Annotated[Many, typer.Option("--not-region", help="Not this region.")]
YearOption = Annotated[str | None, typer.Option("--year", help="A year or years: 2021 or 2019-2024.")]
KindOption = Annotated[Many, typer.Option("--kind", help="Only this kind: 调研报告, 意见 …")]
IssuerOption = Annotated[Many, typer.Option("--issuer", help="Only this issuer.")]
FlagOption = Annotated[Many, typer.Option("--flag", help="Only with this warning: spun_text …")]
NotFlag = Annotated[Many, typer.Option("--not-flag", help="Without this warning.")]
DocumentOption = Annotated[Many, typer.Option("--document", help="Only this document, by its id.")]
NotDocument = Annotated[Many, typer.Option("--not-document", help="Not this document, by its id.")]
AboutOption = Annotated[Many, typer.Option("--about", help="Only documents about this: 党建, 住房 …")]
TopicOption = Annotated[Many, typer.Option("--topic", help="Only about this: 党建, 住房 …")]

_YEARS = re.compile(r"(\d{4})(?:\s*[-–—至]\s*(\d{4}))?")


def filters(
    region: Many,
    not_region: Many,
    year: str | None,
    kind: Many,
    issuer: Many,
    flag: Many = None,
    not_flag: Many = None,
    document: Many = None,
    not_document: Many = None,
    topic: Many = None,
) -> Filters:
    """The filters of the options. Raises `QuestionError` for a year that is none."""
    return Filters(
        regions=tuple(region or ()),
        not_regions=tuple(not_region or ()),
        years=_years(year) if year else None,
        kinds=tuple(kind or ()),
        issuers=tuple(issuer or ()),
        flags=tuple(flag or ()),
        documents=tuple(document or ()),
        not_flags=tuple(not_flag or ()),
        not_documents=tuple(not_document or ()),
        topics=tuple(topic or ()),
    )


def _years(text: str) -> tuple[int, int]:
    match = _YEARS.fullmatch(text.strip())
    if match is None:
        raise QuestionError(f"--year {text} is no year: write 2021 or 2019-2024")
    first = int(match.group(1))
    last = int(match.group(2) or first)
    if last < first:
        raise QuestionError(f"--year {text} ends before it begins")
    return first, last
