"""The words and measures of kb/data/export.toml."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from kb.resources import load_rules
from kb.types import CitationState, Confidence


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Rules):
    """Fixed words of an export."""

    title: str
    untitled: str
    subtitle: str
    scope: str
    scope_text: str
    table: str
    excerpts: str
    warnings: str
    warnings_none: str
    left_out: str
    references: str
    dimension: str
    column: str
    more: str
    weak_mark: str
    nobody: str
    flag_line: str
    sheet_matrix: str
    sheet_figures: str
    sheet_sources: str
    nothing_for_part: str
    annex: str
    draft_warnings: str
    draft_title: str
    draft_untitled: str
    draft_subtitle: str
    draft_scope: str
    already: str
    silent: str
    silent_all: str
    silent_some: str
    basket_title: str
    basket_scope: str
    basket_empty: str
    basket_unheaded: str
    basket_guide: str
    note: str
    state_line: str
    proposed: str
    unsupported: str
    unsupported_line: str
    proposal_problem: str
    sheet_basket: str
    basket_columns: tuple[str, ...]
    figure_columns: tuple[str, ...]
    source_columns: tuple[str, ...]


class DraftPart(_Rules):
    """One part of a report's skeleton."""

    heading: str
    guide: str
    dimensions: tuple[str, ...]
    scope: bool = False
    others: bool = False


class Fonts(_Rules):
    """East Asian fonts by use; `latin` for the rest."""

    title: str
    body: str
    heading1: str
    heading2: str
    heading3: str
    quote: str
    guide: str
    number: str
    latin: str


class Page(_Rules):
    """Margins in millimetres, sizes in points; see the file for the rest."""

    top: float
    bottom: float
    left: float
    right: float
    footer: float
    title_size: float
    body_size: float
    table_size: float
    note_size: float
    number_size: float
    line: float
    grid: int
    narrowing: int
    portrait_columns: int
    landscape_columns: int


class Labels(_Rules):
    """The whole file."""

    words: Words
    draft: tuple[DraftPart, ...]
    states: dict[str, str]
    citation_states: dict[CitationState, str]
    confidences: dict[Confidence, str]
    flags: dict[str, str]
    quantities: dict[str, str]
    approximations: dict[str, str]
    fonts: Fonts
    page: Page

    def flag(self, name: str) -> str:
        """A flag's name in words; its own name when there are none."""
        return self.flags.get(name, name)


@cache
def labels() -> Labels:
    """The shipped words and layout. Raises `DataError` when the file is broken."""
    return load_rules("export.toml", Labels)
