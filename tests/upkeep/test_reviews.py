"""A person's word on flags and families holds, is listed, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from small_shelf import LINES, named

from kb.errors import NotFound
from kb.library import Library
from kb.surfaces.app import create_app

FIGURES = "全区共有20230名网格员，落实202300万元专项资金，另有20230名网格员都已到岗。"
FLAGGED = "\n".join(("某区社区经费情况", *LINES, FIGURES))


@pytest.fixture
def flagged(shelf: Library) -> Library:
    (shelf.settings.home / "资料" / "丙.txt").write_text(FLAGGED, encoding="utf-8")
    assert not shelf.ingest([shelf.settings.home / "资料"]).failed
    return shelf


@pytest.fixture
def client(flagged: Library) -> Iterator[TestClient]:
    with TestClient(create_app(flagged), base_url="http://127.0.0.1") as opened:
        yield opened


def evidences(library: Library, id: str) -> list[str]:
    return [flag.evidence for flag in library.document(id).flags if flag.name == "suspect_figure"]


def test_a_false_alarm_goes_everywhere_stays_away_and_comes_back(flagged: Library) -> None:
    id = named(flagged, "丙.txt")
    assert evidences(flagged, id) == ["20230名", "202300万元", "20230名"]
    review = flagged.upkeep.flags.judge(id, "suspect_figure", "20230名", "false_alarm", who="小禾")
    assert (review.who, review.verdict, len(review.places)) == ("小禾", "false_alarm", 2)
    assert evidences(flagged, id) == ["202300万元"]
    assert [f.evidence for f in flagged.card(id).flags if f.name == "suspect_figure"] == ["202300万元"]
    flagged.ingest([flagged.settings.home / "资料"], reprocess=True)
    assert evidences(flagged, id) == ["202300万元"]
    cases = {(c.flag, c.evidence): c for c in flagged.upkeep.flags.cases(flagged.cards())}
    dismissed = cases["suspect_figure", "20230名"]
    assert dismissed.review is not None
    assert dismissed.review.verdict == "false_alarm"
    flagged.upkeep.flags.judge(id, "suspect_figure", "20230名", "open", who="小苗")
    assert evidences(flagged, id) == ["20230名", "202300万元", "20230名"]
    flagged.ingest([flagged.settings.home / "资料"], reprocess=True)
    assert evidences(flagged, id) == ["20230名", "202300万元", "20230名"]
    with flagged._store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT who, verdict FROM flag_reviews ORDER BY id").all()
    assert [tuple(row) for row in rows] == [("小禾", "false_alarm")] * 2 + [("小苗", "open")] * 2
    assert flagged.check().ok


def test_a_confirmed_flag_stays_and_one_that_is_not_there_is_named(flagged: Library) -> None:
    id = named(flagged, "丙.txt")
    flagged.upkeep.flags.judge(id, "suspect_figure", "202300万元", "confirmed", who="小禾")
    assert "202300万元" in evidences(flagged, id)
    with pytest.raises(NotFound, match="has no flag"):
        flagged.upkeep.flags.judge(id, "suspect_figure", "1名", "confirmed", who="小禾")
    with pytest.raises(NotFound):
        flagged.upkeep.flags.judge("nobody", "suspect_figure", "1名", "confirmed", who="小禾")


def test_flags_are_judged_over_the_api_and_the_page(client: TestClient, flagged: Library) -> None:
    id = named(flagged, "丙.txt")
    listed = client.get("/api/v1/flags", params={"flag": "suspect_figure", "state": "open"}).json()
    assert [case["evidence"] for case in listed["cases"]] == ["20230名", "202300万元"]
    assert len(listed["cases"][0]["places"]) == 2
    page = client.get("/library/flags", params={"flag": "suspect_figure"}).text
    assert '<mark class="term">20230名</mark>' in page
    data = {"document": id, "flag": "suspect_figure", "evidence": "20230名", "verdict": "false_alarm"}
    after = client.post("/library/flags", data=data)
    assert '<mark class="term">20230名</mark>' not in after.text
    body = {"flag": "suspect_figure", "evidence": "20230名", "verdict": "open"}
    assert client.put(f"/api/v1/documents/{id}/flags", json=body).json()["verdict"] == "open"
    assert client.put(f"/api/v1/documents/{id}/flags", json=body | {"flag": "none"}).status_code == 404
    assert client.put(f"/api/v1/documents/{id}/flags", json=body | {"verdict": "x"}).status_code == 422
    assert client.post("/library/flags", data=data | {"verdict": "x"}).status_code == 422
    one = client.get("/api/v1/flags", params={"limit": 1}).json()
    two = client.get("/api/v1/flags", params={"limit": 1, "cursor": one["next"]}).json()
    assert one["cases"] != two["cases"]


def test_works_are_listed_and_decided(client: TestClient, flagged: Library) -> None:
    one, two = named(flagged, "甲.txt"), named(flagged, "乙.txt")
    data = {"document": one, "family": two}
    assert client.post("/library/families", data=data).status_code == 200
    (family,) = (
        found
        for found in client.get("/api/v1/families").json()["families"]
        if one in {found["main"]["id"], *(other["document"]["id"] for other in found["others"])}
    )
    assert any(other["by_hand"] for other in family["others"])
    page = client.get("/library/families").text
    assert "人工指定" in page
    client.post("/library/families", data={"document": one, "family": "none"})
    assert "人工改为独立的资料" in client.get("/library/families").text
    client.post("/library/families", data={"document": one, "family": ""})
    assert flagged.upkeep.decisions() == {}
    assert client.post("/library/families", data={"document": one, "family": one}).status_code == 422
