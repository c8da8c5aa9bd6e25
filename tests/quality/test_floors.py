"""Search quality may rise, and may not fall unnoticed."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest
from commands import ROOT
from judged import Judged, digest, document_ndcg, judged, passage_share, sure_of

from kb.library import Library

FLOORS = Path(__file__).with_name("floors.toml")
MEASURES = {"ndcg": document_ndcg, "passage": passage_share}


def floors() -> dict[str, str | float]:
    return tomllib.loads(FLOORS.read_text(encoding="utf-8"))


def answerable(language: str) -> list[Judged]:
    return [question for question in judged() if question.grades and question.language == language]


def test_the_floors_belong_to_these_questions() -> None:
    assert floors()["corpus"] == digest(), f"measure anew and write corpus = {digest()!r}"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("measure", MEASURES)
def test_no_floor_is_missed(sample_library: Library, measure: str, language: str) -> None:
    reached = MEASURES[measure](sample_library, answerable(language))
    print(f"{measure} {language} {reached:.4f}")
    assert reached >= float(floors()[f"{measure}_{language}"])


def test_what_has_no_answer_is_rarely_answered_with_confidence(sample_library: Library) -> None:
    without = [sure_of(sample_library, question) for question in judged() if not question.grades]
    known = [sure_of(sample_library, question) for question in judged() if question.grades]
    print(f"high confidence: {sum(without)} of {len(without)} without, {sum(known)} of {len(known)} with")
    assert sum(without) / len(without) < sum(known) / len(known) / 2


def test_a_lowered_floor_is_explained() -> None:
    done = subprocess.run(
        ["git", "log", "-1", "--format=%H", "--", str(FLOORS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    commit = done.stdout.strip()
    before = subprocess.run(
        ["git", "show", f"{commit}^:tests/quality/floors.toml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not commit or before.returncode:
        pytest.skip("git knows no earlier floors")
    old, new = tomllib.loads(before.stdout), floors()
    lowered = [name for name, value in old.items() if name != "corpus" and float(new[name]) < float(value)]
    decisions = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8").partition("## Floors")[2]
    assert all(name in decisions for name in lowered), f"explain the lowered floors {lowered}"
