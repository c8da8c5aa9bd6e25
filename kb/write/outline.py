"""What goes into a paper in prose: sections with their excerpts, from a comparison or from a basket.

The skeleton of a 调研报告 has the usual five parts, or the headings of the basket. A passage stands in it
once: where a second dimension would repeat it, the paper says where it was quoted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.types import Basket, Citation, Comparison, Entry, Heading, Kept
from kb.write.labels import DraftPart, labels
from kb.write.output import one_line
from kb.write.phrases import quoted_in, speaker
from kb.write.record import citations_of

_NAMED_COLUMNS = 8  # a sentence that names more columns than these only counts them


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A quotation with who says it, the writer's note, and a mark such as 证据较弱 before its speaker."""

    citation: Citation
    speaker: str
    note: str = ""
    mark: str = ""
    lost: bool = False  # its source no longer holds it


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it."""

    heading: str
    level: int  # 1 or 2
    guide: str = ""  # what the writer is asked to write here
    texts: tuple[str, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    closing: tuple[str, ...] = ()  # after the excerpts


@dataclass(frozen=True, slots=True)
class Outline:
    """A paper before it is set."""

    title: str
    subtitle: str
    opening: tuple[str, ...]  # before the first heading
    sections: tuple[Section, ...]
    citations: tuple[Citation, ...]  # all that the paper shows, in the order of its references
    states: tuple[str, ...] = ()  # sentences on passages that no longer stand where they were
    comparison: Comparison | None = None  # drawn as a table in an annex

    @property
    def quoted(self) -> tuple[tuple[str, Citation], ...]:
        """Every citation with who says it."""
        if self.comparison is not None:
            return tuple(quoted_in(self.comparison))
        return tuple((e.speaker, e.citation) for section in self.sections for e in section.excerpts)


def comparison_outline(comparison: Comparison) -> Outline:
    """The skeleton of a report from a comparison: five parts, the dimensions where they belong."""
    words, parts = labels().words, labels().draft
    topic = one_line(comparison.topic)
    named = {dimension for part in parts for dimension in part.dimensions}
    quoted: dict[Citation, str] = {}
    sections: list[Section] = []
    for part in parts:
        rows = [
            row
            for row, dimension in enumerate(comparison.dimensions)
            if dimension in part.dimensions or (part.others and dimension not in named)
        ]
        sections.extend(_part(comparison, part, rows, quoted))
    title = words.draft_title.format(topic=topic) if topic else words.draft_untitled
    citations = tuple(citations_of(comparison))
    return Outline(title, words.draft_subtitle, (), tuple(sections), citations, comparison=comparison)


def basket_outline(basket: Basket) -> Outline:
    """A basket as it is: its headings with their passages and notes."""
    words = labels().words
    states = [kept.state for kept in basket.passages]
    scope = words.basket_scope.format(
        passages=len(states),
        documents=len({kept.citation.doc_id for kept in basket.passages}),
        intact=states.count("intact"),
        moved=states.count("moved"),
        gone=states.count("source_removed"),
    )
    title = words.basket_title.format(name=one_line(basket.name))
    return _basket(basket, title, "", (scope,), "")


def basket_draft(basket: Basket) -> Outline:
    """The skeleton of a report from a basket: its headings are the outline, the usual five without any."""
    words = labels().words
    title = words.draft_title.format(topic=one_line(basket.name))
    if any(isinstance(entry, Heading) for entry in basket.entries):
        return _basket(basket, title, words.draft_subtitle, (), words.basket_guide)
    excerpts = tuple(map(_excerpt, basket.passages))
    sections = tuple(
        Section(part.heading, 1, part.guide, (), excerpts if part.others else ()) for part in labels().draft
    )
    return Outline(title, words.draft_subtitle, (), sections, _citations(basket), _states(basket))


def draft_outline(source: Comparison | Basket) -> Outline:
    """The skeleton of a report on a comparison, or on what a basket holds."""
    return basket_draft(source) if isinstance(source, Basket) else comparison_outline(source)


def _basket(basket: Basket, title: str, subtitle: str, opening: tuple[str, ...], guide: str) -> Outline:
    sections = tuple(_headed(entries, guide) for entries in _grouped(basket.entries))
    return Outline(title, subtitle, opening, sections, _citations(basket), _states(basket))


def _grouped(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The entries cut before each heading."""
    group: list[Entry] = []
    for entry in entries:
        if isinstance(entry, Heading) and group:
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _headed(entries: Sequence[Entry], guide: str) -> Section:
    words, first = labels().words, entries[0]
    excerpts = tuple(_excerpt(entry) for entry in entries if isinstance(entry, Kept))
    heading, level, note = (
        (first.text, first.level, first.note)
        if isinstance(first, Heading)
        else (words.basket_unheaded, 1, "")
    )
    texts = [words.note.format(note=one_line(note))] if note else []
    if not excerpts and level > 1:
        texts.append(words.basket_empty)
    return Section(heading, level, guide if excerpts else "", tuple(texts), excerpts)


