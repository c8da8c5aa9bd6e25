"""How the pages name documents, and show those of one work."""

from __future__ import annotations

from dataclasses import dataclass

from kb.surfaces import forms
from kb.surfaces.messages import Words
from kb.types import Document, DocumentCard, Family


@dataclass(frozen=True, slots=True)
class RelativeView:
    """A document of the same work."""

    url: str
    title: str
    meta: str  # what tells it from the others
    note: str  # how much is the same, or who said so; "" in a list of results


@dataclass(frozen=True, slots=True)
class FamilyView:
    """The other documents of a work, and what a person may say of them."""

    main: RelativeView | None  # when another document is cited for the work
    others: tuple[RelativeView, ...]
    decided: bool  # by a person, for the document shown


def title_of(card: DocumentCard | Document, words: Words) -> str:
    """The title, or words that say which untitled document it is."""
    return card.title or words("document.untitled", source=card.source.rpartition("/")[2])


def region_of(card: DocumentCard | Document) -> str:
    """省·市·区 joined by middle dots; "" when unknown."""
    return "·".join(card.region)


def relative_view(card: DocumentCard, words: Words, note: str = "") -> RelativeView:
    """A document of the same work by its title, place, date and file."""
    known = (region_of(card), card.issued, card.source.rpartition("/")[2])
    return RelativeView(
        forms.document_url(card.id), title_of(card, words), " · ".join(part for part in known if part), note
    )


def family_view(doc_id: str, family: Family, words: Words) -> FamilyView:
    """The work of a document for its page."""
    others = tuple(
        relative_view(
            one.document,
            words,
            words("family.by_hand") if one.by_hand else words("family.share", share=f"{one.share:.0%}"),
        )
        for one in family.others
        if one.document.id != doc_id
    )
    main = relative_view(family.main, words) if family.main.id != doc_id else None
    return FamilyView(main, others, bool(family.decided))
