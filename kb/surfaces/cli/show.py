"""What a person sees on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from kb.store.places import label_of
from kb.surfaces.cli.common import log, out
from kb.surfaces.cli.excerpts import FLAGS, INDENT, flag_words, print_wrapped
from kb.types import (
    Cell,
    CheckedCitation,
    CheckReport,
    CitationState,
    Comparison,
    Document,
    DocumentCard,
    Family,
    IngestReport,
    Kept,
    Removed,
)
from kb.write.grid import grid_of
from kb.write.proposals import Proposal
from kb.write.references import reference

_STATE: dict[CitationState, str] = {"intact": "完好", "moved": "已移位", "source_removed": "原文已无"}
_CELL_WIDTH = 60  # characters of a passage shown in a table
_REMOVED_SHOWN = 200  # characters of a removed piece


def print_kept(kept: Kept) -> None:
    """One passage of a basket with its state."""
    citation = kept.citation
    print_wrapped(Text(f"{kept.id}. [{_STATE[kept.state]}] {citation.document.title}", style="bold"))
    print_wrapped(Text(citation.quote), INDENT)
    where = f"{citation.paragraph}  {reference(citation.document)}  {flag_words(citation.flags)}"
    print_wrapped(Text(where.rstrip(), style="dim"), INDENT)


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
