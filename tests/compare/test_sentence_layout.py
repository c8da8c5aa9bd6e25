from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kb.compare.layout import layout
from kb.types import Section

TEXT = (
    "标题\n一、经费\n总的一句。\n（一）财政\n强化保障。区里拨款。每年都有。\n"
    "第一条 钱要公开。\n二、房子\n新建三处。"
)


def sections() -> tuple[Section, ...]:
    marks = [
        ((), 0),
        (("一、经费",), TEXT.index("一、")),
        (("一、经费", "（一）财政"), TEXT.index("（一）")),
        (("一、经费", "第一条"), TEXT.index("第一条")),
        (("二、房子",), TEXT.index("二、")),
    ]
    ends = [start for _, start in marks[1:]] + [len(TEXT)]
    return tuple(Section(path, start, end) for (path, start), end in zip(marks, ends, strict=True))


def words(i: int) -> str:
    place = layout(TEXT, sections())
    return TEXT[place.starts[i] : place.ends[i]] if i >= 0 else ""


def test_headings_leads_and_parents() -> None:
    place = layout(TEXT, sections())
    said = {words(i): i for i in range(len(place))}
    assert [words(int(i)) for i in np.flatnonzero(place.heading)] == ["一、经费", "（一）财政", "二、房子"]
    assert words(int(place.parent[said["每年都有。"]])) == "（一）财政"
    assert words(int(place.parent[said["（一）财政"]])) == "一、经费"
    assert words(int(place.parent[said["总的一句。"]])) == "一、经费"
    assert words(int(place.parent[said["第一条 钱要公开。"]])) == "一、经费"
    assert words(int(place.parent[said["标题"]])) == ""
    assert words(int(place.lead[said["区里拨款。"]])) == "强化保障。"
    assert words(int(place.lead[said["强化保障。"]])) == ""


def test_folded_offsets_lead_back_to_the_sentence() -> None:
    text = "第一句。这是遵循原那么的效劳。第三句。"  # 原那么 folds to 原则: the lengths differ
    place = layout(text, ())
    at = place.folded.index("第三句")
    assert text[place.starts[place.sentence_at(np.array([at], np.int32))[0]] :] == "第三句。"


@given(st.text(alphabet="一二句。！\n 甲乙；", max_size=60))
def test_every_sentence_is_found_at_its_own_place(text: str) -> None:
    place = layout(text, ())
    assert list(place.sentence_at(place.starts)) == list(range(len(place)))
    assert all(parent == -1 for parent in place.parent)
