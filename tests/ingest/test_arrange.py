"""The order of a page's lines: columns, rows of tables, footnotes; on lines set here."""

from __future__ import annotations

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
