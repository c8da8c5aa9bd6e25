"""Damaged derived files: every file of an index deleted, cut off, emptied, or with one wrong bit."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from shelf import document, found_by_vectors, save, text_of, truth_ids

from kb.errors import StoreError
from kb.ports import Clause, Phrase, Scored
from kb.store.check import check
from kb.store.layout import Layout
from kb.store.manifest import Manifest, read_manifest, write_manifest
from kb.store.segments import verify_segments
from kb.store.snapshot import Snapshot
from kb.store.store import Store

TOPICS = ("办公用房", "老年食堂", "网格员津贴", "驻区单位共建")


@dataclass(frozen=True)
class Expected:
    """What the sound index says."""

    passages: frozenset[int]
    words: list[list[int]]
    vectors: list[list[int]]


def questions() -> list[list[Clause]]:
    return [[Clause((Phrase("bigrams", (topic[:2],)),))] for topic in TOPICS]


def said(snapshot: Snapshot) -> Expected:
    assert snapshot.passages is not None
    assert snapshot.documents is not None
    assert len(snapshot.documents) == len(snapshot.cards)
    found: list[list[Scored]] = [snapshot.passages.search(asked, 100) for asked in questions()]
    vectors = [found_by_vectors(snapshot, topic) for topic in TOPICS]
    return Expected(frozenset(vectors[0]), [sorted(one.id for one in some) for some in found], vectors)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Expected]:
    """An index with later segments and deletions in it, and what it says."""
    folder = tmp_path_factory.mktemp("sound") / "index"
    store = Store.open(Layout(folder))
    for topic in TOPICS:
        save(store, document(f"/{topic}.txt", text_of(topic, 4)))
    store.bring_up()
    save(store, document(f"/{TOPICS[0]}.txt", text_of(TOPICS[0], 2) + "\n" + text_of("改", 1)))
    store.bring_up()
    expected = said(store.snapshot())
    assert expected.passages == truth_ids(store)
    assert all(expected.words)
    assert check(store).ok
    store.close()
    assert list(folder.rglob("*.del")), "a segment with deletions"
    return folder, expected


def derived_files(folder: Path) -> list[Path]:
    return sorted(
        path.relative_to(folder)
        for kind in ("vectors", "lexical")
        for path in (folder / kind).rglob("*")
        if path.is_file()
    )


def flipped(seed: int) -> Callable[[Path], None]:
    def flip(path: Path) -> None:
        data = bytearray(path.read_bytes())
        place = random.Random(f"{path.name}{seed}").randrange(len(data) * 8)
        data[place // 8] ^= 1 << place % 8
        path.write_bytes(data)

    return flip


WAYS: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "one bit": flipped(1),
    "another bit": flipped(2),
}


def damaged_copies(folder: Path, place: Path, way: str | None = None) -> Iterator[tuple[str, Path]]:
    """A copy of the index for each of its files, with that file damaged, by turns if no way is given."""
    for number, name in enumerate(derived_files(folder)):
        chosen = way or list(WAYS)[number % len(WAYS)]
        if chosen != "deleted" and not (folder / name).stat().st_size:
            continue
        copy = place / str(number)
        shutil.copytree(folder, copy)
        WAYS[chosen](copy / name)
        yield f"{name} {chosen}", copy
        shutil.rmtree(copy)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_reader_answers_as_if_nothing_were_damaged(
    sound: tuple[Path, Expected], tmp_path: Path, way: str
) -> None:
    folder, expected = sound
    for name, copy in damaged_copies(folder, tmp_path, way):
        store = Store.open(Layout(copy))
        assert said(store.snapshot()) == expected, name
        store.close()


@pytest.mark.slow
def test_a_repair_finds_and_mends_the_damage(sound: tuple[Path, Expected], tmp_path: Path) -> None:
    folder, expected = sound
    for name, copy in damaged_copies(folder, tmp_path):
        store = Store.open(Layout(copy))
        before = check(store)
        after = check(store, repair=True)
        assert after.ok, name
        assert before.ok == (not after.repaired), (name, before, after)
        assert not any(problem.startswith("truth") for problem in before.problems), name
        assert said(store.snapshot()) == expected, name
        store.close()
        again = Store.open(Layout(copy))
        assert check(again).ok, name
        again.close()


@pytest.mark.slow
def test_a_writer_does_not_carry_damage_on(
    sound: tuple[Path, Expected], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change after the damage that writes the vectors again and merges segments."""
    monkeypatch.setattr("kb.store.derived._REWRITE_ABOVE", 0)
    folder, _ = sound
    for name, copy in damaged_copies(folder, tmp_path):
        store = Store.open(Layout(copy))
        save(store, document("/新.txt", text_of("一网通办", 6)))
        store.bring_up()
        wanted = truth_ids(store)
        store.close()
        reader = Store.open(Layout(copy))
        assert check(reader).ok, name
        assert said(reader.snapshot()).passages == wanted, name
        reader.close()


