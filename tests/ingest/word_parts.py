"""Pieces of WordprocessingML for documents that python-docx has no words for."""

import io

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

_NAMES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "v": "urn:schemas-microsoft-com:vml",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
NAMESPACES = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in _NAMES.items())


def run(words: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def para(inner: str, properties: str = "") -> str:
    """A paragraph."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def table(*rows: tuple[str, ...], marks: dict[int, str] | None = None) -> str:
    """A table of cells that hold one run each; `marks` are properties of rows."""
    told = "".join(
        f"<w:tr><w:trPr>{(marks or {}).get(index, '')}</w:trPr>"
        + "".join(cell if cell.startswith("<w:tc>") else f"<w:tc>{para(run(cell))}</w:tc>" for cell in row)
        + "</w:tr>"
        for index, row in enumerate(rows)
    )
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{told}</w:tbl>"


def box(inner: str) -> str:
    """A text box as Word 2010 and later write it: a DrawingML shape, and VML for older programs."""
    shape = f"<wps:wsp><wps:txbx><w:txbxContent>{inner}</w:txbxContent></wps:txbx></wps:wsp>"
    drawing = f'<a:graphic><a:graphicData uri="x">{shape}</a:graphicData></a:graphic>'
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline>{drawing}</wp:inline>'
        f"</w:drawing></mc:Choice><mc:Fallback>{_pict(inner)}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def old_box(inner: str) -> str:
    """A text box of Word 2007 and before."""
    return f"<w:r>{_pict(inner)}</w:r>"


def _pict(inner: str) -> str:
    text = f"<v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox>"
    return f"<w:pict><v:group><v:shape>{text}</v:shape></v:group></w:pict>"


def word_field(instruction: str, result: str) -> str:
    """A field with its last result."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def word_file(*elements: str, parts: dict[str, tuple[str, bytes]] | None = None) -> bytes:
    """A document with `elements` as its body; `parts`: relation → (its kind, content), files inside it."""
    document = docx.Document()
    end = document.element.body[-1]
    for element in parse_xml(f"<w:body {NAMESPACES}>{''.join(elements)}</w:body>"):
        end.addprevious(element)
    base = RELATIONSHIP_TYPE.OFFICE_DOCUMENT.rpartition("/")[0]
    for relation, (kind, content) in (parts or {}).items():
        part = Part(PackURI(f"/word/{relation}.bin"), "application/octet-stream", content)
        document.part.rels.add_relationship(f"{base}/{kind}", part, relation)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
