from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from types import NoneType
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from pydantic import TypeAdapter

from kb.surfaces import reports, shapes, wire
from kb.types import (
    Answer,
    Cell,
    CheckedCitation,
    CheckReport,
    Chunk,
    Citation,
    Column,
    CompareCoverage,
    Comparison,
    Document,
    Excerpt,
    Failure,
    Family,
    FamilyMember,
    Figure,
    Flag,
    Flagged,
    Hit,
    IngestReport,
    Note,
    Removed,
    SearchCoverage,
    Section,
    Why,
)

TEXT = "一、经费\n区财政每年安排“社区”经费20230万元。"
AT = TEXT.index("20230")
FLAG = Flag("suspect_figure", "20230万元", AT, AT + 7)
DOCUMENT = Document(
    id="d1",
    source="/x/一.txt",
    sha256="0" * 64,
    title="办法",
    text=TEXT,
    sections=(Section(("一、经费",), 0, len(TEXT)),),
    region=("天津市", "河东区"),
    flags=(FLAG,),
    removed=(Removed("上传人", "uploader"),),
)
CARD = wire.card_of(DOCUMENT, 1)
CITATION = Citation(CARD, ("一、经费",), "一、第1段", 3, 5, len(TEXT), TEXT[5:], (FLAG,))
BIG = 2**63 - 1


def answer() -> Answer:
    hit = Hit(
        Chunk(BIG, "d1", 5, len(TEXT), ("一、经费",)), 0.5, 1, None, Why(0.9, None, 0.1, 0.5, ("经费",))
    )
    excerpt = Excerpt(1, hit, CITATION, "high", ((3, 5),))
    return Answer("问", "zh", (excerpt,), SearchCoverage(1, 1, True), (Note("own_left_out", "青禾区"),))


def comparison() -> Comparison:
    figure = Figure("money", "CNY", 2e8, None, "more than", "20230万元", AT, AT + 7, (FLAG,))
    cells = (Cell("经费", "found", (CITATION,), (figure,)), Cell("人员", "not_mentioned"))
    return Comparison(
        "题",
        "镜",
        ("经费", "人员"),
        (Column("河东区", (CARD,), cells),),
        CompareCoverage(1, 1, 0, 1, ("少",)),
    )


VALUES = [
    wire.search_out(answer(), explain=True),
    wire.search_out(answer()),
    wire.documents_out([CARD], 5, "d1"),
    wire.show_out(DOCUMENT, Family(CARD, (FamilyMember(CARD, 0.9, by_hand=False),))),
    wire.comparison_out(comparison()),
    reports.ingest_out(IngestReport(1, 2, 3, 4, (Failure("a", "b"),), (Flagged("a", (FLAG,)),), 9, 1.23456)),
    reports.check_out(CheckReport(False, ("a",), ("b",))),
    reports.cite_check_out(
        [CheckedCitation("d1", "q", "intact", 1, 2), CheckedCitation("d1", "r", "source_removed")]
    ),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_what_is_printed_is_what_the_schema_says(value: object) -> None:
    assert is_dataclass(value)
    body = json.loads(wire.to_json(value))
    assert TypeAdapter(type(value)).validate_python(body, strict=False) == value
    assert list(body) == [field.name for field in fields(value)]


def test_ids_of_passages_are_strings_and_chinese_is_readable() -> None:
    printed = wire.to_json(wire.search_out(answer()))
    assert f'"chunk_id": "{BIG}"' in printed
    assert "已排除本区" in printed
    assert "\n" not in printed


def test_a_citation_has_the_fields_of_the_contract() -> None:
    cited = wire.citation_out(CITATION)
    assert {field.name for field in fields(cited)} >= {
        "doc_id", "title", "path", "paragraph", "page", "start", "end", "quote", "quote_sha256", "reference",
    }  # fmt: skip
    assert TEXT[cited.start : cited.end] == cited.quote
    assert "办法" in cited.reference
    assert cited.flags == [shapes.FlagOut("suspect_figure", "20230万元", AT, AT + 7)]


def test_why_is_told_only_when_asked() -> None:
    assert wire.hit_out(answer().hits[0]).why is None
    why = wire.hit_out(answer().hits[0], explain=True).why
    assert why is not None
    assert (why.dense_rank, why.lexical_rank) == (1, None)


def test_a_figure_names_the_document_that_holds_it() -> None:
    cell = wire.comparison_out(comparison()).columns[0].cells[0]
    assert cell.figures[0].doc_id == "d1"
    elsewhere = replace(CITATION, quote="另一段话", start=5, end=9)
    figure = comparison().columns[0].cells[0].figures[0]
    assert wire.source_of(figure, [elsewhere]) is None
    assert wire.source_of(figure, [elsewhere, CITATION]) is CITATION


def test_a_check_of_citations_counts_states() -> None:
    checked = VALUES[-1]
    assert isinstance(checked, reports.CiteCheckOut)
    assert (checked.intact, checked.moved, checked.source_removed) == (1, 0, 1)


def test_shapes_hold_only_what_json_has() -> None:
    plain = {str, int, float, bool, NoneType}
    for shape in vars(shapes).values():
        if not (isinstance(shape, type) and is_dataclass(shape)):
            continue
        for hint in get_type_hints(shape).values():
            for kind in get_args(hint) or (hint,):
                words = isinstance(kind, str) or get_origin(kind) is Literal
                assert kind in plain or is_dataclass(kind) or words, (shape, hint)
