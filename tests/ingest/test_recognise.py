"""Text recognition of scans that are drawn here: what is read, in which order, and what is said of it."""

from __future__ import annotations

import io
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from drawing import page, saved, scanned
from drawn_pdf import joined, latin_pages

from kb.errors import DamagedFile, EmptyFile
from kb.ingest.pipeline import read_documents
from kb.ingest.readers.spacing import visible
from kb.ingest.recognise import Recogniser, available
from kb.ingest.sandbox import ParserProcess

pytestmark = [
    pytest.mark.ocr,
    pytest.mark.skipif(not available(), reason="the extra ocr is not installed"),
]

TITLE = "青禾区破解社区办公用房难题的做法"
PARAGRAPH = (
    "近年来，青禾区坚持党建引领，把解决社区办公用房难题作为基层治理的重要抓手，三年共安排资金5400万元，"
    "新建和改造社区用房86处，每百户居民社区用房面积达到三十二平方米。"
)
SECOND = "区里建立了先建后补的奖补机制，街道先把社区用房建好，区里验收合格后再给予奖励，最高一档五十万元。"
PITCH = 58  # pixels from line to line


def wrapped(text: str, width: int, x: int, y: int) -> list[tuple[int, int, str]]:
    """Lines of `width` characters, the first one indented by two."""
    first, rest = text[: width - 2], text[width - 2 :]
    lines = [first, *(rest[at : at + width] for at in range(0, len(rest), width))]
    return [(x + (68 if not row else 0), y + PITCH * row, words) for row, words in enumerate(lines)]


