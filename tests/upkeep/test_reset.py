"""A correction remembers what rules found, and is taken back; also after the file was read again."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from small_shelf import named

from kb.errors import QuestionError
from kb.library import Library
from kb.surfaces.app import create_app

SET = {"title": "人工题名", "region": "天津市/河西区", "topics": "党建、住房", "issued": "2021"}


def values(library: Library, id: str) -> tuple[object, ...]:
    document = library.document(id)
    return (document.title, document.region, document.topics, document.issued)


@pytest.mark.parametrize("reread", [False, True])
def test_what_rules_found_comes_back(shelf: Library, reread: bool) -> None:
    id = named(shelf, "甲.txt")
    before, facts = values(shelf, id), set(shelf.document(id).facts)
    shelf.set_metadata(id, SET)
    shelf.set_metadata(id, {"title": "又一题名"})
    if reread:
        shelf.ingest([shelf.settings.home / "资料"], reprocess=True)
    assert values(shelf, id) == ("又一题名", ("天津市", "河西区"), ("党建", "住房"), "2021")
    found = {fact.field: fact.value for fact in shelf.document(id).facts if fact.field.startswith("found:")}
    assert found["found:title"] == before[0]
    assert found["found:issued"] == ""
    shelf.set_metadata(id, dict.fromkeys(SET))
    assert values(shelf, id) == before
    assert set(shelf.document(id).facts) == facts
    shelf.ingest([shelf.settings.home / "资料"], reprocess=True)
    assert values(shelf, id) == before
    assert shelf.check().ok


def test_a_field_is_given_back_on_the_page_and_over_the_api(shelf: Library) -> None:
    id = named(shelf, "甲.txt")
    title = shelf.document(id).title
    with TestClient(create_app(shelf), base_url="http://127.0.0.1") as client:
        client.post(f"/documents/{id}", data={"title": "人工题名", "issued": "2021"})
        page = client.get(f"/documents/{id}").text
        assert f"人工核定；规则得出“{title}”" in page
        assert f'action="/documents/{id}/metadata/title/reset"' in page
        assert "规则得出“未知”" in page
        after = client.post(f"/documents/{id}/metadata/title/reset").text
        assert f"规则得出“{title}”" not in after
        shown = client.delete(f"/api/v1/documents/{id}/metadata/issued").json()
        assert (shown["title"], shown["metadata"]["issued"]) == (title, "")
        assert client.delete(f"/api/v1/documents/{id}/metadata/nothing").status_code == 422
        assert client.delete("/api/v1/documents/none/metadata/title").status_code == 404


def test_what_is_not_known_any_more_is_said(shelf: Library) -> None:
    id = named(shelf, "甲.txt")
    shelf.set_metadata(id, {"title": "人工题名"})
    with shelf._store.engine.begin() as connection:  # as an earlier release kept it
        connection.exec_driver_sql(
            'UPDATE documents SET facts = json(\'[["title", "人工题名", 1.0, "set by hand"]]\')'
        )
    with pytest.raises(QuestionError, match="--reprocess"):
        shelf.set_metadata(id, {"title": None})
