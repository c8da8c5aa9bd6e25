from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.exact import document_numbers, occurrences, says_number


@pytest.mark.parametrize(
    ("text", "phrase", "found"),
    [
        ("解决社区办公用房经费", "社区办公用房", ["社区办公用房"]),
        ("解决社区 办公\n用房经费", "社区办公用房", ["社区 办公\n用房"]),
        ("解决社區辦公用房經費", "社区办公用房", ["社區辦公用房"]),
        ("党员效劳中心", "党员服务中心", ["党员效劳中心"]),
        ("党员服务中心", "黨員效勞中心", ["党员服务中心"]),
        ("拨打１２３４５热线", "12345热线", ["１２３４５热线"]),
        ("共有600多万元", "00多万元", []),
        ("投资12.5亿元", "2.5亿元", []),
        ("投资2.5亿元", "2.5亿元", ["2.5亿元"]),
        ("投资2.5亿元", "2", []),
        ("双随机、一公开", "双随机一公开", []),
        ("格格格", "格格", ["格格"]),
        ("社区", "", []),
    ],
)
def test_a_phrase_is_found_however_it_is_written(text: str, phrase: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in occurrences(text, phrase)] == found


@given(st.text(alphabet="社区办公用房效劳 \n，12.a", max_size=30), st.data())
def test_a_piece_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    for left, right in occurrences(text, text[start:end]):
        assert 0 <= left < right <= len(text)


@pytest.mark.parametrize(
    "written",
    [
        "国办发〔2023〕12号", "国办发[2023]12号", "国办发（2023）12号", "国办发(2023) 12 号",
        "国办发【2023】第012号", "國辦發〔2023〕12號", "国办发２０２３１２号", "国办发2023 12号",
        "国办发2023年12号", "根据国办发〔2023〕12号文件",
    ],
)  # fmt: skip
def test_a_number_is_read_in_every_bracket(written: str) -> None:
    assert [str(number) for number, _, _ in document_numbers(written)] == ["国办发〔2023〕12号"]


@pytest.mark.parametrize("text", ["小区2021年3号楼加装电梯", "电话2023456号", "共2023年底12号", "12号文件"])
def test_what_is_no_number(text: str) -> None:
    assert not list(document_numbers(text))


def test_a_number_in_a_sentence() -> None:
    [(number, _, _)] = document_numbers("国办发〔2023〕12号")
    text = "《国务院办公厅关于此事的通知》（国办发[2023]12号）与京政办发〔2023〕12号"
    assert [text[start:end] for start, end in says_number(text, number)] == ["国办发[2023]12号"]
    assert not says_number("国办发〔2023〕121号、国办发〔2022〕12号", number)