def recall(wanted: str, found: str) -> float:
    blocks = SequenceMatcher(None, visible(wanted), visible(found), autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(visible(wanted))


@pytest.fixture(scope="session")
def recogniser() -> Recogniser:
    return Recogniser()


@pytest.fixture(scope="session")
def report_pages() -> list[list[tuple[int, int, str]]]:
    return [
        [
            (360, 150, TITLE),
            (200, 300, "一、基本情况"),
            *wrapped(PARAGRAPH, 28, 130, 380),
            (580, 1650, "- 1 -"),
        ],
        [(200, 150, "二、主要做法"), *wrapped(SECOND, 28, 130, 230), (580, 1650, "- 2 -")],
    ]


@pytest.mark.slow
def test_a_scanned_pdf_is_read_in_the_parser_process(
    tmp_path: Path, report_pages: list[list[tuple[int, int, str]]]
) -> None:
    path = tmp_path / "扫描件.pdf"
    path.write_bytes(saved([scanned(page(lines), -0.6) for lines in report_pages], "PDF"))
    told: list[int] = []
    with ParserProcess() as parser:
        (document,) = parser.parse(path, "扫描件.pdf", told.append)
    assert told == [1, 2]
    assert recall(TITLE + "一、基本情况" + PARAGRAPH + "二、主要做法" + SECOND, document.text) >= 0.98
    assert document.title == TITLE
    lines = document.text.split("\n")
    expected = [TITLE, "一、基本情况", PARAGRAPH, "二、主要做法", SECOND]
    assert [line[:6] for line in lines] == [line[:6] for line in expected]
    assert {section.page for section in document.sections} == {1, 2}
    (flag,) = [flag for flag in document.flags if flag.name == "ocr"]
    assert (flag.start, flag.end) == (0, 0)
    assert "第1–2页" in flag.evidence
    assert {item.rule for item in document.removed} == {"page_number"}


def test_only_the_pages_without_text_are_recognised(
    recogniser: Recogniser, report_pages: list[list[tuple[int, int, str]]]
) -> None:
    words = "In this street the office space of the district was built with public money"
    typed = latin_pages([(72.0, 700.0, words), (72.0, 680.0, "and the street office looks after it.")])
    data = joined(typed, saved([scanned(page(report_pages[1]))], "PDF"))
    (document,) = read_documents(data, "混合.pdf", "混合.pdf", recogniser)
    assert words in document.text
    assert recall(SECOND, document.text) >= 0.98
    (flag,) = [flag for flag in document.flags if flag.name == "ocr"]
    assert "第2页" in flag.evidence
    assert document.text[flag.start : flag.end].startswith("二、主要做法")
    assert not any(flag.name == "needs_ocr" for flag in document.flags)


def test_a_page_whose_text_layer_means_nothing_is_read_from_its_picture(recogniser: Recogniser) -> None:
    said = [f"The office space of street number {row} was built" for row in range(4)]
    lines = [(72.0, 700.0 - 20 * row, words) for row, words in enumerate(said)]
    (document,) = read_documents(latin_pages(lines, private_use=True), "a.pdf", "a.pdf", recogniser)
    assert recall("".join(said), document.text) >= 0.95
    assert any(flag.name == "ocr" for flag in document.flags)


@pytest.mark.parametrize("format_", ["JPEG", pytest.param("TIFF", marks=pytest.mark.slow)])
def test_pictures_of_documents_are_read(
    recogniser: Recogniser, report_pages: list[list[tuple[int, int, str]]], format_: str
) -> None:
    images = [scanned(page(lines)).reduce(2) for lines in report_pages[1:]]
    (document,) = read_documents(saved(images, format_), f"照片.{format_}", "照片", recogniser)
    assert recall(SECOND, document.text) >= 0.95
    assert any(flag.name == "ocr" for flag in document.flags)


@pytest.mark.slow
def test_columns_are_read_one_after_the_other_and_rows_as_rows(recogniser: Recogniser) -> None:
    columns = page([*wrapped(PARAGRAPH * 2, 15, 90, 200), *wrapped(SECOND * 2, 15, 690, 200)])
    (document,) = read_documents(saved([scanned(columns)], "PNG"), "两栏.png", "两栏", recogniser)
    assert recall(PARAGRAPH * 2 + SECOND * 2, document.text) >= 0.97
    rows = [("街道", "社区数", "奖补金额"), ("柳荫街道", "9", "135.5"), ("檀溪街道", "12", "180")]
    cells = [(130 + 350 * x, 500 + 80 * y, cell) for y, row in enumerate(rows) for x, cell in enumerate(row)]
    table = page([*wrapped(PARAGRAPH, 28, 130, 150), *cells])
    (document,) = read_documents(saved([scanned(table)], "PNG"), "表.png", "表", recogniser)
    assert "柳荫街道 | 9 | 135.5\n檀溪街道 | 12 | 180" in document.text


@pytest.mark.slow
def test_a_page_on_its_side_is_turned(recogniser: Recogniser) -> None:
    turned = scanned(page(wrapped(PARAGRAPH, 28, 130, 200))).rotate(-90, expand=True)
    (document,) = read_documents(saved([turned], "PNG"), "横.png", "横", recogniser)
    assert recall(PARAGRAPH, document.text) >= 0.97


@pytest.mark.slow
def test_lines_that_are_hard_to_read_are_noted(recogniser: Recogniser) -> None:
    image = page([*wrapped(PARAGRAPH, 28, 130, 200), (130, 600, "字迹模糊难以辨认的一行文字在这里")])
    smudge = image.crop((100, 580, 1100, 660)).reduce(7).resize((1000, 80))
    image.paste(smudge, (100, 580))
    (document,) = read_documents(saved([scanned(image, noise=25)], "PNG"), "糊.png", "糊", recogniser)
    assert recall(PARAGRAPH, document.text) >= 0.97
    whole, *noted = [flag for flag in document.flags if flag.name == "ocr"]
    if "1行无法辨认" in whole.evidence:
        assert [item.rule for item in document.removed] == ["illegible_line"]
    else:
        assert [document.text[flag.start : flag.end] in flag.evidence for flag in noted] == [True]


def test_pictures_without_text_and_damaged_ones_are_named(recogniser: Recogniser) -> None:
    with pytest.raises(EmptyFile, match=r"白\.png"):
        read_documents(saved([page([])], "PNG"), "白.png", "白", recogniser)
    with pytest.raises(EmptyFile, match="too small"):
        read_documents(saved([page([], (60, 40))], "PNG"), "图标.png", "图标", recogniser)
    whole = saved([page([(50, 50, TITLE)])], "PNG")
    with pytest.raises(DamagedFile, match=r"断\.png is a damaged picture"):
        read_documents(whole[: len(whole) // 2], "断.png", "断", recogniser)


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked(recogniser: Recogniser) -> None:
    from PIL import Image

    stream = io.BytesIO()
    Image.new("1", (20_000, 20_000), 1).save(stream, "PNG")
    with pytest.raises(DamagedFile, match="more pixels"):
        read_documents(stream.getvalue(), "巨.png", "巨", recogniser)
