"""A document's metadata as its page shows it: values, what they rest on, and boxes to correct them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb.surfaces.kin import region_of
from kb.surfaces.messages import Words
from kb.types import FOUND, Document, Fact


@dataclass(frozen=True, slots=True)
class MetadataRow:
    """A field with what its value rests on."""

    label: str
    value: str  # "" when it is not known
    ground: str
    reset: str  # the field, when it was set by hand and can be given back to the rules; else ""


def metadata_rows(document: Document, words: Words) -> tuple[MetadataRow, ...]:
    """Every field with what its value rests on; the title when a person set it."""
    facts = {fact.field: fact for fact in document.facts}
    by_hand = [fact.field for fact in document.facts if FOUND + fact.field in facts]
    dates = {name: value for name in ("signed", "published", "uploaded") if (value := document.stated(name))}
    values = {
        **({"title": document.title} if "title" in by_hand else {}),
        "region": region_of(document),
        "issuer": document.issuer,
        "issued": document.issued,
        **dates,
        "number": document.number,
        "kind": document.kind,
        "topics": "、".join(document.topics),
        "origin": document.origin,
        "source": document.source.rpartition("/")[2],
    }
    return tuple(
        MetadataRow(
            words(f"field.{field}"),
            value,
            _ground(facts.get(field), facts.get(FOUND + field), words),
            field if field in by_hand else "",
        )
        for field, value in values.items()
    )


def correctable(document: Document) -> dict[str, str]:
    """The fields that can be set by hand, as they are written: a region 天津市/河东区."""
    return {
        "title": document.title,
        "region": "/".join(document.region),
        "issuer": document.issuer,
        "issued": document.issued,
        "number": document.number,
        "kind": document.kind,
        "topics": "、".join(document.topics),
        "origin": document.origin,
    }


def correction_rows(
    document: Document, given: Mapping[str, str], words: Words
) -> tuple[tuple[str, str, str], ...]:
    """Field, label and value of each box; what was `given` stays in its box when it could not be kept."""
    return tuple(
        (field, words(f"field.{field}"), given.get(field, value))
        for field, value in correctable(document).items()
    )


def _ground(fact: Fact | None, found: Fact | None, words: Words) -> str:
    if fact is None or not fact.evidence:
        return ""
    if fact.confidence < 1.0:
        return words("field.from", evidence=fact.evidence)
    if found is None:
        return words("field.by_hand")
    return words("field.by_hand_over", found=found.value or words("field.unknown"))
