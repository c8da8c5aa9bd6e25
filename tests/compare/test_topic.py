from __future__ import annotations

import pytest

from kb.compare.topic import narrow
from kb.types import Document, Section

TEXT = "社区养老助餐做法\n一、助餐\n办起了食堂。老人都来。\n二、经费\n区里补贴。社区治理好。"
ONE = Document(
    "a",
    "a.txt",
    "0" * 64,
    "某区做法",
    TEXT,
    (
        Section((), 0, TEXT.index("一、")),
        Section(("一、助餐",), TEXT.index("一、"), TEXT.index("二、")),
        Section(("二、经费",), TEXT.index("二、"), len(TEXT)),
    ),
)


@pytest.mark.parametrize("topic", ["", "社区治理", "基层党建创新的经验做法", "community governance"])
def test_what_everyone_writes_narrows_nothing(topic: str) -> None:
    assert narrow(topic, [ONE]).groups == ()


def test_a_word_brings_its_kin() -> None:
    (group,) = narrow("社区经费", [ONE]).groups
    assert "经费" in group
    assert "专项资金" in group


def test_what_the_lens_asks_for_in_every_row_narrows_nothing_beside_another_word() -> None:
    assert narrow("补贴评议", [SCHOOLS, OFFICES], ("补贴",)).groups == (("评议",),)
    assert len(narrow("补贴评议", [SCHOOLS, OFFICES]).groups) == 2
    assert len(narrow("补贴", [SCHOOLS, OFFICES], ("补贴",)).groups) == 1


def test_a_word_of_general_parts_and_one_character_stays_whole() -> None:
    assert narrow("社区工作者", [SCHOOLS, OFFICES]).groups == (("社区工作者",),)
    assert narrow("服务业发展", [SCHOOLS, OFFICES]).groups == (("服务业",),)


def test_sentences_touch_the_topic_by_themselves_or_by_their_heading() -> None:
    topic = narrow("助餐", [ONE])
    touched = dict(
        zip(["标题", "一、", "食堂", "老人", "二、", "补贴", "治理"], topic.touch(ONE).tolist(), strict=True)
    )
    assert touched["一、"] == 1.0
    assert 0 < touched["老人"] < 1
    assert touched["补贴"] == 0.0


def test_an_unknown_chinese_topic_leaves_nothing() -> None:
    assert narrow("海绵城市", [ONE]).touch(ONE).max() == 0.0


def article(id: str, title: str, text: str) -> Document:
    return Document(id, f"{id}.txt", "0" * 64, title, text, (Section((), 0, len(text)),))


SCHOOLS = article("b", "义务教育条例", "区财政应当保障学校的经费投入。\n学校不得挪用专项资金。\n" * 20)
OFFICES = article("c", "社区工作条例", "居民委员会的工作经费列入预算。\n补贴由区里承担。\n经费公开。\n" * 3)


def test_a_field_that_the_topic_names_keeps_other_fields_out() -> None:
    topic = narrow("社区经费", [SCHOOLS, OFFICES])
    assert topic.touch(SCHOOLS).max() == 0.0
    assert topic.touch(OFFICES).max() == 1.0
    assert narrow("经费", [SCHOOLS, OFFICES]).touch(SCHOOLS).max() == 1.0


def test_a_text_of_the_field_need_not_say_so_in_every_sentence() -> None:
    habit = article("d", "某区做法", "社区干部按月领取补贴。\n区里拨付专项资金。\n" * 5)
    assert (narrow("社区经费", [SCHOOLS, habit]).touch(habit) > 0.3).all()


def test_one_service_of_many_does_not_stand_for_all_of_them() -> None:
    assert narrow("养老服务", [SCHOOLS, OFFICES]).groups == (("养老",),)


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    topic = narrow("补贴评议", [SCHOOLS, OFFICES])
    weights = dict(zip((group[0] for group in topic.groups), topic.weights, strict=True))
    assert weights["评议"] > weights["补贴"]


def test_a_mention_reaches_a_few_sentences_of_its_paragraph() -> None:
    one = article("e", "简讯", "今天开会。讲了助餐。老人高兴。大家鼓掌。会议结束。众人回家。")
    touched = narrow("助餐", [SCHOOLS, one]).touch(one)
    assert touched.tolist() == pytest.approx([0.6, 1.0, 0.6, 0.6, 0.0, 0.0])
