"""Runs of `kb ingest`: what is new, unchanged, the same, moved, gone or unreadable."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hashing import HashEncoder
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from shelf import ENCODER, MODEL, by_source, found_by_vectors, ingest, save, text_of, texts, truth_ids, write
from shelf import document as made

from kb.errors import StorageFull
from kb.ports import Vectors
from kb.store.check import check
from kb.store.embedding import correct
from kb.store.holdings import read_file
from kb.store.intake import IntakeOptions, take_in
from kb.store.layout import Layout
from kb.store.store import Store
from kb.types import Flag, IngestReport


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "docs"


def counts(report: IngestReport) -> tuple[int, int, int, int, int]:
    return report.ingested, report.unchanged, report.duplicates, report.removed, len(report.failed)


def touch(path: Path) -> None:
    """Another time of change, later than before."""
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 10**9))


def test_a_second_run_changes_nothing(store: Store, folder: Path) -> None:
    write(folder, a=text_of("甲"), b=text_of("乙"))
    first = ingest(store, folder)
    assert counts(first) == (2, 0, 0, 0, 0)
    assert first.chunks == len(truth_ids(store))
    generation, files = store.generation(), sorted(store.layout.folder.rglob("g*"))
    assert counts(ingest(store, folder)) == (0, 2, 0, 0, 0)
    assert (store.generation(), sorted(store.layout.folder.rglob("g*"))) == (generation, files)
    assert check(store).ok


def test_a_touched_file_is_unchanged(store: Store, folder: Path) -> None:
    (path,) = write(folder, a=text_of("甲"))
    ingest(store, folder)
    touch(path)
    assert counts(ingest(store, folder)) == (0, 1, 0, 0, 0)


def test_a_changed_file_keeps_its_id(store: Store, folder: Path) -> None:
    write(folder, a=text_of("甲"), b=text_of("乙"))
    ingest(store, folder)
    before = by_source(store)
    write(folder, a=text_of("丙"))
    assert counts(ingest(store, folder)) == (1, 1, 0, 0, 0)
    assert by_source(store) == before
    assert texts(store)["a.txt"] == text_of("丙")
    assert check(store).ok


def test_equal_bytes_are_kept_once(store: Store, folder: Path) -> None:
    write(folder, a=text_of("甲"), b=text_of("甲"), c=text_of("甲"))
    assert counts(ingest(store, folder)) == (1, 0, 2, 0, 0)
    assert counts(ingest(store, folder)) == (0, 3, 0, 0, 0)
    assert texts(store) == {"a.txt": text_of("甲")}


def test_a_moved_file_keeps_its_id_and_its_corrections(store: Store, folder: Path) -> None:
    (path,) = write(folder, a=text_of("甲"))
    ingest(store, folder)
    id = by_source(store)["a.txt"]
    correct(store, ENCODER, id, {"issuer": "区政府"})
    (folder / "归档").mkdir()
    path.rename(folder / "归档" / "新名.txt")
    assert counts(ingest(store, folder)) == (0, 1, 0, 0, 0)
    assert by_source(store) == {"新名.txt": id}
    (card,) = store.snapshot().cards.values()
    assert (card.issuer, Path(card.source).name) == ("区政府", "新名.txt")
    assert counts(ingest(store, folder, prune=True)) == (0, 1, 0, 0, 0)
    write(folder, a=text_of("乙"))
    ingest(store, folder)
    assert len(set(by_source(store).values())) == 2, "the id of the moved one is not given again"


def test_a_file_moved_over_another_takes_its_place(store: Store, folder: Path) -> None:
    a, b = write(folder, a=text_of("甲"), b=text_of("乙"))
    ingest(store, folder)
    id = by_source(store)["a.txt"]
    a.rename(b)
    ingest(store, folder)
    assert (by_source(store), texts(store)) == ({"b.txt": id}, {"b.txt": text_of("甲")})
    assert check(store).ok


def test_files_that_swapped_their_names_are_both_kept(store: Store, folder: Path) -> None:
    a, b = write(folder, a=text_of("甲"), b=text_of("乙"))
    ingest(store, folder)
    a.rename(folder / "c.txt")
    b.rename(a)
    (folder / "c.txt").rename(b)
    ingest(store, folder)
    assert texts(store) == {"a.txt": text_of("乙"), "b.txt": text_of("甲")}


@pytest.mark.parametrize("name", ["0 copy.txt", "z copy.txt"])
def test_a_copy_of_what_a_file_was_before_is_taken_in(store: Store, folder: Path, name: str) -> None:
    """Whichever is looked at first."""
    (path,) = write(folder, m=text_of("甲"))
    ingest(store, folder)
    shutil.copy2(path, folder / name)
    write(folder, m=text_of("乙"))
    ingest(store, folder)
    assert texts(store) == {name: text_of("甲"), "m.txt": text_of("乙")}


@pytest.mark.parametrize("prune", [False, True])
def test_a_duplicate_takes_over_when_the_first_file_has_gone(store: Store, folder: Path, prune: bool) -> None:
    first, _ = write(folder, a=text_of("甲"), b=text_of("甲"))
    ingest(store, folder)
    id = by_source(store)["a.txt"]
    first.unlink()
    ingest(store, folder, prune=prune)
    assert (by_source(store), texts(store)) == ({"b.txt": id}, {"b.txt": text_of("甲")})


def test_a_duplicate_is_taken_in_when_the_first_file_changed(store: Store, folder: Path) -> None:
    write(folder, a=text_of("甲"), b=text_of("甲"))
    ingest(store, folder)
    write(folder, a=text_of("乙"))
    ingest(store, folder)
    assert texts(store) == {"a.txt": text_of("乙"), "b.txt": text_of("甲")}


def test_a_duplicate_elsewhere_takes_over_what_is_pruned(store: Store, folder: Path, tmp_path: Path) -> None:
    (first,) = write(folder, a=text_of("甲"))
    write(tmp_path / "elsewhere", b=text_of("甲"))
    ingest(store, folder, tmp_path / "elsewhere")
    assert by_source(store).keys() == {"a.txt"}
    first.unlink()
    assert counts(ingest(store, folder, prune=True)) == (0, 0, 0, 0, 0)
    assert texts(store) == {"b.txt": text_of("甲")}
    assert counts(ingest(store, tmp_path / "elsewhere")) == (0, 1, 0, 0, 0)


def test_a_file_that_became_a_copy_of_another_gives_up_its_documents(store: Store, folder: Path) -> None:
    write(folder, a=text_of("甲"), b=text_of("乙"))
    ingest(store, folder)
    write(folder, b=text_of("甲"))
    assert counts(ingest(store, folder)) == (0, 1, 1, 0, 0)
    assert texts(store) == {"a.txt": text_of("甲")}
    assert check(store).ok


def test_only_what_has_gone_from_the_folders_given_is_pruned(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    a, _ = write(folder, a=text_of("甲"), b=text_of("乙"))
    (other,) = write(tmp_path / "elsewhere", c=text_of("丙"))
    ingest(store, folder, tmp_path / "elsewhere")
    a.unlink()
    other.unlink()
    assert counts(ingest(store, folder)) == (0, 1, 0, 0, 0), "nothing is forgotten without --prune"
    assert texts(store).keys() == {"a.txt", "b.txt", "c.txt"}
    assert counts(ingest(store, folder, prune=True)) == (0, 1, 0, 1, 0)
    assert texts(store).keys() == {"b.txt", "c.txt"}
    assert check(store).ok


def test_a_bad_file_does_not_stop_the_others(store: Store, folder: Path) -> None:
    write(folder, a=text_of("甲"), m="", z=text_of("乙"))
    (folder / "p.docx").write_bytes(b"PK\x03\x04 no archive")
    report = ingest(store, folder)
    assert counts(report) == (2, 0, 0, 0, 2)
    assert {Path(failure.source).name for failure in report.failed} == {"m.txt", "p.docx"}
    assert all(failure.reason for failure in report.failed)
    assert texts(store).keys() == {"a.txt", "z.txt"}
    write(folder, m=text_of("丙"))
    assert counts(ingest(store, folder)) == (1, 2, 0, 0, 1)


def test_a_file_that_turned_bad_keeps_what_was_read_before(store: Store, folder: Path) -> None:
    write(folder, a=text_of("甲"))
    ingest(store, folder)
    write(folder, a="")
    for _ in range(2):
        assert counts(ingest(store, folder)) == (0, 0, 0, 0, 1)
        assert texts(store) == {"a.txt": text_of("甲")}


def test_copies_of_a_bad_file_fail_with_it(store: Store, folder: Path) -> None:
    folder.mkdir()
    for name in ("a.docx", "b.docx"):
        (folder / name).write_bytes(b"PK\x03\x04 no archive")
    for _ in range(2):
        report = ingest(store, folder)
        assert counts(report) == (0, 0, 0, 0, 2)
        assert [Path(failure.source).name for failure in report.failed] == ["a.docx", "b.docx"]


def test_a_missing_path_is_a_failure(store: Store, folder: Path) -> None:
    write(folder, a=text_of("甲"))
    report = ingest(store, folder, folder / "nowhere")
    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.failed[0].source == str(folder / "nowhere")


def test_reprocessing_reads_everything_again_and_keeps_ids(store: Store, folder: Path) -> None:
    write(folder, a=text_of("甲"), b=text_of("乙"), c=text_of("甲"))
    ingest(store, folder)
    ids = by_source(store)
    correct(store, ENCODER, ids["a.txt"], {"title": "改好的题"})
    assert counts(ingest(store, folder, reprocess=True)) == (2, 0, 1, 0, 0)
    assert by_source(store) == ids
    assert "改好的题" in {card.title for card in store.snapshot().cards.values()}


def test_scans_that_nothing_could_read_are_read_once_recognition_is_installed(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scan, _) = write(folder, a=text_of("甲"), b=text_of("乙"))
    ingest(store, folder)
    unread = replace(made(str(scan), "旧文。" * 40), flags=(Flag("needs_ocr", "第2页是图片"),))
    save(store, unread)
    store.remember(read_file(scan))
    monkeypatch.setattr("kb.store.intake.available", lambda: False)
    assert counts(ingest(store, folder)) == (0, 2, 0, 0, 0)
    monkeypatch.setattr("kb.store.intake.available", lambda: True)
    assert counts(ingest(store, folder)) == (1, 1, 0, 0, 0)
    assert texts(store)["a.txt"] == text_of("甲")
    assert counts(ingest(store, folder)) == (0, 2, 0, 0, 0)


def test_a_run_says_how_long_its_stages_took(store: Store, folder: Path) -> None:
    write(folder, a=text_of("甲"), b=text_of("乙"))
    report = ingest(store, folder)
    seconds = {stage.name: stage.seconds for stage in report.stages}
    assert seconds.keys() == {"examine", "parse", "wait", "split", "embed", "write", "index"}
    assert all(value >= 0 for value in seconds.values())
    beside = sum(seconds.values()) - seconds["parse"]
    assert 0 < beside <= report.seconds + 0.05


class Interrupted(Exception):
    """Whatever ends a run in the middle."""


class FailingEncoder(HashEncoder):
    """Fails at the n-th call."""

    calls = 0

    def passages(self, texts: Sequence[str]) -> Vectors:
        type(self).calls += 1
        if type(self).calls == 3:
            raise Interrupted
        return super().passages(texts)


def test_an_interrupted_run_goes_on_where_it_stopped(store: Store, folder: Path) -> None:
    write(folder, **{f"f{number}": text_of(f"题{number}") for number in range(6)})
    with pytest.raises(Interrupted):
        ingest(store, folder, encoder=FailingEncoder())
    done = texts(store)
    assert len(done) == 2
    assert check(store).ok, "the indexes follow even when a run fails"
    assert counts(ingest(store, folder)) == (4, 2, 0, 0, 0)
    assert texts(store).items() >= done.items()
    assert set(found_by_vectors(store.snapshot(), "题")) == truth_ids(store)


def test_an_interrupted_run_that_meets_a_full_disk_says_so(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, a=text_of("甲"))

    def full(*_: object) -> None:
        raise StorageFull("the disk is full")

    monkeypatch.setattr(Store, "save", full)
    with pytest.raises(StorageFull):
        ingest(store, folder)
    monkeypatch.undo()
    assert counts(ingest(store, folder)) == (1, 0, 0, 0, 0)


def test_progress_counts_every_file_once(store: Store, folder: Path) -> None:
    write(folder, **{f"f{number}": text_of(f"题{number}", 1) for number in range(7)}, same=text_of("题1", 1))
    seen: list[tuple[str, int, int]] = []

    def watch(stage: str, done: int, total: int, _: str) -> None:
        seen.append((stage, done, total))

    take_in(store, ENCODER, MODEL, [folder], IntakeOptions(), watch)
    dones = [done for stage, done, total in seen if (stage, total) == ("files", 8)]
    assert dones == sorted(dones)
    assert dones[-1] == 8


def test_documents_saved_by_hand_and_by_a_run_do_not_meet(store: Store, folder: Path) -> None:
    """A source of the same name keeps its articles' ids by their part."""
    (path,) = write(folder, a=text_of("甲"))
    save(store, made(str(path), "旧文。" * 40), made(str(path), "旧文二。" * 40, part=1))
    assert counts(ingest(store, folder)) == (1, 0, 0, 0, 0)
    assert texts(store) == {"a.txt": text_of("甲")}


