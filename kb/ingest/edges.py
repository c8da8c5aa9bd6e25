"""Furniture that no rule spells out: lines around the text that speak of pages, sites and downloads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from kb.ingest.labels import find_label
from kb.ingest.rules import EdgeRule, SiteProseRule
from kb.ingest.title import ends_like_title

_PROSE = re.compile(r"^(?=.{30,}).*[。！？；]", re.DOTALL)
ADDRESS = re.compile(r"[A-Za-z0-9-]{3,}\.(?:com|cn|net|org|gov|example|[a-z]{2,7})\b", re.IGNORECASE)
_TOLD = 3  # times that a line must stand in a text to count as repeated


def edge_lines(lines: Sequence[str], rule: EdgeRule) -> frozenset[int]:
    """The indexes of lines that are page furniture by the words they hold."""
    prose = [index for index, line in enumerate(lines) if _PROSE.search(line)]
    if not prose:
        return frozenset()
    edges = [*range(prose[0]), *range(prose[-1] + 1, len(lines))]
    counts = Counter(lines)
    found = {index for index in edges if _betrays(lines[index], rule)}
    for index, line in enumerate(lines):
        if (
            counts[line] >= _TOLD
            and _may_be(line, rule)
            and (ADDRESS.search(line) or _holds(line, rule.certain))
        ):
            found.add(index)
    return frozenset(found)


def is_site_prose(sentence: str, rule: SiteProseRule) -> bool:
    """Whether a sentence is one in which a site speaks of itself."""
    if len(sentence) > rule.longest or not _holds(sentence, rule.names):
        return False
    rest = sentence
    for name in rule.names:
        rest = rest.replace(name, " ")
    return sum(1 for topic in rule.topics if topic in rest) >= rule.least


def tells_of_site(line: str, rule: EdgeRule) -> bool:
    """Whether a line names a site's address or speaks of what sites offer."""
    return ADDRESS.search(line) is not None or _holds(line, (*rule.certain, *rule.likely))


def _may_be(line: str, rule: EdgeRule) -> bool:
    return len(line) <= rule.longest and "。" not in line and find_label(line) is None


def _betrays(line: str, rule: EdgeRule) -> bool:
    if not _may_be(line, rule) or ends_like_title(line):
        return False
    return _holds(line, rule.certain) or sum(1 for word in rule.likely if word in line) >= 2


def _holds(line: str, words: Sequence[str]) -> bool:
    return any(word in line for word in words)
