"""Real messy files: each as its line of cases.jsonl says."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ingest_places import SHARED

from kb.errors import EmptyFile, NeedsOcr, ReadError, UnsupportedFormat
from kb.ingest.installed import find_office
from kb.ingest.pipeline import read_documents

pytestmark = pytest.mark.shared

CASES = SHARED / "cases" / "cases.jsonl"
LINES = (
    [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()] if CASES.is_file() else []
)
REFUSED = {"case-07": NeedsOcr, "case-12": EmptyFile, "case-14": EmptyFile, "case-37": UnsupportedFormat}


def test_the_cases_are_there(shared: Path) -> None:
    assert (shared / "cases" / "cases.jsonl").is_file()
    assert len(LINES) == 26


@pytest.mark.parametrize("case", LINES, ids=lambda case: case["id"])
def test_case(case: dict[str, Any]) -> None:
    path = SHARED / "cases" / case["file"]
    if path.suffix == ".doc" and case["expect"] == "parse" and find_office() is None:
        with pytest.raises(UnsupportedFormat, match="LibreOffice"):
            read_documents(path.read_bytes(), path.name, case["file"])
        pytest.skip("LibreOffice is not installed; the file was refused with a clear line")
    if case["id"] in REFUSED:
        with pytest.raises(REFUSED[case["id"]], match=re.escape(path.name)):
            read_documents(path.read_bytes(), path.name, case["file"])
        return
    try:
        documents = read_documents(path.read_bytes(), path.name, case["file"])
    except ReadError as error:
        pytest.fail(str(error))
    text = re.sub(r"\s", "", "".join(document.text for document in documents))
    assert [piece for piece in case["must_contain"] if re.sub(r"\s", "", piece) not in text] == []
    assert [piece for piece in case["must_not_contain"] if re.sub(r"\s", "", piece) in text] == []
