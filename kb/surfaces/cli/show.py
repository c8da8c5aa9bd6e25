"""What a person sees on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from kb.store.places import label_of
from kb.surfaces.cli.common import log, out
from kb.surfaces.cli.wrapping import wrapped
from kb.surfaces.messages import Words
from kb.surfaces.said import demands, explained, lacks, noted, restrictions
from kb.types import (
    Answer,
    Cell,
    CheckedCitation,
    CheckReport,
    CitationState,
    Comparison,
    Confidence,
    Document,
    DocumentCard,
    Excerpt,
    Family,
    Filters,
    Flag,
    IngestReport,
    Kept,
    Removed,
)
from kb.write.grid import grid_of
from kb.write.proposals import Proposal
from kb.write.references import reference

_CONFIDENCE: dict[Confidence, str] = {"high": "高", "medium": "中", "low": "低"}
_STATE: dict[CitationState, str] = {"intact": "完好", "moved": "已移位", "source_removed": "原文已无"}
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
_INDENT = 3  # cells before a passage
_CELL_WIDTH = 60  # characters of a passage shown in a table
_RELATIVES_SHOWN = 3
_REMOVED_SHOWN = 200  # characters of a removed piece


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
        _print_wrapped(Text(f"筛选 {in_words(answer.filters)}", style="cyan"))
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
    _print_wrapped(head)
    body = Text(citation.quote)
    for start, end in excerpt.marks:
        body.stylize("yellow", start, end)
    _print_wrapped(body, _INDENT)
    where = f"{citation.paragraph}  {reference(card)}  [{card.id}:{citation.start}-{citation.end}]"
    _print_wrapped(Text(f"{where}  {flag_words(citation.flags)}".rstrip(), style="dim"), _INDENT)
    if excerpt.relatives:
        names = "、".join(f"《{other.title}》[{other.id}]" for other in excerpt.relatives[:_RELATIVES_SHOWN])
        more = "等" if len(excerpt.relatives) > _RELATIVES_SHOWN else ""
        said = f"另有同源资料 {len(excerpt.relatives)} 篇：{names}{more}"
        _print_wrapped(Text(said, style="dim"), _INDENT)
    if explain:
        _print_wrapped(Text(explained(excerpt.hit, Words("zh")), style="cyan"), _INDENT)
    out.print()


def print_kept(kept: Kept) -> None:
    """One passage of a basket with its state."""
    citation = kept.citation
    _print_wrapped(Text(f"{kept.id}. [{_STATE[kept.state]}] {citation.document.title}", style="bold"))
    _print_wrapped(Text(citation.quote), _INDENT)
    where = f"{citation.paragraph}  {reference(citation.document)}  {flag_words(citation.flags)}"
    _print_wrapped(Text(where.rstrip(), style="dim"), _INDENT)


def _print_wrapped(text: Text, indent: int = 0) -> None:
    for line in wrapped(text, out.width - indent - 2):
        out.print(Text(" " * indent) + line, no_wrap=True, crop=False)


def place_of(card: DocumentCard) -> str:
    """The region in one word, or that it is unknown."""
    return "".join(card.region) or "地区不详"


def print_proposals(proposals: Sequence[Proposal]) -> None:
    """How many sentences were proposed and refused, and what went wrong, on standard error."""
    if not proposals:
        return
    supported = sum(len(proposal.supported) for proposal in proposals)
    refused = sum(len(proposal.refused) for proposal in proposals)
    log.print(f"拟写句子：采用 {supported} 句，未获支持 {refused} 句")
    for problem in dict.fromkeys(proposal.problem for proposal in proposals if proposal.problem):
        log.print(Text(f"未能拟写：{problem}", style="yellow"))


def print_cards(cards: Sequence[DocumentCard]) -> None:
    """Documents as a table."""
    table = Table("编号", "标题", "地区", "日期", "类型", "主题", "片段", "标记")
    for card in cards:
        row = (
            card.id,
            card.title,
            "".join(card.region),
            card.issued,
            card.kind,
            "、".join(card.topics),
            str(card.chunks),
        )
        copy = "同源" if card.work != card.id else ""
        table.add_row(*map(escape, row), " ".join(filter(None, (copy, flag_words(card.flags)))))
    out.print(table)
    copies = sum(card.work != card.id for card in cards)
    out.print(f"共 {len(cards)} 篇" + (f"，其中 {copies} 篇与别的同源" if copies else ""))


def print_document(document: Document, removed: bool) -> None:
    """The cleaned text with its headings, or what cleaning removed."""
    if removed:
        for piece in document.removed:
            out.print(Text(f"{piece.key} [{piece.rule}] {piece.text[:_REMOVED_SHOWN]}"))
        out.print(f"共清除 {len(document.removed)} 处")
        return
    out.print(Text(document.title, style="bold"))
    facts = ("".join(document.region), document.issuer, document.number, document.issued, document.kind)
    told = (*facts, "、".join(document.topics))
    out.print(Text(" · ".join(fact for fact in told if fact) or "元数据不详", style="dim"))
    headings = {section.start for section in document.sections if section.path}
    offset = 0
    for line in document.text.split("\n"):
        out.print(Text(line, style="bold" if offset in headings else ""))
        offset += len(line) + 1
    for flag in document.flags:
        out.print(Text(f"⚑{FLAGS.get(flag.name, flag.name)}：{flag.evidence}", style="yellow"))


def print_restored(restored: Sequence[Removed]) -> None:
    """Pieces that were put back by hand."""
    for piece in restored:
        out.print(Text(f"{piece.key} 已恢复 [{piece.rule}] {piece.text[:_REMOVED_SHOWN]}", style="green"))


def print_family(document: Document, family: Family) -> None:
    """The other documents of the same work, and which one is cited."""
    if not family.others:
        return
    if document.id != family.main.id:
        out.print(Text(f"同源资料，引用时以此篇为准：{_named(family.main)}", style="dim"))
    for other in family.others:
        if other.document.id != document.id:
            how = "人工指定" if other.by_hand else f"相同 {other.share:.0%}"
            out.print(Text(f"同源资料（{how}）：{_named(other.document)}", style="dim"))


def _named(card: DocumentCard) -> str:
    return f"《{card.title}》{card.issued} [{card.id}] {label_of(card.source)}"


def print_comparison(comparison: Comparison, swap: bool = False) -> None:
    """Dimensions down, districts across, or swapped; a blank is said in words."""
    grid = grid_of(comparison, swap)
    table = Table("", show_lines=True)
    for name in grid.across:
        table.add_column(escape(name), overflow="fold")
    for name, cells in grid.down:
        table.add_row(Text(name, style="bold"), *map(_cell, cells))
    out.print(table)
    coverage = comparison.coverage
    out.print(
        f"{coverage.documents} 篇资料；有内容 {coverage.found} 格，较弱 {coverage.weak} 格，"
        f"未提及 {coverage.not_mentioned} 格"
    )
    for line in coverage.left_out:
        out.print(Text(line, style="dim"))


def _cell(cell: Cell) -> Text:
    if cell.state == "not_mentioned":
        return Text("未提及", style="dim")
    citation = cell.citations[0]
    quote = citation.quote.replace("\n", " ")
    text = Text("较弱：" if cell.state == "weak" else "")
    text.append(quote[:_CELL_WIDTH] + ("…" if len(quote) > _CELL_WIDTH else ""))
    if len(cell.citations) > 1:
        text.append(f" 另 {len(cell.citations) - 1} 条", style="dim")
    if citation.flags:
        text.append(f" {flag_words(citation.flags)}", style="yellow")
    return text


def print_ingest(report: IngestReport) -> None:
    """What a run did; failures by name."""
    out.print(
        f"新入库 {report.ingested} 篇（{report.chunks} 个片段），未变 {report.unchanged}，"
        f"重复 {report.duplicates}，移除 {report.removed}，失败 {len(report.failed)}，"
        f"用时 {report.seconds:.1f} 秒"
    )
    for flagged in report.flagged:
        out.print(Text(f"{flag_words(flagged.flags)}  {label_of(flagged.source)}", style="yellow"))
    print_failures(report)


def print_failures(report: IngestReport) -> None:
    """Files that could not be taken in, and why."""
    for failure in report.failed:
        log.print(Text(f"失败 {label_of(failure.source)}：{failure.reason}", style="red"))


def print_check(report: CheckReport) -> None:
    """Integrity in words."""
    for line in report.repaired:
        out.print(Text(f"已重建：{line}"))
    for line in report.problems:
        out.print(Text(line, style="red"))
    out.print("完好" if report.ok else "有问题，见上")


def print_checked(checked: Sequence[CheckedCitation]) -> None:
    """Citations that no longer hold, and the counts."""
    for item in checked:
        if item.state != "intact":
            out.print(Text(f"{_STATE[item.state]}  {item.doc_id}  {item.quote[:_CELL_WIDTH]}"))
    states = [item.state for item in checked]
    out.print("，".join(f"{word} {states.count(state)}" for state, word in _STATE.items()))
