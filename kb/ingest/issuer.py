"""Who issued a document, and under which number (发文字号)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.ingest.readers.spacing import visible
from kb.types import Fact

_ORG = (
    r"(?:人民政府(?:办公厅|办公室)?|人民代表大会(?:常务委员会)?|委员会(?:办公室|办公厅)?|办公厅|办公室|国务院|中共中央|领导小组(?:办公室)?|"
    r"工作委员会|党工委|区委|市委|县委|省委|组织部|宣传部|政法委|管委会|街道办事处|社区党委|[\u4e00-\u9fff](?:局|厅|院|署|委))"
)
_ROW = re.compile(
    r"(?:发文机关|发布机构|发文单位|制定机关|公布机关|颁布单位|发布单位|发布部门)"
    r"\s*[：:]?\s*(?:\| *)?(?P<value>[^|：:\s]{2,40})"
)
_NUMBER_ROW = re.compile(
    r"(?:发文字号|文\s*号|文件编号|发文文号)\s*[：:]?\s*(?:\| *)?(?P<value>[^|：:]{4,40}?号)"
)
_NUMBER = re.compile(
    r"[（(]?(?P<value>[\u4e00-\u9fffA-Za-z]{1,14}\s*[〔\[（(﹝【]\s*(?:19|20)\d{2}\s*[〕\]）)﹞】]\s*第?\s*\d{1,5}\s*号)[）)]?"
)
_ORDER = re.compile(r"(?P<issuer>[\u4e00-\u9fff\s]{4,30}?)令")
_ORDER_NUMBER = re.compile(r"第\s*\d{1,4}\s*号")
_SIGNED = re.compile(rf"[\u4e00-\u9fff（）()、\s]{{2,40}}?{_ORG}(?:\s+[\u4e00-\u9fff]{{2,30}}{_ORG})*")
_DATE = re.compile(
    r"(?:19|20)\d{2}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|[一二][〇○零Ｏ0O九][〇○零一二三四五六七八九Ｏ0O]{2}年.{1,3}月.{1,4}日"
)
_TITLE = re.compile(
    rf"^(?P<value>[\u4e00-\u9fff、（）]{{2,40}}?{_ORG})(?=关于|印发|转发|批转|公布|发布|贯彻)"
)
_HEADED = re.compile(rf"^(?P<value>[\u4e00-\u9fff、\s]{{2,40}}?{_ORG})\s*文件$")
_ORDERED = re.compile(rf"^(?P<value>[\u4e00-\u9fff\s]{{4,30}}?{_ORG})\s*令")


def find_issuer(title: str, lines: Sequence[str], furniture: Sequence[str]) -> Fact | None:
    """The issuer, as the document's head, title or signature spells it."""
    for line in (*lines[:8], *furniture):
        if match := _ROW.search(line):
            return _fact("issuer", match.group("value"), 0.95, line)
    for line in lines[:6]:
        flat = visible(line)
        for pattern in (_HEADED, _ORDERED):
            if match := pattern.search(flat):
                return _fact("issuer", match.group("value"), 0.9, line)
    if match := _TITLE.search(title):
        return _fact("issuer", match.group("value"), 0.9, title)
    return _signature(lines)


def _signature(lines: Sequence[str]) -> Fact | None:
    """A line with an organisation's name right above or before a date of its own."""
    for index, line in enumerate(lines):
        if len(line) > 60 or not (match := _DATE.search(line)):
            continue
        before = line[: match.start()].strip()
        if line[match.end() :].strip(" )）印发"):
            continue
        above = lines[index - 1].strip() if index else ""
        for candidate in (before, above):
            if 4 <= len(candidate) <= 50 and _SIGNED.fullmatch(candidate):
                return _fact("issuer", candidate.split()[0], 0.85, f"{candidate} {match.group()}")
    return None


def find_number(lines: Sequence[str], furniture: Sequence[str]) -> Fact | None:
    """The document's own number: on a line of its own in the head, or in the page's table of facts."""
    for line in (*lines[:10], *furniture):
        if match := _NUMBER_ROW.search(line):
            return _fact("number", match.group("value"), 0.95, line)
    for line in lines[:10]:
        if match := _NUMBER.fullmatch(line.strip()):
            return _fact("number", match.group("value"), 0.9, line)
    for index, line in enumerate(lines[:6]):
        if (
            _ORDER_NUMBER.fullmatch(line.strip())
            and index
            and (order := _ORDER.fullmatch(visible(lines[index - 1])))
        ):
            return _fact("number", f"{order.group('issuer')}令{visible(line)}", 0.9, line)
    return None


def _fact(field: str, value: str, confidence: float, evidence: str) -> Fact:
    return Fact(field, visible(value), confidence, evidence.strip()[:120])
