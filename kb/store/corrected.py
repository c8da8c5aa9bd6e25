"""A document with fields set by hand, which remembers what rules had found."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from kb.errors import QuestionError
from kb.types import FOUND, Document, Fact

_BETWEEN_TOPICS = re.compile(r"[\s、，,；;/]+")
_BY_HAND = "set by hand"


def corrected(document: Document, name: str, value: str) -> Document:
    """The document with one field set by hand; a region is written 天津市/河东区, topics 党建、住房.

    What rules had found stays as a fact about `found:<field>`.
    """
    rest = tuple(fact for fact in document.facts if fact.field not in (name, FOUND + name))
    before = _found(document, name)
    kept = () if before is None else (before,)
    facts = (*rest, *kept, Fact(name, value, 1.0, _BY_HAND))
    return replace(document, facts=facts, **_with(name, value))


def as_found(document: Document, name: str) -> Document:
    """The document with what rules found in a field that was set by hand.

    Raises `QuestionError` when that is not known: it was corrected before it was kept.
    """
    if not _by_hand(document, name):
        return document
    found = next((fact for fact in document.facts if fact.field == FOUND + name), None)
    if found is None:
        raise QuestionError(
            f"what rules find for {name} is not kept: run `kb ingest --reprocess` on its file, then again"
        )
    rest = tuple(fact for fact in document.facts if fact.field not in (name, FOUND + name))
    own = (replace(found, field=name),) if found.value else ()
    return replace(document, facts=(*rest, *own), **_with(name, found.value))


def written(document: Document, name: str) -> str:
    """A field as it is written by hand."""
    if name == "region":
        return "/".join(document.region)
    if name == "topics":
        return "、".join(document.topics)
    return str(getattr(document, name))


def _found(document: Document, name: str) -> Fact | None:
    """What rules found, as a fact about `found:<field>`; None when that is not known any more."""
    if _by_hand(document, name):
        return next((fact for fact in document.facts if fact.field == FOUND + name), None)
    fact = next((fact for fact in document.facts if fact.field == name), None)
    confidence, evidence = (fact.confidence, fact.evidence) if fact is not None else (0.0, "")
    return Fact(FOUND + name, written(document, name), confidence, evidence)


def _by_hand(document: Document, name: str) -> bool:
    return any(fact.field == name and fact.evidence == _BY_HAND for fact in document.facts)


def _with(name: str, value: str) -> dict[str, Any]:
    parted: dict[str, tuple[str, ...]] = {
        "region": tuple(filter(None, value.split("/"))),
        "topics": tuple(dict.fromkeys(filter(None, _BETWEEN_TOPICS.split(value)))),
    }
    return {name: parted.get(name, value)}
