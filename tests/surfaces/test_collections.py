"""Nobody sees anything of a collection that is closed to them, whatever they ask and however."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from guarding import SAFE, Guarded, guarded, routes
from hashing import HashEncoder

from kb.config import load_settings
from kb.errors import NotFound, QuestionError
from kb.library import Library
from kb.store.collections import DEFAULT
from kb.types import Filters, Picked, Question, SimilarTo

SECRET = "七号文件"  # stands in the closed document alone
WHO = ("区财政", "区民政局", "街道办事处", "驻区单位", "居民委员会")
LINES = [f"{who}为社区安排服务群众专项经费，由居民会议决定用途，街道逐笔公开，年底接受评议。" for who in WHO]
COMMON = "\n".join(LINES)
CLOSED = (
    f"天津市河东区社区经费保障的内部做法\n\n{COMMON}\n"
    f"{SECRET}规定每个社区每年安排工作经费99万元。\n上传人：小禾\n"
)
OPEN = f"天津市河西区社区经费保障的公开做法\n\n{COMMON}\n转载自青禾日报，每个社区每年安排工作经费36万元。\n"
OTHER = (
    "北京市东城区养老服务的做法\n\n"
    "区民政局为老年人提供助餐服务，每人每月补贴200元，由街道按季度考核后拨付。\n"
)
QUESTIONS = ["社区经费", f"“{SECRET}”", "99万元", "每个社区每年安排工作经费多少", CLOSED]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a closed document, an open one of the same work, and another open one."""
    home = tmp_path_factory.mktemp("parts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kb.models.opened.open_embedder", lambda *_: HashEncoder())
        for name, text in (("甲内部.txt", CLOSED), ("乙公开.txt", OPEN), ("丙其他.txt", OTHER)):
            (home / "资料").mkdir(exist_ok=True)
            (home / "资料" / name).write_text(text, encoding="utf-8")
        with Library.open(load_settings(home, environ={})) as library:
            library.collections.add("内部", "admin")
            closed = home / "资料" / "甲内部.txt"
            assert not library.ingest([closed], collection="内部").failed
            assert not library.ingest([home / "资料"]).failed
        yield home


