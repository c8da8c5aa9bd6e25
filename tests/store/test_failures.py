"""Files that cannot be read are named by every run, but read again only when something has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from shelf import ingest, text_of, write

from kb.errors import DamagedFile, NeedsOcr, ReadError
from kb.ingest.reading import Reading
from kb.ingest.sandbox import ParserProcess
from kb.store import failures
from kb.store.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    write(folder, a=text_of("甲"))
    (folder / "坏.docx").write_bytes(b"PK\x03\x04 no archive")
    return folder


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were really parsed."""
    names: list[str] = []
    real = ParserProcess.read

    def read(self: ParserProcess, path: Path, *rest: object) -> Reading:
        names.append(path.name)
        return real(self, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(ParserProcess, "read", read)
    return names


def test_a_failure_is_named_again_without_reading_the_file(
    store: Store, folder: Path, parsed: list[str]
) -> None:
    first = ingest(store, folder)
    assert [Path(failure.source).name for failure in first.failed] == ["坏.docx"]
    parsed.clear()
    second = ingest(store, folder)
    assert (second.failed, second.unchanged, parsed) == (first.failed, 1, [])


def test_a_touched_failure_is_not_read_again(store: Store, folder: Path, parsed: list[str]) -> None:
    first = ingest(store, folder)
    parsed.clear()
    for later in (1, 2):
        os.utime(folder / "坏.docx", ns=(later * 10**9, later * 10**9))
        assert ingest(store, folder).failed == first.failed
    assert parsed == []


def test_a_failure_is_forgotten_when_the_file_is_mended_or_gone(store: Store, folder: Path) -> None:
    ingest(store, folder)
    (folder / "坏.docx").write_text(text_of("乙"), encoding="utf-8")
    assert not ingest(store, folder).failed
    (folder / "坏.docx").write_bytes(b"PK\x03\x04 another")
    ingest(store, folder)
    (folder / "坏.docx").rename(folder / "移走.docx")
    ingest(store, folder)
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT source FROM failures").scalars().all()
    assert [Path(source).name for source in rows] == ["移走.docx"]


def test_a_failure_elsewhere_is_kept(store: Store, folder: Path, tmp_path: Path, parsed: list[str]) -> None:
    ingest(store, folder)
    (other,) = write(tmp_path / "别处", c=text_of("丙"))
    ingest(store, other.parent)
    parsed.clear()
    assert len(ingest(store, folder).failed) == 1
    assert parsed == []


@pytest.mark.parametrize("how", ["reprocess", "conditions"])
def test_a_failure_is_tried_again_when_asked_or_when_rules_or_extras_changed(
    store: Store, folder: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    first = ingest(store, folder)
    parsed.clear()
    if how == "conditions":
        monkeypatch.setattr(failures, "conditions", lambda *_: "another")
    again = ingest(store, folder, reprocess=how == "reprocess")
    assert again.failed == first.failed
    assert "坏.docx" in parsed
    parsed.clear()
    ingest(store, folder)
    assert parsed == [], "remembered under what holds now"


@pytest.mark.parametrize(("kind", "times"), [(NeedsOcr, 1), (DamagedFile, 1), (ReadError, 2)])
def test_only_what_the_bytes_are_to_blame_for_is_remembered(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch, kind: type[ReadError], times: int
) -> None:
    tried: list[str] = []

    def read(_: ParserProcess, path: Path, *__: object) -> Reading:
        tried.append(path.name)
        raise kind(f"{path.name} was not read")

    monkeypatch.setattr(ParserProcess, "read", read)
    for _ in range(2):
        assert len(ingest(store, folder).failed) == 2
    assert len(tried) == 2 * times


def test_twins_of_a_failure_are_remembered_too(store: Store, folder: Path, parsed: list[str]) -> None:
    (folder / "又坏.docx").write_bytes((folder / "坏.docx").read_bytes())
    assert len(ingest(store, folder).failed) == 2
    parsed.clear()
    assert len(ingest(store, folder).failed) == 2
    assert parsed == []


def test_what_the_library_had_of_a_damaged_file_stays(store: Store, folder: Path, parsed: list[str]) -> None:
    ingest(store, folder)
    (folder / "a.txt").write_bytes(b"\x89PNG\r\n\x1a\n damaged")
    for _ in range(2):
        report = ingest(store, folder)
        assert len(report.failed) == 2
        assert len(store.snapshot().cards) == 1
    parsed.clear()
    write(folder, a=text_of("甲"))
    assert ingest(store, folder).unchanged == 1
    assert parsed == []
