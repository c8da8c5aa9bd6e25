"""The official page and styles in a Word document: A4, 22 lines of 28 characters, page numbers outside.

Source: GB/T 9704-2012, as measured in LibreOffice. Everything is set on styles, so that an office's template
can replace it. Fonts are named, never embedded.
"""

from __future__ import annotations

from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.run import Run

from kb.write.labels import labels

TABLE_STYLE, REFERENCE_STYLE, SUBTITLE_STYLE = "KB Table", "KB Reference", "Subtitle"
GUIDE_STYLE = "KB Guide"  # what the writer is asked to do: never part of the finished paper
FOOTNOTE_TEXT, FOOTNOTE_MARK = "footnote text", "footnote reference"

_GRID = "Table Grid"
_STYLES = (  # paragraph styles that a paper uses
    "Normal",
    "Title",
    SUBTITLE_STYLE,
    "Heading 1",
    "Heading 2",
    "Heading 3",
    "Quote",
    TABLE_STYLE,
    REFERENCE_STYLE,
    GUIDE_STYLE,
    FOOTNOTE_TEXT,
    "Footer",
)
_GUIDE_COLOUR = RGBColor(0x8A, 0x5A, 0x00)
_THEME = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")
_A4 = (Mm(210), Mm(297))


def lay_out(document: Document) -> None:
    """Sets page, styles and odd/even page numbers of a fresh document."""
    _set_styles(document)
    _set_small_styles(document)
    set_page(document.sections[0], wide=False)
    document.settings.odd_and_even_pages_header_footer = True
    _number_pages(document.sections[0])


def add_styles(document: Document) -> None:
    """Adds to an office's template the styles that it lacks, leaving its own as they are."""
    for name in _STYLES:
        _style(document, name)
    if FOOTNOTE_MARK not in document.styles:
        document.styles.add_style(FOOTNOTE_MARK, WD_STYLE_TYPE.CHARACTER).font.superscript = True
    if _GRID not in document.styles:
        document.styles.add_style(_GRID, WD_STYLE_TYPE.TABLE)


def set_page(section: Section, wide: bool) -> None:
    """A4 with the official margins; `wide` turns the page, margins with it."""
    page = labels().page
    margins = (page.top, page.right, page.bottom, page.left)
    if wide:  # turned to the left: the top of the page becomes its left edge
        margins = (page.right, page.bottom, page.left, page.top)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = _A4[::-1] if wide else _A4
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = map(Mm, margins)
    section.footer_distance = Mm(min(page.footer, margins[2] - 7))
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    # "linesAndChars" with a negative charSpace makes LibreOffice give each character two cells.
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), str(page.grid))
    grid.attrib.pop(qn("w:charSpace"), None)


def text_width(wide: bool) -> float:
    """Width of the type area in millimetres."""
    page = labels().page
    return 297 - page.top - page.bottom if wide else 210 - page.left - page.right


def _set_styles(document: Document) -> None:
    fonts, page = labels().fonts, labels().page
    body = _style(document, "Normal")
    _font(body, fonts.body, page.body_size)
    _paragraph(body, page.line, indent=True)
    body.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _narrow(body)
    title = _style(document, "Title")
    _font(title, fonts.title, page.title_size)
    _paragraph(title, page.line * 1.2, indent=False)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    subtitle = _style(document, SUBTITLE_STYLE)
    _font(subtitle, fonts.heading2, page.body_size)
    _paragraph(subtitle, page.line, indent=False)
    subtitle.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for level, font in enumerate((fonts.heading1, fonts.heading2, fonts.heading3), start=1):
        heading = _style(document, f"Heading {level}")
        _font(heading, font, page.body_size)
        _paragraph(heading, page.line, indent=True)
        heading.paragraph_format.keep_with_next = True
    quote = _style(document, "Quote")
    _font(quote, fonts.quote, page.body_size)
    _paragraph(quote, page.line, indent=True)
    quote.paragraph_format.left_indent = Pt(page.body_size)
    guide = _style(document, GUIDE_STYLE)
    _font(guide, fonts.guide, page.body_size)
    guide.font.color.rgb = _GUIDE_COLOUR
    _paragraph(guide, page.line, indent=True)


def _set_small_styles(document: Document) -> None:
    fonts, page = labels().fonts, labels().page
    for name, size in ((TABLE_STYLE, page.table_size), (FOOTNOTE_TEXT, page.note_size)):
        style = _style(document, name)
        _font(style, fonts.body, size)
        _paragraph(style, size * 1.4, indent=False)
        style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
        _off_grid(style)
    entry = _style(document, REFERENCE_STYLE)
    _font(entry, fonts.body, page.body_size)
    _paragraph(entry, page.line, indent=False)
    entry.paragraph_format.left_indent = Pt(page.body_size * 2)
    entry.paragraph_format.first_line_indent = Pt(-page.body_size * 2)
    entry.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    footer = _style(document, "Footer")
    _font(footer, fonts.number, page.number_size)
    footer.font.name = fonts.number
    _paragraph(footer, page.number_size * 1.3, indent=False)
    if FOOTNOTE_MARK not in document.styles:
        document.styles.add_style(FOOTNOTE_MARK, WD_STYLE_TYPE.CHARACTER).font.superscript = True


def _style(document: Document, name: str) -> ParagraphStyle:
    """The paragraph style of that name, made when the template lacks it."""
    if name in document.styles:
        return document.styles[name]
    style: ParagraphStyle = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    return style


def _font(style: ParagraphStyle, east_asian: str, size: float) -> None:
    style.font.size, style.font.name = Pt(size), labels().fonts.latin
    style.font.bold = style.font.italic = False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), east_asian)
    for theme in _THEME:  # a theme font would win over the name
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _paragraph(style: ParagraphStyle, line: float, indent: bool) -> None:
    shape = style.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    shape.first_line_indent = None
    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)
    place = properties.get_or_add_ind()
    for name in ("firstLine", "hanging", "left", "right"):
        place.attrib.pop(qn(f"w:{name}"), None)
    # Both, because a program that does not know the first takes the second, which is else inherited.
    place.set(qn("w:firstLineChars"), "200" if indent else "0")
    place.set(qn("w:firstLine"), str(int(labels().page.body_size * 40)) if indent else "0")


def _narrow(style: ParagraphStyle) -> None:
    """28 characters of 16 pt are 158 mm; a quarter of a point less each makes them 156 mm."""
    properties = style.element.get_or_add_rPr()
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(labels().page.narrowing))
    size = properties.find(qn("w:sz"))
    if size is None:
        properties.append(spacing)
    else:
        size.addprevious(spacing)  # the schema wants it before the size


def _off_grid(style: ParagraphStyle) -> None:
    properties = style.element.get_or_add_pPr()
    snap = OxmlElement("w:snapToGrid")
    snap.set(qn("w:val"), "0")
    spacing = properties.find(qn("w:spacing"))
    spacing.addprevious(snap)


def _number_pages(section: Section) -> None:
    """— 3 —: odd pages to the right, even pages to the left, one character in from the edge."""
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = "Footer"
        paragraph.alignment = side
        inset = Pt(labels().page.number_size)
        paragraph.paragraph_format.right_indent = inset
        paragraph.paragraph_format.left_indent = inset
        paragraph.add_run("— ")
        _field(paragraph.add_run(), "PAGE")
        paragraph.add_run(" —")


def _field(run: Run, instruction: str) -> None:
    for kind in ("begin", "", "end"):
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = f" {instruction} "
        run._r.append(element)
