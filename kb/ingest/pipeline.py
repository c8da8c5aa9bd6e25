"""From the bytes of one file to its documents."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kb.errors import EmptyFile
from kb.ingest.articles import Article, part
from kb.ingest.clean import Cleaned, clean
from kb.ingest.detect import Format, detect
from kb.ingest.identity import document_id
from kb.ingest.metadata import Context, describe
from kb.ingest.outline import outline
from kb.ingest.paragraphs import paragraphs
from kb.ingest.quality import flags
from kb.ingest.readers.pdf import SCANNED
from kb.ingest.readers.recognition import Recognise
from kb.ingest.readers.registry import reader
from kb.ingest.readers.spacing import keepable, visible
from kb.ingest.reading import Reading
from kb.ingest.scans import Recognised, recorded, scan_flags
from kb.ingest.sites import marks_of
from kb.ingest.title import Title, find_title
from kb.types import Block, Document, Flag, Removed

_LEAST = 30  # visible characters of a text worth keeping
# A Chinese sentence, or an English one of fifteen words: menus and captions have neither.
_SENTENCE = re.compile(r"[\u4e00-\u9fff][^\n]{10,}[，。；：]|(?:\w+[ ,;]+){15,}\w+[.!?]")


def read_documents(
    data: bytes,
    name: str,
    source: str,
    recognise: Recognise | None = None,
    restored: frozenset[str] = frozenset(),
) -> tuple[Document, ...]:
    """The articles in a file's bytes, as `read` gives them."""
    return read(data, name, source, recognise, restored).documents


def read(
    data: bytes,
    name: str,
    source: str,
    recognise: Recognise | None = None,
    restored: frozenset[str] = frozenset(),
    site: frozenset[str] = frozenset(),
) -> Reading:
    """The articles in a file's bytes, cleaned, outlined and described.

    `name` is the file's name (for messages, and for the title when nothing else says it), `source` what
    the document is filed under; `recognise` reads pages that are pictures; pieces whose keys are in
    `restored` are left in, and lines whose keys are in `site` are taken for the site's.
    Raises a child of `ReadError` that names the file.
    """
    found = detect(data, name)
    scans: list[Recognised] = []
    given = reader(found.format, recorded(recognise, scans))(data, name)
    blocks = tuple(replace(block, text=keepable(block.text)) for block in given)
    cleaned = clean(blocks, restored, site)
    lines = paragraphs(cleaned.blocks)
    _check(lines, found.format, name)
    page_titles = tuple(
        block.text
        for block in blocks
        if block.furniture == "page_title" or (block.furniture and block.level == 1)
    )
    title = find_title([line.text for line in lines], cleaned.hints.title, page_titles, name)
    parted = part(lines, title)
    sha256 = hashlib.sha256(data).hexdigest()
    context = Context(source, cleaned.hints, _around(cleaned))
    documents = (
        _document(article, index, title, context, source, sha256, _removed(cleaned, parted.removed, index))
        for index, article in enumerate(parted.articles)
    )
    found_documents = tuple(_with_scans(document, blocks, scans) for document in documents)
    return Reading(found_documents, marks_of(cleaned.lines, blocks))


def _check(lines: Sequence[Block], format_: Format, name: str) -> None:
    """Raises `EmptyFile` when cleaning leaves no text, or a web page holds no sentence of a document."""
    if sum(len(visible(line.text)) for line in lines) < _LEAST:
        raise EmptyFile(f"{name} holds no text beyond page furniture: nothing was taken in")
    if format_ in ("html", "mhtml") and not any(_SENTENCE.search(line.text) for line in lines):
        raise EmptyFile(f"{name} is a web page without the text of a document (a page about the file?)")


def _removed(cleaned: Cleaned, repeats: Sequence[Removed], index: int) -> tuple[Removed, ...]:
    """What was taken away goes with the first article."""
    return (*cleaned.removed, *repeats) if index == 0 else ()


def _around(cleaned: Cleaned) -> tuple[str, ...]:
    """Short lines of furniture: they may say who issued the text and when."""
    return tuple(item.text for item in cleaned.removed if len(item.text) <= 200)[:200]


def _scans(removed: Sequence[Removed]) -> Iterator[Flag]:
    """Pages without text among pages with it."""
    yield from (Flag("needs_ocr", item.text) for item in removed if item.rule == SCANNED)


def _with_scans(document: Document, blocks: Sequence[Block], scans: Sequence[Recognised]) -> Document:
    return replace(document, flags=(*scan_flags(document.text, blocks, scans), *document.flags))


def _document(
    article: Article,
    index: int,
    title: Title,
    context: Context,
    source: str,
    sha256: str,
    removed: tuple[Removed, ...],
) -> Document:
    outlined = outline(article.blocks)
    headings = [section.path[-1] for section in outlined.sections if section.path]
    described = describe(article.title, title, outlined.text, context, headings)
    return Document(
        id=document_id(source, index),
        source=source,
        sha256=sha256,
        title=described.title,
        text=outlined.text,
        sections=outlined.sections,
        part=index,
        issuer=described.issuer,
        region=described.region,
        issued=described.issued,
        number=described.number,
        kind=described.kind,
        origin=described.origin,
        flags=(*_scans(removed), *flags(outlined.text, described.title, context.furniture)),
        removed=removed,
        facts=described.facts,
        topics=described.topics,
    )