def _excerpt(kept: Kept) -> Excerpt:
    lost = kept.state == "source_removed"
    mark = f"（{labels().citation_states[kept.state]}）" if lost else ""
    return Excerpt(kept.citation, speaker(kept.citation.document), kept.note, mark, lost)


def _citations(basket: Basket) -> tuple[Citation, ...]:
    return tuple(kept.citation for kept in basket.passages)


def _states(basket: Basket) -> tuple[str, ...]:
    """What the writer must know of passages that moved or whose source has gone."""
    numbers: dict[str, int] = {}
    lines = []
    for kept in basket.passages:
        number = numbers.setdefault(kept.citation.doc_id, len(numbers) + 1)
        if kept.state != "intact":
            quote = one_line(kept.citation.quote)
            line = labels().words.state_line.format(
                column=speaker(kept.citation.document),
                quote=quote if len(quote) <= 20 else quote[:20] + "……",
                state=labels().citation_states[kept.state],
                number=number,
            )
            lines.append(line)
    return tuple(lines)


def _part(
    comparison: Comparison, part: DraftPart, rows: Sequence[int], quoted: dict[Citation, str]
) -> Iterator[Section]:
    words = labels().words
    texts = (_scope(comparison),) if part.scope else ()
    guide = part.guide if rows or part.scope else part.guide + words.nothing_for_part
    told = [row for row in rows if any(column.cells[row].citations for column in comparison.columns)]
    silences = _silences(comparison, rows)
    closing = (words.silent.format(silences="；".join(silences)),) if silences else ()
    yield Section(part.heading, 1, guide, texts, (), () if told else closing)
    for n, row in enumerate(told, start=1):
        section = _dimension(comparison, row, quoted)
        yield section if n < len(told) else _closed(section, closing)


def _closed(section: Section, closing: tuple[str, ...]) -> Section:
    whole = (*section.closing, *closing)
    return Section(section.heading, section.level, section.guide, section.texts, section.excerpts, whole)


def _dimension(comparison: Comparison, row: int, quoted: dict[Citation, str]) -> Section:
    words, name = labels().words, comparison.dimensions[row]
    excerpts: list[Excerpt] = []
    before: dict[str, list[str]] = {}  # where passages were quoted already → whose they are
    for column in comparison.columns:
        cell = column.cells[row]
        mark = words.weak_mark if cell.state == "weak" else ""
        for citation in cell.citations:
            where = next((place for one, place in quoted.items() if _within(citation, one)), "")
            if where:
                before.setdefault(where, []).append(one_line(column.name))
            else:
                quoted[citation] = name
                excerpts.append(Excerpt(citation, one_line(column.name), "", mark))
    closing = tuple(
        words.already.format(columns="、".join(dict.fromkeys(names)), where=where)
        for where, names in before.items()
    )
    return Section(name, 2, "", (), tuple(excerpts), closing)


def _within(citation: Citation, other: Citation) -> bool:
    same = citation.doc_id == other.doc_id
    return same and other.start <= citation.start and citation.end <= other.end


def _scope(comparison: Comparison) -> str:
    names = [one_line(column.name) for column in comparison.columns]
    shown = "、".join(names[:_NAMED_COLUMNS])
    return labels().words.draft_scope.format(
        topic=one_line(comparison.topic) or one_line(comparison.lens),
        columns=shown if len(names) <= _NAMED_COLUMNS else f"{shown}等{len(names)}处",
        documents=comparison.coverage.documents,
        dimensions=len(comparison.dimensions),
    )


def _silences(comparison: Comparison, rows: Sequence[int]) -> list[str]:
    """Who says nothing on which dimension, in words."""
    words = labels().words
    found = []
    for row in rows:
        silent = [one_line(c.name) for c in comparison.columns if not c.cells[row].citations]
        dimension = comparison.dimensions[row]
        if len(silent) == len(comparison.columns):
            found.append(words.silent_all.format(dimension=dimension))
        elif silent:
            found.append(words.silent_some.format(dimension=dimension, columns="、".join(silent)))
    return found
