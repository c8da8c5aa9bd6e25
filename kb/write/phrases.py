"""Sentences that all exports share: titles, the scope of a comparison, its warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kb.store.places import label_of
from kb.types import Cell, Citation, Comparison, DocumentCard, Flag
from kb.write.labels import labels
from kb.write.output import one_line
from kb.write.references import numbered

_NAMED_QUOTES = 6  # flagged words that a warning repeats
_NAMED_COLUMNS = 8  # a sentence that names more columns than these only counts them


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning on quotations of one document, for the writer to resolve."""

    column: str
    flag: str  # its name
    quotes: tuple[str, ...]  # the flagged words, or the start of the quotation
    evidence: str  # of the first
    number: int  # of the document in the list of references


def title_of(comparison: Comparison) -> str:
    """The title of the exported paper."""
    topic = one_line(comparison.topic)
    return labels().words.title.format(topic=topic) if topic else labels().words.untitled


def scope_of(comparison: Comparison) -> str:
    """What was compared and how much was found, in one paragraph."""
    names = [one_line(column.name) for column in comparison.columns]
    columns = "、".join(names) if len(names) <= _NAMED_COLUMNS else f"{'、'.join(names[:_NAMED_COLUMNS])}等"
    coverage = comparison.coverage
    return labels().words.scope_text.format(
        topic=one_line(comparison.topic),
        lens=comparison.lens,
        dimensions=len(comparison.dimensions),
        columns=f"{columns}共{len(names)}列",
        documents=coverage.documents,
        cells=coverage.found + coverage.weak + coverage.not_mentioned,
        found=coverage.found,
        weak=coverage.weak,
        none=coverage.not_mentioned,
    )


def warnings_of(quoted: Iterable[tuple[str, Citation]]) -> tuple[Warned, ...]:
    """The flags of quotations, each with who says it: one warning for each speaker, document and flag."""
    pairs = tuple(quoted)
    numbers = numbered(citation for _, citation in pairs)
    found: dict[tuple[str, str, str], tuple[list[str], str]] = {}
    for name, citation in pairs:
        for flag in citation.flags:
            quotes, _ = found.setdefault((name, citation.doc_id, flag.name), ([], flag.evidence))
            quotes.append(_flagged_words(citation, flag))
    return tuple(
        Warned(name, flag, tuple(dict.fromkeys(quotes)), evidence, numbers[doc_id])
        for (name, doc_id, flag), (quotes, evidence) in found.items()
    )


def quoted_in(comparison: Comparison) -> Iterator[tuple[str, Citation]]:
    """Every citation of a comparison with the name of its column."""
    for column in comparison.columns:
        for cell in column.cells:
            yield from ((column.name, citation) for citation in cell.citations)


def speaker(card: DocumentCard) -> str:
    """Who says what a document says: its district, else its title."""
    return "".join(card.region) or one_line(card.title) or label_of(card.source)


def warning_line(warning: Warned) -> str:
    """A warning as a sentence."""
    shown = "".join(f"“{one_line(quote)}”" for quote in warning.quotes[:_NAMED_QUOTES])
    return labels().words.flag_line.format(
        column=one_line(warning.column),
        quotes=shown + ("等" if len(warning.quotes) > _NAMED_QUOTES else ""),
        flag=labels().flag(warning.flag),
        evidence=one_line(warning.evidence) or "—",
        number=warning.number,
    )


def state_words(cell: Cell) -> str:
    """有据, 证据较弱 or 未提及."""
    return labels().states[cell.state]


def _flagged_words(citation: Citation, flag: Flag) -> str:
    if flag.start < flag.end:
        inside = citation.quote[max(0, flag.start - citation.start) : flag.end - citation.start]
        if inside.strip():
            return inside
    quote = citation.quote
    return quote if len(quote) <= 20 else quote[:20] + "……"
