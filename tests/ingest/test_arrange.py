"""The order of a page's lines: columns, rows of tables, footnotes; on lines set here."""

from __future__ import annotations

import pytest

from kb.ingest.readers.arrange import arrange
from kb.ingest.readers.layout import page_blocks
from kb.ingest.readers.page_line import PageLine

PROSE = "区里建立了先建后补的奖补机制，街道先把社区用房建好，"  # 26 characters


def line(text: str, left: float, top: float, size: float = 10.0, page: int = 1) -> PageLine:
    return PageLine(text, page, left, left + size * len(text), top, top + size, size)


def column(left: float, top: float, words: str, rows: int = 6) -> list[PageLine]:
    return [line(f"{words}{PROSE[:18]}", left, top + 15 * row) for row in range(rows)]


def test_columns_are_read_one_after_the_other_whatever_order_they_come_in() -> None:
    left, right = column(50, 100, "左"), column(300, 100, "右")
    title = line("横跨两栏的一个很长的标题占满了整个版面的宽度而且还要更长一些", 100, 50)
    mixed = [title, *(one for pair in zip(left, right, strict=True) for one in pair)]
    regions = arrange(mixed)
    assert [one for region in regions for one in region.lines] == [title, *left, *right]


def test_one_column_keeps_the_order_given() -> None:
    lines = column(50, 100, "甲")
    (region,) = arrange(list(reversed(lines)))
    assert list(region.lines) == list(reversed(lines))


def test_rows_of_a_table_hold_their_cells_and_the_further_lines_of_a_cell() -> None:
    lines = [
        line("街道", 50, 100),
        line("说明", 150, 100),
        line("柳荫街道", 50, 120),
        line("新建三处，", 150, 120),
        line("改造四处", 150, 132),
        line("檀溪街道", 50, 150),
        line("租用两处", 150, 150),
        line("表后的一段正文。", 50, 200),
    ]
    texts = [one.text for region in arrange(lines) for one in region.lines]
    expected = ["街道 | 说明", "柳荫街道 | 新建三处，改造四处", "檀溪街道 | 租用两处", "表后的一段正文。"]
    assert texts == expected


def test_pieces_of_a_single_row_are_no_table() -> None:
    lines = [line("来源：区民政局", 50, 100), line("日期：二〇二二年", 250, 100), *column(50, 130, "文")]
    assert (
        next(one.text for region in arrange(lines) for one in region.lines)
        == "来源：区民政局 日期：二〇二二年"
    )


def test_a_figure_in_a_tables_last_row_is_no_page_number() -> None:
    rows = [("街道", "数"), ("柳荫街道", "9"), ("檀溪街道", "12")]
    cells = [
        line(cell, 50 + 150 * place, 500 + 20 * row)
        for row, pair in enumerate(rows)
        for place, cell in enumerate(pair)
    ]
    blocks = list(page_blocks([[*column(50, 100, "文"), *cells]]))
    assert [block.text for block in blocks][-2:] == ["柳荫街道 | 9", "檀溪街道 | 12"]


def test_a_sentence_goes_on_over_the_end_of_the_page_and_its_footnotes() -> None:
    notes = [line("1 数据来自区民政局，", 50, 700, 8.0), line("口径为常住人口。", 60, 712, 8.0)]
    first = [*column(50, 100, "上"), *notes]
    second = [
        line(words, 50, 100 + 30 * row, page=2)
        for row, words in enumerate(("验收合格后再奖补。", "二、下一步"))
    ]
    texts = [block.text for block in page_blocks([first, second])]
    assert texts[0].endswith("验收合格后再奖补。")
    assert texts[1] == "1 数据来自区民政局，口径为常住人口。"


WORDS = "社区办公用房按照每百户不低于三十平方米配建由区财政统筹安排资金保障到位并列入年度预算"


def _at(text: str, x: float, y: float, size: float = 12.0, page: int = 1) -> PageLine:
    """A line of Chinese letters as wide as high."""
    return PageLine(text, page, x, x + len(text) * size, y, y + size, size)


def _column(tag: str, x: float, y: float, count: int) -> list[PageLine]:
    lines = [_at(f"{tag}{index:02}{WORDS}"[:18], x, y + index * 18) for index in range(count)]
    return [*lines[:-1], _at(f"{tag}完。", x, y + (count - 1) * 18)]


def _texts(*pages: list[PageLine]) -> list[str]:
    return [block.text for block in page_blocks(pages) if not block.furniture]


CELLS = (("街道", "社区数", "金额"), ("柳荫", "九", "五十"), ("檀溪", "十", "六十"), ("汐川", "八", "四十"))


@pytest.mark.parametrize("places", [(72, 260, 480), (72, 330)], ids=["three cells", "two cells"])
@pytest.mark.parametrize("above", [True, False], ids=["above", "below"])
@pytest.mark.parametrize("headed", [True, False], ids=["headed", "bare"])
def test_a_table_beside_two_columns_stays_a_table(places: tuple[int, ...], above: bool, headed: bool) -> None:
    y = 100 if above else 300
    pieces = [
        (cell, place, row)
        for row, cells in enumerate(CELLS)
        for cell, place in zip(cells, places, strict=False)
    ]
    table = [_at(cell, place, y + 18 * row) for cell, place, row in pieces]
    start = 190 if above else 100
    head = [_at("标题跨越两栏" * 5, 72, 60)] if headed else []
    texts = _texts([*head, *table, *_column("左", 72, start, 9), *_column("右", 310, start, 9)])
    shown = [" | ".join(cells[: len(places)]) for cells in CELLS]
    columns = [text for text in texts if text.endswith("完。")]
    assert [text for text in texts if " | " in text] == shown
    assert [text[:1] + text[-3:-2] for text in columns] == ["左左", "右右"]
    assert texts.index(shown[0]) < texts.index(columns[0]) if above else texts[-1] == shown[-1]


def test_footnotes_below_one_of_two_columns_are_told_from_the_other_columns_lines() -> None:
    notes = [_at("①注一内容说明出处。", 72, 440, 9), _at("②注二内容说明。", 72, 455, 9)]
    texts = _texts([*_column("左", 72, 60, 20), *notes, *_column("右", 310, 60, 24)])
    assert [text[:1] for text in texts] == ["左", "右", "①", "②"]


def test_lines_of_the_text_that_recur_at_the_edges_of_pages_stay_and_running_heads_go() -> None:
    pages = [
        [
            _at("某区社区工作简报", 200, 30, 10, number),
            _at("（一）申请条件", 72, 90, page=number),
            *(_at(f"{number}页{WORDS}"[:36], 72, 108 + 18 * row, page=number) for row in range(20)),
            _at("以上内容由街道办事处负责解释", 72, 468, page=number),
            _at(f"第{'一二三四'[number - 1]}页 共四页", 290, 780, page=number),
        ]
        for number in range(1, 5)
    ]
    furniture = {block.text for block in page_blocks(pages) if block.furniture}
    assert furniture == {"某区社区工作简报", *(f"第{number}页 共四页" for number in "一二三四")}
    texts = _texts(*pages)
    assert texts.count("（一）申请条件") == 4
    assert sum(text.endswith("以上内容由街道办事处负责解释") for text in texts) == 4


def test_a_figure_that_a_wrap_cut_is_whole_again() -> None:
    lines = [_at(f"{WORDS[:34]}20", 72, 60), _at(f"23年建成{WORDS[:31]}", 72, 78), _at("投入经费。", 72, 96)]
    (text,) = _texts(lines)
    assert "2023年建成" in text
