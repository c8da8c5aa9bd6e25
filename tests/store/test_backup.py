"""Backups: whole while a writer works, verified before they are believed, restored whole or not at all."""

from __future__ import annotations

import json
import shutil
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from commands import environment
from hypothesis import given
from hypothesis import strategies as st
from shelf import document, ingest, save, text_of, texts, write

from kb.errors import BackupError, Busy, ExportError, StoreError
from kb.store import restoring
from kb.store.backup import back_up
from kb.store.backup_file import BackupManifest, safe_name
from kb.store.check import check
from kb.store.layout import Layout
from kb.store.lock import writer_lock
from kb.store.restoring import restore_backup, settle
from kb.store.store import Store

SETTINGS = 'home_region = ["天津市"]\n'


def layout_of(home: Path) -> Layout:
    return Layout(home / "indexes" / "main")


def filled(home: Path, topic: str = "社区经费") -> Store:
    """A home with two documents, settings, a lens and an original."""
    (home / "lenses").mkdir(parents=True)
    layout_of(home).prepare()
    (layout_of(home).folder / "uploads" / "甲").mkdir(parents=True)
    (layout_of(home).folder / "uploads" / "arriving").mkdir()
    (layout_of(home).folder / "uploads" / "arriving" / "x").write_text("half", encoding="utf-8")
    (home / "kb.toml").write_text(SETTINGS, encoding="utf-8")
    (home / "lenses" / "我的.toml").write_text(f"# {topic}\n", encoding="utf-8")
    original = layout_of(home).folder / "uploads" / "甲" / "原件.txt"
    original.write_text(text_of(topic), encoding="utf-8")
    store = Store.open(layout_of(home))
    save(store, document("upload:/甲/原件.txt", text_of(topic)))
    save(store, document("/elsewhere/乙.txt", text_of("乙")))
    return store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    filled(folder).close()
    return folder


@pytest.fixture
def backup(home: Path, tmp_path: Path) -> Path:
    target = tmp_path / "b.kbz"
    back_up(layout_of(home), home, target)
    return target


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, but for what only says who was there."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("writer.lock", "turn.lock", "truth.sqlite3-journal")
    }


