"""Reference entries after GB/T 7714, the edition of 2025 (in force since 2026-07-01) or of 2015.

    国务院. 国务院关于印发打赢蓝天保卫战三年行动计划的通知：国发〔2018〕22号[EB/OL]. （2018-06-27）. https://…
    中国互联网络信息中心. 第29次中国互联网络发展状况统计报告[R/OL]. 2012-01-16. https://…

What is not known is left out, never guessed: no 佚名, no [出版地不详], no access date (we keep none).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from kb.resources import load_rules
from kb.store.places import label_of
from kb.types import Citation, DocumentCard

Edition = Literal["2025", "2015"]

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ADDRESS = re.compile(r"https?://\S+$")


class _Rules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Type(_Rules):
    words: tuple[str, ...]
    online: str
    offline: str
    date: Literal["imprint", "page"]
    online_2015: str = ""


class _Origin(_Rules):
    newspapers: tuple[str, ...]


class _ReferenceRules(_Rules):
    type: tuple[_Type, ...]
    origin: _Origin


@cache
def _rules() -> _ReferenceRules:
    return load_rules("references.toml", _ReferenceRules)


def reference(card: DocumentCard, edition: Edition = "2025") -> str:
    """The entry of a document, without a number before it; a text without a title goes by its source."""
    title = _one_line(card.title) or label_of(card.source)
    chinese = bool(_CHINESE.search(title))
    colon, comma = _marks(chinese, edition)
    if card.number and card.number not in title:
        title += colon + card.number
    address = card.origin if _ADDRESS.match(card.origin) else ""
    kind = _type(card)
    author = f"{_one_line(card.issuer)}. " if card.issuer else ""
    head = f"{author}{title}[{_mark(kind, bool(address), edition)}]"
    if address:
        return head + _online(card.issued, address, kind, chinese, edition)
    return head + _imprint(card, kind, colon, comma)


def numbered(citations: Iterable[Citation]) -> dict[str, int]:
    """Document ids with their numbers in the list of references, in the order first cited, from 1."""
    numbers: dict[str, int] = {}
    for citation in citations:
        numbers.setdefault(citation.doc_id, len(numbers) + 1)
    return numbers


def listed(citations: Iterable[Citation], edition: Edition = "2025") -> list[tuple[int, str]]:
    """The list of references of some citations: each document's number and entry."""
    cards = {citation.doc_id: citation.document for citation in citations}
    return [(i, reference(card, edition)) for i, card in enumerate(cards.values(), start=1)]


def located(citation: Citation, edition: Edition = "2025") -> str:
    """The entry with the place of the quotation, as a footnote says it: …[Z]. 2021-06-30：二、（三）第2段."""
    page = f"第{citation.page}页" if citation.page else ""
    place = "，".join(part for part in (page, citation.paragraph) if part)
    entry = reference(citation.document, edition)
    return f"{entry.rstrip('.')}：{place}." if place and not _ADDRESS.search(entry) else entry + _after(place)


def _after(place: str) -> str:
    return f" （{place}）" if place else ""


def _marks(chinese: bool, edition: Edition) -> tuple[str, str]:
    """The colon and comma of an entry: full width for Chinese since 2025."""
    if not chinese:
        return ": ", ", "
    return ("：", "，") if edition == "2025" else (":", ",")


def _type(card: DocumentCard) -> _Type:
    rules = _rules()
    newspaper = card.origin.endswith(rules.origin.newspapers)
    for text in ("新闻",) if newspaper else (card.kind, card.title):
        for kind in rules.type:
            if any(word and word in text for word in kind.words):
                return kind
    return rules.type[-1]


def _mark(kind: _Type, online: bool, edition: Edition) -> str:
    if not online:
        return kind.offline
    return kind.online_2015 if edition == "2015" and kind.online_2015 else kind.online


def _online(issued: str, address: str, kind: _Type, chinese: bool, edition: Edition) -> str:
    if not issued:
        return f". {address}"
    if kind.date == "imprint":
        return f". {issued}. {address}"
    brackets = f"（{issued}）" if chinese else f"({issued})"
    return f".{brackets}. {address}" if edition == "2015" and chinese else f". {brackets}. {address}"


def _imprint(card: DocumentCard, kind: _Type, colon: str, comma: str) -> str:
    """Place, publisher and date of a text without a web address, as far as they are known."""
    publisher = card.origin or (card.issuer if kind.offline == "Z" else "")
    place = card.region[0] if card.region and publisher and publisher == card.issuer else ""
    who = colon.join(part for part in (place, _one_line(publisher)) if part)
    imprint = comma.join(part for part in (who, card.issued) if part)
    return f". {imprint}." if imprint else "."


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
