"""spun_text and suspect_figure against labels made by reading, per document and per span."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from ingest_places import ROOT

from kb.errors import UnsupportedFormat
from kb.ingest.pipeline import read_documents
from kb.ingest.quality import flags
from kb.types import Document

pytestmark = pytest.mark.shared

LABELS: dict[str, Any] = tomllib.loads((ROOT / "tests" / "data" / "flag_labels.toml").read_text("utf-8"))
Spans = set[tuple[str, str, str]]  # file, flag, evidence; "" as evidence for a whole document


def _read(path: Path) -> tuple[Document, ...]:
    try:
        return read_documents(path.read_bytes(), path.name, str(path))
    except UnsupportedFormat as error:  # an old Word file without LibreOffice
        pytest.skip(str(error))


def _found(name: str, documents: tuple[Document, ...]) -> Spans:
    return {
        (name, flag.name, flag.evidence if flag.name == "suspect_figure" else "")
        for document in documents
        for flag in document.flags
        if flag.name in ("spun_text", "suspect_figure")
    }


def test_precision_and_recall_against_labels(shared: Path) -> None:
    wanted: Spans = set()
    found: Spans = set()
    for label in LABELS["seed"]:
        path = next((shared / "seeds").glob(f"{label['prefix']}_*.txt"))
        found |= _found(label["prefix"], _read(path))
        wanted |= {(label["prefix"], "suspect_figure", figure) for figure in label["figures"]}
        wanted |= {(label["prefix"], "spun_text", "")} if label["spun"] else set()
    clean = LABELS["clean"]["files"]
    assert len(clean) == 40
    for name in clean:
        found |= _found(name, _read(shared / "policy" / name))
    right = len(found & wanted)
    print(f"precision {right}/{len(found)}, recall {right}/{len(wanted)}")
    assert right / len(found) >= 0.95, found - wanted
    assert right / len(wanted) >= 0.9, wanted - found


def test_damage_in_clean_texts_is_found(shared: Path) -> None:
    """The seeds hold one spun text, so clean texts are spun as a site does it, and each must be found."""
    swaps = (("服务", "效劳"), ("原则", "原那么"), ("基础", "根底"))
    spun = missed = 0
    for name in LABELS["clean"]["files"]:
        text = "\n".join(document.text for document in _read(shared / "policy" / name))
        damaged = text
        for word, swap in swaps:
            damaged = damaged.replace(word, swap)
        if sum(text.count(word) for word, _ in swaps) < 6 or len(text) > 3000:
            continue
        spun += 1
        missed += all(flag.name != "spun_text" for flag in flags(damaged, ""))
    assert spun >= 8
    assert missed <= 0.1 * spun
