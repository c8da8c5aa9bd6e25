"""What must hold for any text at all: nothing lost, nothing invented, offsets sound."""

import contextlib
from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from kb.errors import ReadError
from kb.ingest.articles import part
from kb.ingest.clean import clean
from kb.ingest.outline import outline
from kb.ingest.paragraphs import paragraphs
from kb.ingest.pipeline import read_documents
from kb.ingest.readers.spacing import visible
from kb.ingest.split import split
from kb.ingest.title import find_title
from kb.types import Block, Document

# Pieces that the rules react to, mixed with arbitrary characters.
PIECES = [
    *(
        "一、总体要求",
        "（一）加强领导。",
        "1、",
        "2、",
        "3.",
        "第一章 总则",
        "第三条 ",
        "①",
        "一是",
        "二是",
        "2024年3月5日",
    ),
    *(
        "近年来，青禾区坚持党建引领，",
        "社区办公用房不足。",
        "各方筹资202300万元。",
        "XX县",
        "效劳中心",
        "第2页/共6页",
        "第 3 页",
    ),
    *(
        "点击查看更多>>",
        "上传人:汽***",
        "文档编号:1",
        "当前位置:首页 > 范文",
        "精品WORD文档下载可编辑",
        "ICP备1号",
        "相关文章",
    ),
    *(
        "关于社区治理的调研报告",
        "《关于社区治理的调研报告》由会员分享",
        "本站为大家带来的材料，希望能帮助到大家!",
        "。",
        "；",
        "，",
        " ",
        "　",
        "”",
        "“",
    ),
    *(
        "https://a.example",
        "| a | b |",
        "a | b",
        "\u200b",
        "\ufeff",
        "……5",
        "来源：青禾日报",
        "正文：",
        "\u3000\u3000",
    ),
]
lines = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=30)), max_size=12).map("".join)
texts = st.lists(lines, max_size=14).map("\n".join)
levels = st.sampled_from([0, 0, 0, 1, 2, 3])
pages = st.sampled_from([None, None, 1, 2, 3])
blocks = st.lists(
    st.builds(Block, text=lines.map(lambda text: text.replace("\n", " ")), level=levels, page=pages),
    max_size=14,
)
quick = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _count(texts: list[str]) -> Counter[str]:
    return Counter(visible("".join(texts)))


@quick
@given(blocks)
def test_cleaning_accounts_for_every_visible_character(given_blocks: list[Block]) -> None:
    cleaned = clean(given_blocks)
    kept = [block.text for block in cleaned.blocks] + [item.text for item in cleaned.removed]
    assert _count(kept) == _count([block.text for block in given_blocks])
    assert all(item.rule for item in cleaned.removed)


TAILS = ("下一篇：社区建设", "相关文章", "延伸阅读", "推荐阅读：", "上一篇：党建", "更多新闻")
characters = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
sentences = st.text(characters, min_size=10, max_size=60).map(lambda text: f"{text}。")


@quick
@given(st.lists(sentences, min_size=1, max_size=6), st.lists(sentences, min_size=1, max_size=6), st.data())
def test_sentences_behind_a_tail_line_stay(before: list[str], behind: list[str], data: st.DataObject) -> None:
    tail = data.draw(st.sampled_from(TAILS))
    kept = {block.text for block in clean([Block(line) for line in (*before, tail, *behind)]).blocks}
    assert kept >= {*before, *behind}


@quick
@given(blocks)
def test_cleaning_keeps_the_order_of_what_it_keeps(given_blocks: list[Block]) -> None:
    kept = visible("".join(block.text for block in clean(given_blocks).blocks))
    source = iter(visible("".join(block.text for block in given_blocks)))
    assert all(char in source for char in kept)  # a subsequence


@quick
@given(blocks)
def test_paragraphs_only_break_lines(given_blocks: list[Block]) -> None:
    broken = paragraphs(given_blocks)
    assert visible("".join(block.text for block in broken)) == visible(
        "".join(block.text for block in given_blocks)
    )


@quick
@given(blocks)
def test_articles_account_for_every_visible_character(given_blocks: list[Block]) -> None:
    broken = paragraphs(given_blocks)
    title = find_title([block.text for block in broken], [], [], "x.txt")
    parted = part(broken, title)
    kept = [block.text for article in parted.articles for block in article.blocks]
    assert _count(kept + [item.text for item in parted.removed]) == _count([block.text for block in broken])


@quick
@given(blocks)
def test_sections_tile_the_text_and_begin_with_their_heading(given_blocks: list[Block]) -> None:
    filled = [block for block in given_blocks if block.text.strip()]
    outlined = outline(filled)
    assert outlined.text == "\n".join(block.text for block in filled)
    place = 0
    for section in outlined.sections:
        assert section.start == place < section.end or not outlined.text
        place = section.end
    assert place == len(outlined.text) or not filled
    paths = {section.path for section in outlined.sections}
    opened = {
        section.path
        for section in outlined.sections
        if section.path
        and visible(outlined.text[section.start : section.end]).startswith(visible(section.path[-1]))
    }
    assert {path for path in paths if path} <= opened


@quick
@given(texts, st.integers(0, 3))
def test_passages_are_sound(text: str, step: int) -> None:
    sections = outline([Block(line) for line in text.split("\n") if line.strip()])
    document = Document("d" * 12, "s", "0" * 64, "标题" * step, sections.text, sections.sections)
    chunks = split(document)
    last = 0
    for chunk in chunks:
        assert last <= chunk.start < chunk.end <= len(document.text)
        assert chunk.end - chunk.start <= 450
        assert (
            visible(document.text[chunk.start : chunk.end])
            or not document.text[chunk.start : chunk.end].strip()
        )
        assert 0 < chunk.id < 2**63
        last = chunk.end
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    assert split(document) == chunks


@quick
@given(texts)
def test_no_sentence_of_the_body_is_outside_all_passages(text: str) -> None:
    outlined = outline([Block(line) for line in text.split("\n") if line.strip()])
    document = Document("d" * 12, "s", "0" * 64, "", outlined.text, outlined.sections)
    covered = "".join(visible(outlined.text[chunk.start : chunk.end]) for chunk in split(document))
    headings = {visible(name) for section in outlined.sections for name in section.path}
    for line in outlined.text.split("\n"):
        bare = visible(line)
        assert not bare or bare in covered or bare.rstrip("。") in headings


def _read_or_refuse(data: bytes) -> tuple[Document, ...]:
    with contextlib.suppress(ReadError):
        return read_documents(data, "名.txt", "名.txt")
    with pytest.raises(ReadError, match=r"名\.txt"):
        read_documents(data, "名.txt", "名.txt")
    return ()


@quick
@given(
    st.one_of(
        texts.map(str.encode),
        st.binary(max_size=400),
        texts.map(lambda text: text.encode("gb18030", "ignore")),
    )
)
def test_any_bytes_become_documents_or_a_named_failure(data: bytes) -> None:
    documents = _read_or_refuse(data)
    for document in documents:
        assert document.title
        assert document.text
        for flag in document.flags:
            assert 0 <= flag.start <= flag.end <= len(document.text)
            assert flag.start == flag.end or flag.evidence in document.text or "：" in flag.evidence
