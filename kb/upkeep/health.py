"""How the truth and the derived indexes stand, by what costs little to ask; `kb check` reads every byte."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import func, select

from kb.errors import DataError
from kb.store import embeddings, families
from kb.store.database import generation
from kb.store.derived import LEXICAL_FORMAT, VECTORS_FORMAT, sound_manifest
from kb.store.schema import documents, failures, files
from kb.store.snapshot import active_model
from kb.store.store import Store
from kb.types import Failure, Health, IndexHealth

_SHOWN = 100  # files that could not be read


def health(store: Store) -> Health:
    """The present state. Raises `StoreError`."""
    layout = store.layout
    with store.reading() as connection:
        now, model = generation(connection), active_model(connection)
        counted = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (documents, files, failures)
        }
        passages = embeddings.count_chunks(connection)
        bare = passages - embeddings.count_chunks(connection, model.name) if model else 0
        waiting = len(families.stale(connection))
        rows = connection.execute(
            select(failures.c.source, failures.c.reason).order_by(failures.c.source).limit(_SHOWN)
        )
        failed = tuple(Failure(row.source, row.reason) for row in rows)
    indexes = []
    for name, folder, form in (
        ("words", layout.lexical, LEXICAL_FORMAT),
        ("vectors", layout.vectors, VECTORS_FORMAT),
    ):
        manifest = sound_manifest(folder, form)
        held = manifest.generation if manifest is not None else 0
        sound = manifest is not None or model is None
        indexes.append(IndexHealth(name, sound, held, max(0, now - held), size_of(folder)))
    return Health(
        documents=counted["documents"],
        files=counted["files"],
        passages=passages,
        generation=now,
        model=model.name if model else "",
        dim=model.dim if model else 0,
        without_vector=bare,
        not_compared=waiting,
        indexes=tuple(indexes),
        truth_bytes=size_of(layout.truth),
        upload_bytes=size_of(layout.folder / "uploads"),
        free_bytes=shutil.disk_usage(layout.folder).free,
        failed=counted["failures"],
        failures=failed,
        last_run=store.last_run(),
        rules_problem=_rules_problem(store),
    )


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; 0 where there is none."""
    if path.is_file():
        return path.stat().st_size
    return sum(entry.stat().st_size for entry in path.rglob("*") if entry.is_file())


def _rules_problem(store: Store) -> str:
    try:
        store.own_rules()
    except DataError as error:
        return str(error)
    return ""