class Folder(RuleBasedStateMachine):
    """Files written, copied, moved and deleted in any order: after each run the library holds exactly the
    contents of the folder, each once, and what it says of a source is what the file holds."""

    names = st.sampled_from("abcd")
    root: Path

    @initialize()
    def start(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        (self.root / "docs").mkdir()
        self.store = Store.open(Layout(self.root / "index"))
        self.clock = 1

    def path(self, name: str) -> Path:
        return self.root / "docs" / f"{name}.txt"

    def tick(self, name: str) -> None:
        self.clock += 1
        os.utime(self.path(name), ns=(0, self.clock * 10**9))

    @rule(name=names, topic=st.sampled_from("甲乙丙"))
    def write(self, name: str, topic: str) -> None:
        self.path(name).write_text(text_of(topic, 1), encoding="utf-8")
        self.tick(name)

    @rule(old=names, new=names)
    def move(self, old: str, new: str) -> None:
        if old != new and self.path(old).exists():
            self.path(old).rename(self.path(new))

    @rule(old=names, new=names)
    def swap(self, old: str, new: str) -> None:
        if old != new and self.path(old).exists() and self.path(new).exists():
            self.path(old).rename(self.root / "aside")
            self.path(new).rename(self.path(old))
            (self.root / "aside").rename(self.path(new))

    @rule(old=names, new=names)
    def copy(self, old: str, new: str) -> None:
        if old != new and self.path(old).exists():
            shutil.copy2(self.path(old), self.path(new))

    @rule(name=names)
    def delete(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    @rule(reprocess=st.booleans())
    def run(self, reprocess: bool) -> None:
        report = ingest(self.store, self.root / "docs", prune=True, reprocess=reprocess)
        assert not report.failed
        there = {path.name: path.read_text(encoding="utf-8") for path in (self.root / "docs").iterdir()}
        held = texts(self.store)
        assert sorted(held.values()) == sorted(set(there.values()))
        assert held.items() <= there.items()

    @invariant()
    def sound(self) -> None:
        assert not [problem for problem in check(self.store).problems if "behind" not in problem]

    def teardown(self) -> None:
        self.store.close()


@pytest.mark.slow
def test_whatever_happens_to_the_files_the_library_holds_what_they_hold(tmp_path: Path) -> None:
    Folder.root = tmp_path / "any"

    class Case(Folder.TestCase):  # type: ignore[misc]  # hypothesis makes the class at run time
        settings = settings(
            max_examples=12,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )

    Case("runTest").runTest()
