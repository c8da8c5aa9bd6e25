"""Furniture goes by named rules, sentences that it cut are mended, prose is never touched."""

import pytest

from kb.errors import DataError
from kb.ingest.clean import Cleaned, clean
from kb.ingest.rules import Boilerplate
from kb.resources import data_text, parse_rules
from kb.types import Block

BODY = "近年来，青禾区坚持党建引领基层治理，三年共安排社区用房资金5400万元，租房办公的社区全部清零。"
MORE = "区财政每年在预算中单列以奖代补资金，由街道先行建设，验收合格当月拨付，有效调动了街道积极性。"


def _clean(*lines: str) -> Cleaned:
    return clean([Block(line) for line in lines])


def _kept(*lines: str) -> list[str]:
    return [block.text for block in _clean(*lines).blocks]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("青禾区社区治理经验.docx", "file_name"),
        ("青禾区社区治理经验.docx_第3页", "file_name"),
        ("上传人:汽*** 文档编号:552661360 上传时间:2023-10-19 格式:DOCX 页数:6", "uploader"),
        ("《社区治理经验.docx》由会员分享,可在线阅读,更多相关请在文库上搜索。", "uploader"),
        ("点击查看更多>>", "download"),
        ("下载文档到电脑，查找使用更方便", "download"),
        ("版权声明：本文档由用户自行上传，如有侵权请联系客服。", "disclaimer"),
        ("标签:机关公文写作,行政公文写作范文,http://www.a.example", "catalogue"),
        ("当前位置:首页 > 办公文档 > 工作范文", "breadcrumb"),
        ("首页 > 党建 > 基层动态 > 正文", "breadcrumb"),
        ("您好,欢迎访问三三文库", "greeting"),
        ("返回 下载 相关 举报", "navigation"),
        ("【打印】【关闭】", "navigation"),
        ("来源：青禾日报 作者：某某 2023-05-18", "source_line"),
        ("发布时间：2023-05-18 09:30:00", "uploader"),
        ("责任编辑：李四", "source_line"),
        ("索 引 号： | 000014349/2019-00007 | 主题分类： | 城市规划", "facts_table"),
        ("【发布文号】 青政发〔2020〕3号", "facts_table"),
        ("第2页 / 共6页", "page_marker"),
        ("－ 3 －", "page_marker"),
        ("一 总体要求……………………1", "table_of_contents"),
        ("蜀ICP备13022795号 | 川公网安备 51140202000112号", "site_registration"),
        ("未经授权不得转载", "source_line"),
    ],
)
def test_a_furniture_line_goes_under_its_rule(line: str, rule: str) -> None:
    cleaned = _clean(BODY, line, MORE)
    assert [block.text for block in cleaned.blocks] == [BODY, MORE]
    assert [(item.text, item.rule) for item in cleaned.removed] == [(line, rule)]


@pytest.mark.parametrize(
    "line",
    [
        "《居住证》积分达到标准分值的持证人，其子女可以在本市参加考试。",
        "第四章《居住证》积分管理",
        "（五）实施积分落户制度",
        "无《文化经营许可证》的单位需要举办活动的，应当提出申请。",
        "各街道要组织居民下载安装应用，免费提供服务。",
        "推荐各区学习借鉴。",
        "（十四）文明上网，自觉维护网络安全和网络秩序；",
        "政府网站应当公布申报资料的下载方式，方便群众办事。",
        "一、来源：多渠道筹集资金",
        "3.收藏保护",
        "2016年5月17日",
        "各街道办事处：",
        "青禾区人民政府办公室",
        "关于做好档案上传下载工作的通知",
        "评论 | 收藏 | 次数一览表的说明文字，共三项内容；",
    ],
)
def test_the_body_is_left_alone(line: str) -> None:
    assert line in _kept(BODY, line, MORE)


def test_pieces_inside_a_line_go_and_the_sentence_closes() -> None:
    mark = "精品WORD文档下载可编缉使用"
    cleaned = _clean(f"{BODY[:20]}{mark}{BODY[20:]}", f"{MORE} 第1页 共1页")
    assert [block.text for block in cleaned.blocks] == [BODY, MORE]
    assert [item.rule for item in cleaned.removed] == ["watermark", "page_marker"]


def test_a_site_mark_is_found_by_its_repetition() -> None:
    mark = "樟云文库WORD资料下载可编辑"
    text = [f"{line[:15]}{mark}{line[15:]}" for line in (BODY, MORE, BODY[::-1], MORE[::-1])]
    cleaned = _clean(*text)
    assert [block.text for block in cleaned.blocks] == [BODY, MORE, BODY[::-1], MORE[::-1]]
    assert {item.text for item in cleaned.removed} == {mark}


