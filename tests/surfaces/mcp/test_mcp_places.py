"""Addresses of resources, and long texts a page at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.errors import QuestionError
from kb.surfaces.mcp.places import PAGE, Part, page_of, part_of_id, part_of_uri, uri_of
from kb.types import Document


def document(text: str) -> Document:
    return Document("d", "文件.txt", "0" * 64, "题目", text)


@given(
    st.builds(
        Part,
        st.text(min_size=1, max_size=40).filter(lambda id: "\n" not in id and id.isprintable()),
        st.integers(0, 10**9),
        st.none() | st.integers(0, 10**9),
    )
)
def test_a_part_is_found_again_by_its_address(part: Part) -> None:
    assert part_of_uri(uri_of(part)) == part


@given(st.text())
def test_what_is_no_address_is_said_in_one_line(uri: str) -> None:
    with pytest.raises(QuestionError, match="is no resource"):
        part_of_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "kb://doc/",
        "kb://other/a",
        "file:///etc/passwd",
        "kb://doc/a?start=-1",
        "kb://doc/a?start=٣",
        "kb://doc/a?begin=1",
        "kb://doc/a?start",
        "kb://[doc/a",
    ],
)
def test_near_misses_of_an_address(uri: str) -> None:
    with pytest.raises(QuestionError, match="is no resource"):
        part_of_uri(uri)


@given(st.lists(st.integers(0, 3 * PAGE), max_size=6))
def test_the_pages_of_a_text_are_the_text(lengths: list[int]) -> None:
    text = "\n".join("社" * length for length in lengths)
    found, start = "", 0
    for _ in range(len(text) // PAGE * 2 + len(lengths) + 2):
        page = page_of(document(text), Part("d", start))
        assert len(page.text) <= PAGE
        assert page.text == text[page.start : page.end]
        found += page.text
        if page.following is None:
            break
        assert page.following > start
        start = page.following
    assert found == text


def test_a_page_ends_with_a_paragraph_where_there_is_one() -> None:
    text = "社" * 15_000 + "\n" + "区" * 15_000
    assert page_of(document(text), Part("d")).end == 15_001
    assert page_of(document(text), Part("d", 5, 12)).text == "社" * 7


@pytest.mark.parametrize("part", [Part("d", 6), Part("d", 0, 6), Part("d", 3, 3), Part("d", 4, 2)])
def test_a_part_outside_the_text_is_refused(part: Part) -> None:
    with pytest.raises(QuestionError, match=r"^d has 5 characters: .* is outside its text$"):
        page_of(document("一二三四五"), part)


def test_ids_of_documents_and_of_passages() -> None:
    assert part_of_id("abc") == Part("abc")
    assert part_of_id("abc:3-9") == Part("abc", 3, 9)
    with pytest.raises(QuestionError, match="is no span"):
        part_of_id("abc:x")
