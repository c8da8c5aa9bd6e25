"""The title of an article: what its author called it, never the site's name or the file's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from kb.ingest.labels import find_label
from kb.ingest.readers.spacing import visible
from kb.ingest.title_rules import tidy, title_patterns, title_rules
from kb.ingest.untitled import opening_words
from kb.types import Fact

_LEADING_YEAR = re.compile(r"^(?:19|20)\d\d年(?:度)?")
_NUMBERED = re.compile(r"[〔\[（(﹝【]\s*(?:19|20)\d\d\s*[〕\]）)﹞】]\s*第?\s*\d+\s*号\s*$")
_PARTS = re.compile(
    r"\s*[|｜_>]\s*|\s+[-–—·]\s+|(?<=[\u4e00-\u9fff）)》”])[-–—](?=[\u4e00-\u9fff])|(?<=\S)\s+at master\s"
)
_BRACKETS = (("《", "》"), ("（", "）"), ("(", ")"))
_HEAD = 12  # lines at most before the body
_LONGEST = 90  # characters of a title
_JOINED = 5  # lines of a title
_NAMED = 6  # Chinese characters that make a file's name worth reading


@dataclass(frozen=True, slots=True)
class Title:
    """The title, what it rests on, and the lines of the text that spell it (half-open)."""

    value: str
    fact: Fact
    first: int = 0
    last: int = 0


def find_title(lines: Sequence[str], named: Sequence[str], page_titles: Sequence[str], name: str) -> Title:
    """The title of an article.

    `lines` are its paragraphs, `named` what a page called its title (本文标题), `page_titles` an HTML
    <title>, `name` the file's name, the last resort. A title in the text itself wins over all others.
    """
    others = [*_candidates(lines, named, page_titles, name)]
    if original := _original(lines):
        return original
    if spelled := _spelled(lines, _head(lines)):
        return _agreed(spelled, others, lines)
    if glued := _glued(lines, others):
        return glued
    if report := _work_report(lines):
        return report
    if others:
        return Title(others[0].value, others[0])
    value = opening_words(lines)
    return Title(value, Fact("title", value, 0.3, value))


def ends_like_title(text: str) -> bool:
    """Whether a line ends as titles of documents do."""
    return title_patterns().strong.search(tidy(text)) is not None


def _candidates(
    lines: Sequence[str], named: Sequence[str], page_titles: Sequence[str], name: str
) -> Iterator[Fact]:
    """What the page and the file call the text, the best first."""
    found = [(tidy(value), 0.8, "本文标题") for value in named]
    found += [(part, 0.75, "page title") for value in page_titles for part in _page_title(value, lines)]
    found += [(part, 0.6, "file name") for part in _file_title(name, lines)]
    for value, confidence, evidence in found:
        if 4 <= len(value) <= _LONGEST:
            yield Fact("title", value, confidence, evidence)


def _head(lines: Sequence[str]) -> int:
    """How many lines stand before the body."""
    for index, line in enumerate(lines[:_HEAD]):
        bare = visible(line)
        closed = line.endswith(("。", "：", ":")) and len(bare) > 4
        if len(bare) > _LONGEST or re.search(r"。.", line) or closed:
            return index
        if index and (label := find_label(line)) and label.number == 1:
            return index
    return min(len(lines), _HEAD)


def _spelled(lines: Sequence[str], head: int) -> Title | None:
    """A title in the first lines: short lines that together end as titles do; else the first short line."""
    patterns, rules = title_patterns(), title_rules()
    usable = [index for index in range(head) if not patterns.not_title.search(tidy(lines[index]))]
    for first in usable:
        last = _last_line(lines, usable, first)
        if last and (official := _official(lines, last, head)):
            return official
        if last:
            value = tidy("".join(tidy(line) for line in lines[first:last]))
            return _title(_alone(value, lines), 0.9, first, last)
    for first in usable:
        text = tidy(lines[first])
        if (
            4 <= len(text) <= 60
            and not re.search(rules.issuer_only, text)
            and not re.search(r"[。；;]", text)
        ):
            return _title(_alone(text, lines), 0.6, first, first + 1)
    return None


def _official(lines: Sequence[str], start: int, head: int) -> Title | None:
    """The line above a document number, where a site put a title of its own above both."""
    for index in range(start, head - 1):
        value = tidy(lines[index])
        told = _NUMBERED.search(lines[index + 1]) and title_patterns().strong.search(value)
        if told and _is_complete(value) and len(value) <= _LONGEST:
            return _title(value, 0.9, index, index + 1)
    return None


def _last_line(lines: Sequence[str], usable: Sequence[int], first: int) -> int:
    """Behind which line a title that begins at `first` ends; 0 when it does not end as titles do."""
    joined, found = "", 0
    for index in range(first, first + _JOINED):
        if index not in usable or len(joined) > _LONGEST:
            break
        joined += tidy(lines[index])
        if not _is_complete(joined):
            continue
        strong = title_patterns().strong.search(joined) is not None
        if found and not (strong and "关于" not in tidy(lines[index])):
            break
        if title_patterns().ending.search(joined) or tidy(joined) in title_rules().generic:
            found = index + 1
            if strong or tidy(joined) in title_rules().generic:
                break
    return found if found and len(joined) <= _LONGEST + 30 else 0


def _is_complete(text: str) -> bool:
    """Whether no bracket stays open; quotation marks are not counted, since copies lose closing ones."""
    return all(text.count(a) == text.count(b) for a, b in _BRACKETS)


def _alone(text: str, lines: Sequence[str]) -> str:
    """Without a second title that a site appended: "关于…的思考 乡村社区治理调研报告"."""
    front, _, behind = text.partition(" ")
    if len(front) < 8 or not behind:
        return text
    flat = "\n".join(lines)
    return front if flat.count(front) >= flat.count(text) + 2 else text


def _title(value: str, confidence: float, first: int, last: int) -> Title:
    return Title(value, Fact("title", value, confidence, value), first, last)


def _agreed(spelled: Title, others: Sequence[Fact], lines: Sequence[str]) -> Title:
    """The text's own title; where it says too little, what the page or the file calls it."""
    own = visible(spelled.value)
    for fact in others:
        full = visible(fact.value)
        if own == full or (own in full and _LEADING_YEAR.sub("", fact.value) == spelled.value):
            return replace(spelled, fact=replace(spelled.fact, confidence=0.95))
        longer = full.startswith(own) and title_patterns().strong.search(fact.value) and fact.confidence > 0.7
        if own in full and (spelled.value in title_rules().generic or longer):
            return replace(spelled, value=fact.value, fact=fact)
    if spelled.fact.confidence >= 0.7:
        return spelled
    for fact in others:
        if fact.confidence > 0.7 and visible(fact.value) not in own and spelled.value not in fact.value:
            return _glued(lines, [fact]) or Title(fact.value, fact)
    return spelled


