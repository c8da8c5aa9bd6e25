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
