"""Puts a backup in the place of what a home folder holds: all of it, or nothing.

What the backup holds is verified and made ready in a folder of its own first. Then, under the writer's
lock, the files of the home folder change places with the new ones, which a plan on the disk records, and the
truth is replaced in one transaction of SQLite: that decides. Whoever opens the home folder after a cut
finishes what was decided or undoes what was not (`settle`). What was there before is kept in `replaced/`.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from kb.errors import BackupError, Busy, StorageFull, StoreError
from kb.store.audit import TRIGGERS
from kb.store.backup import check_truth, copy_truth, facts_of
from kb.store.backup_file import TRUTH_NAME, BackupManifest, open_backup, places, unpack
from kb.store.database import WAIT_SECONDS, open_engine, storing
from kb.store.layout import Layout, replacing, storage, sync_file, sync_folder
from kb.store.lock import writer_lock
from kb.store.migrations import migrate
from kb.store.regained import Regained, keep_shut
from kb.store.store import Store
from kb.store.unfinished import PLAN, WORK, unfinished
from kb.types import RestoreReport

REPLACED = "replaced"  # folder of the home: what backups took the place of
_MARK = "restored"


def restore_backup(layout: Layout, home: Path, backup: Path, *, replace: bool) -> RestoreReport:
    """Restores `backup` into `home`; servers over it answer from it as soon as it is done.

    Raises `BackupError` for a file that is no whole backup, or when something is there and `replace` is not
    set; `Busy` while another process writes; `StorageFull`. Nothing has changed then.
    """
    with open_backup(backup) as (archive, manifest):
        if not replace and (found := _occupied(layout, home)):
            raise BackupError(f"{found} is there already: restore into an empty folder, or use --replace")
        layout.prepare()
        with writer_lock(layout):
            _recover(layout, home)
            work = home / WORK
            with storage(work):
                shutil.rmtree(work, ignore_errors=True)
                (work / "new").mkdir(parents=True)
            try:
                unpack(archive, manifest, work / "new")
                _make_ready(work / "new" / TRUTH_NAME, manifest)
                kept, regained = _swap(layout, home, work)
            finally:
                if not (work / PLAN).exists():
                    shutil.rmtree(work, ignore_errors=True)
    rebuilt = _bring_up(layout)
    return RestoreReport(
        str(backup),
        manifest.created,
        manifest.documents,
        kept,
        rebuilt,
        regained.revoked,
        regained.locked,
    )


def settle(layout: Layout, home: Path) -> None:
    """Finishes or undoes a restore that was cut off; does nothing while one is at work."""
    if unfinished(home):
        with contextlib.suppress(Busy), writer_lock(layout):
            _recover(layout, home)


def _occupied(layout: Layout, home: Path) -> str:
    """What of the home folder a restore would replace; "" when there is nothing."""
    paths = (layout.truth, *places(layout, home).values())
    return next(
        (str(path) for path in paths if path.is_file() or (path.is_dir() and any(path.iterdir()))), ""
    )


def _make_ready(truth: Path, manifest: BackupManifest) -> None:
    """Checks the truth of a backup and brings it up to this program's tables."""
    try:
        with storing(truth), closing(sqlite3.connect(truth)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            others = "SELECT type, name, sql FROM sqlite_master WHERE type NOT IN ('table', 'index')"
            for kind, name, sql in connection.execute(others):
                if sql not in TRIGGERS:
                    raise BackupError(f"the backup is none of ours: its truth has a {kind} {name[:40]}")
            check_truth(connection, truth)
            facts = facts_of(connection)
            if (facts.migration, facts.documents) != (manifest.migration, manifest.documents):
                raise BackupError("the backup is none of ours: its truth is not the one that it tells of")
        engine = open_engine(truth)
        try:
            migrate(engine)
        finally:
            engine.dispose()
    except StoreError as error:
        raise BackupError(f"the truth in the backup cannot be used: {error}") from error


def _swap(layout: Layout, home: Path, work: Path) -> tuple[str, Regained]:
    """Puts new files and truth in place; the folder with what was there, or "", and what stays shut."""
    kept = _fresh_folder(home / REPLACED)
    mark = f"{time.time():.6f}"
    new = [name for name in places(layout, home) if (work / "new" / name).exists()]
    try:
        _set_aside(layout, kept)
        regained = _follow_on(layout.truth, work / "new" / TRUTH_NAME, mark)
        with replacing(work / PLAN) as temporary:
            temporary.write_text(json.dumps({"mark": mark, "kept": kept.name, "new": new}), encoding="utf-8")
        with storage(home):
            for name, place in places(layout, home).items():
                if place.exists():
                    place.rename(kept / name)
                if name in new:
                    (work / "new" / name).rename(place)
            for folder in (kept, home, layout.folder):
                sync_folder(folder)
        _replace_truth(work / "new" / TRUTH_NAME, layout.truth)
    finally:
        _recover(layout, home)
        if not any(kept.iterdir()):
            kept.rmdir()
    return str(kept) if kept.exists() else "", regained


def _fresh_folder(above: Path) -> Path:
    """A new folder named by the present time."""
    folder = above / time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    with storage(folder):
        while folder.exists():
            folder = folder.with_name(f"{folder.name}-")
        folder.mkdir(parents=True)
    return folder


def _set_aside(layout: Layout, kept: Path) -> None:
    """Keeps a copy of the truth that is there; a damaged one goes there itself, and an empty one comes."""
    target = kept / TRUTH_NAME
    try:
        if layout.truth.exists():
            copy_truth(layout.truth, target)
            return
    except (Busy, StorageFull):
        target.unlink(missing_ok=True)
        raise
    except StoreError:
        target.unlink(missing_ok=True)
        with storage(target):
            for path in layout.folder.glob(f"{TRUTH_NAME}*"):  # with its journal
                path.rename(kept / f"damaged-{path.name}")
    Store.open(layout).close()


def _follow_on(present: Path, coming: Path, mark: str) -> Regained:
    """Numbers the coming truth as a change of the present one.

    Derived indexes, and servers that hold an older state in memory, then catch up as after any change: all
    that the coming truth holds is new to them, and all that only the present one held has gone.
    """
    with storing(coming), closing(sqlite3.connect(coming)) as connection:
        connection.execute("ATTACH ? AS present", (str(present),))
        generations = "SELECT max(CAST(value AS INTEGER)) FROM {}.meta WHERE key = 'generation'"
        now = 1 + max(
            connection.execute(generations.format(name)).fetchone()[0] for name in ("main", "present")
        )
        connection.execute("DELETE FROM main.tombstones")
        for what, table, key in (("chunk", "chunks", "id"), ("document", "documents", "key")):
            connection.execute(f"UPDATE main.{table} SET generation = ?", (now,))
            connection.execute(
                f"INSERT INTO main.tombstones (generation, what, key) SELECT ?, ?, key FROM ("
                f"SELECT {key} AS key FROM present.{table} UNION "
                f"SELECT key FROM present.tombstones WHERE what = ?) "
                f"WHERE key NOT IN (SELECT {key} FROM main.{table})",
                (now, what, what),
            )
        connection.execute(
            "UPDATE main.sqlite_sequence SET seq = max(seq, coalesce("
            "(SELECT seq FROM present.sqlite_sequence AS old WHERE old.name = main.sqlite_sequence.name), 0))"
        )
        regained = keep_shut(connection)
        connection.execute("UPDATE main.meta SET value = ? WHERE key = 'generation'", (str(now),))
        connection.execute("INSERT OR REPLACE INTO main.meta VALUES (?, ?)", (_MARK, mark))
        connection.commit()
    sync_file(coming)
    return regained


def _replace_truth(source: Path, target: Path) -> None:
    """Writes one truth over the other in one transaction: readers see the one or the other."""
    with (
        storing(target),
        closing(sqlite3.connect(source)) as new,
        closing(sqlite3.connect(target, timeout=WAIT_SECONDS)) as present,
    ):
        present.execute("PRAGMA synchronous = FULL")
        new.backup(present)


def _recover(layout: Layout, home: Path) -> None:
    """Finishes a restore whose truth is in place, undoes one whose truth is not. Needs the lock."""
    path = home / WORK / PLAN
    if not path.exists():
        return
    with storage(home), storing(layout.truth):
        plan = json.loads(path.read_text(encoding="utf-8"))
        with closing(sqlite3.connect(layout.truth, timeout=WAIT_SECONDS)) as connection:
            done = connection.execute("SELECT value FROM meta WHERE key = ?", (_MARK,)).fetchone()
        if done is None or done[0] != plan["mark"]:
            _undo(layout, home, home / REPLACED / plan["kept"], plan["new"])
        path.unlink()
        sync_folder(path.parent)
    shutil.rmtree(home / WORK, ignore_errors=True)


def _undo(layout: Layout, home: Path, kept: Path, new: list[str]) -> None:
    for name, place in places(layout, home).items():
        back = home / WORK / "new" / name
        moved_in = name in new and not back.exists()
        if moved_in and place.exists():
            place.rename(back)
        if (kept / name).exists() and not place.exists():
            (kept / name).rename(place)
    (kept / TRUTH_NAME).unlink(missing_ok=True)


def _bring_up(layout: Layout) -> tuple[str, ...]:
    """Makes the derived indexes those of the truth; one that is cut off here is made by the next reader."""
    store = Store.open(layout)
    try:
        with store.exclusive(WAIT_SECONDS):
            store.find_families()
            return store.bring_up(verify=True)
    finally:
        store.close()