def test_a_backup_holds_all_and_comes_back_in_an_empty_folder(backup: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    report = restore_backup(layout_of(new), new, backup, replace=False)
    assert (report.documents, report.kept) == (2, "")
    assert (new / "kb.toml").read_text(encoding="utf-8") == SETTINGS
    assert (new / "lenses" / "我的.toml").exists()
    store = Store.open(layout_of(new))
    assert texts(store) == {"原件.txt": text_of("社区经费"), "乙.txt": text_of("乙")}
    uploads = layout_of(new).folder / "uploads"
    assert (uploads / "甲" / "原件.txt").read_text(encoding="utf-8") == text_of("社区经费")
    assert not (uploads / "arriving").exists()
    assert check(store).ok
    store.close()
    assert not (new / ".restoring").exists()


def test_a_folder_that_is_in_use_is_replaced_only_when_asked_and_kept_aside(
    backup: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    store = filled(other, "养老服务")
    save(store, document("/c.txt", text_of("丙")))
    save(store, document("/d.txt", text_of("丁")))
    held = store.snapshot()
    before = tree(other)
    with pytest.raises(BackupError, match=r"there already: .*--replace"):
        restore_backup(layout_of(other), other, backup, replace=False)
    assert tree(other) == before
    report = restore_backup(layout_of(other), other, backup, replace=True)
    assert set(texts(store)) == {"原件.txt", "乙.txt"}, "a store that was open sees the restored truth"
    now = store.snapshot()
    assert now.generation > held.generation
    assert sorted(Path(card.source).name for card in now.cards.values()) == ["乙.txt", "原件.txt"]
    assert now.vectors is not None
    assert len(now.vectors) == sum(card.chunks for card in now.cards.values())
    assert check(store).ok
    store.close()
    kept = Path(report.kept)
    assert "养老服务" in (kept / "lenses" / "我的.toml").read_text(encoding="utf-8")
    with sqlite3.connect(kept / "truth.sqlite3") as old:
        assert old.execute("SELECT count(*) FROM documents").fetchone() == (4,)
    old.close()


def test_a_backup_taken_while_an_ingest_runs_is_one_moment_of_it(home: Path, tmp_path: Path) -> None:
    files = {f"份{i:02}": text_of(f"第{i}份") for i in range(25)}
    folder = tmp_path / "docs"
    write(folder, **files)
    store, failed = Store.open(layout_of(home)), []

    def run() -> None:
        try:
            ingest(store, folder)
        except Exception as error:  # noqa: BLE001 - told to the test
            failed.append(error)

    worker = threading.Thread(target=run)
    worker.start()
    reports = []
    while worker.is_alive():
        target = tmp_path / f"{len(reports)}.kbz"
        reports.append(back_up(layout_of(home), home, target))
        time.sleep(0.05)
    worker.join()
    assert failed == []
    assert len({report.documents for report in reports}) > 1, "no backup fell into the run"
    middle = reports[len(reports) // 2]
    new = tmp_path / "new"
    new.mkdir()
    restore_backup(layout_of(new), new, Path(middle.path), replace=False)
    restored = Store.open(layout_of(new))
    assert check(restored).ok
    assert len(texts(restored)) == middle.documents
    restored.close()
    store.close()


def test_a_file_that_is_there_is_never_overwritten(home: Path, backup: Path, tmp_path: Path) -> None:
    held = backup.read_bytes()
    with pytest.raises(ExportError, match="there already"):
        back_up(layout_of(home), home, backup)
    assert backup.read_bytes() == held
    with pytest.raises(ExportError, match="does not exist"):
        back_up(layout_of(home), home, tmp_path / "no" / "b.kbz")


def test_a_damaged_truth_is_not_backed_up_but_can_be_replaced(
    home: Path, backup: Path, tmp_path: Path
) -> None:
    truth = layout_of(home).truth
    data = bytearray(truth.read_bytes())
    data[4096:16384] = b"\xff" * 12288
    truth.write_bytes(bytes(data))
    with pytest.raises(StoreError, match="damaged"):
        back_up(layout_of(home), home, tmp_path / "no.kbz")
    assert not list(tmp_path.glob("no.kbz*"))
    report = restore_backup(layout_of(home), home, backup, replace=True)
    assert (Path(report.kept) / "damaged-truth.sqlite3").read_bytes() == bytes(data)
    store = Store.open(layout_of(home))
    assert check(store).ok
    store.close()


def test_a_restore_changes_nothing_while_another_writes(home: Path, backup: Path) -> None:
    before = tree(home)
    with writer_lock(layout_of(home)), pytest.raises(Busy):
        restore_backup(layout_of(home), home, backup, replace=True)
    assert tree(home) == before


# What is refused


def rewritten(backup: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The backup with other members, sealed again: as somebody who knows the form would make it."""
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(members)
    manifest["files"] = {
        name: {"sha256": sha256(data).hexdigest(), "size": len(data)} for name, data in members.items()
    }
    sealed = BackupManifest.model_validate(manifest).sealed()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", sealed.model_dump_json())
    return target


def refused(home: Path, bad: Path) -> str:
    before = tree(home)
    with pytest.raises(BackupError) as raised:
        restore_backup(layout_of(home), home, bad, replace=True)
    assert tree(home) == before
    assert not (home / ".restoring").exists()
    return str(raised.value)


@pytest.mark.parametrize(
    "name",
    ["../evil.txt", "/etc/evil", "uploads/../../evil", "uploads\\evil", "lenses/.hidden", "indexes/main/x",
     "C:/evil", "lenses/a/../b.toml", "uploads//x", "uploads/nul\x01", "kb.toml/x"],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(home: Path, backup: Path, tmp_path: Path, name: str) -> None:
    bad = rewritten(backup, tmp_path / "bad.kbz", lambda members: members.update({name: b"evil"}))
    assert "no backup of kb" in refused(home, bad)
    assert not list(tmp_path.rglob("evil*"))


@given(st.text(max_size=60))
def test_a_safe_name_stays_where_it_belongs(name: str) -> None:
    root = Path("/home/kb")
    if safe_name(name):
        path = Path(*root.parts, *name.split("/"))
        assert path.is_relative_to(root)
        assert ".." not in path.parts
        assert path.relative_to(root).parts[0] in ("kb.toml", "truth.sqlite3", "lenses", "rules", "uploads")


def trigger(members: dict[str, bytes]) -> None:
    with sqlite3.connect(":memory:") as truth:
        truth.deserialize(members["truth.sqlite3"])
        truth.execute("CREATE TRIGGER t AFTER INSERT ON documents BEGIN DELETE FROM documents; END")
        truth.commit()
        members["truth.sqlite3"] = truth.serialize()


def other_database(members: dict[str, bytes]) -> None:
    with sqlite3.connect(":memory:") as truth:
        truth.execute("CREATE TABLE t (a)")
        members["truth.sqlite3"] = truth.serialize()


def newer(members: dict[str, bytes]) -> None:
    with sqlite3.connect(":memory:") as truth:
        truth.deserialize(members["truth.sqlite3"])
        truth.execute("INSERT INTO migrations VALUES (999, 'm999_later', 0)")
        truth.commit()
        members["truth.sqlite3"] = truth.serialize()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (trigger, "has a trigger"),
        (other_database, "cannot be used"),
        (newer, "is not the one"),
        (lambda members: members.update({"truth.sqlite3": b"no database" * 999}), "cannot be used"),
        (lambda members: members.pop("truth.sqlite3"), "does not hold"),
    ],
)
def test_a_truth_that_is_none_of_ours_is_refused(
    home: Path, backup: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], said: str
) -> None:
    assert said in refused(home, rewritten(backup, tmp_path / "bad.kbz", change))


def test_foreign_files_are_named(home: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.kbz"
    for data in (b"", b"PK\x05\x06" + b"\0" * 18, b"no zip" * 100):
        bad.write_bytes(data)
        assert "bad.kbz" in refused(home, bad)
    assert "no backup file" in refused(home, tmp_path / "absent.kbz")


def test_no_truncated_or_changed_backup_is_restored(home: Path, backup: Path, tmp_path: Path) -> None:
    data, bad = backup.read_bytes(), tmp_path / "bad.kbz"
    for share in (0.01, 0.2, 0.5, 0.8, 0.97, 0.999):
        bad.write_bytes(data[: int(len(data) * share)])
        refused(home, bad)
    with zipfile.ZipFile(backup) as archive:
        entries = archive.infolist()
    spots = []
    for entry in entries:
        name, extra = struct.unpack_from("<HH", data, entry.header_offset + 26)  # lengths in the local header
        spots.append(entry.header_offset + 30 + name + extra + entry.compress_size // 2)
    for spot in spots:
        bad.write_bytes(data[:spot] + bytes([data[spot] ^ 0x55]) + data[spot + 1 :])
        refused(home, bad)


def test_more_than_fits_is_refused_before_anything_is_written(
    home: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    before = tree(home)
    with pytest.raises(StoreError, match="free some space"):
        restore_backup(layout_of(home), home, backup, replace=True)
    assert tree(home) == before


# A restore that is cut off


class Cut(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("step", ["_set_aside", "_follow_on", "_replace_truth", "sync_folder"])
@pytest.mark.parametrize("after", [False, True])
def test_a_restore_cut_at_any_step_is_whole_or_undone(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    filled(other, "养老服务").close()
    back_up(layout_of(other), other, tmp_path / "o.kbz")
    real, recover = getattr(restoring, step), restoring._recover

    def cut(*arguments: object) -> None:
        if after:
            real(*arguments)
        monkeypatch.setattr(restoring, "_recover", lambda *_: None)  # a process that is gone mends nothing
        raise Cut

    monkeypatch.setattr(restoring, step, cut)
    with pytest.raises(Cut):
        restore_backup(layout_of(home), home, tmp_path / "o.kbz", replace=True)
    monkeypatch.setattr(restoring, "_recover", recover)
    monkeypatch.setattr(restoring, step, real)
    settle(layout_of(home), home)
    store = Store.open(layout_of(home))
    lens = (home / "lenses" / "我的.toml").read_text(encoding="utf-8")
    new = step == "_replace_truth" and after
    topic = "养老服务" if new else "社区经费"
    assert topic in lens
    assert topic in texts(store)["原件.txt"]
    assert (layout_of(home).folder / "uploads" / "甲" / "原件.txt").read_text(encoding="utf-8") == text_of(
        topic
    )
    store.snapshot()
    assert not [problem for problem in check(store).problems if "behind" not in problem]
    store.close()


KILLED = """
import sys
from pathlib import Path
from kb.store.backup import back_up
from kb.store.layout import Layout
from kb.store.restoring import restore_backup
what, home, backup = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
layout = Layout(home / "indexes" / "main")
sys.stdout.write("begin\\n")
sys.stdout.flush()
if what == "restore":
    restore_backup(layout, home, backup, replace=True)
else:
    back_up(layout, home, backup)
sys.stdout.write("done\\n")
"""
KILLS = 24


@pytest.mark.slow
def test_kill_9_during_backup_and_restore_leaves_one_state_or_the_other(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    for folder, topic in ((home, "社区经费"), (other, "养老服务")):
        folder.mkdir()
        store = filled(folder, topic)
        for number in range(12):
            save(store, document(f"/{topic}{number}.txt", text_of(f"{topic}{number}", 40)))
        store.bring_up()
        store.close()
    sources = {"社区经费": tmp_path / "h.kbz", "养老服务": tmp_path / "o.kbz"}
    back_up(layout_of(home), home, sources["社区经费"])
    back_up(layout_of(other), other, sources["养老服务"])
    states, took = [], {"backup": 0.6, "restore": 1.0}
    for number in range(KILLS):
        what = "backup" if number % 4 == 3 else "restore"
        present = texts_topic(home)
        coming = "养老服务" if present == "社区经费" else "社区经费"
        target = sources[coming] if what == "restore" else tmp_path / f"k{number}.kbz"
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, what, str(home), str(target)],
            stdout=subprocess.PIPE, env=environment(), text=True,
        )  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == "begin\n"
        begun = time.monotonic()
        time.sleep(took[what] * (number / KILLS) ** 3)  # the files are exchanged early: more cuts there
        child.kill()
        ended = child.communicate()[0] == "done\n"
        if ended:
            took[what] = min(took[what], time.monotonic() - begun)
        if what == "backup":
            assert not target.exists() or restorable(target, tmp_path / "r")
            continue
        now = texts_topic(home)
        assert now in (present, coming)
        assert now == coming or not ended
        states.append((ended, now == coming))
    assert (False, False) in states, states
    assert any(changed for _, changed in states), states


def texts_topic(home: Path) -> str:
    """What the home holds after a cut, all of it of one kind."""
    settle(layout_of(home), home)
    store = Store.open(layout_of(home))
    store.snapshot()
    report = check(store, repair=True)
    assert report.ok, report.problems
    found = texts(store)
    store.close()
    topic = "养老服务" if "养老服务0.txt" in found else "社区经费"
    assert all(name.startswith(topic) or name in ("原件.txt", "乙.txt") for name in found)
    assert topic in (home / "lenses" / "我的.toml").read_text(encoding="utf-8")
    assert topic in (layout_of(home).folder / "uploads" / "甲" / "原件.txt").read_text(encoding="utf-8")
    return topic


def restorable(backup: Path, folder: Path) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return restore_backup(layout_of(folder), folder, backup, replace=False).documents == 14
