"""Where a press article is set, and what an article without a title is called. All articles are invented."""

import pytest

from kb.ingest.clean import Hints
from kb.ingest.gazetteer import gazetteer
from kb.ingest.metadata import Context, describe
from kb.ingest.region import Sources, find_region
from kb.ingest.title import find_title
from kb.types import Region


def _article(text: str, title: str = "", credit: str = "") -> Region:
    sources = Sources(title, "", text[:160], "", "", f"{title}\n{text}", False, press=True, credit=credit)
    return find_region(sources)[0]


@pytest.mark.parametrize(
    ("text", "region"),
    [
        (
            "为做优“家门口”的党建，让居民有处可去、有事可议、有难可帮，近日，江汉区民族街道举办了邻里课堂。",
            ("湖北省", "武汉市", "江汉区", "民族街道"),
        ),
        ("今天，浦东唐镇有了新的探索。商户代表都来了。", ("上海市", "浦东新区")),
        ("按照领导调研普陀时的要求，曹杨新村街道召开推进会。", ("上海市", "普陀区", "曹杨新村街道")),
        ("金山卫镇的年轻干部到村里挂职。", ("上海市", "金山区", "金山卫镇")),
        (
            "2023年上海市实事项目近日启用。该服务点由佘山镇卫生中心运行，佘山镇居民都可前来。佘山镇还有三处。",
            ("上海市", "松江区", "佘山镇"),
        ),
        (
            "新华社贵阳7月21日电（记者甲）21日，队员们来到会议旧址。遵义和井冈山是老区。他们到遵义花茂村送书。",
            ("贵州省", "遵义市"),
        ),
        ("中新网新疆新闻8月15日电 水管修好了，村民都说好。", ("新疆维吾尔自治区",)),
        ("新华社北京7月21日电 会议指出，要办好实事。", ()),
        ("深圳新闻网2023年8月4日讯（记者 甲）近日，水湾社区党委组织了演练。", ("广东省", "深圳市")),
        (
            "活动周里，宁夏侨联组织医疗队走进吴忠市利通区的村庄，群众都来看病。",
            ("宁夏回族自治区", "吴忠市", "利通区"),
        ),
        ("市民政局联合印发《上海市养老服务指引》，明确了要求。", ("上海市",)),
        ("社区服务要适应城市发展，适应城市老龄化，也要适应城市更新。", ()),
    ],
)
def test_an_article_without_a_title(text: str, region: Region) -> None:
    assert _article(text) == region


@pytest.mark.parametrize(
    ("title", "text", "region"),
    [
        (
            "乌苏：服务不打烊",
            "“太好了。”白杨沟镇的村民说。白杨沟镇党委办了实事，白杨沟镇还修了路。",
            ("新疆维吾尔自治区", "塔城地区", "乌苏市", "白杨沟镇"),
        ),
        (
            "阳信县：市集助邻里",
            "阳信县在信城街道办了市集。信城街道卫生院来了，信城街道派出所也来了。",
            ("山东省", "滨州市", "阳信县"),
        ),
        (
            "玉田社区：菜园里的日子",
            "庆元县濛洲街道玉田社区党员干部送菜上门。庆元县都知道。",
            ("浙江省", "丽水市", "庆元县", "濛洲街道", "玉田社区"),
        ),
        ("藁城供电公司开展主题教育", "7月26日，公司党员参加了活动。", ("河北省", "石家庄市", "藁城区")),
        ("【福贡大队】双网融合", "派出所建起一张网。", ("云南省", "怒江傈僳族自治州", "福贡县")),
        (
            "新会场里的新思路",
            "上海市杨浦区的项目在江浦路街道举行。江浦路街道、五角场街道和长白新村街道都介绍了做法。江浦路街道先讲。",
            ("上海市", "杨浦区"),
        ),
    ],
)
def test_an_article_with_a_title(title: str, text: str, region: Region) -> None:
    assert _article(text, title) == region


def test_a_credit_line_says_whose_article_it_is() -> None:
    text = "天山路街道召集公益轻骑队，天山路街道的老人吃上了热菜。"
    assert _article(text) == ()
    assert _article(text, credit="上海长宁") == ("上海市", "长宁区", "天山路街道")
    context = Context("a.txt", Hints(), ("2023-07-26 11:29，正文：", "(来源：上海长宁)返回搜狐，查看更多"))
    title = find_title([text], (), (), "a.txt")
    assert describe(title.value, title, text, context).region == ("上海市", "长宁区", "天山路街道")


def test_a_former_name_beside_the_present_one_is_no_second_place() -> None:
    assert gazetteer().stems["藁城"] == (("河北省", "石家庄市", "藁城区"),)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "为进一步完善治理，8月10日，某街道召开治理工作推进会，居民代表参加。会议指出。",
            "某街道召开治理工作推进会",
        ),
        (
            "荆楚网讯（记者甲）8月17日，为做优党建，民族街道涂家社区联合开展主题党日活动，邀请讲师授课。",
            "民族街道涂家社区联合开展主题党日活动",
        ),
        (
            "笔者从市委编办了解到，为推动帮扶，市委编办副主任近日前往刘家沟村调研，并讲了课。",
            "市委编办副主任近日前往刘家沟村调研",
        ),
        (
            "“来了就是这里人”……8月2日下午，西乡街道第三届培训师大赛（复赛），在党群服务中心拉开帷幕。",
            "西乡街道第三届培训师大赛（复赛），在党群服务中心拉开帷幕",
        ),
        (
            "近日，由某镇社区中心主办的“以爱为名，传递力量”活动在古镇“红色驿站”开展，居民和快递员、外卖员参加。",
            "由某镇社区中心主办的“以爱为名，传递力量”活动在古镇“红色驿站”开展",
        ),
        ("乡村振兴，离不开党建引领，也离不开群众。启动有序。", "乡村振兴，离不开党建引领，也离不开群众"),
    ],
)
def test_a_text_without_a_title_is_called_by_what_happens_in_it(text: str, title: str) -> None:
    assert find_title([text], (), (), "1.txt").value == title


def test_the_byline_of_a_paper_takes_nothing_of_the_title() -> None:
    line = "原标题：科普剧进社区，零距离服务暖人心极目新闻记者 甲 通讯员 乙8月10日下午，党支部开展活动。"
    assert find_title([line], (), (), "1.txt").value == "科普剧进社区，零距离服务暖人心"
