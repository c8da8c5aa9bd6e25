"""What was read of a file, as the library keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kb.ingest.identity import document_id
from kb.ingest.split import split
from kb.store import documents
from kb.store.deleted import without_deleted
from kb.store.files import KnownFile
from kb.store.store import Store
from kb.store.tally import Articles
from kb.types import Document


def articles_of(store: Store, file: KnownFile, parsed: Sequence[Document]) -> Articles:
    """The articles under the ids that they had before, with what was corrected by hand."""
    articles = []
    with store.reading() as connection:
        before = {part: id for id, part in documents.documents_of(connection, file.source)}
        for document in without_deleted(connection, parsed):
            id = before.get(document.part) or documents.free_id(connection, document, document_id)
            kept = documents.with_corrections(connection, replace(document, id=id))
            articles.append((kept, split(kept)))
    return articles
