from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from kb.library import Library
from kb.search.filters import works
from kb.surfaces.reader import CELL_SEPARATOR
from kb.types import Question

QUESTION = "其他区是怎么解决社区办公用房经费的"


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^<>]*>", "", markup))


def hostile_id(library: Library) -> str:
    return next(card.id for card in library.cards() if card.source.endswith("敌意.txt"))


def test_the_first_page_asks_and_says_what_there_is(client: TestClient, library: Library) -> None:
    page = client.get("/").text
    assert '<html lang="zh-CN"' in page
    assert f"{len(library.cards())} 篇材料" in page
    assert 'name="q"' in page
    assert "how did other districts fund community offices" in page


def test_results_show_passages_places_and_actions(client: TestClient) -> None:
    page = client.get("/search", params={"q": QUESTION}).text
    assert page.count('class="hit"') == 10
    assert page.count("打开原文定位") == 10
    assert page.count("复制引文") == 10
    assert "对比这些地区" in page
    assert "可信度" in page
    assert 'class="term"' in page
    assert "已排除本区（望樟区）" in page


def test_a_hit_opens_its_document_at_the_cited_span(client: TestClient, library: Library) -> None:
    page = client.get("/search", params={"q": QUESTION}).text
    links = [
        html.unescape(link) for link in re.findall(r'<h2 id="hit-\d+-title"[^>]*><a href="([^"]+)"', page)
    ]
    assert len(links) == 10
    for link in links:
        parts = urlsplit(link)
        assert parts.fragment == "cite"
        query = parse_qs(parts.query)
        document = library.document(parts.path.rpartition("/")[2])
        quote = document.text[int(query["start"][0]) : int(query["end"][0])]
        shown = client.get(link).text
        assert shown.count('id="cite"') == 1
        cited = "".join(plain(piece) for piece in re.findall(r'<mark class="cited".*?</mark>', shown, re.S))
        assert re.sub(r"\s", "", cited) == re.sub(r"\s|\|", "", quote) or CELL_SEPARATOR in quote
        assert "复制引文" in shown


def test_a_hit_quotes_what_stands_under_its_heading(client: TestClient, library: Library) -> None:
    page = client.get("/search", params={"q": QUESTION, "top": "20"}).text
    quotes = re.findall(r'data-copy lang="zh-CN">“(.*?)”（', page, re.S)
    places = re.findall(r'<span class="paragraph">(.*?)</span>', page)
    assert len(quotes) == len(places) > 10
    headings = {
        section.path[-1]
        for card in library.cards()
        for section in library.document(card.id).sections
        if section.path
    }
    assert not [
        quote for quote in quotes if html.unescape(quote).partition("\n")[0].rstrip("。：") in headings
    ]
    assert all(place.endswith("段") for place in places)


def test_every_document_page_holds_every_character_of_its_text(client: TestClient, library: Library) -> None:
    for card in library.cards():
        document = library.document(card.id)
        page = client.get(f"/documents/{card.id}").text
        text = page.partition('<div class="text">')[2].partition("</article>")[0]
        assert re.sub(r"\s|\|", "", plain(text)) == re.sub(r"\s|\|", "", document.text)
        assert document.title == "" or html.escape(document.title, quote=False) in html.unescape(
            page
        ).replace("<", "&lt;").replace(">", "&gt;").replace("&", "&amp;").replace("&amp;lt;", "&lt;").replace(
            "&amp;gt;", "&gt;"
        )


def test_hostile_text_is_text_everywhere(client: TestClient, library: Library) -> None:
    doc_id = hostile_id(library)
    pages = [
        client.get(f"/documents/{doc_id}").text,
        client.get(f"/documents/{doc_id}?start=5&end=60").text,
        client.get("/search", params={"q": "每个社区每年安排工作经费36万元", "top": "50"}).text,
        client.get("/documents").text,
        client.get("/compare", params={"topic": "社区工作经费", "by": "document", "column": doc_id}).text,
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<svg/onload" not in page
    assert "{% raw %}" in html.unescape(pages[0]) or "监督办法" in pages[0]
    assert "49" not in plain(re.findall(r"<title>.*?</title>", pages[0])[0])


@pytest.mark.parametrize(
    "question",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}}{% include 'x' %}",
        "\u202e反向\u202c",
        "经费\x00经费",
        "%s %(x)s {0} {q}",
        "' OR 1=1 --",
        'AND OR NOT ("~*^:',
        "😀" * 50,
    ],
)
def test_hostile_questions_are_questions(client: TestClient, question: str) -> None:
    answer = client.get("/search", params={"q": question})
    assert answer.status_code in (200, 422)
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    if question.isprintable():
        assert (
            f'value="{html.escape(question)}"'.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
            in answer.text
        )


