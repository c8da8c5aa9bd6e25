"""A comparison as its page shows it: a table with either districts or dimensions across."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from markupsafe import Markup

from kb.surfaces import forms, kin
from kb.surfaces.facets import Choice
from kb.surfaces.messages import Words
from kb.surfaces.reader import flag_layers
from kb.surfaces.render import marked
from kb.surfaces.spans import span_of
from kb.surfaces.wire import source_of
from kb.types import (
    CellState,
    Citation,
    Column,
    CompareCoverage,
    Comparison,
    Confidence,
    Dimension,
    Figure,
    Lens,
)

FIGURES_SHOWN = 3  # of one cell
LONG_PASSAGE = 140  # characters


@dataclass(frozen=True, slots=True)
class PassageView:
    """One numbered passage of a cell."""

    number: int  # through the whole table, in reading order
    url: str  # the document at the span
    span: str  # for collecting it
    panel_url: str  # the citation alone, for the panel beside the table
    html: Markup
    title: str
    confidence: Confidence
    long: bool  # shown folded at first


@dataclass(frozen=True, slots=True)
class FigureView:
    """A figure as the text has it, with the number of the passage that holds it."""

    text: str
    number: int | None
    damaged: bool


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell: found, weak or not_mentioned, never blank."""

    state: CellState
    label: str  # where its passages were found: dimension and column
    figures: tuple[FigureView, ...]
    passages: tuple[PassageView, ...]


@dataclass(frozen=True, slots=True)
class HeadView:
    """What stands at the head of a row or a column; `lang` is that of its label."""

    label: str
    sub: str
    url: str  # sorts by the figures of a dimension, or opens the only document of a column; "" for neither
    chosen: bool = False  # the table is sorted by it


@dataclass(frozen=True, slots=True)
class TableView:
    """The table as it is drawn; `swapped` when the districts go down."""

    across: tuple[HeadView, ...]
    down: tuple[tuple[HeadView, tuple[CellView, ...]], ...]
    swapped: bool
    coverage: CompareCoverage
    sources: tuple[tuple[str, str, str], ...]  # name of the column, title, address
    columns: int  # districts or documents, whichever way they run


@dataclass(frozen=True, slots=True)
class ComparePage:
    """A comparison, or the form to begin one."""

    form: forms.CompareForm
    lens: str  # the key of the lens in use
    lenses: tuple[Lens, ...]
    best_choices: tuple[int, ...]
    choices: tuple[Choice, ...]  # columns that can be picked
    problem: str
    table: TableView | None
    swap_url: str
    exports: tuple[tuple[str, str], ...]  # name, address


def table_view(comparison: Comparison, lens: Lens, form: forms.CompareForm, words: Words) -> TableView:
    """The comparison, drawn as the form asks."""
    known = {dimension.name: dimension for dimension in lens.dimensions}
    dimensions = [known.get(name) or Dimension(name, "", "", ()) for name in comparison.dimensions]
    numbers = count(1)
    cells = [
        [_cell(column, row, dimension, numbers, words) for column in comparison.columns]
        for row, dimension in enumerate(dimensions)
    ]
    rows = [_dimension_head(dimension, form, words) for dimension in dimensions]
    columns = [_column_head(column, words) for column in comparison.columns]
    if form.swap:
        across, down = rows, [(head, [row[i] for row in cells]) for i, head in enumerate(columns)]
    else:
        across, down = columns, list(zip(rows, cells, strict=True))
    return TableView(
        across=tuple(across),
        down=tuple((head, tuple(row)) for head, row in down),
        swapped=form.swap,
        coverage=comparison.coverage,
        sources=tuple(
            (column.name, kin.title_of(card, words), forms.document_url(card.id))
            for column in comparison.columns
            for card in column.documents
        ),
        columns=len(comparison.columns),
    )


def _dimension_head(dimension: Dimension, form: forms.CompareForm, words: Words) -> HeadView:
    english = words.lang == "en" and dimension.name_en
    chosen = form.sort == dimension.name
    sort_url = replace(form, sort="" if chosen else dimension.name).url if dimension.figures else ""
    label, sub = (dimension.name_en, dimension.name) if english else (dimension.name, "")
    return HeadView(label, sub, sort_url, chosen)


def _column_head(column: Column, words: Words) -> HeadView:
    if len(column.documents) == 1:
        card = column.documents[0]
        title = kin.title_of(card, words)
        other = title if title != column.name else kin.region_of(card)
        return HeadView(column.name, other, forms.document_url(card.id))
    return HeadView(column.name, words("compare.documents", n=len(column.documents)), "")


def _cell(column: Column, row: int, dimension: Dimension, numbers: Iterator[int], words: Words) -> CellView:
    cell = column.cells[row]
    numbered = [(next(numbers), citation) for citation in cell.citations]
    shown = [figure for figure in cell.figures if figure.quantity in dimension.figures][:FIGURES_SHOWN]
    return CellView(
        state=cell.state,
        label=f"{cell.dimension} · {column.name}",
        figures=tuple(_figure(figure, numbered) for figure in shown),
        passages=tuple(
            _passage(number, citation, confidence, words)
            for (number, citation), confidence in zip(numbered, cell.confidences, strict=True)
        ),
    )


def _figure(figure: Figure, numbered: Sequence[tuple[int, Citation]]) -> FigureView:
    source = source_of(figure, [citation for _, citation in numbered])
    number = next((number for number, citation in numbered if citation is source), None)
    return FigureView(figure.quote, number, any(flag.name == "suspect_figure" for flag in figure.flags))


def _passage(number: int, citation: Citation, confidence: Confidence, words: Words) -> PassageView:
    return PassageView(
        number=number,
        url=forms.citation_url(citation),
        span=span_of(citation),
        panel_url=forms.panel_url(citation),
        html=marked(citation.quote, flag_layers(citation.flags, words, citation.start)),
        title=kin.title_of(citation.document, words),
        confidence=confidence,
        long=len(citation.quote) > LONG_PASSAGE,
    )
