from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from kb.surfaces.cli.wrapping import wrapped


@given(st.text(alphabet="社区经费，。）ab1 \n", max_size=200), st.integers(10, 60))
def test_nothing_is_lost_and_lines_fit(text: str, width: int) -> None:
    lines = [line.plain for line in wrapped(Text(text), width)]
    assert "".join(lines) == text.replace("\n", "")
    for line in lines:
        kept = line.rstrip("，。）")
        assert cell_len(kept) <= width


def test_marks_do_not_begin_a_line_and_words_stay_whole() -> None:
    lines = [line.plain for line in wrapped(Text("区财政每年安排专项资金，用于community offices。"), 22)]
    assert lines[0].endswith("，")
    assert any("community" in line for line in lines)


def test_styles_are_kept() -> None:
    text = Text("社区办公用房经费由区财政保障")
    text.stylize("yellow", 2, 6)
    assert any(line.spans for line in wrapped(text, 8))
