"""Tables that are looked up in a file say what was written, from any thread, and name a damaged file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import StoreError
from kb.search.english import lemma, lemmas_known
from kb.search.tables import Tables, write_tables

strings = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(st.dictionaries(strings, st.dictionaries(strings, strings, max_size=8), max_size=4), strings)
@settings(max_examples=40, deadline=None)
def test_every_entry_is_found_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, tables: dict[str, dict[str, str]], other: str
) -> None:
    path = tmp_path_factory.mktemp("tables") / "字 表#1.sqlite3"
    write_tables(path, tables)
    opened = Tables(path)
    for kind, entries in tables.items():
        for key in (*entries, other):
            assert opened.get(kind, key) == entries.get(key)
    assert opened.get(other + "?", other) is None


def test_many_threads_look_up_at_once(tmp_path: Path) -> None:
    path = tmp_path / "tables"
    write_tables(path, {"squares": {str(i): str(i * i) for i in range(2000)}})
    opened = Tables(path)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda i: opened.get("squares", str(i % 2000)), range(8000)))
    assert found == [str((i % 2000) ** 2) for i in range(8000)]


def test_an_absent_a_cut_and_a_foreign_file_are_named(tmp_path: Path) -> None:
    path = tmp_path / "tables"
    with pytest.raises(StoreError, match="cannot be opened"):
        Tables(path)
    write_tables(path, {"squares": {str(i): str(i * i) for i in range(2000)}})
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"{}" * 5000, b"\0" * 9000):
        path.write_bytes(damaged)
        with pytest.raises(StoreError, match=r"tables is damaged .*delete it"):
            Tables(path)


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        write_tables(tmp_path / "no folder" / "tables", {})


def test_damage_inside_is_named_when_it_is_met(tmp_path: Path) -> None:
    path = tmp_path / "tables"
    write_tables(path, {"squares": {str(i): str(i * i) for i in range(20_000)}})
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)  # all but the head
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"tables is damaged .*delete it"):
        [Tables(path).get("squares", str(i)) for i in range(20_000)]


def test_the_base_forms_that_are_kept_are_those_of_the_library() -> None:
    known = dict(lemmas_known())
    assert len(known) > 150_000
    assert (known["homes"], known["went"], known["residents"]) == ("home", "go", "resident")
    for word in list(known)[::5000]:
        assert known[word] == lemma(word)
