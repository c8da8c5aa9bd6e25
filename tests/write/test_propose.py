"""Proposed sentences: held against their passages, and a draft whatever the server does."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import pytest
from chat_server import ChatServer, Reply, chat_server, completion
from handmade import card, document

from kb.errors import ModelError
from kb.models.chat import Chat, ChatPatience
from kb.search.cite import cite
from kb.types import Citation, Comparison, Flag
from kb.write.docx import write_draft
from kb.write.outline import Excerpt, Outline, Section, draft_outline
from kb.write.proposals import Proposal
from kb.write.propose import checked, propose

CALM = ChatPatience(connect=10, silence=30, whole=60, attempts=2, pause=0.01, most_bytes=100_000)
QUICK = ChatPatience(connect=2, silence=0.5, whole=1.0, attempts=2, pause=0.01, most_bytes=100_000)
GOOD = "区财政每年安排专项资金1680万元。"
TEXT = (
    "区财政每年安排社区工作经费专项资金1680万元，按每百户5000元的标准核定。各方筹资近202300万元投入社区建设。"
    "面积由240平方米扩大到600多平方米，“一厅一校一堂”建成使用，覆盖三级网络12个社区，占全区40%。"
)


def citation() -> Citation:
    at = TEXT.index("近202300万元")
    one = document(TEXT, flags=(Flag("suspect_figure", "2023", at, at + 9),))
    return cite(one, card(one), 0, len(TEXT))


def said(text: str, *cites: int) -> str:
    return json.dumps({"sentences": [{"text": text, "cites": list(cites)}]}, ensure_ascii=False)


@pytest.mark.parametrize(
    "text",
    [
        "区财政每年安排社区工作经费专项资金1680万元。",
        "社区工作经费按每百户5000元的标准核定。",
        "社区面积扩大到600多平方米，建成“一厅一校一堂”。",
        "专项资金1,680万元由区财政每年安排。",
        "覆盖三级网络12个社区，占全区百分之四十。",
    ],
)
def test_what_the_passage_says_is_supported(text: str) -> None:
    assert checked(text, [1], [citation()]).problem == ""


@pytest.mark.parametrize(
    ("text", "cites", "reason"),
    [
        ("区财政每年安排社区工作经费专项资金1680万元。", [], "没有注明"),
        ("区财政每年安排社区工作经费专项资金1680万元。", [2], "[2]不存在"),
        ("区财政每年安排社区工作经费专项资金1680万元。", [0], "[0]不存在"),
        ("区财政每年安排社区工作经费专项资金1690万元。", [1], "1690万元"),
        ("区财政每年安排社区工作经费专项资金1680元。", [1], "1680元"),
        ("区财政每年安排社区工作经费专项资金近1680万元。", [1], "近1680万元"),
        ("社区面积扩大到600平方米。", [1], "600平方米"),
        ("社区工作经费按每百户五千五百元的标准核定。", [1], "五千五百元"),
        ("各方筹资近202300万元投入社区建设。", [1], "可疑"),
        ("覆盖四级网络12个社区。", [1], "四级"),
        ("社区建成使用，见第7期社区工作经费。", [1], "7"),
        ("社区建成“一厅两校三堂”使用。", [1], "不是所引段落的原话"),
        ("数字政府改革成效显著，营商环境持续优化。", [1], "相差太远"),
        ("社区" * 200, [1], "超过300字"),
    ],
)
def test_what_it_does_not_say_is_refused(text: str, cites: list[int], reason: str) -> None:
    assert reason in checked(text, cites, [citation()]).problem


def test_supported_sentences_are_text_and_others_a_warning(plain: Comparison, tmp_path: Path) -> None:
    bad = "区财政每年安排专项资金9999万元。"
    sentences = {"sentences": [{"text": GOOD, "cites": [1]}, {"text": bad, "cites": [1]}]}
    with chat_server(lambda _: completion(f"```json\n{json.dumps(sentences)}\n```")) as server:
        proposals = propose(draft_outline(plain), Chat(server.settings, CALM))
    path = tmp_path / "x.docx"
    write_draft(plain, path, proposals=proposals)
    paragraphs = docx.Document(str(path)).paragraphs
    lines = [paragraph.text for paragraph in paragraphs]
    closing = lines.index("附：未获支持的句子（不计入正文）")
    practice = lines.index("（一）经费保障")
    body = lines[practice:closing]
    assert GOOD in body
    assert not [line for line in body if "9999" in line]
    assert [line for line in lines[closing:] if "9999万元" in line and "未获支持" in line]
    proposed = next(p for p in paragraphs if p.text == GOOD)
    assert proposed.style.name == "Normal"
    assert "footnoteReference" in proposed._p.xml


def test_the_passages_go_there_and_the_key_in_its_header(
    plain: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRITER_KEY", "secret")
    with chat_server(lambda _: completion(said(GOOD, 1)), "WRITER_KEY") as server:
        propose(draft_outline(plain), Chat(server.settings, CALM))
    assert len(server.requests) == 2  # the sections that have passages
    assert set(server.keys) == {"Bearer secret"}
    assert GOOD in server.requests[0]["messages"][-1]["content"]
    monkeypatch.delenv("WRITER_KEY")
    with pytest.raises(ModelError, match="WRITER_KEY"):
        Chat(server.settings)


whole = completion(said(GOOD, 1)).pieces[0]
BAD = {
    "an error": (Reply((b"boom",), 500), "500"),
    "a refused key": (Reply((b"{}",), 401), "key is refused"),
    "garbage": (Reply((b"<html>no</html>",)), "no chat completion"),
    "half an object": (Reply((whole[: len(whole) // 2],)), "no chat completion"),
    "nothing": (Reply(()), "no chat completion"),
    "no choices": (Reply((b'{"choices": []}',)), "empty"),
    "an empty answer": (completion(""), "empty"),
    "a refusal": (completion(None, refusal="I cannot help with that."), "refused to answer"),
    "prose": (completion("好的，以下是句子。"), "不是约定的格式"),
    "broken JSON": (completion('{"sentences": [{"text": "区财'), "不是约定的格式"),
    "other JSON": (completion('{"sentences": "区财政"}'), "不是约定的格式"),
    "no sentences": (completion('{"sentences": []}'), "没有给出句子"),
    "deep nesting": (completion('{"sentences":' + "[" * 20_000 + "]" * 20_000 + "}"), "不是约定的格式"),
    "too much": (Reply((b" " * 200_000,)), "more than 100000 bytes"),
    "a trickle": (Reply(tuple(bytes([c]) for c in whole), pause=0.1), "longer than 1 s"),
    "silence": (Reply((whole,), pause=1.5), "ReadTimeout"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_draft_is_made_whatever_the_server_does(plain: Comparison, tmp_path: Path, kind: str) -> None:
    reply, reason = BAD[kind]
    with chat_server(lambda _: reply) as server:
        proposals = propose(
            draft_outline(plain), Chat(server.settings, QUICK if kind in ("a trickle", "silence") else CALM)
        )
    assert_written_without(proposals, plain, tmp_path, reason)
    assert not [proposal for proposal in proposals if proposal.supported]


def test_a_draft_is_made_where_there_is_no_server(plain: Comparison, tmp_path: Path) -> None:
    with chat_server(lambda _: completion("")) as server:
        settings = server.settings
    proposals = propose(draft_outline(plain), Chat(settings, QUICK))
    assert_written_without(proposals, plain, tmp_path, "cannot be reached")


def assert_written_without(
    proposals: tuple[Proposal, ...], plain: Comparison, tmp_path: Path, reason: str
) -> None:
    path = tmp_path / "x.docx"
    write_draft(plain, path, proposals=proposals)
    lines = [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]
    assert f"“{GOOD}”" in lines  # the excerpts are there
    closing = lines.index("附：未获支持的句子（不计入正文）")
    assert [line for line in lines[closing:] if "未能拟写" in line and reason in line], lines[closing:]


def test_a_dead_server_is_not_asked_for_every_section() -> None:
    asked: list[str] = []

    class Dead:
        def ask(self, system: str, question: str) -> str:
            asked.append(system + question)
            raise ModelError("it cannot be reached")

    one = document(TEXT)
    quote = cite(one, card(one), 0, 20)
    sections = tuple(Section(f"第{i}部分", 1, excerpts=(Excerpt(quote, "甲"),)) for i in range(6))
    proposals = propose(Outline("题", "", (), sections, (quote,)), Dead())
    assert len(asked) == 2
    assert "没有再试" in proposals[5].problem


def test_a_passing_failure_is_tried_again(plain: Comparison) -> None:
    replies = iter([Reply((b"",), 503), *[completion(said(GOOD, 1))] * 5])
    server: ChatServer
    with chat_server(lambda _: next(replies)) as server:
        proposals = propose(draft_outline(plain), Chat(server.settings, CALM))
    assert [p.supported[0].text for p in proposals if p.supported][:1] == [GOOD]