def test_a_manifest_that_lies_about_its_generation_is_not_believed(
    sound: tuple[Path, Expected], tmp_path: Path
) -> None:
    """One bit in a number is still JSON; without a seal, changes would be lost for ever."""
    folder = tmp_path / "index"
    shutil.copytree(sound[0], folder)
    path = folder / "lexical" / "manifest.json"
    manifest = read_manifest(path.parent)
    assert manifest is not None
    path.write_text(manifest.model_copy(update={"generation": 1}).model_dump_json(), encoding="utf-8")
    with pytest.raises(StoreError, match="damaged"):
        read_manifest(path.parent)


def test_a_truth_put_back_from_a_backup_is_not_answered_from_a_later_index(
    sound: tuple[Path, Expected], tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    shutil.copytree(sound[0], folder)
    layout = Layout(folder)
    backup = layout.truth.read_bytes()
    store = Store.open(layout)
    save(store, document("/后来.txt", text_of("一网通办", 6)))
    store.bring_up()
    store.close()
    layout.truth.write_bytes(backup)
    again = Store.open(layout)
    assert said(again.snapshot()) == sound[1]
    assert check(again, repair=True).ok
    again.close()


def test_an_index_of_another_format_is_made_again(sound: tuple[Path, Expected], tmp_path: Path) -> None:
    folder = tmp_path / "index"
    shutil.copytree(sound[0], folder)
    for kind in ("lexical", "vectors"):
        manifest = read_manifest(folder / kind)
        assert manifest is not None
        write_manifest(folder / kind, manifest.model_copy(update={"format": 77}))
    store = Store.open(Layout(folder))
    assert {problem.split(":")[0] for problem in check(store).problems} == {"word index", "vector index"}
    assert said(store.snapshot()) == sound[1]
    assert check(store).ok
    store.close()


def test_a_damaged_word_index_is_told_when_nobody_can_mend_it(
    sound: tuple[Path, Expected], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather an error than half an answer, while another process holds the lock."""
    monkeypatch.setattr("kb.store.store._MEND_WAIT_SECONDS", 0.01)
    folder = tmp_path / "index"
    shutil.copytree(sound[0], folder)
    (damaged,) = (folder / "lexical").glob("*/passages/meta.json")
    damaged.write_text("{}", encoding="utf-8")
    writer, reader = Store.open(Layout(folder)), Store.open(Layout(folder))
    with writer.exclusive(), pytest.raises(StoreError, match="damaged and could not be made again"):
        reader.snapshot()
    assert said(reader.snapshot()) == sound[1]
    writer.close()
    reader.close()


def test_a_manifest_holds_what_was_written(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
    one = Manifest(format=1, generation=3, name="g3", model="m", count=2, digests={"g3": "0" * 64})
    write_manifest(tmp_path, one)
    assert read_manifest(tmp_path) == one.sealed()


def test_every_wrong_bit_of_a_segment_is_seen(sound: tuple[Path, Expected], tmp_path: Path) -> None:
    """Bits before the footer; in the footer only what tantivy itself reads matters."""
    (part,) = (sound[0] / "lexical").glob("*/passages")
    copy = Path(shutil.copytree(part, tmp_path / "copy"))
    verify_segments(copy)
    for path in sorted(copy.glob("*.fieldnorm")) + sorted(copy.glob("*.del")):
        data = path.read_bytes()
        footer = int.from_bytes(data[-8:-4], "little") + 8
        for place in range(0, (len(data) - footer) * 8, 7):
            wrong = bytearray(data)
            wrong[place // 8] ^= 1 << place % 8
            path.write_bytes(wrong)
            with pytest.raises(StoreError, match=path.name):
                verify_segments(copy)
        path.write_bytes(data)
    verify_segments(copy)