def _glued(lines: Sequence[str], others: Sequence[Fact]) -> Title | None:
    """A known title with which the body begins without a break, or one that the first lines adopt."""
    opening = visible("".join(lines[:3]))[:400]
    for fact in others:
        for value in (fact.value, _LEADING_YEAR.sub("", fact.value)):
            if len(value) >= 6 and visible(value) in opening:
                return Title(value, replace(fact, value=value, confidence=0.9))
    if match := re.search(title_rules().adopted, "".join(lines[:4])):
        return Title(match.group(1), Fact("title", match.group(1), 0.8, match.group()))
    return None


def _original(lines: Sequence[str]) -> Title | None:
    """原标题：…, run together with the text of a press article."""
    for line in lines[:3]:
        if match := re.search(title_rules().original, line):
            value = _until_its_subject(match.group("title")).strip(" ，,")
            return Title(value, Fact("title", value, 0.8, match.group()))
    return None


def _until_its_subject(run: str) -> str:
    """The title alone, when the text behind it begins with the same subject: 某某区：…某某区坚持…."""
    subject = re.match(r"[^：:，,“”\s]{4,14}", run)
    place = run.find(subject.group(), subject.end()) if subject else -1
    return run[:place] if place >= 8 else run


def _work_report(lines: Sequence[str]) -> Title | None:
    match = re.search(title_rules().work_report, "".join(lines[:8]))
    return Title("政府工作报告", Fact("title", "政府工作报告", 0.6, match.group())) if match else None


def _page_title(text: str, lines: Sequence[str]) -> Iterator[str]:
    """The part of an HTML <title> that names the article: the one the page shows, else the longest."""
    parts = [tidy(part.rpartition("/")[2]) for part in _PARTS.split(text) if part]
    head = visible("".join(lines[:15]))
    yield from (part for part in parts if len(part) >= 6 and visible(part) in head)
    rest = [
        part for part in parts if len(part) >= 6 and not re.search(title_rules().site, part, re.IGNORECASE)
    ]
    yield from sorted(rest, key=len, reverse=True)


def _file_title(name: str, lines: Sequence[str]) -> Iterator[str]:
    """A file's name, when it says in Chinese what the file is."""
    rules = title_rules()
    stem = re.sub(rules.file_prefix, "", tidy(PurePath(name).name))
    stem = (
        re.sub(rules.file_suffix, "", stem)
        if title_patterns().ending.search(re.sub(rules.file_suffix, "", stem))
        else stem
    )
    if len(re.findall(r"[\u4e00-\u9fff]", stem)) >= _NAMED:
        yield next(_page_title(stem, lines), stem)
