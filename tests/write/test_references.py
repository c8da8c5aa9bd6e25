from __future__ import annotations

import pytest
from handmade import cell, document

from kb.types import DocumentCard
from kb.write.references import located, numbered, reference


def card(**fields: object) -> DocumentCard:
    return DocumentCard("d1", "甲.docx", "v", **fields)  # type: ignore[arg-type]


# The worked examples of the zotero-chinese style for 2025, less the access date, which we do not keep.
EXAMPLES = [
    (
        card(
            title="国务院关于印发打赢蓝天保卫战三年行动计划的通知",
            issuer="国务院",
            issued="2018-06-27",
            number="国发〔2018〕22号",
            kind="通知",
            origin="https://www.gov.cn/a.htm",
        ),
        "国务院. 国务院关于印发打赢蓝天保卫战三年行动计划的通知：国发〔2018〕22号[EB/OL]. （2018-06-27）. https://www.gov.cn/a.htm",
    ),
    (
        card(
            title="中华人民共和国公司法",
            issuer="全国人大常委会",
            issued="2013-12-28",
            kind="法律",
            origin="https://flk.npc.gov.cn/x",
        ),
        "全国人大常委会. 中华人民共和国公司法[EB/OL]. （2013-12-28）. https://flk.npc.gov.cn/x",
    ),
    (
        card(
            title="第29次中国互联网络发展状况统计报告",
            issuer="中国互联网络信息中心",
            issued="2012-01-16",
            kind="报告",
            origin="https://www.cnnic.net.cn/r",
        ),
        "中国互联网络信息中心. 第29次中国互联网络发展状况统计报告[R/OL]. 2012-01-16. https://www.cnnic.net.cn/r",
    ),
    (
        card(title="水电工程水温实时监测系统技术规范", issuer="国家能源局", kind="标准", issued=""),
        "国家能源局. 水电工程水温实时监测系统技术规范[S].",
    ),
]


@pytest.mark.parametrize(("entry", "expected"), EXAMPLES)
def test_entries_of_2025(entry: DocumentCard, expected: str) -> None:
    assert reference(entry) == expected


def test_an_official_paper_on_the_web_in_2015() -> None:
    entry = card(
        title="关于转发企业投资项目核准办法的通知",
        issuer="北京市人民政府办公厅",
        issued="2005-07-12",
        number="京政办发〔2005〕37号",
        kind="通知",
        origin="http://www.beijing.gov.cn/x",
    )
    assert reference(entry, "2015").endswith(
        "的通知:京政办发〔2005〕37号[A/OL].（2005-07-12）. http://www.beijing.gov.cn/x"
    )


def test_an_internal_paper_names_place_publisher_and_date() -> None:
    entry = card(
        title="关于加强社区用房的意见",
        issuer="河东区委",
        region=("天津市", "河东区"),
        issued="2019",
        kind="意见",
    )
    assert reference(entry) == "河东区委. 关于加强社区用房的意见[Z]. 天津市：河东区委，2019."


def test_what_is_unknown_is_left_out() -> None:
    assert reference(card(title="经费怎么来", kind="经验材料")) == "经费怎么来[Z]."
    assert reference(card(title="")) == "甲.docx[Z]."
    assert (
        reference(card(title="某地调研报告", kind="调研报告", issued="2021-06"))
        == "某地调研报告[R]. 2021-06."
    )


def test_a_newspaper_article_names_the_paper() -> None:
    entry = card(title="家门口的议事厅", origin="云岚日报", issued="2022-03-01", kind="经验材料")
    assert reference(entry) == "家门口的议事厅[N]. 云岚日报，2022-03-01."


def test_an_english_entry_keeps_half_width_marks() -> None:
    entry = card(title="Parks for all", issuer="City Office", issued="2021", number="No. 3")
    assert reference(entry) == "City Office. Parks for all: No. 3[Z]. City Office, 2021."


def test_the_number_is_not_said_twice() -> None:
    entry = card(title="通知（河东发〔2019〕3号）", number="河东发〔2019〕3号")
    assert reference(entry).count("3号") == 1


def test_line_ends_in_a_title_do_not_break_the_entry() -> None:
    assert "\n" not in reference(card(title="上半\n下半"))


def test_numbers_follow_the_first_citation() -> None:
    one, two = document("甲文。乙文。", "1"), document("丙文。", "2")
    quotes = [*cell("d", two, [(0, 3)]).citations, *cell("d", one, [(0, 3), (3, 6)]).citations]
    assert numbered(quotes) == {"doc2": 1, "doc1": 2}


def test_a_footnote_says_where() -> None:
    (quote,) = cell("d", document("甲文。", "1", issued="2020"), [(0, 3)]).citations
    assert located(quote) == "材料1[Z]. 2020：第1段."
