"""Parts of a Word file that python-docx has no words for: native footnotes, and one for our record."""

from __future__ import annotations

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph
from lxml import etree

from kb.write.docx_layout import FOOTNOTE_MARK, FOOTNOTE_TEXT
from kb.write.output import one_line
from kb.write.record import MARK

RECORD_NAMESPACE = f"urn:{MARK}"
_NOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_SEPARATORS = (("-1", "separator"), ("0", "continuationSeparator"))


class Footnotes:
    """The footnotes of one document: numbered by Word, kept in word/footnotes.xml."""

    def __init__(self, document: Document) -> None:
        """Goes on after the footnotes that a template brings."""
        self._document = document
        self._part = _footnotes_part(document)
        self._root = parse_xml(self._part.blob if self._part else f"<w:footnotes {nsdecls('w')}/>")
        self._text_style = document.styles[FOOTNOTE_TEXT].style_id
        self._mark_style = document.styles[FOOTNOTE_MARK].style_id
        if self._part is None:
            for number, kind in _SEPARATORS:
                self._root.append(_separator(number, kind))
        self._count = max([0, *(int(note.get(qn("w:id"))) for note in self._root)])

    def add(self, paragraph: Paragraph, text: str) -> None:
        """Ends `paragraph` with the mark of a new footnote that says `text`."""
        self._count += 1
        number = str(self._count)
        run = paragraph.add_run()
        run.style = self._document.styles[FOOTNOTE_MARK]
        reference = OxmlElement("w:footnoteReference")
        reference.set(qn("w:id"), number)
        run._r.append(reference)
        self._root.append(self._note(number, text))

    def attach(self) -> None:
        """Puts the footnotes into the file; call once, after the last one."""
        blob = etree.tostring(self._root, xml_declaration=True, encoding="UTF-8", standalone=True)
        if self._part is not None:
            self._part._blob = blob
            return
        package = self._document.part.package
        part = Part(PackURI("/word/footnotes.xml"), _NOTES_TYPE, blob, package)
        self._document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        _declare_separators(self._document)

    def _note(self, number: str, text: str) -> etree._Element:
        note = OxmlElement("w:footnote")
        note.set(qn("w:id"), number)
        paragraph = OxmlElement("w:p")
        properties = OxmlElement("w:pPr")
        properties.append(_with_value("w:pStyle", self._text_style))
        paragraph.append(properties)
        mark = OxmlElement("w:r")
        mark_properties = OxmlElement("w:rPr")
        mark_properties.append(_with_value("w:rStyle", self._mark_style))
        mark.append(mark_properties)
        mark.append(OxmlElement("w:footnoteRef"))
        paragraph.append(mark)
        run = OxmlElement("w:r")
        words = OxmlElement("w:t")
        words.set(qn("xml:space"), "preserve")
        words.text = " " + one_line(text)
        run.append(words)
        paragraph.append(run)
        note.append(paragraph)
        return note


def attach_record(document: Document, record: str) -> None:
    """Keeps the machine's record as a custom XML part, which Word carries along when the file is saved."""
    mark = RECORD_NAMESPACE.encode()
    for key, relation in list(document.part.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.CUSTOM_XML and mark in relation.target_part.blob:
            del document.part.rels[key]  # the template was itself an export
    root = etree.Element(f"{{{RECORD_NAMESPACE}}}citations", nsmap={None: RECORD_NAMESPACE})
    root.text = record
    blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    package = document.part.package
    name = package.next_partname("/customXml/item%d.xml")  # the template brings one of its own
    part = Part(name, "application/xml", blob, package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)


def _footnotes_part(document: Document) -> Part | None:
    """The footnotes of the template, when it has some."""
    for relation in document.part.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.FOOTNOTES:
            part: Part = relation.target_part
            return part
    return None


def _separator(number: str, kind: str) -> etree._Element:
    note = OxmlElement("w:footnote")
    note.set(qn("w:type"), kind)
    note.set(qn("w:id"), number)
    paragraph, run = OxmlElement("w:p"), OxmlElement("w:r")
    run.append(OxmlElement(f"w:{kind}"))
    paragraph.append(run)
    note.append(paragraph)
    return note


def _declare_separators(document: Document) -> None:
    settings = document.settings.element
    properties = OxmlElement("w:footnotePr")
    for number, _ in _SEPARATORS:
        note = OxmlElement("w:footnote")
        note.set(qn("w:id"), number)
        properties.append(note)
    # The schema wants it before w:compat.
    compat = settings.find(qn("w:compat"))
    if compat is None:
        settings.append(properties)
    else:
        compat.addprevious(properties)


def _with_value(tag: str, value: str) -> etree._Element:
    element = OxmlElement(tag)
    element.set(qn("w:val"), value)
    return element
