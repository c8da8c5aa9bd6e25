"""The title of an article: what its author called it, never the site's name or the file's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from kb.ingest.labels import find_label
from kb.ingest.readers.spacing import collapse, visible
from kb.types import Fact

_ENDING = re.compile(
    r"(?:通知|意见|办法|规定|条例|细则|方案|决定|报告|通告|公告|通报|规划|纲要|章程|标准|制度|准则|计划|总结|讲话|致辞|批复|"
    r"复函|函|命令|决议|指南|指引|解读|问答|说明|经验|思考|做法|探索|启示|实践|材料|调查|调研|体会|心得|建议|对策|要点|"
    r"案例|纪实|综述|汇报|规范|规则|守则|措施|工作法|研究|情况|清单|预案|职责|简介|\d+问)"
    r"(?:[（(〔\[].{1,20}[）)〕\]])?[\d—-]*$"
)
_NOT_TITLE = re.compile(
    r"^(?:各|附件|附表|附录|抄送|主题词|索\s*引|发文|文号|来源|作者|日期|时间|目\s*录|正文|全文|关键词|摘要|公开)|"
    r"(?:文件|第\s*\d+\s*号|政府令|令)$|[〔\[（(﹝【]\s*(?:19|20)\d\d\s*[〕\]）)﹞】]\s*第?\s*\d+\s*号|"
    r"^[（(].*[）)]$|^\d{4}\s*年.{0,3}\d+\s*月|^[二〇○零一九]{4}年|[：:]$| \| |^[-—\d\s./:：年月日]+$"
)
_ISSUER_ONLY = re.compile(r"(?:人民政府|委员会|办公厅|办公室|管理局|[委局厅部会])$")
_SITE = re.compile(
    r"(?:网|网站|门户|频道|平台|首页|文库|文档|论坛|博客|文章|新闻|官网|GitHub|在线|之窗|资讯|栏目|公告公示|政府规章)\S*$|"
    r"^(?:首页|正文|政策|公文|信息公开|国务院文件)$|at master|·",
    re.IGNORECASE,
)
_TAILS = re.compile(
    r"(?:[_\s]*第\s*\d+\s*页.*|\.(?:docx?|pdf|wps|txt|rtf|html?|md|aspx|xlsx?)|[(（]\d+页.*[）)]|[_\s-]*(?:百度|豆丁|道客).*|"
    r"\s*[-_|—]+\s*副本\s*|\s*[(（]\s*(?:全文|附全文|下载)\s*[)）])$",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"^(?:原标题|转发|标题|题目)\s*[：:]\s*")
_IN_BRACKETS = re.compile(r"《([^《》]{4,60})》(?:已经|业经|经)[^。]{0,60}(?:通过|同意|批准|审议)")
_GENERIC = frozenset(
    {"政府工作报告", "工作报告", "调研报告", "通知", "工作总结", "情况汇报", "经验材料", "实施意见"}
)
_LEADING_YEAR = re.compile(r"^(?:19|20)\d\d年(?:度)?")
_HEAD = 12  # lines at most before the body
_LONGEST = 90  # characters of a title
_JOINED = 5  # lines of a title


@dataclass(frozen=True, slots=True)
class Title:
    """The title, what it rests on, and the lines of the text that spell it (half-open)."""

    value: str
    fact: Fact
    first: int = 0
    last: int = 0


def find_title(lines: Sequence[str], named: Sequence[str], page_titles: Sequence[str], name: str) -> Title:
    """The title of an article.

    `lines` are its paragraphs, `named` what a page called its title (本文标题), `page_titles` an HTML
    <title>, `name` the file's name, the last resort. A title in the text itself wins over all others.
    """
    head = _head(lines)
    spelled = _spelled(lines, head)
    others = [(tidy(value), 0.8, "本文标题") for value in named]
    others += [(part, 0.75, "page title") for value in page_titles for part in _page_title(value, lines)]
    stem = tidy(collapse(PurePath(name).name))
    others += [(stem, 0.6, "file name")] if _named_by_hand(stem) else []
    others = [item for item in others if 4 <= len(item[0]) <= _LONGEST]
    if spelled:
        return _agreed(spelled, others, lines)
    if glued := _glued(lines, others):
        return glued
    if others:
        value, confidence, evidence = others[0]
        return Title(value, Fact("title", value, confidence, evidence))
    value = _opening(lines)
    return Title(value, Fact("title", value, 0.3, value))


def tidy(text: str) -> str:
    """A title without file endings, page numbers and letter-spacing."""
    text = _PREFIX.sub("", collapse(text)).strip(" 　■◆●★_-—|")
    previous = ""
    while previous != text:
        previous, text = text, _TAILS.sub("", text).strip(" 　_-—|")
    if re.fullmatch(r"(?:\S ){3,}\S", text):
        text = text.replace(" ", "")
    return (
        re.sub(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])", "", text)
        if text.count(" ") > len(text) // 4
        else text
    )


def _head(lines: Sequence[str]) -> int:
    """How many lines stand before the body."""
    for index, line in enumerate(lines[:_HEAD]):
        bare = visible(line)
        if (
            len(bare) > _LONGEST
            or re.search(r"。.", line)
            or (line.endswith(("。", "：", ":")) and len(bare) > 4)
        ):
            return index
        if index and (label := find_label(line)) and label.number == 1:
            return index
    return min(len(lines), _HEAD)


def _spelled(lines: Sequence[str], head: int) -> Title | None:
    """A title in the first lines: short lines that together end as titles do; else the first short line."""
    usable = [index for index in range(head) if not _NOT_TITLE.search(tidy(lines[index]))]
    for first in usable:
        joined = ""
        for last in range(first, min(head, first + _JOINED)):
            if last not in usable:
                break
            joined += tidy(lines[last])
            if len(joined) > _LONGEST:
                break
            if (_ENDING.search(joined) and _complete(joined) and joined not in _GENERIC) or tidy(
                joined
            ) in _GENERIC:
                return _title(_alone(joined, lines), 0.9, first, last + 1)
    for first in usable:
        text = tidy(lines[first])
        if 4 <= len(text) <= 60 and not _ISSUER_ONLY.search(text) and not re.search(r"[。；;]", text):
            return _title(_alone(text, lines), 0.6, first, first + 1)
    return None


def _complete(text: str) -> bool:
    return all(
        text.count(a) == text.count(b) for a, b in (("《", "》"), ("（", "）"), ("(", ")"), ("“", "”"))
    ) or ("“" in text and "《" not in text)


def _alone(text: str, lines: Sequence[str]) -> str:
    """Without a second title that a site appended: "关于…的思考 乡村社区治理调研报告"."""
    front, _, behind = text.partition(" ")
    if len(front) < 8 or not behind:
        return text
    flat = "\n".join(lines)
    return front if flat.count(front) >= flat.count(text) + 2 else text


def _title(value: str, confidence: float, first: int, last: int) -> Title:
    return Title(value, Fact("title", value, confidence, value), first, last)


def _agreed(spelled: Title, others: Sequence[tuple[str, float, str]], lines: Sequence[str]) -> Title:
    """The text's own title; where it says too little, what the page or the file calls it."""
    own = visible(spelled.value)
    for value, confidence, evidence in others:
        full = visible(value)
        if own == full or (own in full and _LEADING_YEAR.sub("", value) == spelled.value):
            return Title(
                spelled.value, Fact("title", spelled.value, 0.95, spelled.value), spelled.first, spelled.last
            )
        if own in full and spelled.value in _GENERIC:
            return Title(value, Fact("title", value, confidence, evidence), spelled.first, spelled.last)
    if spelled.fact.confidence < 0.7:
        for value, confidence, evidence in others:
            if _ENDING.search(value) and visible(value) not in own and confidence >= 0.6:
                shown = _glued(lines, [(value, confidence, evidence)])
                return shown or Title(value, Fact("title", value, confidence, evidence))
    return spelled


