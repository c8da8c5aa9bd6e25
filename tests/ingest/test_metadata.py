"""Title, region, issuer, number, date and kind: right or empty."""

import pytest

from kb.ingest.dates import find_issued, stated_dates
from kb.ingest.gazetteer import count_names, mentions, resolve
from kb.ingest.identity import document_id
from kb.ingest.issuer import find_issuer, find_number
from kb.ingest.pipeline import read_documents
from kb.ingest.region import Sources, find_region
from kb.ingest.title import find_title
from kb.types import Document, Region

BODY = (
    "为解决社区用房不足的问题，提高使用效率，经研究同意，现就有关事项通知如下，请认真执行，并及时反馈情况。"
)


def _title(*lines: str, named: tuple[str, ...] = (), page: tuple[str, ...] = (), name: str = "x.txt") -> str:
    return find_title(lines, named, page, name).value


def _region(
    title: str = "",
    issuer: str = "",
    opening: str = "",
    body: str = "",
    name: str = "",
    origin: str = "",
    visit: bool = False,
) -> Region:
    return find_region(Sources(title, issuer, opening, name, origin, f"{title}\n{opening}\n{body}", visit))[0]


def _document(text: str, name: str = "文件.txt") -> Document:
    return read_documents(text.encode(), name, name)[0]


# --- titles ---


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (("关于社区用房的通知", "各街道办事处：", BODY), "关于社区用房的通知"),
        (
            ("青禾区人民政府文件", "青政发〔2021〕12号", "关于社区用房的", "实施意见", "各街道：", BODY),
            "关于社区用房的实施意见",
        ),
        (
            ("青禾区民政局", "关于印发《社区用房", "管理办法（试行）》的通知", BODY),
            "青禾区民政局关于印发《社区用房管理办法（试行）》的通知",
        ),
        (("政 府 工 作 报 告", "——2015年2月5日在会议上", "区长 某某", "各位代表："), "政府工作报告"),
        (
            (
                "青禾区人民政府令",
                "第2号",
                "《青禾区居住证办法》已经区政府常务会议通过，现予公布。",
                "区长 某某",
            ),
            "青禾区居住证办法",
        ),
        (
            ("关于推行执法公示制度执法全过程记录制度", "重大决定审核制度的指导意见", "各街道：", BODY),
            "关于推行执法公示制度执法全过程记录制度重大决定审核制度的指导意见",
        ),
        (
            (
                "关于青禾区治理创新的调查与思考 乡村治理调研报告",
                "关于青禾区治理创新的调查与思考",
                BODY,
                "关于青禾区治理创新的调查与思考",
                BODY,
            ),
            "关于青禾区治理创新的调查与思考",
        ),
    ],
)
def test_a_title_in_the_text(lines: tuple[str, ...], title: str) -> None:
    assert _title(*lines) == title


def test_a_site_is_never_the_title() -> None:
    assert _title(BODY, page=("关于社区用房的通知_政策文件_青禾区人民政府门户网站",)) == "关于社区用房的通知"
    assert _title("关于社区用房的通知", BODY, page=("青禾区信息港",)) == "关于社区用房的通知"
    assert _title(BODY, page=("mirror/社区用房管理办法.txt at master · GitHub",)) == "社区用房管理办法"


def test_a_file_ending_or_page_number_is_no_part_of_a_title() -> None:
    assert _title("努力创新社区党建", BODY, named=("2023年努力创新社区党建.docx",)) == "努力创新社区党建"
    assert _title("社区党建经验第2页", BODY) == "社区党建经验"
    assert _title(BODY, name="社区用房管理办法(2019-12-04).md") == "社区用房管理办法"
    assert _title(BODY, name="16-社区用房管理办法2016-1.html") == "社区用房管理办法"


def test_a_generic_title_is_completed_by_the_file() -> None:
    assert (
        _title("政府工作报告", "各位代表：", BODY, name="2025年青海省政府工作报告.docx")
        == "2025年青海省政府工作报告"
    )


def test_a_title_run_together_with_a_press_article() -> None:
    line = "原标题：党建赋能物业管理 解锁居民小区“幸福密码”8月18日，沈阳市沈河区滨河街道迎来一批特殊的客人。"
    assert _title(line) == "党建赋能物业管理 解锁居民小区“幸福密码”"
    [document] = read_documents(f"{line}\n{BODY}\n{BODY}".encode(), "a.txt", "/a.txt")
    assert document.text.startswith("原标题：党建赋能物业管理 解锁居民小区“幸福密码”\n8月18日，沈阳市")


