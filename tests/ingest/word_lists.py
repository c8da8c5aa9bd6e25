"""Word documents with automatic numbers, built from Word's own constructs."""

import io
from dataclasses import dataclass, field

import docx
import docx.document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls


@dataclass(frozen=True)
class Level:
    """One level of a list: number format, text such as "第%1条", and the rest as ECMA-376 has it."""

    format: str
    text: str
    start: int = 1
    restart: int | None = None
    legal: bool = False
    style: str = ""
    suffix: str = "nothing"


@dataclass
class Paragraphs:
    """(list, level, words) in order; list None is plain text.

    `starts` are startOverrides: list → level → value.
    """

    lists: dict[int, list[Level]]
    items: list[tuple[int | None, int, str]]
    nums: dict[int, int] = field(default_factory=dict)  # num → list; one num per list when empty
    starts: dict[int, dict[int, int]] = field(default_factory=dict)
    in_table: bool = False
    by_style: bool = False  # paragraphs have a style, and only the style names the list


def build(content: Paragraphs) -> bytes:
    """The bytes of a .docx."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    for node in list(numbering):
        numbering.remove(node)
    for number, levels in content.lists.items():
        numbering.append(parse_xml(_abstract(number, levels)))
    for num, number in (content.nums or {key: key for key in content.lists}).items():
        numbering.append(parse_xml(_num(num, number, content.starts.get(num, {}))))
    if content.by_style:
        _styles(document, content.lists)
    cells = document.add_table(rows=len(content.items), cols=2) if content.in_table else None
    for index, (num, level, words) in enumerate(content.items):
        paragraph = cells.cell(index, 0).paragraphs[0] if cells else document.add_paragraph()
        paragraph.add_run(words)
        if cells:
            cells.cell(index, 1).paragraphs[0].add_run("附注")
        if num is not None and content.by_style:
            paragraph.style = f"Level {num} {level}"
        elif num is not None:
            properties = paragraph._p.get_or_add_pPr()
            properties.append(
                parse_xml(
                    f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>'
                )
            )
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _styles(document: docx.document.Document, lists: dict[int, list[Level]]) -> None:
    """A paragraph style for each level, as a template of an office has them."""
    for num, levels in lists.items():
        for index in range(len(levels)):
            level = f'<w:ilvl w:val="{index}"/>' if index else ""
            document.styles.element.append(
                parse_xml(
                    f'<w:style {nsdecls("w")} w:type="paragraph" w:customStyle="1" w:styleId="L{num}{index}">'
                    f'<w:name w:val="Level {num} {index}"/><w:pPr><w:numPr>{level}'
                    f'<w:numId w:val="{num}"/></w:numPr></w:pPr></w:style>'
                )
            )


def _abstract(number: int, levels: list[Level]) -> str:
    inside = "".join(_level(index, level) for index, level in enumerate(levels))
    return (
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>'
        f"{inside}</w:abstractNum>"
    )


def _level(index: int, level: Level) -> str:
    restart = f'<w:lvlRestart w:val="{level.restart}"/>' if level.restart is not None else ""
    style = f'<w:pStyle w:val="{level.style}"/>' if level.style else ""
    legal = "<w:isLgl/>" if level.legal else ""
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="{level.start}"/>'
        f'<w:numFmt w:val="{level.format}"/>{restart}{style}{legal}<w:suff w:val="{level.suffix}"/>'
        f'<w:lvlText w:val="{level.text}"/><w:lvlJc w:val="left"/></w:lvl>'
    )


def _num(num: int, number: int, starts: dict[int, int]) -> str:
    overrides = "".join(
        f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
        for level, start in starts.items()
    )
    return f'<w:num {nsdecls("w")} w:numId="{num}"><w:abstractNumId w:val="{number}"/>{overrides}</w:num>'
