"""What people said of flags; by the words of the evidence, so that it holds when a file is read again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select

from kb.later import later
from kb.store.by_hand import flag_reviews
from kb.types import Document, Flag

if TYPE_CHECKING:
    from kb.types import FlagReview, Verdict, upkeep
else:  # few documents have been judged
    upkeep = later("kb.types.upkeep")

OPEN: Verdict = "open"
FALSE_ALARM: Verdict = "false_alarm"


def record(connection: Connection, doc_id: str, flags: Sequence[Flag], verdict: Verdict, who: str) -> None:
    """Keeps what a person said of flags with the same name and evidence."""
    at = time.time()
    rows = [
        {"doc_id": doc_id, "flag": flag.name, "evidence": flag.evidence, "start": flag.start,
         "end": flag.end, "verdict": verdict, "who": who, "at": at}
        for flag in flags
    ]  # fmt: skip
    connection.execute(insert(flag_reviews), rows)


def latest(connection: Connection, doc_id: str | None = None) -> dict[tuple[str, str, str], FlagReview]:
    """The last word on each flag, by document, name and evidence; of one document when it is given."""
    wanted = select(flag_reviews).order_by(flag_reviews.c.id)
    if doc_id is not None:
        wanted = wanted.where(flag_reviews.c.doc_id == doc_id)
    found: dict[tuple[str, str, str], FlagReview] = {}
    for row in connection.execute(wanted):
        key = (row.doc_id, row.flag, row.evidence)
        before = found.get(key)
        same = before is not None and before.at == row.at
        places = (*before.places, (row.start, row.end)) if same and before else ((row.start, row.end),)
        found[key] = upkeep.FlagReview(*key, row.verdict, row.who, row.at, places)
    return found


def without_false_alarms(connection: Connection, document: Document) -> Document:
    """The document without flags that a person said are false alarms."""
    said = latest(connection, document.id)
    if not said:
        return document
    false = {key[1:] for key, review in said.items() if review.verdict == FALSE_ALARM}
    kept = tuple(flag for flag in document.flags if (flag.name, flag.evidence) not in false)
    return replace(document, flags=kept) if len(kept) < len(document.flags) else document


def with_flags(document: Document, review: FlagReview) -> Document:
    """The document with the flags of a review that it lacks, where their places still lie in its text."""
    fresh = [
        Flag(review.flag, review.evidence, start, end)
        for start, end in review.places
        if end <= len(document.text)
    ]
    missing = [flag for flag in fresh if flag not in document.flags]
    flags = sorted((*document.flags, *missing), key=lambda flag: (flag.start, flag.end, flag.name))
    return replace(document, flags=tuple(flags))