def test_without_any_title_the_first_clauses_stand_in() -> None:
    assert (
        _title("8月3日上午，通州区委常委到九棵树街道调研，实地了解情况。" + BODY)
        == "通州区委常委到九棵树街道调研，实地了解情况"
    )


# --- regions ---


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("关于天津市河东区的调查", [("天津市", "河东区")]),
        ("2016年上海黄浦区招生", [("上海市", "黄浦区")]),
        ("内蒙古多伦县", [("内蒙古自治区", "锡林郭勒盟", "多伦县")]),
        ("恩施州和延边", [("湖北省", "恩施土家族苗族自治州"), ("吉林省", "延边朝鲜族自治州")]),
        ("木垒县东城镇", [("新疆维吾尔自治区", "昌吉回族自治州", "木垒哈萨克自治县")]),
        ("南京路和吉林大学", []),
        ("城区建设与市区管理", []),
        ("在社区、小区、辖区", []),
    ],
)
def test_places_in_a_text(text: str, paths: list[Region]) -> None:
    assert [resolve(mention, count_names(text), text) for mention in mentions(text)] == paths


@pytest.mark.parametrize(
    ("context", "path"),
    [
        ("山东临沂", ("山东省", "临沂市", "河东区")),
        ("天津", ("天津市", "河东区")),
        ("汤河镇和郑旺镇", ("山东省", "临沂市", "河东区")),
        ("", ()),
    ],
)
def test_a_name_that_two_districts_bear_is_decided_by_the_text(context: str, path: Region) -> None:
    body = f"河东区坚持党建引领。{context}有关部门。河东区委加强领导。"
    assert _region("河东区社区治理的做法", body=body) == path


def test_streets_and_communities_follow_from_the_title() -> None:
    assert _region("甘州区北街街道王母宫社区：绘就同心圆", body="甘州区北街街道") == (
        *("甘肃省", "张掖市", "甘州区"),
        *("北街街道", "王母宫社区"),
    )


def test_the_region_is_the_documents_own_not_any_place_it_mentions() -> None:
    visited = "黄石市为每个社区投入10万元。青山区采取以奖代补。武汉设立基金。"
    assert _region("赴外地考察学习社区党建工作", body=visited, visit=True) == ()
    assert _region("社区党建工作的思考", opening="近年来，我们坚持党建引领。", body=visited) == ()
    assert _region("借鉴天津市河东区经验的思考", opening="各地都在探索。", body="天津市河东区的做法。") == ()


def test_anonymised_places_stay_empty() -> None:
    assert (
        _region(
            "三到社区激发活力", opening="XXX县积极深化体制改革", body="本县县城。吉安市。吉安市。吉安市。"
        )
        == ()
    )
    assert (
        _region("努力创新", opening="xx市是著名的革命摇篮井冈山所在地", body="中心XX县区吉州区投资600万元")
        == ()
    )


def test_central_documents_have_no_region() -> None:
    assert _region("国务院关于河北雄安新区总体规划的批复", "国务院", body="河北省人民政府") == ()
    assert _region("教育部关于上海市试点的意见", body="上海市") == ()


@pytest.mark.parametrize(
    ("title", "body", "region"),
    [
        ("青禾区破解用房难题", "青禾区地处云岚市主城区，青禾区委高度重视。", ("云岚市", "青禾区")),
        ("关于云岚市青禾区的调查", "云岚市青禾区坚持党建引领，青禾区财政安排资金。", ("云岚市", "青禾区")),
        (
            "栖桥县工作报告",
            "我县是云岚市下辖的山区县。栖桥县民政局。与汐州市沙棠区相邻。",
            ("云岚市", "栖桥县"),
        ),
        ("光明新区治理经验", "深圳市光明新区管委会。光明新区坚持创新。", ("广东省", "深圳市", "光明新区")),
        ("居民区治理经验", "居民区党总支。居民区坚持。按照区委部署。", ()),
        ("公益市集进社区", "公益市集。公益市集受欢迎。", ()),
    ],
)
def test_places_that_no_list_holds(title: str, body: str, region: Region) -> None:
    assert _region(title, opening=body[:60], body=body) == region


# --- issuers, numbers, dates, kinds ---


