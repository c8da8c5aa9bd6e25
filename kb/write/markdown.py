"""A comparison as Markdown: a table, every quotation with its source, the list of references.

Whatever stands in a quotation is escaped after CommonMark, so that it shows as text. The machine's record is
an HTML comment at the end of the file.
"""

from __future__ import annotations

import re
from pathlib import Path

from kb.types import Cell, Citation, Comparison
from kb.write.labels import labels
from kb.write.output import one_line, writing
from kb.write.phrases import scope_of, state_words, title_of, warning_line, warnings_of
from kb.write.record import MARK, Cited, citations_of, from_json, to_json
from kb.write.references import Edition, numbered, reference

_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")  # CommonMark lets a backslash stand before any ASCII punctuation
_RECORD = re.compile(rf"<!-- {MARK} (.*?) -->", re.S)


def write_markdown(comparison: Comparison, path: Path, edition: Edition = "2025") -> None:
    """Writes `path` in UTF-8. Raises `ExportError` when it cannot be written."""
    with writing(path) as temporary:
        temporary.write_text(markdown(comparison, edition), encoding="utf-8", newline="\n")


def markdown(comparison: Comparison, edition: Edition = "2025") -> str:
    """The comparison as Markdown text."""
    words = labels().words
    numbers = numbered(citations_of(comparison))
    parts = [f"# {escaped(title_of(comparison))}", escaped(scope_of(comparison)), _table(comparison, numbers)]
    if comparison.coverage.left_out:
        notes = [f"- {escaped(note)}" for note in comparison.coverage.left_out]
        parts.append("\n".join([escaped(words.left_out), "", *notes]))
    warnings = [f"- {escaped(warning_line(warning))}" for warning in warnings_of(comparison)]
    parts.append("\n".join([f"## {words.warnings}", "", *(warnings or [words.warnings_none])]))
    parts.append(f"## {words.references}\n\n{_references(comparison, edition)}")
    record = to_json(comparison).replace("-", "\\u002d").replace("<", "\\u003c").replace(">", "\\u003e")
    parts.append(f"<!-- {MARK} {record} -->")
    return "\n\n".join(parts) + "\n"


def read_markdown(text: str, name: str) -> tuple[Cited, ...]:
    """The citations of an exported text. Raises `ExportError` naming `name` when its record is damaged."""
    # A quotation cannot end the comment early, and the record is the last one in the file.
    records = _RECORD.findall(text)
    return from_json(records[-1] if records else "", name)


def escaped(text: str) -> str:
    """`text` on one line, with everything that Markdown or HTML could take for markup made literal."""
    return _SPECIAL.sub(r"\\\1", one_line(text))


def _table(comparison: Comparison, numbers: dict[str, int]) -> str:
    words = labels().words
    head = [words.dimension, *(escaped(column.name) for column in comparison.columns)]
    rows = [head, ["---"] * len(head)]
    for i, dimension in enumerate(comparison.dimensions):
        cells = [_cell(column.cells[i], numbers) for column in comparison.columns]
        rows.append([escaped(dimension), *cells])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(cell: Cell, numbers: dict[str, int]) -> str:
    if not cell.citations:
        return state_words(cell)
    mark = labels().words.weak_mark if cell.state == "weak" else ""
    return mark + "<br>".join(_quoted(citation, numbers) for citation in cell.citations)


def _quoted(citation: Citation, numbers: dict[str, int]) -> str:
    place = escaped(citation.paragraph)
    return f"“{escaped(citation.quote)}”\\[{numbers[citation.doc_id]}\\]{f'（{place}）' if place else ''}"


def _references(comparison: Comparison, edition: Edition) -> str:
    cards = {citation.doc_id: citation.document for citation in citations_of(comparison)}
    numbers = numbered(citations_of(comparison))
    lines = [f"\\[{number}\\] {escaped(reference(cards[doc], edition))}" for doc, number in numbers.items()]
    return "\n\n".join(lines)
