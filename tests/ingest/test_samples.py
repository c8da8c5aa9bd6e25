"""The invented samples against what was written down with them."""

import re
import tomllib
from typing import Any

import pytest
from ingest_places import ROOT, SAMPLES

from kb.ingest.pipeline import read_documents
from kb.ingest.split import split
from kb.types import Document

GOLD = tomllib.loads((ROOT / "tests" / "data" / "samples_gold.toml").read_text(encoding="utf-8"))["file"]
# Kinds that the project's list folds together.
SAME_KIND = {"实施意见": "意见"}


def _flat(text: str) -> str:
    return re.sub(r"\s", "", text)


def _heading(text: str) -> str:
    return _flat(text).rstrip("。")


@pytest.fixture(scope="module", params=GOLD, ids=lambda item: item["name"])
def sample(request: pytest.FixtureRequest) -> tuple[dict[str, Any], tuple[Document, ...]]:
    gold: dict[str, Any] = request.param
    path = SAMPLES / gold["name"]
    return gold, read_documents(path.read_bytes(), path.name, path.name)


Sample = tuple[dict[str, Any], tuple[Document, ...]]


def test_articles_and_their_metadata(sample: Sample) -> None:
    gold, documents = sample
    assert len(documents) == len(gold["article"])
    for document, article in zip(documents, gold["article"], strict=True):
        assert document.title == article["title"]
        assert list(document.region) == article["region"]
        assert document.issuer == article["issuer"]
        assert document.number == article["number"]
        assert document.issued == article["issued"]
        assert not article["kind"] or document.kind == SAME_KIND.get(article["kind"], article["kind"])


def test_flags(sample: Sample) -> None:
    gold, documents = sample
    for document, article in zip(documents, gold["article"], strict=True):
        assert {flag.name for flag in document.flags} == set(article["flags"])
        figures = [flag.evidence for flag in document.flags if flag.name == "suspect_figure"]
        assert sorted(figures) == sorted(article.get("suspect_figures", []))


def test_sentences_stand_whole_and_furniture_is_gone(sample: Sample) -> None:
    gold, documents = sample
    for document, article in zip(documents, gold["article"], strict=True):
        text = _flat(document.text)
        assert [sentence for sentence in article["sentences"] if _flat(sentence) not in text] == []
        assert [piece for piece in gold["furniture"] if _flat(piece) in text] == []


def test_mended_sentences_are_not_cut_by_a_passage(sample: Sample) -> None:
    gold, documents = sample
    for document, article in zip(documents, gold["article"], strict=True):
        passages = [_flat(document.text[chunk.start : chunk.end]) for chunk in split(document)]
        for sentence in article["sentences"]:
            assert any(_flat(sentence) in passage for passage in passages), sentence


def test_outline(sample: Sample) -> None:
    gold, documents = sample
    for document, article in zip(documents, gold["article"], strict=True):
        if not article["headings"]:
            continue
        found = [_heading(section.path[-1]) for section in document.sections if section.path]
        expected = [_heading(heading) for heading in article["headings"]]
        missing = [heading for heading in expected if heading not in found]
        assert missing == []
        # What is found beyond the list: articles of a statute, and labelled sentences that open a paragraph.
        for heading in set(found) - set(expected):
            assert re.match(r"第.+条$|[（(][一二三四五六七八九十]+[）)]", heading), heading


def test_passages_tell_their_page_in_a_pdf(sample: Sample) -> None:
    gold, documents = sample
    pages = [chunk.page for document in documents for chunk in split(document)]
    if gold["format"] == "pdf":
        assert all(page is not None for page in pages)
        assert pages == sorted(pages, key=lambda page: page or 0)
    else:
        assert set(pages) == {None}