@pytest.mark.parametrize(
    ("title", "lines", "furniture", "issuer"),
    [
        ("北京市教育委员会关于入学工作的意见", (), (), "北京市教育委员会"),
        ("办法", ("天津市招生委员会文件",), (), "天津市招生委员会"),
        ("办法", ("北京市人民政府令", "第270号"), (), "北京市人民政府"),
        ("办法", (BODY, "青禾区财政局 青禾区民政局", "2023年9月12日"), (), "青禾区财政局"),
        ("通知", (BODY,), ("发文机关： | 国务院办公厅 | 成文日期： | 2018年12月18日",), "国务院办公厅"),
        ("报告", ("报告", "栖桥县民政局局长 鲁知远", BODY), (), "栖桥县民政局"),
        (
            "经验",
            ("经验", "中共青禾区委组织部 青禾区民政局", "（2022年11月）", BODY),
            (),
            "中共青禾区委组织部",
        ),
        ("经验", ("经验", BODY), (), ""),
    ],
)
def test_issuers(title: str, lines: tuple[str, ...], furniture: tuple[str, ...], issuer: str) -> None:
    found = find_issuer(title, lines, furniture, "")
    assert (found.value if found else "") == issuer


def test_a_source_counts_as_issuer_only_when_it_is_an_office() -> None:
    found = find_issuer("经验", (BODY,), (), "青禾区民政局")
    assert found is not None
    assert found.value == "青禾区民政局"
    assert find_issuer("经验", (BODY,), (), "青禾日报") is None


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (("标题", "临溪政发〔2021〕12号", BODY), "临溪政发〔2021〕12号"),
        (("标题", "津招委高发〔2016〕8 号"), "津招委高发〔2016〕8号"),
        (("上海市人民政府令", "第2号", BODY), "上海市人民政府令第2号"),
        (("标题", f"根据《通知》（国办发〔2007〕24号），{BODY}"), ""),
    ],
)
def test_numbers(lines: tuple[str, ...], number: str) -> None:
    found = find_number(lines, ())
    assert (found.value if found else "") == number


@pytest.mark.parametrize(
    ("lines", "furniture", "posted", "number", "issued"),
    [
        (("标题", BODY, "青禾区人民政府", "2021年6月30日"), (), "", "", "2021-06-30"),
        (("标题", BODY, "二〇一一年十一月二十九日"), (), "", "", "2011-11-29"),
        (("标题", BODY, "二○二三年四月"), (), "", "", "2023-04"),
        (("标题", "（2022年11月）", BODY), (), "", "", "2022-11"),
        (("标题", "--2015年2月5日在区第十四届人民代表大会第四次会议上", BODY), (), "", "", "2015-02-05"),
        (
            ("条例", "2019年11月5日市人大常委会第二十三次会议通过", "2019年11月29日省人大常委会会议批准"),
            (),
            "",
            "",
            "2019-11-29",
        ),
        (
            ("标题", BODY),
            ("成文日期： | 1996年02月05日 | 发布日期： | 2018年12月24日",),
            "",
            "",
            "1996-02-05",
        ),
        (("标题", BODY), (), "2023-05-18", "", "2023-05-18"),
        (("标题", BODY), (), "", "京政发[2008]8号", "2008"),
        (("标题", f"自2016年10月1日起施行。{BODY}"), (), "", "", ""),
        (("标题", f"2015年以来，{BODY}截至2022年10月底，共投入100万元。"), (), "", "", ""),
        (("标题", "2021年2月31日起，" + BODY), (), "", "", ""),
    ],
)
def test_dates(
    lines: tuple[str, ...], furniture: tuple[str, ...], posted: str, number: str, issued: str
) -> None:
    found = find_issued("标题", lines, furniture, posted, number)
    assert (found.value if found else "") == issued


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("2025年青海省政府工作报告", "工作报告"),
        ("关于社区经费的调研报告", "调研报告"),
        ("赴云岚市学习考察社区治理工作的报告", "考察报告"),
        ("关于社区用房的实施意见", "意见"),
        ("关于印发办法的通知", "通知"),
        ("社区用房管理办法（试行）", "办法"),
        ("青禾市文明行为促进条例", "法规"),
        ("《方案》政策解读", "解读"),
        ("在会议上的讲话", "讲话"),
        ("青禾区：先建后补破解难题", "经验材料"),
    ],
)
def test_kinds(title: str, kind: str) -> None:
    assert _document(f"{title}\n{BODY}\n{BODY}\n").kind == kind


def test_an_upload_date_is_never_the_date_of_issue() -> None:
    upload = "上传人:某 文档编号:1 上传时间:2023-10-19 格式:DOCX 页数:6"
    text = f"2023年社区经验.docx\n{upload}\n社区经验\n{BODY}\n发布时间:2022/9/17\n"
    document = _document(text)
    assert document.issued == ""
    assert document.title == "社区经验"