@pytest.fixture
def library(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setattr("kb.models.opened.open_embedder", lambda *_: HashEncoder())
    shutil.copytree(made, tmp_path / "home")
    with sqlite3.connect(next((tmp_path / "home").rglob("truth.sqlite3"))) as truth:
        for table in ("documents", "files", "placed"):
            truth.execute(
                f"UPDATE {table} SET source = replace(source, ?, ?)", (str(made), str(tmp_path / "home"))
            )
    truth.close()
    with Library.open(load_settings(tmp_path / "home", environ={})) as opened:
        yield opened


@pytest.fixture
def place(library: Library) -> Guarded:
    return guarded(library, rui="reader", ed="editor", ad="admin")


def named(library: Library, name: str) -> str:
    return next(card.id for card in library.cards() if name in card.source)


def test_the_library_keeps_to_what_may_be_seen(library: Library) -> None:
    closed, open_ = named(library, "甲内部"), named(library, "乙公开")
    assert library.card(closed).work == library.card(open_).work
    seen = library.seen_by(frozenset({DEFAULT}))
    assert {card.id for card in seen.cards()} == {open_, named(library, "丙其他")}
    assert seen.card(open_).work == open_
    family = seen.family(open_)
    assert (family.main.id, family.others) == (open_, ())
    for ask in (seen.card, seen.document, seen.family):
        with pytest.raises(NotFound):
            ask(closed)
    assert seen.restored(closed) == ()
    with pytest.raises(NotFound):
        seen.upkeep.flags.judge(closed, "suspect_figure", "99万元", "confirmed", who="ed")
    with pytest.raises(NotFound):
        seen.cite(closed, 0, 5)
    with pytest.raises(NotFound):
        seen.similar(SimilarTo(closed, 0, 20, 5))
    with pytest.raises(NotFound):
        seen.set_metadata(closed, {"title": "改名"})
    with pytest.raises(NotFound):
        seen.set_metadata(open_, {"family": closed})
    with pytest.raises(NotFound):
        seen.restore(closed, "0" * 12)
    with pytest.raises(QuestionError):
        seen.search(Question("社区经费", filters=Filters(documents=(closed,)), top_k=0))


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
@pytest.mark.parametrize(
    "question", ["社区经费", f"“{SECRET}”", "99万元", "每个社区每年安排工作经费多少", CLOSED]
)
def test_no_search_finds_what_is_closed(library: Library, question: str, mode: str) -> None:
    closed = named(library, "甲内部")
    seen = library.seen_by(frozenset({DEFAULT}))
    answer = seen.search(Question(question, top_k=50, mode=mode))  # type: ignore[arg-type]
    told = [*answer.matched, *(hit.citation.document for hit in answer.hits)]
    told += [card for hit in answer.hits for card in hit.relatives]
    assert closed not in {card.id for card in told}
    assert SECRET not in "".join(hit.citation.quote for hit in answer.hits)
    assert answer.coverage.documents == 2
    asked = Filters(documents=(closed,))
    assert not seen.search(Question("社区经费", top_k=50, filters=asked)).hits


def test_the_same_question_finds_it_for_those_who_may_see_it(library: Library) -> None:
    closed = named(library, "甲内部")
    for seen in (library, library.seen_by(None), library.seen_by(frozenset({DEFAULT, "内部"}))):
        hits = seen.search(Question(f"“{SECRET}”")).hits
        assert [hit.citation.doc_id for hit in hits] == [closed]
    only = library.seen_by(frozenset({"内部"}))
    assert [card.id for card in only.cards()] == [closed]
    nothing = library.seen_by(frozenset())
    assert nothing.cards() == ()
    assert nothing.search(Question("社区经费")).hits == ()


def test_from_elsewhere_sources_are_file_names(library: Library) -> None:
    seen = library.seen_by(None)
    assert all("/" not in card.source for card in seen.cards())
    one = named(library, "丙其他")
    assert seen.document(one).source == "丙其他.txt"
    assert library.document(one).source.startswith("/")
    assert seen.set_metadata(one, {"title": "改了的题名"}).source == "丙其他.txt"
    assert library.document(one).title == "改了的题名"


def test_baskets_are_seen_by_those_who_may_see_all_of_them(library: Library) -> None:
    closed, open_ = named(library, "甲内部"), named(library, "乙公开")
    library.baskets.add("公开篮", [Picked(open_, 0, 10)])
    library.baskets.add("内部篮", [Picked(open_, 0, 10), Picked(closed, 0, 10)])
    seen = library.seen_by(frozenset({DEFAULT}))
    assert [card.name for card in seen.baskets.cards()] == ["公开篮"]
    for ask in (seen.baskets.get, seen.baskets.delete, seen.baskets.spans):
        with pytest.raises(NotFound):
            ask("内部篮")
    with pytest.raises(NotFound):
        seen.baskets.add("公开篮", [Picked(closed, 0, 10)])
    seen.baskets.add("公开篮", [Picked(open_, 12, 20)])
    assert len(library.baskets.get("公开篮").passages) == 2
    Path(library.document(closed).source).unlink()
    library.ingest([Path(library.document(open_).source).parent], prune=True)
    assert [card.name for card in seen.baskets.cards()] == ["公开篮"]
    assert len(library.baskets.cards()) == 2


def test_a_file_stays_in_its_collection_whatever_happens_to_it(library: Library) -> None:
    source = Path(library.document(named(library, "甲内部")).source)
    seen = library.seen_by(frozenset({DEFAULT}))
    words = source.read_text(encoding="utf-8")
    source.unlink()
    library.ingest([source.parent], prune=True)
    source.write_text(words + "又及。\n", encoding="utf-8")
    library.ingest([source.parent], reprocess=True)
    assert library.card(named(library, "甲内部")).collection == "内部"
    moved = source.with_name("换名.txt")
    source.rename(moved)
    library.ingest([moved.parent], prune=True)
    assert library.card(named(library, "换名")).collection == "内部"
    moved.write_text(words + "再及。\n", encoding="utf-8")
    library.ingest([moved.parent])
    assert library.card(named(library, "换名")).collection == "内部"
    assert len(seen.cards()) == 2


def test_moving_shows_and_hides_at_once(library: Library) -> None:
    closed, other = named(library, "甲内部"), named(library, "丙其他")
    seen = library.seen_by(frozenset({DEFAULT}))
    assert seen.search(Question("助餐补贴")).hits
    library.collections.move([other], "内部")
    assert {card.id for card in seen.cards()} == {named(library, "乙公开")}
    assert other not in {hit.citation.doc_id for hit in seen.search(Question("助餐补贴")).hits}
    library.collections.move([closed, other], DEFAULT)
    assert len(seen.cards()) == 3
    with pytest.raises(NotFound):
        library.collections.move([closed], "没有的")
    with pytest.raises(NotFound):
        library.collections.move(["nobody"], DEFAULT)
    counts = {one.name: one.documents for one in library.collections.every()}
    assert counts == {DEFAULT: 3, "内部": 0}
    assert library.check().ok


def test_what_names_documents_cannot_be_written_through_a_view(library: Library) -> None:
    seen = library.seen_by(frozenset({DEFAULT}))._store
    for table in ("documents", "chunks", "corrections", "files", "families", "restored_pieces"):
        with seen.engine.connect() as connection, pytest.raises(Exception, match="view"):
            connection.exec_driver_sql(f"DELETE FROM {table}")


def test_every_route_answers_as_if_a_closed_document_were_not_there(place: Guarded) -> None:
    """All routes, with all methods: a closed document is answered as one that there never was."""
    library = place.library
    closed = named(library, "甲内部")
    library.baskets.add("内部篮", [Picked(closed, 0, 10)])
    library.restore(closed, next(one.key for one in library.document(closed).removed))
    editor = place.person("ed")
    tried = 0
    for path, methods in routes(place.app, {"doc_id": "DOC", "name": "BASKET", "id": "DOC"}):
        if path in ("/login", "/logout"):
            continue
        for method in methods - {"HEAD", "OPTIONS"}:
            there = asked(editor, method, path, closed, "内部篮")
            nowhere = asked(editor, method, path, "a" * len(closed), "没有的")
            assert there == nowhere, (method, path)
            assert "99万元" not in there[1], (method, path)
            assert "内部做法" not in there[1], (method, path)
            if "DOC" in path:
                tried += 1
                assert there[0] in (403, 404, 405, 422), (method, path, there[0])
    assert tried > 10
    assert library.document(closed).title.endswith("内部做法")
    assert "内部篮" in [card.name for card in library.baskets.cards()]


def asked(client: TestClient, method: str, path: str, doc_id: str, basket: str) -> tuple[int, str]:
    """What a route answers about a document and a basket; their names are left out of it."""
    named = {"id": doc_id, "document": doc_id, "q": SECRET, "topic": SECRET, "span": f"{doc_id}:0-10:"}
    sent = {} if method in SAFE else {"json": {"doc_id": doc_id, "title": "改", "quote": "区财政"}}
    answer = client.request(
        method,
        path.replace("DOC", doc_id).replace("BASKET", basket),
        params={"start": "0", "end": "10", **named},
        **sent,  # type: ignore[arg-type]
    )
    text = answer.content.decode("utf-8", "replace")
    for name in (doc_id, basket, quote(basket), basket.encode("unicode_escape").decode()):
        text = text.replace(name, "—")
    return answer.status_code, re.sub(r"[0-9a-f]{10,}", "", text)


def test_what_is_counted_and_listed_leaves_the_closed_document_out(place: Guarded) -> None:
    closed = named(place.library, "甲内部")
    editor, admin = place.person("ed"), place.person("ad")
    assert editor.get("/api/v1/health").json()["documents"] == 2
    assert admin.get(f"/documents/{closed}").status_code == 200
    for client, there in ((editor, False), (admin, True)):
        listed = client.get("/api/v1/documents").json()
        assert (closed in {one["id"] for one in listed["documents"]}) is there
        found = client.get("/api/v1/search", params={"q": "社区经费", "top_k": 50, "explain": True}).text
        assert (closed in found) is there
        compared = client.get("/api/v1/compare", params={"column": closed, "by": "document"})
        assert ("内部做法" in compared.text) is there
        files = client.post("/fastgpt/v1/file/list", json={}).text
        assert (closed in files) is there
        dify = {"knowledge_id": "main", "query": f"“{SECRET}”", "retrieval_setting": {"top_k": 50}}
        assert (closed in client.post("/dify/retrieval", json=dify).text) is there
        web = client.post("/openwebui/search", json={"query": f"“{SECRET}”", "count": 50}).text
        assert (closed in web) is there
        cited = {"citations": [{"doc_id": closed, "quote": SECRET}]}
        (state,) = client.post("/api/v1/citations/check", json=cited).json()["items"]
        assert (state["state"] != "source_removed") is there


def test_models_see_no_more_than_their_key(place: Guarded) -> None:
    closed = named(place.library, "甲内部")
    _, secret = place.library.accounts.add_key("mcp", "editor")
    _, whole = place.library.accounts.add_key("mcp", "admin")
    with TestClient(place.app, base_url="http://127.0.0.1") as client:
        for key, there in ((secret, False), (whole, True)):
            for name, arguments in (
                ("kb_search", {"query": f"“{SECRET}”"}),
                ("fetch", {"id": closed}),
                ("kb_document", {"id": closed}),
                ("kb_compare", {"column": [closed], "by": "document"}),
            ):
                asked = {"name": name, "arguments": arguments}
                told = said(client, key, "tools/call", asked)
                assert (("99万元" in told) or ("内部做法" in told)) is there, (name, told)
            assert (closed in said(client, key, "resources/list", {})) is there
            assert (SECRET in said(client, key, "resources/read", {"uri": f"kb://doc/{closed}"})) is there


def said(client: TestClient, key: str, method: str, params: dict[str, object]) -> str:
    """What the protocol answers, as text."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {
        "authorization": f"Bearer {key}",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2025-06-18",
    }
    answer = client.post("/mcp", json=message, headers=headers)
    assert answer.status_code in (200, 400), answer.text
    return json.dumps(answer.json(), ensure_ascii=False)


def test_from_elsewhere_no_answer_tells_where_files_lie(place: Guarded) -> None:
    open_ = named(place.library, "乙公开")
    folder = str(Path(place.library.document(open_).source).parent)
    place.library.baskets.add("路径", [Picked(open_, 0, 10)])
    admin = place.person("ad")
    for path in (
        "/api/v1/documents",
        f"/api/v1/documents/{open_}",
        "/api/v1/baskets/路径",
        "/api/v1/search?q=经费",
        f"/documents/{open_}",
        "/documents",
        "/baskets/路径",
        "/baskets/路径/export.md",
        "/compare?topic=经费",
    ):
        answer = admin.get(path)
        assert answer.status_code == 200, path
        assert not re.search(re.escape(folder), answer.text), path


def test_an_upload_of_what_is_closed_tells_no_id(place: Guarded) -> None:
    library = place.library
    closed = named(library, "甲内部")
    client = place.person("ed")
    sent = client.post("/api/v1/uploads", files=[("files", ("同样.txt", CLOSED.encode()))]).json()
    with library.jobs.doing():
        job = library.jobs.claim()
        assert job is not None
        sources = [Path(one) for one in library.jobs.left(job.id)]
        library.ingest(sources, told=lambda outcome: bool(library.jobs.note(job.id, outcome)) and None)
        library.jobs.end(job.id, "done")
    assert library.jobs.get(job.id).files[0].documents == (closed,)
    for answer in (
        client.get(f"/api/v1/jobs/{sent['id']}"),
        client.get(f"/api/v1/jobs/{sent['id']}/events"),
        client.get(f"/library/jobs/{sent['id']}"),
    ):
        assert answer.status_code == 200
        assert closed not in answer.text
        assert "closed to you" in answer.text or "你看不到的分库" in answer.text
    (file,) = client.get(f"/api/v1/jobs/{sent['id']}").json()["files"]
    assert (file["state"], file["documents"]) == ("duplicate", [])
    assert closed in place.person("ad").get(f"/api/v1/jobs/{sent['id']}").text


def test_the_health_of_the_index_does_not_tell_where_files_lie(place: Guarded, tmp_path: Path) -> None:
    broken = tmp_path / "坏.docx"
    broken.write_bytes(b"PK\x03\x04 nothing")
    assert place.library.ingest([broken]).failed
    admin = place.person("ad")
    for path in ("/api/v1/indexes", "/library/health"):
        text = admin.get(path).text
        assert "坏.docx" in text
        assert str(tmp_path) not in text
