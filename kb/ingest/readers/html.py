"""Web pages: the paragraphs of the main content, and what stands around it marked as furniture."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import lxml.html
from lxml import etree

from kb.errors import DamagedFile, EmptyFile
from kb.ingest.charset import decode
from kb.ingest.readers.html_parts import is_data, item_number, table_rows
from kb.ingest.readers.spacing import collapse
from kb.types import Block

OUTSIDE = "outside_main_content"

_SKIPPED = {
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "button",
    "select",
    "textarea",
    "iframe",
    "object",
    "del",
    "rt",
    "rp",
}
_BLOCKS = {
    *("p", "div", "li", "ul", "ol", "dl", "dt", "dd", "table", "tbody", "thead", "tfoot", "tr", "td", "th"),
    *("caption", "section", "article", "main", "header", "footer", "nav", "aside", "center", "blockquote"),
    *("pre", "form", "fieldset", "figure", "figcaption", "address", "hr", "h1", "h2", "h3", "h4", "h5", "h6"),
}
_PARAGRAPHS = {"p", "li", "h1", "h2", "h3", "span", "font", "b", "strong"}
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_SERVER = re.compile(r"<%.*?%>", re.DOTALL)  # what an ASP or JSP page tells its server
_SHORT = 8  # characters: shorter lines occur everywhere and prove nothing about the main content
_STOP = re.compile(r"[。；]")
_COVER = 0.95  # share of the extracted prose that the main element must hold
_FRAME = 5  # lines in front of it among which its title may be
_ADDED = 15  # lines that an element around the prose may add to it …
_ADDED_SIZE = 600  # … their characters …
_LINKS = 2  # … and how many of them may be links


@dataclass(slots=True)
class _Line:
    """A line of the page and the element that it stands in."""

    text: str
    level: int
    element: lxml.html.HtmlElement
    number: str = ""  # of an item in a numbered list


def read_html(data: bytes, name: str) -> Iterator[Block]:
    """Blocks of a page in document order, first its <title> as a level 1 heading.

    Trafilatura says which text is the article; the smallest element that holds that text is then read
    whole, so that no paragraph inside it is lost (an extractor alone drops headings and flattens tables).
    Lines outside carry `furniture="outside_main_content"`. Raises `EmptyFile` or `DamagedFile`.
    """
    text, _ = decode(data, name)
    tree = _parse(text, name)
    lines = [line for line in _lines(tree) if line.text]
    if not lines:
        raise EmptyFile(f"{name} is a web page without text")
    main = _main_element(tree, lines)
    title = collapse("".join(tree.xpath("//head/title//text()")[:3]))
    if title:
        yield Block(title, level=1, furniture="page_title")
    inside = _inside(lines, main, title)
    for index, line in enumerate(lines):
        yield Block(
            line.text, level=line.level, number=line.number, furniture="" if index in inside else OUTSIDE
        )


def _inside(lines: list[_Line], main: lxml.html.HtmlElement | None, title: str) -> range:
    """The lines of the main element, with its title and what stands between the two where they are close."""
    if main is None:
        return range(len(lines))
    elements = set(main.iter())
    places = [index for index, line in enumerate(lines) if line.element in elements]
    if not places:
        return range(len(lines))
    first = places[0]
    for index in range(first - 1, max(-1, first - 1 - _FRAME), -1):
        line = lines[index]
        if line.level in (1, 2) or (len(line.text) >= _SHORT and _bare(line.text) in _bare(title)):
            return range(index, places[-1] + 1)
    return range(first, places[-1] + 1)


def _parse(text: str, name: str) -> lxml.html.HtmlElement:
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(_SERVER.sub("", text).encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise DamagedFile(f"{name} is not a readable web page: {error}") from error
    hidden = [node for node in tree.iter() if _is_hidden(node)]
    for node in hidden:
        if node.getparent() is not None:
            node.drop_tree()
    return tree


def _is_hidden(node: lxml.html.HtmlElement) -> bool:
    return node.tag in _SKIPPED or "hidden" in node.attrib or bool(_HIDDEN.search(node.get("style") or ""))


def _lines(tree: lxml.html.HtmlElement) -> Iterator[_Line]:
    body = tree.find("body")
    yield from _walk(body if body is not None else tree)


def _walk(element: lxml.html.HtmlElement) -> Iterator[_Line]:
    """Lines of a block element: inline runs between its block children, then the children."""
    if element.tag == "table" and is_data(element):
        yield from (_Line(text, 0, row) for text, row in table_rows(element))
        return
    lines = _walk_inside(element)
    if element.tag == "li" and (number := item_number(element)) and not _is_linked(element):
        first = next(lines, None)
        if first is not None:
            yield replace(first, number=number)
    yield from lines


def _walk_inside(element: lxml.html.HtmlElement) -> Iterator[_Line]:
    level = int(element.tag[1]) if re.fullmatch(r"h[1-6]", str(element.tag)) else 0
    run: list[str] = [element.text or ""]
    for child in element:
        if child.tag == "br":
            yield from _flush(run, level, element)
        elif _has_block(child):
            yield from _flush(run, level, element)
            yield from _walk(child)
        else:
            for index, piece in enumerate(_inline(child)):
                if index:
                    yield from _flush(run, level, element)
                run.append(piece)
        run.append(child.tail or "")
    yield from _flush(run, level, element)


def _flush(run: list[str], level: int, element: lxml.html.HtmlElement) -> Iterator[_Line]:
    text = collapse("".join(run))
    run.clear()
    if text:
        yield _Line(text, level, element)


def _has_block(element: lxml.html.HtmlElement) -> bool:
    return element.tag in _BLOCKS or any(node.tag in _BLOCKS for node in element.iterdescendants())


def _inline(element: lxml.html.HtmlElement) -> list[str]:
    """The text of an inline element, in pieces where it holds a line break."""
    pieces = [element.text or ""]
    for child in element:
        if child.tag == "br":
            pieces.append("")
        else:
            first, *rest = _inline(child)
            pieces[-1] += first
            pieces.extend(rest)
        pieces[-1] += child.tail or ""
    return pieces


def _main_element(tree: lxml.html.HtmlElement, lines: list[_Line]) -> lxml.html.HtmlElement | None:
    """The deepest element that holds nearly all lines of the extracted article; None: no article found."""
    # trafilatura takes half a second to import: only web pages pay for it.
    import trafilatura

    extracted = trafilatura.extract(
        copy.deepcopy(tree), include_comments=False, include_tables=True, favor_recall=True, fast=True
    )
    flat = _bare(extracted or "")
    prose = [line for line in lines if _STOP.search(line.text) and _bare(line.text) in flat]
    if not prose:
        prose = [line for line in lines if len(line.text) >= _SHORT and _bare(line.text) in flat]
    weights: dict[lxml.html.HtmlElement, int] = {}
    for line in prose:
        for node in (line.element, *line.element.iterancestors()):
            weights[node] = weights.get(node, 0) + len(line.text)
    total = sum(len(line.text) for line in prose)
    covering = [node for node, weight in weights.items() if weight >= total * _COVER]
    deepest = max(covering, key=lambda node: sum(1 for _ in node.iterancestors()), default=None)
    if deepest is not None and deepest.tag in _PARAGRAPHS and deepest.getparent() is not None:
        deepest = (
            deepest.getparent()
        )  # one paragraph holds all prose: its table and its title stand beside it
    return None if deepest is None else _climbed(deepest, lines)


def _climbed(node: lxml.html.HtmlElement, lines: list[_Line]) -> lxml.html.HtmlElement:
    """The ancestor that adds only what belongs to an article: title, number, addressees, signature, date.

    A menu or a list of other articles shows itself by its links.
    """
    while (parent := node.getparent()) is not None and parent.tag != "body":
        own, wider = set(node.iter()), set(parent.iter())
        added = [line for line in lines if line.element in wider and line.element not in own]
        linked = sum(1 for line in added if _is_linked(line.element))
        size = sum(len(line.text) for line in added)
        if linked > _LINKS or len(added) > _ADDED or size > _ADDED_SIZE:
            break
        node = parent
    return node


def _is_linked(element: lxml.html.HtmlElement) -> bool:
    """Whether most of an element's text is links."""
    text = len(_bare(element.text_content()))
    links = sum(len(_bare(link.text_content())) for link in element.iter("a"))
    return element.tag == "a" or links > text * 0.6


def _bare(text: str) -> str:
    return re.sub(r"[\s|]", "", text)
