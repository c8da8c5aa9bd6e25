"""An answer on the terminal: passages with their citations."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from kb.surfaces.cli.common import out
from kb.surfaces.cli.wrapping import wrapped
from kb.surfaces.messages import Words
from kb.surfaces.said import demands, explained, lacks, noted, restrictions
from kb.types import Answer, Confidence, DocumentCard, Excerpt, Filters, Flag
from kb.write.references import reference

_CONFIDENCE: dict[Confidence, str] = {"high": "高", "medium": "中", "low": "低"}
FLAGS = {
    "spun_text": "疑似洗稿",
    "suspect_figure": "数字可疑",
    "anonymised": "地名已隐去",
    "truncated": "首尾残缺",
    "ocr": "扫描识别",
    "needs_ocr": "待识别",
    "reprint": "转载",
    "machine_marks": "站点水印",
}
INDENT = 3  # cells before a passage
_RELATIVES_SHOWN = 3


def flag_words(flags: Sequence[Flag]) -> str:
    """Each kind of warning once, in words."""
    return " ".join(dict.fromkeys(f"⚑{FLAGS.get(flag.name, flag.name)}" for flag in flags))


def print_answer(answer: Answer, explain: bool = False) -> None:
    """Hits with their citations, or plainly that nothing was found."""
    words = Words("zh")
    searched = f"{answer.coverage.documents} 篇资料，{answer.coverage.regions} 个地区"
    for note in noted(answer.notes, words):
        out.print(Text(note, style="dim"))
    if taken := restrictions(answer.reading, words):
        out.print(Text(words("understood.label") + "；".join(taken) + "（--literal 取消）", style="bold"))
    for said in (*demands(answer.reading, words), *lacks(answer.reading, words)):
        out.print(Text(said, style="dim"))
    for id, _ in answer.reading.copied_from:
        out.print(Text(f"（--not-document {id} 可不列这一篇）", style="dim"))
    if not answer.hits:
        out.print(f"在 {searched} 中没有找到。")
        return
    for excerpt in answer.hits:
        _print_excerpt(excerpt, explain)
    if explain and answer.filters != Filters():
        print_wrapped(Text(f"筛选 {in_words(answer.filters)}", style="cyan"))
    out.print(Text(f"检索范围：{searched}", style="dim"))


def in_words(filters: Filters) -> str:
    """The filters that are set, by their options."""
    years = ("-".join(map(str, filters.years)),) if filters.years else ()
    values = {
        "region": filters.regions,
        "not-region": filters.not_regions,
        "year": years,
        "kind": filters.kinds,
        "issuer": filters.issuers,
        "flag": filters.flags,
        "not-flag": filters.not_flags,
        "document": filters.documents,
        "not-document": filters.not_documents,
    }
    return " ".join(f"{name}={'、'.join(value)}" for name, value in values.items() if value)


def _print_excerpt(excerpt: Excerpt, explain: bool) -> None:
    citation = excerpt.citation
    card = citation.document
    facts = [place_of(card), card.kind, card.number, card.issued, f"可信度{_CONFIDENCE[excerpt.confidence]}"]
    head = Text(f"{excerpt.rank}. {card.title}", style="bold")
    head.append("  " + " · ".join(fact for fact in facts if fact), style="not bold dim")
    print_wrapped(head)
    body = Text(citation.quote)
    for start, end in excerpt.marks:
        body.stylize("yellow", start, end)
    print_wrapped(body, INDENT)
    where = f"{citation.paragraph}  {reference(card)}  [{card.id}:{citation.start}-{citation.end}]"
    print_wrapped(Text(f"{where}  {flag_words(citation.flags)}".rstrip(), style="dim"), INDENT)
    if excerpt.relatives:
        names = "、".join(f"《{other.title}》[{other.id}]" for other in excerpt.relatives[:_RELATIVES_SHOWN])
        more = "等" if len(excerpt.relatives) > _RELATIVES_SHOWN else ""
        said = f"另有同源资料 {len(excerpt.relatives)} 篇：{names}{more}"
        print_wrapped(Text(said, style="dim"), INDENT)
    if explain:
        print_wrapped(Text(explained(excerpt.hit, Words("zh")), style="cyan"), INDENT)
    out.print()


def print_wrapped(text: Text, indent: int = 0) -> None:
    """A text in lines that fit the terminal, `indent` cells from its edge."""
    for line in wrapped(text, out.width - indent - 2):
        out.print(Text(" " * indent) + line, no_wrap=True, crop=False)


def place_of(card: DocumentCard) -> str:
    """The region in one word, or that it is unknown."""
    return "".join(card.region) or "地区不详"
