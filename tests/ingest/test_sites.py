"""Pages as document-sharing sites make them, written here after their ways; the texts are invented."""

import pytest

from kb.ingest.pipeline import read_documents

TITLE = "青禾区社区治理调研报告"
BODY = (
    "近年来，青禾区坚持以党建引领社区治理，不断完善组织体系，推动资源力量下沉，社区服务水平明显提升。",
    "一、主要做法",
    "（一）健全组织体系。成立区委社区治理领导小组，区委书记任组长，每季度召开一次联席会议。",
    "（二）强化经费保障。区财政每年安排社区工作经费2000余万元，按照每个社区每年20万元的标准拨付，专款专用。",
    "二、存在问题",
    "一是部分社区办公用房面积不足，有的只有100多平方米。二是社区工作者待遇偏低，队伍不够稳定，流动性较大。",
    "三、对策建议",
    "建议进一步加大财政投入，把社区用房纳入城市规划，建立社区工作者报酬正常增长机制，不断提高服务水平。",
)
LINES = "\n".join(BODY)
FLAT = " ".join(BODY)

PAGES = {
    "numbered notices before, comments behind": f"""{TITLE}.docx
0/150
1、本文档共5页，可阅读全部内容。
2、某某文库（example）网站文档一经付费，不意味着购买了该文档的版权，仅供学习之用，未经授权，严禁复制。
3、本站所有内容均由合作方或网友上传，本站不对文档的完整性、权威性做任何保证！付费前请自行鉴别。
{TITLE}
{LINES}
您可能关注的文档
社区党建工作汇报.docx
文档评论（0）
请自觉遵守互联网相关的政策法规，严禁发布色情、暴力、反动的言论。
用户评价：
136****1234 + 关注
该用户很懒，什么也没介绍
相关文档
""",
    "a list of conditions behind": f"""文档简介
{TITLE}
会员注册
已阅读1页，还剩4页未读，继续免费阅读
版权说明：本文档由用户提供并上传，收益归属内容提供方，若内容存在侵权，请进行举报或认领
{TITLE}
{LINES}
温馨提示
1. 本站所有资源如无特殊说明，都需要本地电脑安装OFFICE2007和PDF阅读器。压缩文件请下载最新的软件解压。
2. 本站的文档不包含任何第三方提供的附件图纸等，如果需要附件，请联系上传者。文件的所有权益归上传用户所有。
3. 未经权益所有人同意不得将文件中的内容挪作商业或盈利用途。
4. 本站不保证下载资源的准确性、安全性和完整性, 同时也不承担用户因使用这些下载资源造成任何形式的损失。
最新文档
社区党建工作总结
""",
    "a notice run together with the text": f"""{TITLE}.doc
文档介绍：该【{TITLE}】是由【某人】上传分享，文档一共【5】页，该文档可以免费在线阅读，请下载此文档到您的设备，方便您编辑和打印。{FLAT}
内容来自某豆网www.example.com转载请标明出处.
相关文档
非法内容举报中心
文档信息
页数 : 5
上传人 : 某人
文件大小 : 15 KB
""",
    "facts in one line": f"""{TITLE}
内容提示： {TITLE} 文档格式：DOC | 页数：5 | 浏览次数：33 | 上传日期：2021-06-02 11:20:20 | 文档星级：★★★★★
{LINES}
- 1 -
阅读了该文档的用户还阅读了这些文档
您的文档已分享成功
关注微信公众号
返回顶部
""",
    "a model-text site": f"""第一范本网 >> 工作总结范文 >> 调研报告 >> {TITLE}
{TITLE}
来源：第一范本网 更新时间：2020-05-12 14:20:33 投稿：小编
以下是小编为大家整理的{TITLE}，欢迎阅读，希望对大家有所帮助！
{LINES}
>>>下一页更多精彩“社区调研报告”
看过“社区调研报告”的人还看了：
1.社区工作调研报告3篇
2.街道社区调研报告
本文地址：http://www.example.com/fanwen/1.html
""",
    "page numbers that cut sentences": "\n\n".join(
        [
            f"{TITLE}.docx",
            "上传人:某*** 文档编号:1 上传时间:2023-10-19 格式:DOCX 页数:3",
            "点击查看更多>>",
            *(f"{n}、{(TITLE + ' ' + FLAT)[a : a + 120]}" for n, a in enumerate(range(0, 360, 120), start=1)),
            "展开阅读全文",
            "当前位置:首页 > 范文",
        ]
    ),
    "a page": f"""<html><head><title>{TITLE} - 范文大全 - 某毕业生网</title></head><body>
<div><a>首页</a><a>实习</a><a>简历</a><a>面试</a></div>
<div>当前位置：<a>某毕业生网</a>&gt;<a>范文大全</a>&gt;<a>调研报告</a></div><h1>{TITLE}</h1>
<div>时间：2021-05-08 10:09:05 <a>调研报告</a> <a>我要投稿</a></div>
<div>{"".join(f"<p>　　{line}</p>" for line in BODY)}
<p>【{TITLE}】相关文章：</p><p><a>社区调研报告 05-01</a></p><p><a>社区工作调研报告 04-11</a></p></div>
<div>Copyright@2006-2022 某毕业生网 example.com 版权所有</div></body></html>""",
}


@pytest.mark.parametrize("name", PAGES)
def test_the_text_alone_is_left(name: str) -> None:
    (document,) = read_documents(PAGES[name].encode(), "页面.txt", "页面.txt")
    assert document.title == TITLE
    assert document.issued == ""
    kept = document.text.replace("\n", "").replace(" ", "")
    gold = "".join(BODY).replace(" ", "")
    if name == "page numbers that cut sentences":
        gold = (TITLE + FLAT)[:360].replace(" ", "")[len(TITLE) :]
        assert kept.removeprefix(TITLE)[:340] == gold[:340]
    else:
        assert kept.removeprefix(TITLE) == gold


def test_counted_articles_are_taken_apart() -> None:
    other = [line.replace("青禾区", "柳荫街道") for line in BODY]
    text = f"社区调研报告2篇\n篇一：{TITLE}\n{LINES}{LINES}\n篇二：柳荫街道社区治理调研报告\n" + "\n".join(
        other * 2
    )
    first, second = read_documents(text.encode(), "汇编.txt", "汇编.txt")
    assert (first.part, second.part) == (0, 1)
    assert first.title == TITLE
    assert second.title == "柳荫街道社区治理调研报告"
    assert "柳荫街道" not in first.text
    assert "青禾区" not in second.text
    assert first.id != second.id


def test_a_title_on_every_page_does_not_make_articles() -> None:
    numbered = [f"第{number}条 {BODY[0]}{BODY[3]}" for number in "一二三四五六七八九十"]
    text = "\n".join([TITLE, *numbered[:5], TITLE, *numbered[5:]])
    assert len(read_documents(text.encode(), "办法.txt", "办法.txt")) == 1
