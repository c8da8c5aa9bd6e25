"""The values that flow through the house: frozen, slotted, with units beside their fields.

Offsets are half-open code points of `Document.text`. A region is a path from the province down
(省、市、区县、街道/乡镇、社区), with the upper levels present when known; () means unknown. A date is
"2021", "2021-06" or "2021-06-30"; "" means unknown. Blanks are never filled by guesswork.
"""

from kb.types.answers import (
    Amount,
    Answer,
    CheckedCitation,
    Citation,
    CitationState,
    Confidence,
    Excerpt,
    Filters,
    Hit,
    Language,
    Mode,
    Question,
    Quotation,
    Reading,
    SearchCoverage,
    SimilarTo,
    Why,
)
from kb.types.comparison import Cell, CellState, Column, CompareCoverage, Comparison, Dimension, Figure, Lens
from kb.types.documents import (
    Block,
    Chunk,
    Document,
    DocumentCard,
    Fact,
    Flag,
    Region,
    Removed,
    Section,
    sha256_hex,
)
from kb.types.reports import CheckReport, Failure, Flagged, IngestReport

__all__ = [
    "Amount",
    "Answer",
    "Block",
    "Cell",
    "CellState",
    "CheckReport",
    "CheckedCitation",
    "Chunk",
    "Citation",
    "CitationState",
    "Column",
    "CompareCoverage",
    "Comparison",
    "Confidence",
    "Dimension",
    "Document",
    "DocumentCard",
    "Excerpt",
    "Fact",
    "Failure",
    "Figure",
    "Filters",
    "Flag",
    "Flagged",
    "Hit",
    "IngestReport",
    "Language",
    "Lens",
    "Mode",
    "Question",
    "Quotation",
    "Reading",
    "Region",
    "Removed",
    "SearchCoverage",
    "Section",
    "SimilarTo",
    "Why",
    "sha256_hex",
]
