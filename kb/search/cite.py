"""Exact citations, and whether they still hold."""

from __future__ import annotations

from kb.errors import QuestionError
from kb.text.places import place
from kb.types import CheckedCitation, Citation, CitationState, Document, DocumentCard, Quotation


def cite(document: Document, card: DocumentCard, start: int, end: int) -> Citation:
    """The citation of `document.text[start:end]`, with the flags that concern it.

    Raises `QuestionError` when the span is empty or outside the text.
    """
    if not 0 <= start < end <= len(document.text):
        raise QuestionError(
            f"{start}–{end} is no span of {document.id}, which has {len(document.text)} characters"
        )
    where = place(document.text, document.sections, start)
    return Citation(
        document=card,
        path=where.path,
        paragraph=where.paragraph,
        page=where.page,
        start=start,
        end=end,
        quote=document.text[start:end],
        flags=tuple(flag for flag in document.flags if flag.touches(start, end)),
    )


def check_quote(document: Document | None, quotation: Quotation) -> CheckedCitation:
    """Where a quotation stands in the document as it is now; None for a document that has gone.

    It is `intact` at the place it was taken from (or anywhere, when no place is known), `moved` elsewhere in
    the text, and `source_removed` when the words are no longer there.
    """
    quote, start = quotation.quote, quotation.start
    if document is None or not quote:
        return CheckedCitation(quotation.doc_id, quote, "source_removed")
    if start is not None and document.text.startswith(quote, start):
        return CheckedCitation(quotation.doc_id, quote, "intact", start, start + len(quote))
    found = document.text.find(quote)
    if found < 0:
        return CheckedCitation(quotation.doc_id, quote, "source_removed")
    state: CitationState = "intact" if start is None else "moved"
    return CheckedCitation(quotation.doc_id, quote, state, found, found + len(quote))
