"""Rules and lenses of the office's own: validated, tried, in force when files are read, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_shelf import named

from kb.errors import DataError, KbError, NotFound, Outdated, QuestionError
from kb.ingest import tryout
from kb.ingest.own import OwnRules
from kb.library import Library
from kb.resources import line_of
from kb.upkeep.lenses import own_lens_files, shipped_text

RULES = """# ours
[[line]]
name = "小编"
pattern = '本网小编.*'

[[inline]]
name = "来源"
pattern = '（来源：[^）]*）'
"""
LENS = """name = "经费"
[[dimension]]
name = "来源"
words = ["财政", "自筹"]
"""


GOOD = "[[line]]\nname = 'a'\npattern = 'x'\n"


def again(library: Library) -> None:
    report = library.ingest([library.settings.home / "资料"], reprocess=True)
    assert not report.failed


def test_saved_rules_clean_what_is_read_from_then_on_and_undone_ones_do_not(shelf: Library) -> None:
    one, two = named(shelf, "甲.txt"), named(shelf, "乙.txt")
    assert "本网小编整理" in shelf.document(one).text
    shelf.upkeep.rules.save("cleaning", RULES, who="小禾")
    again(shelf)
    assert "小编" not in shelf.document(one).text
    assert ("本网小编整理", "小编") in [(p.text, p.rule) for p in shelf.document(one).removed]
    assert "居民都很满意" in shelf.document(two).text
    (change,) = shelf.upkeep.rules.history("cleaning")
    assert (change.who, change.before, change.after) == ("小禾", "", RULES)
    assert shelf.upkeep.rules.undo(change.id, who="小苗") == "cleaning"
    assert not (shelf.settings.home / "rules" / "cleaning.toml").exists()
    again(shelf)
    assert "本网小编整理" in shelf.document(one).text
    assert [c.who for c in shelf.upkeep.rules.history()] == ["小苗", "小禾"]
    with pytest.raises(NotFound):
        shelf.upkeep.rules.undo(99, who="小苗")


def test_a_trial_says_beforehand_what_a_reading_does_afterwards(shelf: Library) -> None:
    trial = shelf.upkeep.try_rules("cleaning", RULES)
    told = {one.doc_id: set(one.removed) for one in trial.tried}
    assert (trial.documents, trial.total, trial.changed, trial.more) == (2, 2, 2, 0)
    assert "小编" in shelf.document(named(shelf, "甲.txt")).text, "a trial changes nothing"
    shelf.upkeep.rules.save("cleaning", RULES, who="小禾")
    again(shelf)
    for id, pieces in told.items():
        assert pieces == {(p.text, p.rule) for p in shelf.document(id).removed if p.rule in ("小编", "来源")}
    back = shelf.upkeep.try_rules("cleaning", "")
    assert {(one.doc_id, piece) for one in back.tried for piece in one.kept} == {
        (id, piece) for id, pieces in told.items() for piece in pieces
    }


def test_own_spun_words_flag_a_text(shelf: Library) -> None:
    pairs = '[[pair]]\nspun = "居民会议"\noriginal = "群众会议"\n'
    trial = shelf.upkeep.try_rules("spun", pairs)
    assert {one.spun for one in trial.tried} == {(("居民会议", 5),)}
    assert {one.flagged for one in trial.tried} == {True}
    shelf.upkeep.rules.save("spun", pairs, who="小禾")
    again(shelf)
    assert all("spun_text" in {flag.name for flag in card.flags} for card in shelf.cards())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[line]]\nname = 1\npattern = 'x'\n", r"cleaning\.toml, line 2: line\.0\.name"),
        (
            "[[line]]\nname = 'a'\npattern = 'x'\n\n[[line]]\nname = 'b'\npattern = '('\n",
            r"line 7: .*a regular",
        ),
        ("[[line]]\nname = 'a'\n", r"line 1: line\.0\.pattern"),
        ("[[lines]]\nname = 'a'\n", r"line 1: lines: there is no such field"),
        ("name = \n", r"line 1"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_never_kept(shelf: Library, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        shelf.upkeep.rules.save("cleaning", text, who="小禾")
    assert shelf.upkeep.rules.text("cleaning") == ""
    assert shelf.upkeep.rules.history() == ()


def test_rules_broken_by_hand_stop_an_ingest_with_their_name(shelf: Library) -> None:
    folder = shelf.settings.home / "rules"
    folder.mkdir()
    (folder / "cleaning.toml").write_text("[[line]]\nname = 'a'\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"rules/cleaning\.toml, line 1"):
        again(shelf)


def test_a_pattern_that_never_ends_is_given_up(shelf: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tryout, "SECONDS", 6.0)
    endless = "[[line]]\nname = 'a'\npattern = '(?:(?:.+)+)+没有'\n"
    with pytest.raises(DataError, match="took longer"):
        shelf.upkeep.try_rules("cleaning", endless)


def test_a_change_from_an_older_version_is_refused(shelf: Library) -> None:
    first = shelf.upkeep.lenses.save("我的", LENS, who="甲", expected="")
    second = shelf.upkeep.lenses.save("我的", LENS + "# 改\n", who="乙", expected=first)
    with pytest.raises(Outdated):
        shelf.upkeep.lenses.save("我的", LENS, who="甲", expected=first)
    assert shelf.upkeep.lenses.save("我的", "", who="乙", expected=second) == ""
    assert shelf.upkeep.lenses.names() == ()


@given(st.text(max_size=80))
def test_a_name_makes_a_file_of_the_folder_or_none(name: str) -> None:
    home = Path("/nowhere/home")
    files = own_lens_files(None, home)  # type: ignore[arg-type] (no name reaches the store)
    try:
        path = files._path(name)
    except QuestionError:
        return
    assert path.parent == home / "lenses"
    assert path.suffix == ".toml"


@given(st.text(max_size=300))
def test_any_text_is_rules_or_a_named_mistake(text: str) -> None:
    said = "rules/cleaning.toml"
    try:
        OwnRules(cleaning=text).check()
    except KbError as error:
        said = str(error)
    assert "rules/cleaning.toml" in said


@pytest.mark.parametrize("key", ["default", "funding"])
def test_our_lenses_can_be_begun_from(shelf: Library, key: str) -> None:
    assert shelf.upkeep.lenses.save(key, shipped_text(key), who="甲")
    assert shelf.lenses()[0].key == key
    assert shipped_text("none") == ""


def test_the_line_of_a_field() -> None:
    assert line_of(LENS, ("dimension", 0, "words", 1)) == 4
    assert line_of(LENS, ("dimension", 0, "absent")) == 2
    assert line_of(LENS, ("name",)) == 1
    assert line_of(LENS, ("absent",)) == 0
    assert line_of(LENS, ()) == 0
