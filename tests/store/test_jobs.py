"""Jobs and the originals that were uploaded for them: kept until they are done, whatever ends meanwhile."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shelf import ENCODER, MODEL, by_source, ingest, quiet, text_of, write

from kb.errors import Busy, NotFound, QuestionError
from kb.store.arrival import IntakeOptions
from kb.store.deleting import delete_document
from kb.store.intake import take_in
from kb.store.jobs import MOST_ATTEMPTS, Jobs
from kb.store.places import folder_of, is_upload, label_from, label_of, place_of, upload_source
from kb.store.store import Store
from kb.store.tally import Outcome
from kb.store.uploads import Originals
from kb.types import Job


@pytest.fixture
def jobs(store: Store) -> Jobs:
    return Jobs(store)


@pytest.fixture
def originals(store: Store) -> Originals:
    return Originals(store)


def upload(jobs: Jobs, originals: Originals, files: dict[str, str], request: str = "") -> tuple[Job, bool]:
    arrived = []
    for name, text in files.items():
        one = originals.arriving()
        one.write(text.encode())
        one.finish()
        arrived.append((label_from(name), one))
    return originals.keep(arrived, lambda wanted: jobs.create("upload", "local", wanted, request))


def work(store: Store, jobs: Jobs) -> None:
    """What the process that does jobs does with one."""
    with jobs.doing():
        job = jobs.claim()
        assert job is not None
        take(store, jobs, job, jobs.left(job.id))
        jobs.end(job.id, "done")


def take(store: Store, jobs: Jobs, job: Job, sources: Sequence[str]) -> None:
    paths = [Path(source) for source in sources]
    take_in(store, ENCODER, MODEL, paths, IntakeOptions(let_back=True), quiet, lambda o: told(jobs, job, o))


def told(jobs: Jobs, job: Job, outcome: Outcome) -> None:
    jobs.note(job.id, outcome)


def blobs(store: Store) -> set[str]:
    return {path.name for path in store.layout.uploads.glob("*/*")}


def states(job: Job) -> list[str]:
    return [file.state for file in job.files]


@given(st.text(max_size=200), st.sampled_from(["", "../", "/", "C:\\", "a/", "\x00", "\u202e"]))
def test_a_label_is_shown_and_leads_nowhere(name: str, before: str) -> None:
    label = label_from(before + name)
    assert label.isprintable()
    assert len(label) <= 400
    assert not {"", ".", ".."} & set(label.split("/"))
    source = upload_source("0123456789abcdef" * 4, label)
    assert is_upload(source)
    assert label_of(source) == label
    assert str(Path(source)) == source


def test_files_are_filed_by_what_they_hold_and_shown_by_their_labels(
    store: Store, jobs: Jobs, originals: Originals
) -> None:
    job, new = upload(
        jobs, originals, {"../资料/甲.txt": text_of("甲"), "坏.docx": "PK\x03\x04", "空.txt": ""}
    )
    assert new
    assert [file.label for file in job.files] == ["资料/甲.txt", "坏.docx", "空.txt"]
    assert folder_of(job.files[0].source) == "upload:/资料"
    work(store, jobs)
    done = jobs.get(job.id)
    assert (done.state, done.done, done.total) == ("done", 3, 3)
    assert states(done) == ["done", "failed", "failed"]
    assert [done.files[0].documents[0]] == list(by_source(store).values())
    assert "坏.docx" in done.files[1].reason
    assert "空.txt is empty" in done.files[2].reason
    assert str(store.layout.folder) not in "".join(file.reason for file in done.files)
    assert all(
        place_of(store.layout, file.source).is_relative_to(store.layout.uploads) for file in done.files
    )


def test_the_same_bytes_are_one_document(
    store: Store, jobs: Jobs, originals: Originals, tmp_path: Path
) -> None:
    (path,) = write(tmp_path / "docs", 乙=text_of("乙"))
    ingest(store, path)
    upload(jobs, originals, {"甲.txt": text_of("甲"), "另.txt": text_of("甲"), "丙.txt": text_of("乙")})
    work(store, jobs)
    upload(jobs, originals, {"甲.txt": text_of("甲")})
    work(store, jobs)
    again, first = jobs.page(10, files=True)[0]
    assert states(first) == ["done", "duplicate", "duplicate"]
    assert states(again) == ["duplicate"]
    assert first.files[1].documents == first.files[0].documents == again.files[0].documents
    assert first.files[2].documents == (by_source(store)["乙.txt"],)
    assert len(by_source(store)) == 2
    path.unlink()
    ingest(store, tmp_path / "docs", prune=True)
    assert by_source(store)["丙.txt"] == first.files[2].documents[0]  # the upload took over


def test_a_request_is_answered_once(jobs: Jobs, originals: Originals) -> None:
    first, new = upload(jobs, originals, {"甲.txt": text_of("甲")}, "key-1")
    again, newer = upload(jobs, originals, {"甲.txt": text_of("甲")}, "key-1")
    assert (new, newer, again.id) == (True, False, first.id)
    with pytest.raises(QuestionError, match="Idempotency-Key"):
        upload(jobs, originals, {"甲.txt": text_of("乙")}, "key-1")
    assert jobs.count() == 1


def test_what_was_running_when_its_process_ended_goes_on(
    store: Store, jobs: Jobs, originals: Originals
) -> None:
    job, _ = upload(jobs, originals, {f"{i}.txt": text_of(f"甲{i}") for i in range(3)})
    for attempt in range(MOST_ATTEMPTS):
        with jobs.doing():
            claimed = jobs.claim()
            assert (claimed is None) == (attempt >= MOST_ATTEMPTS)
    with jobs.doing():
        pass
    assert jobs.get(job.id).state == "interrupted"
    assert "retry" in jobs.get(job.id).problem
    assert jobs.retry(job.id).state == "waiting"
    with jobs.doing():
        claimed = jobs.claim()
        assert claimed is not None
        take(store, jobs, claimed, jobs.left(job.id)[:1])
    with jobs.doing():  # something came of it, so it is taken up again
        claimed = jobs.claim()
        assert claimed is not None
        assert len(jobs.left(job.id)) == 2
        take(store, jobs, claimed, jobs.left(job.id))
    assert states(jobs.get(job.id)) == ["done"] * 3


def test_one_process_does_jobs(store: Store, jobs: Jobs) -> None:
    with jobs.doing(), pytest.raises(Busy), Jobs(store).doing():
        pytest.fail("two at once")


def test_a_job_waits_for_another_writer_and_says_so(store: Store, jobs: Jobs, originals: Originals) -> None:
    job, _ = upload(jobs, originals, {"甲.txt": text_of("甲")})
    with jobs.doing():
        claimed = jobs.claim()
        assert claimed is not None
        with store.exclusive(), pytest.raises(Busy):
            take(store, jobs, claimed, jobs.left(job.id))
        jobs.block(job.id)
        before = jobs.get(job.id)
        jobs.block(job.id)
        assert (before.state, before.blocked, jobs.revision(job.id)) == ("waiting", True, before.revision)
        claimed = jobs.claim()
        assert claimed is not None
        assert not claimed.blocked


def test_a_job_is_cancelled(jobs: Jobs, originals: Originals) -> None:
    job, _ = upload(jobs, originals, {"甲.txt": text_of("甲"), "乙.txt": text_of("乙")})
    other, _ = upload(jobs, originals, {"丙.txt": text_of("丙")})
    assert jobs.cancel(other.id).state == "cancelled"
    with jobs.doing():
        assert jobs.claim() is not None
        assert jobs.cancel(job.id).state == "running"
        assert jobs.note(job.id, Outcome(job.files[0].source, "done"))
        jobs.end(job.id, "cancelled")
    assert states(jobs.get(job.id)) == ["done", "cancelled"]
    assert jobs.cancel(job.id).state == "cancelled"
    assert states(jobs.retry(job.id)) == ["done", "waiting"]


def test_what_came_to_a_good_end_is_not_tried_again(store: Store, jobs: Jobs, originals: Originals) -> None:
    job, _ = upload(jobs, originals, {"甲.txt": text_of("甲")})
    with pytest.raises(QuestionError, match="at work"):
        jobs.retry(job.id)
    with pytest.raises(QuestionError, match="cancel it first"):
        jobs.remove(job.id)
    work(store, jobs)
    with pytest.raises(QuestionError, match="good end"):
        jobs.retry(job.id)
    jobs.remove(job.id)
    with pytest.raises(NotFound):
        jobs.get(job.id)


def test_originals_stay_as_long_as_something_needs_them(
    store: Store, jobs: Jobs, originals: Originals
) -> None:
    job, _ = upload(jobs, originals, {"甲.txt": text_of("甲"), "坏.docx": "PK\x03\x04"})
    work(store, jobs)
    assert len(blobs(store)) == 2
    originals.discard(jobs.remove(job.id))
    assert len(blobs(store)) == 1  # what failed has gone with its job
    (id,) = by_source(store).values()
    with originals.open(id).file as file:
        assert file.read().decode() == text_of("甲")
    originals.discard(delete_document(store, id))
    assert blobs(store) == set()
    assert by_source(store) == {}
    with pytest.raises(NotFound):
        originals.open(id)


def test_what_a_killed_program_left_is_swept(store: Store, jobs: Jobs, originals: Originals) -> None:
    upload(jobs, originals, {"甲.txt": text_of("甲")})
    stray = [originals.arriving(), originals.arriving()]
    for one in stray:
        one.write(b"x")
        one.finish()
    old = time.time() - 7200
    os.utime(stray[0].path, (old, old))
    for path in store.layout.uploads.glob("*/*"):
        os.utime(path, (old, old))
    assert originals.sweep() == 1
    assert not stray[0].path.exists()
    assert stray[1].path.exists()
    assert len(blobs(store)) == 1


def test_a_deleted_document_stays_away_until_its_file_is_named(
    store: Store, jobs: Jobs, originals: Originals, tmp_path: Path
) -> None:
    (path,) = write(tmp_path / "docs", 甲=text_of("甲"))
    ingest(store, path.parent)
    (id,) = by_source(store).values()
    assert delete_document(store, id) == ()
    for reprocess in (False, True):
        ingest(store, path.parent, reprocess=reprocess)
        assert by_source(store) == {}
    take_in(store, ENCODER, MODEL, [path], IntakeOptions(let_back=True), quiet)
    assert by_source(store) == {"甲.txt": id}
    delete_document(store, id)
    upload(jobs, originals, {"传.txt": text_of("甲")})
    work(store, jobs)
    assert list(by_source(store)) == ["传.txt"]


def test_an_edited_file_is_another_text(store: Store, tmp_path: Path) -> None:
    (path,) = write(tmp_path / "docs", 甲=text_of("甲"))
    ingest(store, path.parent)
    delete_document(store, next(iter(by_source(store).values())))
    write(path.parent, 甲=text_of("改"))
    ingest(store, path.parent)
    assert list(by_source(store)) == ["甲.txt"]


def test_many_ask_at_once_under_one_key(jobs: Jobs, originals: Originals) -> None:
    made: list[tuple[str, bool]] = []

    def ask() -> None:
        job, new = upload(jobs, originals, {"甲.txt": text_of("甲")}, "key")
        made.append((job.id, new))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id for id, _ in made}) == 1
    assert [new for _, new in made].count(True) == 1
