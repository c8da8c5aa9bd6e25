"""Deletes documents, and lets them come back.

A deletion holds for the bytes that the document came from. The same bytes come back when somebody uploads
them or names their file; an edited file is another text.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select

from kb.store import documents, files
from kb.store.database import adding, writing
from kb.store.deleted import deleted
from kb.store.places import is_upload, key_of
from kb.store.schema import documents as documents_table
from kb.store.schema import failures
from kb.store.schema import files as files_table
from kb.store.store import Store
from kb.types import Document


def delete_document(store: Store, doc_id: str) -> tuple[str, ...]:
    """Deletes a document; the uploads of which nothing is left.

    Raises `NotFound`, and `Busy` while another process writes.
    """
    with store.turn():
        with writing(store.engine) as (connection, generation):
            document = documents.get_document(connection, doc_id)
            documents.remove_documents(connection, generation, [doc_id])
            connection.execute(insert(deleted).values(sha256=document.sha256, part=document.part))
            emptied = _emptied(connection, document)
            files.forget(connection, emptied)
        store.bring_up()
    return tuple(emptied)


def let_back(store: Store, named: Iterable[Path]) -> None:
    """Lets what was deleted come back from the files and uploads that are `named`; folders name nothing.

    Call it with the writer's lock held.
    """
    sources = [str(path) for path in named if not path.is_dir()]
    with store.reading() as connection:
        gone: set[str] = set(connection.execute(select(deleted.c.sha256)).scalars())
        if not gone:
            return
        found = {
            sha256
            for source in sources
            if is_upload(source)
            for sha256 in gone
            if sha256[:32] == key_of(source)
        }
        known = files.known_files(connection)
        found |= {known[source].sha256 for source in sources if source in known} & gone
    with adding(store.engine) as connection:
        for part in documents.parts(sorted(found)):
            for table in (deleted, failures, files_table):
                connection.execute(delete(table).where(table.c.sha256.in_(part)))


def _emptied(connection: Connection, document: Document) -> list[str]:
    """Uploads with these bytes when no article of them is left; files of folders stay known, as they are."""
    left = select(documents_table.c.id).where(documents_table.c.sha256 == document.sha256).limit(1)
    if connection.execute(left).first() is not None:
        return []
    same = select(files_table.c.source).where(files_table.c.sha256 == document.sha256)
    sources: list[str] = list(connection.execute(same).scalars())
    return [source for source in sources if is_upload(source)]
