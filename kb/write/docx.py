"""Word files in the official layout: a comparison, what a basket holds, the skeleton of a 调研报告.

The comparison: scope, the table, the excerpts dimension by dimension. A basket: its headings with their
passages and notes. The skeleton: the parts of such a report with the excerpts that belong there; the words
between them are the writer's. All carry native footnotes, what needs checking, the list of references and the
machine's record.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from lxml import etree

from kb.errors import ExportError
from kb.types import Basket, Comparison
from kb.write.docx_matrix import add_matrix
from kb.write.docx_paper import Paper, chinese_number
from kb.write.docx_parts import RECORD_NAMESPACE
from kb.write.grid import grid_of
from kb.write.labels import labels
from kb.write.outline import Outline, Section, basket_outline, draft_outline
from kb.write.output import one_line
from kb.write.phrases import quoted_in, scope_of, title_of, warning_line, warnings_of
from kb.write.proposals import Proposal
from kb.write.record import Cited, citations_of, from_json
from kb.write.references import Edition

_NUMBERED = re.compile(
    r"\s*(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、]|第[一二三四五六七八九十\d]+[部章])"
)


def write_docx(
    comparison: Comparison,
    path: Path,
    edition: Edition = "2025",
    template: Path | None = None,
    swap: bool = False,
) -> None:
    """Writes the comparison to `path`; `template` is a Word file whose page and styles replace ours.

    `swap` puts the districts down the table. Raises `ExportError` when it cannot be written.
    """
    words = labels().words
    paper = Paper(title_of(comparison), tuple(citations_of(comparison)), edition, template)
    paper.title(words.subtitle.format(lens=comparison.lens))
    paper.heading(words.scope, 1)
    paper.text(scope_of(comparison))
    if comparison.coverage.left_out:
        notes = "；".join(map(one_line, comparison.coverage.left_out))
        paper.text(f"{words.left_out}{notes}。")
    add_matrix(paper, grid_of(comparison, swap), words.table)
    paper.heading(words.excerpts, 1)
    for row, dimension in enumerate(comparison.dimensions):
        paper.heading(f"（{chinese_number(row + 1)}）{dimension}", 2)
        _excerpts(paper, comparison, row)
    _warnings(paper, words.warnings, [warning_line(one) for one in warnings_of(quoted_in(comparison))])
    paper.references()
    paper.save(path)


def write_basket_docx(
    basket: Basket, path: Path, edition: Edition = "2025", template: Path | None = None
) -> None:
    """Writes what a basket holds to `path`; arguments and errors as for `write_docx`."""
    _write_outline(basket_outline(basket), path, edition, template, ())


def write_draft(
    source: Comparison | Basket,
    path: Path,
    edition: Edition = "2025",
    template: Path | None = None,
    proposals: Sequence[Proposal] = (),
) -> None:
    """Writes the skeleton of a report to `path`; arguments and errors as for `write_docx`.

    `proposals` are for the sections of `draft_outline(source)`, in their order.
    """
    _write_outline(draft_outline(source), path, edition, template, proposals)


def _write_outline(
    outline: Outline,
    path: Path,
    edition: Edition,
    template: Path | None,
    proposals: Sequence[Proposal],
) -> None:
    words = labels().words
    paper = Paper(outline.title, outline.citations, edition, template)
    paper.title(outline.subtitle)
    for text in outline.opening:
        paper.text(text)
    given = [*proposals, *[Proposal()] * (len(outline.sections) - len(proposals))]
    for section, heading, proposal in zip(outline.sections, _numbered(outline.sections), given, strict=True):
        _section(paper, section, heading, proposal)
    if outline.comparison is not None:
        add_matrix(paper, grid_of(outline.comparison), words.annex)
    _refused(paper, outline.sections, proposals)
    lines = [*outline.states, *(warning_line(one) for one in warnings_of(outline.quoted))]
    _warnings(paper, words.draft_warnings, lines)
    paper.references()
    paper.save(path)


def _section(paper: Paper, section: Section, heading: str, proposal: Proposal) -> None:
    words = labels().words
    paper.heading(heading, section.level)
    for text in section.texts:
        paper.text(text)
    if section.guide:
        paper.guide(section.guide)
    if proposal.supported:
        paper.guide(words.proposed)
        for sentence in proposal.supported:
            paper.text(sentence.text, [section.excerpts[i].citation for i in sentence.cites])
    spoken = groupby(section.excerpts, key=lambda excerpt: (excerpt.speaker, excerpt.mark))
    for n, ((speaker, mark), excerpts) in enumerate(spoken, start=1):
        paper.heading(f"{n}. {speaker}{mark}", 3)
        for excerpt in excerpts:
            paper.quotation(excerpt.citation)
            if excerpt.note:
                paper.guide(words.note.format(note=excerpt.note))
    for text in section.closing:
        paper.text(text)


def _numbered(sections: Sequence[Section]) -> list[str]:
    """Headings as official papers number them; one that has a number of its own keeps it."""
    counts, found = [0, 0], []
    for section in sections:
        if section.level == 1:
            counts = [counts[0] + 1, 0]
        else:
            counts[1] += 1
        number = chinese_number(counts[section.level - 1])
        label = f"{number}、" if section.level == 1 else f"（{number}）"
        heading = one_line(section.heading)
        found.append(heading if _NUMBERED.match(heading) else label + heading)
    return found


def _refused(paper: Paper, sections: Sequence[Section], proposals: Sequence[Proposal]) -> None:
    """Proposed sentences without support, and sections that none could be proposed for: never body text."""
    words = labels().words
    lines = []
    for section, proposal in zip(sections, proposals, strict=False):
        if proposal.problem:
            lines.append(words.proposal_problem.format(part=section.heading, problem=proposal.problem))
        lines += [
            words.unsupported_line.format(part=section.heading, text=one.text, reason=one.problem)
            for one in proposal.refused
        ]
    if lines:
        paper.lines(words.unsupported, lines)


def _warnings(paper: Paper, heading: str, lines: Sequence[str]) -> None:
    paper.lines(heading, lines, labels().words.warnings_none)


def _excerpts(paper: Paper, comparison: Comparison, row: int) -> None:
    """All quotations of one dimension, column by column; who is silent is named."""
    words, columns = labels().words, comparison.columns
    said = [column for column in columns if column.cells[row].citations]
    for n, column in enumerate(said, start=1):
        cell = column.cells[row]
        mark = words.weak_mark if cell.state == "weak" else ""
        paper.heading(f"{n}. {one_line(column.name)}{mark}", 3)
        for citation in cell.citations:
            paper.quotation(citation)
    silent = [one_line(column.name) for column in columns if not column.cells[row].citations]
    if silent:
        paper.text(words.nobody.format(columns="、".join(silent)))


def read_docx(path: Path) -> tuple[Cited, ...]:
    """The citations of an exported file. Raises `ExportError` when it is not ours or damaged."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if name.startswith("customXml/item") and name.endswith(".xml"):
                    root = etree.fromstring(package.read(name), parser)
                    if root.tag == f"{{{RECORD_NAMESPACE}}}citations":
                        return from_json(root.text or "", path.name)
    except (zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        raise ExportError(f"{path.name} is not a Word file that can be read: {error}") from error
    raise ExportError(f"{path.name} is not one of our exports: it keeps no citations")