def test_a_reprints_date_is_not_its_own() -> None:
    document = _document(
        f"社区用房经验\n2023-03-02 来源:青禾先锋网 编辑:小禾\n{BODY}\n"
        "(转载自青禾先锋网,如涉及版权问题请与本站联系)\n"
    )
    assert document.issued == ""
    assert {flag.name for flag in document.flags} == {"reprint"}


def test_every_fact_has_a_value_a_confidence_and_evidence() -> None:
    document = _document(
        f"关于天津市河东区社区用房的通知\n津政发〔2021〕3号\n{BODY}\n天津市河东区人民政府\n2021年6月30日\n"
    )
    facts = {fact.field: fact for fact in document.facts}
    assert set(facts) == {"title", "issuer", "number", "issued", "signed", "kind", "region", "topics"}
    assert facts["region"].value == "天津市/河东区"
    assert all(fact.value and fact.evidence and 0 < fact.confidence <= 1 for fact in document.facts)


def test_ids_are_stable_and_tell_articles_apart() -> None:
    assert document_id("a/b.txt") == document_id("a/b.txt", 0)
    ids = {document_id("a.txt"), document_id("a.txt", 1), document_id("b.txt")}
    assert len(ids) == 3
    assert all(len(item) == 12 and item.isalnum() and item == item.lower() for item in ids)


# --- dates that stand beside the date of issue ---


def _dates(
    *lines: str, furniture: tuple[str, ...] = (), posted: str = "", copied: bool = False
) -> dict[str, str]:
    return {fact.field: fact.value for fact in stated_dates(lines, furniture, posted, copied)}


def test_dates_are_kept_apart() -> None:
    body = ("关于社区用房的通知", BODY, "青禾区人民政府", "2021年3月5日")
    assert _dates(*body, posted="2021-03-09") == {"signed": "2021-03-05", "published": "2021-03-09"}
    assert _dates(*body, posted="2023-01-01", copied=True) == {
        "signed": "2021-03-05",
        "uploaded": "2023-01-01",
    }
    rows = ("成文日期：2021-03-05", "发布日期：2021-03-09", "上传时间：2023-01-01")
    apart = {"signed": "2021-03-05", "published": "2021-03-09", "uploaded": "2023-01-01"}
    assert _dates("关于社区用房的通知", BODY, furniture=rows) == apart
    assert _dates(*rows, BODY) == apart


def test_a_date_that_is_not_stated_is_left_out() -> None:
    assert _dates("关于社区用房的通知", BODY) == {}
    assert _dates("关于社区用房的通知", BODY, posted="2021-13-45") == {}
    assert _dates("关于社区用房的通知", BODY, furniture=("发布日期：2023-01-01",), copied=True) == {}


def test_the_date_of_issue_stays_the_main_one() -> None:
    text = f"发布日期：2021-03-09\n关于社区用房的通知\n各街道办事处：\n{BODY}\n青禾区人民政府\n2021年3月5日\n"
    document = _document(text)
    assert (document.issued, document.stated("signed")) == ("2021-03-05", "2021-03-05")
    assert document.stated("published") == "2021-03-09"
    assert document.stated("uploaded") == ""


def test_the_official_title_wins_over_the_one_that_a_site_put_above_it() -> None:
    official = "青禾区人民政府办公室转发区民政局关于社区用房若干意见的通知"
    own = "关于社区用房的若干意见(全文)"
    assert _title(own, official, "青政办发〔2003〕29号", "各街道办事处：", BODY) == official
    assert _title(own, "各街道办事处：", BODY) == "关于社区用房的若干意见"
    assert _title(own, official, "各街道办事处：", BODY) == "关于社区用房的若干意见"


@pytest.mark.parametrize("channel", ["青禾新闻", "时政要闻", "动态", "法治频道"])
def test_the_name_of_a_channel_is_no_part_of_a_title(channel: str) -> None:
    assert _title(channel, "青禾区社区用房管理办法", "第一条 " + BODY) == "青禾区社区用房管理办法"


def test_who_wrote_an_article_is_not_its_title() -> None:
    lines = ("光明晨报见习记者", "邵小斯 通讯员", "白小鑫 门小娇", "青禾区柳荫街道建成社区用房86处。" + BODY)
    assert _title(*lines) == "青禾区柳荫街道建成社区用房86处"
    placed = ("光明晨报记者", "邵小斯", f"青禾报道8月16日，青禾区柳荫街道建成社区用房86处。{BODY}")
    assert _title(*placed) == "青禾区柳荫街道建成社区用房86处"
    line = "法治晨报全媒体记者 吴小锋7月25日下午，青禾区柳荫街道建成社区用房86处。" + BODY
    assert _title(line) == "青禾区柳荫街道建成社区用房86处"
