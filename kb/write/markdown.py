"""A comparison as Markdown: a table, every quotation with its source, the list of references.

Whatever stands in a quotation is escaped after CommonMark, so that it shows as text. The machine's record is
an HTML comment at the end of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from kb.types import Cell, Citation, Comparison
from kb.write.grid import grid_of
from kb.write.labels import labels
from kb.write.output import one_line, writing
from kb.write.phrases import quoted_in, scope_of, state_words, title_of, warning_line, warnings_of
from kb.write.record import MARK, Cited, citations_of, from_json, to_json
from kb.write.references import Edition, listed, numbered

_SPECIAL = re.compile(r"([!-/:-@\[-`{-~])")  # CommonMark lets a backslash stand before any ASCII punctuation
_RECORD = re.compile(rf"<!-- {MARK} (.*?) -->", re.S)


def write_markdown(comparison: Comparison, path: Path, edition: Edition = "2025", swap: bool = False) -> None:
    """Writes `path` in UTF-8; `swap` puts the districts down. Raises `ExportError` when it cannot."""
    write_text(markdown(comparison, edition, swap), path)


def write_text(text: str, path: Path) -> None:
    """Writes Markdown to `path` in UTF-8. Raises `ExportError` when it cannot be written."""
    with writing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def markdown(comparison: Comparison, edition: Edition = "2025", swap: bool = False) -> str:
    """The comparison as Markdown text."""
    words = labels().words
    citations = tuple(citations_of(comparison))
    table = _table(comparison, numbered(citations), swap)
    parts = [f"# {escaped(title_of(comparison))}", escaped(scope_of(comparison)), table]
    if comparison.coverage.left_out:
        notes = [f"- {escaped(note)}" for note in comparison.coverage.left_out]
        parts.append("\n".join([escaped(words.left_out), "", *notes]))
    warnings = [warning_line(warning) for warning in warnings_of(quoted_in(comparison))]
    return "\n\n".join([*parts, *closing(words.warnings, warnings, citations, edition)]) + "\n"


def closing(
    heading: str, warnings: Iterable[str], citations: tuple[Citation, ...], edition: Edition
) -> tuple[str, ...]:
    """What ends every Markdown export: warnings under `heading`, references, the machine's record."""
    words = labels().words
    lines = [f"- {escaped(warning)}" for warning in warnings]
    entries = [f"\\[{number}\\] {escaped(entry)}" for number, entry in listed(citations, edition)]
    record = to_json(citations).replace("-", "\\u002d").replace("<", "\\u003c").replace(">", "\\u003e")
    return (
        "\n".join([f"## {heading}", "", *(lines or [words.warnings_none])]),
        f"## {words.references}\n\n" + "\n\n".join(entries),
        f"<!-- {MARK} {record} -->",
    )


def read_markdown(text: str, name: str) -> tuple[Cited, ...]:
    """The citations of an exported text. Raises `ExportError` naming `name` when its record is damaged."""
    # A quotation cannot end the comment early, and the record is the last one in the file.
    records = _RECORD.findall(text)
    return from_json(records[-1] if records else "", name)


def escaped(text: str) -> str:
    """`text` on one line, with everything that Markdown or HTML could take for markup made literal."""
    return _SPECIAL.sub(r"\\\1", one_line(text))


def _table(comparison: Comparison, numbers: dict[str, int], swap: bool) -> str:
    grid = grid_of(comparison, swap)
    head = [grid.corner, *map(escaped, grid.across)]
    rows = [head, ["---"] * len(head)]
    rows += [[escaped(name), *(_cell(cell, numbers) for cell in cells)] for name, cells in grid.down]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(cell: Cell, numbers: dict[str, int]) -> str:
    if not cell.citations:
        return state_words(cell)
    mark = labels().words.weak_mark if cell.state == "weak" else ""
    return mark + "<br>".join(_quoted(citation, numbers) for citation in cell.citations)


def _quoted(citation: Citation, numbers: dict[str, int]) -> str:
    return quoted(citation, numbers[citation.doc_id])


def quoted(citation: Citation, number: int) -> str:
    """A quotation with its number in the list of references and its place."""
    place = escaped(citation.paragraph)
    return f"“{escaped(citation.quote)}”\\[{number}\\]{f'（{place}）' if place else ''}"