def test_a_word_of_the_body_is_no_mark_however_often_it_stands() -> None:
    lines = [f"第{number}个社区组织居民下载文档下载应用，{BODY}" for number in "甲乙丙丁戊"]
    assert _kept(*lines) == lines


def test_page_numbers_that_cut_sentences_are_told_from_a_list() -> None:
    whole = f"{BODY}{MORE}" * 3
    cut = [
        f"{number}、{whole[start : start + 100]}" for number, start in enumerate(range(0, 288, 100), start=1)
    ]
    cleaned = _clean(*cut)
    assert "".join(block.text for block in cleaned.blocks) == whole[:300]
    assert [item.text for item in cleaned.removed] == ["1、", "2、", "3、"]
    items = [f"{number}、{BODY}" for number in (1, 2, 3)]
    assert _kept(*items) == items


def test_a_page_marker_line_inside_a_sentence_is_mended() -> None:
    assert _kept(BODY[:40], "第2页/共6页", BODY[40:], MORE) == [BODY, MORE]
    assert _kept(BODY, "第2页/共6页", MORE) == [BODY, MORE]
    assert _kept(BODY[:40], "第2页/共6页", "二、下一部分") == [BODY[:40], "二、下一部分"]


def test_the_tail_goes_only_where_no_prose_follows() -> None:
    assert _kept(BODY, "相关文章", "另一篇", "又一篇") == [BODY]
    assert MORE * 2 in _kept(BODY, "相关文章", MORE * 2)


@pytest.mark.parametrize(
    "behind",
    [
        ["六、居民满意度逐年提高，来访逐年减少。"],
        ["七、下一步打算", "（一）继续加大投入。", "（二）延长服务时间。"],
        ["以上做法值得各地借鉴。"],
        ["主要经验：", "一是领导重视；", "二是财政保障到位；", "三是群众广泛参与。"],
    ],
)
@pytest.mark.parametrize("tail", ["下一篇：网格员队伍建设", "相关文章", "延伸阅读", "更多报道："])
def test_short_sentences_behind_a_tail_line_stay(tail: str, behind: list[str]) -> None:
    kept = _kept(BODY, MORE, tail, *behind)
    assert [line for line in kept if line != tail] == [BODY, MORE, *behind]
    assert _kept(BODY, MORE, tail, "青禾区社区治理", "网格员队伍建设 2023-05-18") == [BODY, MORE]


def test_edges_go_by_the_words_they_hold() -> None:
    cleaned = _clean(
        "某某文库 会员登录", BODY, MORE, "〖返回列表〗〖收藏本文〗〖我要投稿〗", "您是第 0826141 位访问者"
    )
    assert [block.text for block in cleaned.blocks] == [BODY, MORE]


def test_a_table_of_contents_goes_and_its_headings_stay() -> None:
    contents = ["第一章 总则", "第二章 规划", "第三章 附则"]
    body = [part for heading in contents for part in (heading, BODY)]
    assert _kept("青禾区条例", *contents, *body) == ["青禾区条例", *body]


def test_labels_kept_outside_the_text_are_written_out() -> None:
    blocks = [Block("加强领导", number="（一）"), Block("为了规范管理", number="第一条")]
    assert [block.text for block in clean(blocks).blocks] == ["（一）加强领导", "第一条 为了规范管理"]


def test_what_furniture_says_is_kept_for_the_metadata() -> None:
    hints = _clean("来源：青禾区民政局 发布日期：2023-05-18", BODY, "本文标题：青禾区的经验").hints
    assert hints.origin == ["青禾区民政局"]
    assert hints.posted == ["2023-05-18"]
    assert hints.title == ["青禾区的经验"]


def test_a_broken_rule_names_the_file_and_the_field() -> None:
    text = data_text("boilerplate.toml").replace("'Permalink|", "'(Permalink|", 1)
    with pytest.raises(DataError, match=r"boilerplate\.toml(?:, line \d+)?: line\.\d+\.pattern"):
        parse_rules(text, "boilerplate.toml", Boilerplate)


def test_a_sites_mark_in_brackets_takes_no_sentence_with_it() -> None:
    sentence = (
        "区委、区政府把社区建设纳入重点民生工程，统筹（本资料由精品文库网整理下载）各类资源向社区倾斜。"
    )
    result = clean(
        [Block("社区建设情况"), Block(sentence), Block("各街道要健全责任体系，确保任务落到实处。")]
    )
    assert result.blocks[1].text == sentence.replace("（本资料由精品文库网整理下载）", "")
    assert [item.text for item in result.removed] == ["（本资料由精品文库网整理下载）"]