def test_an_empty_question_is_answered_with_a_line(client: TestClient) -> None:
    answer = client.get("/search", params={"q": "  "})
    assert answer.status_code == 422
    assert "请先写下问题" in answer.text
    assert client.get("/search", follow_redirects=False).status_code == 303


def test_filters_are_kept_in_the_address_and_shown_as_chosen(client: TestClient, library: Library) -> None:
    page = client.get("/search", params={"q": "社区经费", "kind": "办法", "from": "2020", "to": "2023"}).text
    assert re.search(r'name="kind" value="办法" form="search" checked', page)
    assert 'value="2020"' in page
    assert "清除全部" in page
    by_id = {card.id: card for card in library.cards()}
    ids = [
        urlsplit(html.unescape(u)).path.rpartition("/")[2]
        for u in re.findall(r'title"[^>]*><a href="([^"]+)"', page)
    ]
    assert ids
    assert all(by_id[doc_id].kind == "办法" for doc_id in ids)


def test_facets_count_the_documents_behind_them(client: TestClient, library: Library) -> None:
    page = client.get("/search", params={"q": "社区经费"}).text
    matched = library.search(Question("社区经费")).matched
    assert 1 < len(matched) < len(library.cards())
    for kind in {card.kind for card in matched if card.kind}:
        count = works(card for card in matched if card.kind == kind)
        assert re.search(
            rf'value="{kind}"[^>]*> <span class="what">{kind}</span> <span class="count">{count}<', page
        )


def test_nothing_found_says_what_was_searched_and_offers_questions(client: TestClient) -> None:
    page = client.get("/search", params={"q": "社区经费", "region": "不存在的市"}).text
    assert "0 篇材料里，没有找到" in page
    assert page.count('<li><a href="/search?q=') == 3
    assert "去掉筛选再问" in page


def test_a_span_that_is_gone_is_said_and_not_marked(client: TestClient, library: Library) -> None:
    doc_id = library.cards()[0].id
    version = library.card(doc_id).version
    for query in ("start=5&end=999999", "start=9&end=5", "start=x&end=9", f"start=5&end=9&v={version}0"):
        page = client.get(f"/documents/{doc_id}?{query}")
        assert page.status_code == 200
        assert 'id="cite"' not in page.text
        if query.startswith("start=x"):
            continue
        assert "找不到了" in page.text
    assert 'id="cite"' in client.get(f"/documents/{doc_id}?start=5&end=9&v={version}").text


def test_flags_are_shown_with_words_and_evidence(client: TestClient, library: Library) -> None:
    card = next(card for card in library.cards() if any(f.name == "suspect_figure" for f in card.flags))
    page = client.get(f"/documents/{card.id}").text
    flag = next(flag for flag in card.flags if flag.name == "suspect_figure")
    damaged = html.escape(library.document(card.id).text[flag.start : flag.end])
    assert f'class="flagged suspect_figure" data-word="数字可疑">{damaged}<' in page
    assert html.escape(flag.evidence, quote=False) in page.replace("&#34;", '"').replace("&#39;", "'")


def test_what_cleaning_removed_is_listed_by_rule(client: TestClient, library: Library) -> None:
    document = next(d for d in (library.document(c.id) for c in library.cards()) if d.removed)
    page = html.unescape(client.get(f"/documents/{document.id}").text)
    assert "清理时去掉的内容" in page
    for piece in document.removed:
        assert piece.text in page


def test_the_list_of_documents_can_be_narrowed(client: TestClient, library: Library) -> None:
    every = client.get("/documents").text
    assert every.count('<th scope="row"') == len(library.cards())
    some = client.get("/documents", params={"q": "工作经费"}).text
    assert 0 < some.count('<th scope="row"') < len(library.cards())
    assert "没有符合条件的材料" in client.get("/documents", params={"q": "zzzz"}).text
    assert client.get("/documents", params={"page": "99"}).status_code == 200


