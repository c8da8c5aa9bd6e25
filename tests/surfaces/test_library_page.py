"""Uploads on the page without scripts: sent, followed, tried again, deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kb.config import load_settings
from kb.library import Library
from kb.store.tally import Outcome
from kb.surfaces.messages import Words
from kb.surfaces.reasons import reason_in

INGEST = Path(__file__).parents[2] / "kb" / "ingest"


@pytest.fixture
def library(own_home: Path) -> Iterator[Library]:
    with Library.open(load_settings(own_home, environ={})) as opened:
        yield opened


def send(visitor: TestClient, *names: str) -> str:
    """The address of the job's page."""
    files = [("files", (name, name.encode())) for name in names]
    answer = visitor.post("/library/upload", files=files, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_an_upload_is_followed_tried_again_and_forgotten(visitor: TestClient, library: Library) -> None:
    place = send(visitor, "资料/<b>甲</b>.txt", "坏.docx", "丙.txt")
    id = place.rpartition("/")[2]
    assert "添加材料" in visitor.get("/documents").text
    assert place in visitor.get("/documents").text
    page = visitor.get(place).text
    assert '<meta http-equiv="refresh"' in page
    assert "资料/&lt;b&gt;甲&lt;/b&gt;.txt" in page
    assert "<b>甲</b>" not in page
    card = library.cards()[0]
    with library.jobs.doing():
        claimed = library.jobs.claim()
        assert claimed is not None
        first, bad, other = claimed.files
        library.jobs.note(
            id, Outcome(bad.source, "failed", "坏.docx is protected by a password: save a copy")
        )
        library.jobs.note(id, Outcome(first.source, "duplicate", same_as=card.source))
        library.jobs.note(id, Outcome(other.source, "done"))
        library.jobs.end(id, "done")
    page = visitor.get(place).text
    assert '<meta http-equiv="refresh"' not in page
    assert page.index("坏.docx") < page.index(card.title)
    assert "文件有密码保护" in page
    assert f'href="/documents/{card.id}"' in page
    assert "protected by a password" in visitor.get(f"{place}?lang=en").text
    visitor.cookies.clear()
    part = visitor.get(f"{place}?part=1").text
    assert part.lstrip().startswith("<div data-state=")
    assert "<html" not in part
    assert visitor.post(place, data={"do": "nonsense"}).status_code == 422
    assert visitor.post(place, data={"do": "retry"}).status_code == 200
    assert library.jobs.get(id).state == "waiting"
    assert visitor.post(place, data={"do": "cancel"}).status_code == 200
    assert "已停止" in visitor.get("/library/jobs").text
    assert (
        visitor.post(place, data={"do": "forget"}, follow_redirects=False).headers["location"]
        == "/library/jobs"
    )
    assert visitor.get(place).status_code == 404


def test_a_script_is_answered_with_the_job(visitor: TestClient) -> None:
    headers = {"Accept": "application/json"}
    answer = visitor.post("/library/upload", files=[("files", ("甲.txt", b"x"))], headers=headers)
    assert answer.status_code == 202
    assert visitor.get(answer.json()["url"]).status_code == 200


def test_nothing_chosen_is_said(visitor: TestClient) -> None:
    assert visitor.post("/library/upload", files=[("files", ("", b""))]).status_code in (415, 422)


def test_a_document_is_downloaded_and_deleted(visitor: TestClient, library: Library) -> None:
    card = library.cards()[0]
    page = visitor.get(f"/documents/{card.id}").text
    assert f"/documents/{card.id}/original" in page
    file = visitor.get(f"/documents/{card.id}/original")
    assert file.content == Path(card.source).read_bytes()
    assert file.headers["content-disposition"].startswith("attachment")
    gone = visitor.post(f"/documents/{card.id}/delete", follow_redirects=False)
    assert gone.headers["location"] == "/documents"
    assert visitor.get(f"/documents/{card.id}").status_code == 404
    assert card.id not in {one.id for one in library.cards()}


def test_every_reason_that_a_reader_gives_has_chinese_words() -> None:
    raised = r'raise (?:Empty|Damaged|Protected)File\(\s*f?"([^"]*)"'
    said = [text for path in INGEST.rglob("*.py") for text in re.findall(raised, path.read_text("utf-8"))]
    assert len(said) > 20
    words = Words("zh")
    plain = [text for text in said if reason_in(text, words) == reason_in("?", words)]
    assert plain == []
    assert reason_in("", words) == ""
    assert reason_in(said[0], Words("en")) == said[0]
