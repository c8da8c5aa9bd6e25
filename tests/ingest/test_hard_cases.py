"""Invented texts of the kinds that go wrong: namesakes, numbers, dates, kinds, sites, damage, charsets."""

import tomllib
from typing import Any

import pytest
from ingest_places import ROOT

from kb.ingest.pipeline import read_documents
from kb.types import Document

CASES: list[dict[str, Any]] = [
    case
    for name in ("hard_cases.toml", "hard_cases_second.toml", "hard_cases_third.toml")
    for case in tomllib.loads((ROOT / "tests" / "data" / name).read_text("utf-8"))["case"]
]


def _read(case: dict[str, Any]) -> Document:
    data = case["text"].encode(case["encoding"])
    (document,) = read_documents(data, case["name"], case["name"])
    return document


def test_there_are_a_hundred_and_eighty_of_their_own_names() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES) >= 180


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_hard_case(case: dict[str, Any]) -> None:
    document = _read(case)
    wanted = {
        field: case[field] for field in ("title", "number", "issued", "kind", "issuer") if field in case
    }
    assert {field: getattr(document, field) for field in wanted} == wanted
    if "region" in case:
        assert list(document.region) == case["region"]
    names = {flag.name for flag in document.flags}
    assert names >= set(case.get("flags", ()))
    assert not names & set(case.get("no_flags", ()))
    if "evidence" in case:
        assert [flag.evidence for flag in document.flags if flag.name == case["flags"][0]] == case["evidence"]
    assert [piece for piece in case.get("contains", ()) if piece not in document.text] == []
    assert [piece for piece in case.get("lacks", ()) if piece in document.text] == []
    if "headings" in case:
        assert [section.path[-1] for section in document.sections if section.path] == case["headings"]
