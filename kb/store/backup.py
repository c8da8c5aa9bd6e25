"""Backups: one file with the truth as it stood at one moment, and with what the home folder keeps beside it.

A backup is a zip file: `manifest.json` (see `kb.store.backup_file`), the truth, and the settings, lenses,
rules and originals of the home folder. What is derived from the truth is not in it and is made again.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kb import __version__
from kb.errors import ExportError, StoreError
from kb.store.backup_file import (
    FORMAT,
    MANIFEST_NAME,
    TRUTH_NAME,
    BackupManifest,
    Member,
    open_backup,
    places,
    safe_name,
    verify_members,
)
from kb.store.database import WAIT_SECONDS, storing
from kb.store.layout import Layout, replacing, storage
from kb.types import BackupReport

_COPIED_AT_ONCE = 4096  # pages of the truth
_PIECE = 1 << 20  # bytes
_ARRIVING = "arriving"  # the folder of uploads whose bytes are still coming
_LEVEL = 1  # of compression: texts shrink to a third, vectors do not shrink at all


def back_up(layout: Layout, home: Path, target: Path) -> BackupReport:
    """Writes a backup to `target`, which must not exist yet; readers and writers go on meanwhile.

    Writers wait while the truth is copied. The file is read back and held against its manifest before it
    gets its name. Raises `ExportError` when `target` cannot be taken, `StorageFull`, and `StoreError` when
    the truth is damaged: a damaged truth is never backed up as if it were sound.
    """
    if target.exists():
        raise ExportError(f"{target} is there already: give the backup another name")
    if not target.parent.is_dir():
        raise ExportError(f"the folder {target.parent} does not exist: create it, or name another file")
    with replacing(target) as temporary:
        copy = temporary.with_name(f"{temporary.name}.sqlite3")
        try:
            facts = copy_truth(layout.truth, copy)
            manifest = _write(temporary, copy, _kept(layout, home), facts)
        finally:
            copy.unlink(missing_ok=True)
        with open_backup(temporary) as (archive, found):
            verify_members(archive, found)
        size = temporary.stat().st_size
    return BackupReport(str(target), size, manifest.created, manifest.generation, manifest.documents)


def copy_truth(source: Path, target: Path) -> TruthFacts:
    """Copies the truth as it stands at one moment, checks the copy, and says what it holds.

    The copy is one file without a journal. Raises `StoreError` when it is damaged.
    """
    with (
        storing(source),
        closing(sqlite3.connect(source, timeout=WAIT_SECONDS, isolation_level=None)) as truth,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        truth.execute("BEGIN")  # one view: else the copying begins again with each commit of a writer
        truth.execute("SELECT count(*) FROM sqlite_master").fetchone()
        truth.backup(copy, pages=_COPIED_AT_ONCE)
        truth.rollback()
        copy.execute("PRAGMA journal_mode = DELETE")
        check_truth(copy, source)
        return facts_of(copy)


def check_truth(connection: sqlite3.Connection, named: Path) -> None:
    """Raises `StoreError` naming `named` when the database is damaged or rows lack what they belong to."""
    (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    astray = connection.execute("PRAGMA foreign_key_check").fetchone()
    if said != "ok" or astray is not None:
        reason = said if said != "ok" else f"a row of {astray[0]} belongs to nothing"
        raise StoreError(f"the truth in {named} is damaged ({reason}): see `kb check`, or restore a backup")


@dataclass(frozen=True, slots=True)
class TruthFacts:
    """What a truth says of itself."""

    migration: int  # the last that it has had
    generation: int
    documents: int


def facts_of(connection: sqlite3.Connection) -> TruthFacts:
    """What the truth on the other end of a connection says of itself."""
    migration, generation, documents = (
        int(connection.execute(question).fetchone()[0])
        for question in (
            "SELECT coalesce(max(number), 0) FROM migrations",
            "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'generation'",
            "SELECT count(*) FROM documents",
        )
    )
    return TruthFacts(migration, generation, documents)


def _write(
    target: Path, truth: Path, beside: Iterable[tuple[str, Path]], facts: TruthFacts
) -> BackupManifest:
    members: dict[str, Member] = {}
    with storage(target), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for name, path in (*beside, (TRUTH_NAME, truth)):
            members[name] = _add(archive, name, path)
        manifest = BackupManifest(
            format=FORMAT,
            program=__version__,
            created=time.time(),
            migration=facts.migration,
            generation=facts.generation,
            documents=facts.documents,
            files=members,
        ).sealed()
        archive.writestr(MANIFEST_NAME, manifest.model_dump_json())
    return manifest


def _kept(layout: Layout, home: Path) -> Iterator[tuple[str, Path]]:
    """What beside the truth goes into a backup, under the name that it has there."""
    for name, place in places(layout, home).items():
        if place.is_file():
            yield name, place
        for path in sorted(place.rglob("*")):
            inner = path.relative_to(place)
            full = f"{name}/{inner.as_posix()}"
            whole = path.is_file() and not path.is_symlink() and inner.parts[0] != _ARRIVING
            if whole and safe_name(full):
                yield full, path


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> Member:
    """Adds a file under `name`; its digest is of the bytes that were written."""
    digest, size = hashlib.sha256(), 0
    entry = zipfile.ZipInfo(name, time.gmtime()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as sink:
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            sink.write(piece)
    return Member(sha256=digest.hexdigest(), size=size)
