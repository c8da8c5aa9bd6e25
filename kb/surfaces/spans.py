"""How a span is written in one word: DOC:START-END, as `kb search` prints it, or DOC:START-END:VERSION."""

from __future__ import annotations

import re

from kb.errors import QuestionError
from kb.types import Citation, Picked

_SPAN = re.compile(r"([^\s:]{1,200}):([0-9]{1,12})-([0-9]{1,12})(?::([0-9a-f]{16}))?")


def parse_span(text: str) -> Picked:
    """The span that `text` names. Raises `QuestionError` when it names none."""
    match = _SPAN.fullmatch(text.strip().strip("[]"))
    if match is None:
        raise QuestionError(f'"{text[:80]}" is no span: write DOC:START-END, as `kb search` prints it')
    doc_id, start, end, version = match.groups(default="")
    return Picked(doc_id, int(start), int(end), version)


def span_of(citation: Citation) -> str:
    """The span of a citation with the version of its text."""
    return f"{citation.doc_id}:{citation.start}-{citation.end}:{citation.version}"