def _glued(lines: Sequence[str], others: Sequence[tuple[str, float, str]]) -> Title | None:
    """A known title with which the body begins without a break."""
    opening = visible("".join(lines[:3]))[:400]
    for value, _, evidence in others:
        for candidate in (value, _LEADING_YEAR.sub("", value)):
            if len(candidate) >= 6 and visible(candidate) in opening:
                return Title(candidate, Fact("title", candidate, 0.9, evidence))
    if match := _IN_BRACKETS.search("".join(lines[:4])):
        return Title(match.group(1), Fact("title", match.group(1), 0.8, match.group()))
    return None


def _page_title(text: str, lines: Sequence[str]) -> Iterator[str]:
    """The part of an HTML <title> that names the article: the one the page shows, else the longest."""
    parts = [
        part.strip()
        for part in re.split(
            r"\s*[|｜_>]\s*|\s+[-–—·]\s+|(?<=[\u4e00-\u9fff）)》”])[-–—](?=[\u4e00-\u9fff])", text
        )
    ]
    parts = [tidy(part) for part in parts if part]
    head = visible("".join(lines[:15]))
    shown = [part for part in parts if len(part) >= 6 and visible(part) in head]
    yield from shown
    rest = [part for part in parts if len(part) >= 6 and not _SITE.search(part)]
    yield from sorted(rest, key=len, reverse=True)


def _named_by_hand(stem: str) -> bool:
    """Whether a file's name says what the file is: six Chinese characters or more."""
    return len(re.findall(r"[\u4e00-\u9fff]", stem)) >= 6


def _opening(lines: Sequence[str]) -> str:
    """The first clause of the text, when nothing names it."""
    first = next((line for line in lines if len(visible(line)) >= 4), "")
    sentence = re.split(r"[。！？!?；;]", first)[0]
    if len(sentence) > 40:
        clauses = re.split(r"(?<=[，,])", sentence)
        short = ""
        for clause in clauses:
            if len(short) + len(clause) > 40:
                break
            short += clause
        sentence = short or sentence[:40]
    return sentence.strip(" ，,、：:　")
