"""Word documents with automatic numbers, built from Word's own constructs."""

import io
from dataclasses import dataclass, field

import docx
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
    cells = document.add_table(rows=len(content.items), cols=2) if content.in_table else None
    for index, (num, level, words) in enumerate(content.items):
        paragraph = cells.cell(index, 0).paragraphs[0] if cells else document.add_paragraph()
        paragraph.add_run(words)
        if cells:
            cells.cell(index, 1).paragraphs[0].add_run("附注")
        if num is not None:
            properties = paragraph._p.get_or_add_pPr()
            properties.append(
                parse_xml(
                    f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>'
                )
            )
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _abstract(number: int, levels: list[Level]) -> str:
    inside = "".join(_level(index, level) for index, level in enumerate(levels))
    return (
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>'
        f"{inside}</w:abstractNum>"
    )


def _level(index: int, level: Level) -> str:
    restart = f'<w:lvlRestart w:val="{level.restart}"/>' if level.restart is not None else ""
    legal = "<w:isLgl/>" if level.legal else ""
    return (
        f'<w:lvl w:ilvl="{index}"><w:start w:val="{level.start}"/>'
        f'<w:numFmt w:val="{level.format}"/>{restart}{legal}<w:suff w:val="{level.suffix}"/>'
        f'<w:lvlText w:val="{level.text}"/><w:lvlJc w:val="left"/></w:lvl>'
    )


def _num(num: int, number: int, starts: dict[int, int]) -> str:
    overrides = "".join(
        f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
        for level, start in starts.items()
    )
    return f'<w:num {nsdecls("w")} w:numId="{num}"><w:abstractNumId w:val="{number}"/>{overrides}</w:num>'
