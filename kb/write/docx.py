"""A comparison as a Word file in the official layout, or as the skeleton of a 调研报告.

The comparison: scope, the table, the excerpts dimension by dimension. The skeleton: the usual five parts of
such a report, each filled with the excerpts that belong there; the words between them are the writer's. Both
carry native footnotes, what needs checking, the list of references and the machine's record.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from lxml import etree

from kb.errors import ExportError
from kb.types import Comparison
from kb.write.docx_paper import Paper, chinese_number
from kb.write.docx_parts import RECORD_NAMESPACE
from kb.write.labels import labels
from kb.write.record import Cited, from_json
from kb.write.references import Edition


def write_docx(
    comparison: Comparison, path: Path, edition: Edition = "2025", template: Path | None = None
) -> None:
    """Writes the comparison to `path`; `template` is a Word file whose page and styles replace ours.

    Raises `ExportError` when it cannot be written.
    """
    words = labels().words
    paper = Paper(comparison, edition, template)
    paper.title()
    paper.heading(words.scope, 1)
    paper.scope()
    paper.matrix(words.table, 1)
    paper.heading(words.excerpts, 1)
    for row, dimension in enumerate(comparison.dimensions):
        paper.heading(f"（{chinese_number(row + 1)}）{dimension}", 2)
        paper.excerpts(row, 3)
    paper.warnings(words.warnings)
    paper.references()
    paper.save(path)


def write_draft(
    comparison: Comparison, path: Path, edition: Edition = "2025", template: Path | None = None
) -> None:
    """Writes the skeleton of a report to `path`; arguments and errors as for `write_docx`."""
    parts = labels().draft
    named = {dimension for part in parts for dimension in part.dimensions}
    paper = Paper(comparison, edition, template)
    paper.title()
    for n, part in enumerate(parts, start=1):
        paper.heading(f"{chinese_number(n)}、{part.heading}", 1)
        if part.scope:
            paper.scope()
        rows = [
            row
            for row, dimension in enumerate(comparison.dimensions)
            if dimension in part.dimensions or (part.others and dimension not in named)
        ]
        paper.text(part.guide if rows or part.scope else part.guide + labels().words.nothing_for_part)
        for i, row in enumerate(rows, start=1):
            paper.heading(f"（{chinese_number(i)}）{comparison.dimensions[row]}", 2)
            paper.excerpts(row, 3)
    paper.matrix(labels().words.annex, 1)
    paper.warnings(labels().words.draft_warnings)
    paper.references()
    paper.save(path)


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