def test_a_comparison_numbers_its_passages_and_admits_blanks(client: TestClient) -> None:
    page = client.get("/compare", params={"topic": "社区办公用房经费"}).text
    numbers = [int(n) for n in re.findall(r'class="cite"[^>]*>\[(\d+)\]', page)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "未提及" in page
    columns = page.count('<th scope="col">')
    assert page.count('<th scope="row">') == 8
    assert f"覆盖：{columns} 列" in page
    swapped = client.get("/compare", params={"topic": "社区办公用房经费", "swap": "1"}).text
    assert swapped.count('<th scope="col">') == 8
    assert swapped.count('<th scope="row">') == columns


def test_numbers_of_a_comparison_lead_to_the_passage(client: TestClient) -> None:
    page = client.get("/compare", params={"topic": "社区办公用房经费"}).text
    href, span = re.findall(r'class="cite" href="([^"]+)" data-span="([^"]+)"', page)[0]
    assert 'id="cite"' in client.get(html.unescape(href)).text
    panel = client.get(html.unescape(span)).text
    assert "<html" not in panel
    assert "打开原文定位" in panel


def test_a_comparison_that_cannot_be_made_says_why(client: TestClient) -> None:
    answer = client.get("/compare", params={"topic": "经费", "column": "没有的区"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert client.get("/compare", params={"topic": "x" * 1001}).status_code == 422
    assert client.get("/compare", params={"topic": "经费", "sort": "没有的行"}).status_code == 422
    assert "写下主题" in client.get("/compare").text


def test_a_comparison_can_be_downloaded(client: TestClient) -> None:
    page = client.get("/compare", params={"topic": "社区经费/办公"}).text
    for kind in ("docx", "xlsx", "md", "csv"):
        link = html.unescape(re.findall(rf'href="(/compare/export\.{kind}\?[^"]+)"', page)[0])
        answer = client.get(link)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="comparison.{kind}"')
    assert client.get("/compare/export.exe", params={"topic": "经费"}).status_code == 404


def test_english_is_a_switch_that_stays(client: TestClient, library: Library) -> None:
    with TestClient(client.app, base_url="http://127.0.0.1") as visitor:
        page = visitor.get("/search", params={"q": QUESTION, "lang": "en"}).text
        assert '<html lang="en"' in page
        assert "Open at the passage" in page
        assert re.search(r'<blockquote class="passage short" cite="[^"]+" lang="zh-CN">', page)
        assert '<html lang="en"' in visitor.get("/documents").text
        assert '<html lang="zh-CN"' in visitor.get("/?lang=zh").text
        assert '<html lang="zh-CN"' in visitor.get("/?lang=xx").text
        for path in ("/", "/documents", "/compare?topic=社区经费", f"/documents/{library.cards()[0].id}"):
            assert visitor.get(path, params=None if "?" in path else {"lang": "en"}).status_code == 200


def test_theme_and_size_are_switches_that_stay(client: TestClient) -> None:
    with TestClient(client.app, base_url="http://127.0.0.1") as visitor:
        assert 'data-theme="auto" data-size="normal"' in visitor.get("/").text
        answer = visitor.get("/?theme=dark&size=large")
        assert 'data-theme="dark" data-size="large"' in answer.text
        assert all("HttpOnly" in c and "SameSite=lax" in c for c in answer.headers.get_list("set-cookie"))
        assert 'data-theme="dark" data-size="large"' in visitor.get("/documents").text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/documents/none", "/documents/none/span?start=1&end=2", "/static/none.css"]
)
def test_a_missing_page_is_a_page(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "回到检索" in answer.text


def test_pages_are_labelled_for_those_who_listen(client: TestClient, library: Library) -> None:
    paths = [
        "/",
        f"/search?q={QUESTION}",
        "/documents",
        "/compare?topic=社区经费",
        f"/documents/{library.cards()[0].id}",
    ]
    for path in paths:
        page = client.get(path).text
        assert len(re.findall(r"<h1[ >]", page)) == 1
        assert '<a class="skip" href="#main">' in page
        assert '<main id="main"' in page
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), path
        for label in re.findall(r'<label[^>]* for="([^"]+)"', page):
            assert label in ids
