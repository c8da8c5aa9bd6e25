"""Reprints, adaptations and spun copies are one work; two uses of one form are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from commands import SAMPLES
from hypothesis import given
from hypothesis import strategies as st

from kb.ingest.families import (
    Likeness,
    Member,
    buckets,
    grouped,
    kinship,
    likeness,
    may_be_kin,
    order,
    sketch,
)
from kb.ingest.pipeline import read_documents
from kb.ingest.quality import spun_pairs
from kb.text.normalise import fold_characters
from kb.types import Document, Flag

ORIGINAL = "青禾区破解社区办公用房难题的做法.docx"
REPRINT = "青禾区先建后补_转载.txt"
HOLIDAY = (
    "各街道办事处，区属各部门：\n根据国务院办公厅通知精神，现将{year}年国庆节放假安排通知如下。\n"
    "一、{month}月{day}日至{later}日放假调休，共{days}天。{extra}日（星期六）上班。\n"
    "二、各单位要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件发生，要按规定及时报告并妥善处置，"
    "确保人民群众祥和平安度过节日假期。值班表请于{month}月{due}日前报区政府总值班室，电话{phone}。\n"
    "三、各单位主要负责同志要切实负起责任，带头落实值班制度，严禁擅离职守，严禁酒驾醉驾，厉行勤俭节约，反对铺张浪费。\n"
)


def sample(name: str) -> Document:
    (document,) = read_documents((SAMPLES / name).read_bytes(), name, f"/samples/{name}")
    return document


def holiday(year: int, **numbers: int) -> Document:
    text = HOLIDAY.format(year=year, **numbers)
    return Document(f"d{year}", "/a", "0" * 64, f"关于{year}年国庆节放假的通知", text, kind="通知")


@pytest.fixture(scope="module")
def original() -> Document:
    return sample(ORIGINAL)


def of(document: Document, **changes: object) -> Likeness:
    return likeness(replace(document, **changes))  # type: ignore[arg-type]


def test_a_reprint_is_the_same_work(original: Document) -> None:
    share = kinship(likeness(original), likeness(sample(REPRINT)))
    assert share is not None
    assert share > 0.9


def test_every_two_other_samples_are_works_of_their_own() -> None:
    every = []
    for path in sorted(SAMPLES.iterdir()):
        every += [likeness(one) for one in read_documents(path.read_bytes(), path.name, str(path))]
    assert len(every) > 20
    assert sum(kinship(one, other) is not None for one in every for other in every) == len(every) + 2


def test_spun_words_traditional_script_and_width_hide_nothing(original: Document) -> None:
    spun = original.text
    for pair in spun_pairs():
        if not (pair.only_after or pair.only_before) and len(pair.original) > 1:
            spun = spun.replace(pair.original, pair.spun)
    spun = spun.replace("，", ",").replace("为", "為").replace("个", "個").replace("区", "區")
    assert fold_characters(spun) != fold_characters(original.text)
    copy = of(original, text=spun, title="某区做法", region=(), flags=(Flag("spun_text", ""),))
    assert kinship(likeness(original), copy) is not None


def test_an_adaptation_with_other_places_and_without_a_part_is_the_same_work(original: Document) -> None:
    lines = original.text.replace("青禾区", "某山区").split("\n")
    adapted = "\n".join(lines[: len(lines) * 2 // 3]).replace("社区", "小区", 5)
    other = of(original, text=adapted, region=("临溪市", "某山区"), issued="2023", title="某山区的探索")
    assert kinship(likeness(original), other) is not None


def test_an_extract_of_a_few_paragraphs_is_not_the_work(original: Document) -> None:
    extract = original.text[: len(original.text) // 5]
    assert kinship(likeness(original), of(original, text=extract)) is None


def test_one_form_filled_in_twice_is_two_documents() -> None:
    one = holiday(2021, month=10, day=1, later=7, days=7, extra=26, due=22, phone=24312210)
    two = holiday(2023, month=9, day=29, later=6, days=8, extra=23, due=25, phone=24312217)
    assert kinship(likeness(one), likeness(two)) is None
    assert kinship(likeness(one), likeness(replace(one, id="copy", title="转发：放假通知"))) is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "青政办发〔2023〕9号"},
        {"issued": "2019-08-01"},
        {"region": ("云岚市", "砚湖区")},
        {"title": "2019年青禾区社区办公用房管理办法"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_official_documents_of_other_number_date_or_place_are_apart(
    original: Document, changes: dict[str, object]
) -> None:
    rule = replace(
        original,
        kind="办法",
        number="青政办发〔2022〕9号",
        issued="2022-11-03",
        title="2022年青禾区社区办公用房管理办法",
    )
    again = of(rule, text=rule.text.replace("一次性", "分期", 1), **changes)
    assert kinship(likeness(rule), again) is None
    same = of(rule, text=rule.text.replace("一次性", "分期", 1))
    assert kinship(likeness(rule), same) is not None


def test_kin_meet_in_a_bucket_and_strangers_do_not(original: Document) -> None:
    values = [(sketch(one), len(one.shingles)) for one in map(likeness, (original, sample(REPRINT)))]
    assert set(buckets(values[0][0])) & set(buckets(values[1][0]))
    assert may_be_kin(values[0], values[1])
    stranger = likeness(sample("樟香食堂养老助餐实践.txt"))
    assert not may_be_kin(values[0], (sketch(stranger), len(stranger.shingles)))
    assert not set(buckets(values[0][0])) & set(buckets(sketch(stranger)))


def test_a_text_too_short_to_be_told_from_a_form_meets_nobody(original: Document) -> None:
    short = of(original, text="特此通知。")
    assert buckets(sketch(short)) == ()
    assert kinship(short, short) is None


def member(id: str, *, size: int = 1000, issued: str = "", flags: tuple[str, ...] = ()) -> Member:
    return Member(id, size, issued, frozenset(flags))


def test_the_complete_undamaged_early_original_is_cited() -> None:
    spun = member("a", size=1200, issued="2001", flags=("spun_text",))
    part = member("b", size=500, issued="2002")
    reprint = member("c", issued="2003", flags=("reprint",))
    late = member("d", issued="2005")
    undated = member("e")
    first = member("f", issued="2004-03")
    assert [one.id for one in order([spun, part, reprint, late, undated, first])] == list("fdecba")


def test_a_chain_of_likenesses_is_not_one_work() -> None:
    links = {"a": frozenset("b"), "b": frozenset("ac"), "c": frozenset("bd"), "d": frozenset("c")}
    members = [member(id, issued=f"200{i}") for i, id in enumerate("abcd")]
    assert grouped(members, links, {}) == {"a": "a", "b": "a", "c": "c", "d": "c"}


def test_a_person_has_the_last_word() -> None:
    links = {"a": frozenset("b"), "b": frozenset("a")}
    members = [member(id, issued=f"200{i}") for i, id in enumerate("abc")]
    assert grouped(members, links, {"b": "none"}) == {"a": "a", "b": "b", "c": "c"}
    assert grouped(members, links, {"c": "b"}) == {"a": "a", "b": "a", "c": "a"}
    assert grouped(members, links, {"a": "none", "c": "a"}) == {"a": "a", "b": "b", "c": "a"}
    assert grouped(members, {}, {"a": "b", "b": "c", "c": "a"}) == dict.fromkeys("abc", "a")


IDS = st.lists(st.sampled_from("abcdefgh"), min_size=1, unique=True)


@given(ids=IDS, data=st.data())
def test_every_member_has_one_main_document_that_is_its_own(ids: list[str], data: st.DataObject) -> None:
    some = st.frozensets(st.sampled_from(ids))
    kin = {id: data.draw(some) for id in ids}
    links = {id: frozenset(other for other in ids if other in kin[id] or id in kin[other]) for id in ids}
    said = data.draw(st.dictionaries(st.sampled_from(ids), st.sampled_from([*ids, "none"])))
    decided = {id: target for id, target in said.items() if target != id}
    members = [member(id) for id in ids]
    main = grouped(members, links, decided)
    assert set(main) == set(ids)
    assert all(main[first] == first for first in main.values())
    assert main == grouped(list(reversed(members)), links, decided)
    for id, target in decided.items():
        assert main[id] == (id if target == "none" else main[target])


ADAPTED = (
    "街道党工委每季度听取一次社区工作汇报，帮助解决人员、场地和经费方面的实际困难。",
    "社区服务用房按照每百户三十平方米的标准配置，由区民政局统一调剂使用。",
    "居民代表轮流值班，把群众的急难愁盼记在本子上、办在实事里。",
    "物业公司、业主委员会和居民委员会每月开一次联席会议，商量小区的大事小情。",
    "网格员每天走访两次，发现隐患当天上报，能够当场处理的当场处理。",
    "党员志愿者认领微心愿，为独居老人送菜上门、打扫房间、陪同看病。",
    "区财政每年安排专项经费，奖励在考核中排名靠前的社区和工作者。",
    "三年下来，社区环境变好了，邻里关系变近了，矛盾纠纷变少了。",
)
SWAPS = {
    "党工委": "党组织",
    "听取": "安排",
    "帮助": "协助",
    "困难": "问题",
    "标准": "要求",
    "统一": "集中",
    "轮流": "按序",
    "记在": "写进",
    "物业公司": "服务企业",
    "商量": "讨论",
    "走访": "巡查",
    "隐患": "情况",
    "认领": "承接",
    "送菜": "配餐",
    "打扫": "整理",
    "安排专项": "拨付专门",
    "奖励": "补助",
    "三年": "几年",
    "环境": "面貌",
    "矛盾": "各类",
}


def test_an_adaptation_in_other_words_is_the_same_work_sentence_by_sentence(original: Document) -> None:
    text = "\n".join(ADAPTED)
    other = "\n".join(reversed(ADAPTED))
    for word, swap in SWAPS.items():
        other = other.replace(word, swap)
    one, copy = of(original, text=text, kind="经验材料"), of(original, text=other, kind="经验材料")
    assert len(one.shingles & copy.shingles) < 0.6 * len(one.shingles)
    assert (share := kinship(one, copy)) is not None
    assert share >= 0.75
    values = [(sketch(each), len(each.shingles)) for each in (one, copy)]
    assert may_be_kin(*values)
    assert set(buckets(values[0][0])) & set(buckets(values[1][0]))
    assert kinship(of(original, text=text, kind="意见"), of(original, text=other, kind="意见")) is None


def test_texts_that_have_half_of_their_sentences_in_common_are_two_works(original: Document) -> None:
    own = "\n".join(ADAPTED)
    other = "\n".join(
        [*ADAPTED[:3], *(line[::-1] for line in ADAPTED[3:])]  # the same characters, no sentence in common
    )
    assert kinship(of(original, text=own, kind=""), of(original, text=other, kind="")) is None
