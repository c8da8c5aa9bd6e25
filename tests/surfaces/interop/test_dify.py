"""Requests as Dify's client sends them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kb.library import Library
from kb.surfaces.interop.dify import _OPERATORS, Condition, Conditions, passes
from kb.types import DocumentCard

HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer any"}
QUERY = "社区办公用房经费怎么解决"


def ask(client: TestClient, **fields: Any) -> Any:  # noqa: ANN401 (JSON)
    body = {
        "knowledge_id": "main",
        "query": QUERY,
        "retrieval_setting": {"top_k": 3, "score_threshold": 0.0},
    } | fields
    return client.post("/dify/retrieval", content=json.dumps(body), headers=HEADERS)


def test_registration_probes_with_nothing_and_is_not_told_404(client: TestClient) -> None:
    answer = client.post("/dify/retrieval", headers={"Authorization": "Bearer any"})
    assert answer.status_code == 400
    assert answer.json()["error_code"] == 1000
    assert answer.json()["error_msg"]


def test_records_have_the_shape_that_dify_reads(client: TestClient, library: Library) -> None:
    records = ask(client).json()["records"]
    assert len(records) == 3
    for record in records:
        assert set(record) == {"content", "score", "title", "metadata"}
        assert 0.0 <= record["score"] <= 1.0
        place = record["metadata"]
        text = library.document(place["document_id"]).text
        assert text[place["start"] : place["end"]] == record["content"]


@pytest.mark.parametrize("condition", [None, {}, {"logical_operator": "and", "conditions": []}])
def test_no_conditions_are_said_in_many_ways(client: TestClient, condition: object) -> None:
    assert len(ask(client, metadata_condition=condition).json()["records"]) == 3


def test_conditions_narrow_to_documents(client: TestClient) -> None:
    def kinds(**wanted: object) -> set[str]:
        return {
            record["metadata"]["kind"] for record in ask(client, metadata_condition=wanted).json()["records"]
        }

    one = {"name": "kind", "comparison_operator": "is", "value": "办法"}
    assert kinds(logical_operator="and", conditions=[one]) == {"办法"}
    assert kinds(logic="or", conditions=[one | {"name": ["kind"]}]) == {"办法"}
    never = {"name": "kind", "comparison_operator": "is", "value": "没有"}
    assert kinds(logical_operator="and", conditions=[one, never]) == set()
    assert kinds(logical_operator="or", conditions=[one, never]) == {"办法"}


CARD = DocumentCard("d", "s.txt", "v", "经费办法", "民政局", ("云岚市", "青禾区"), "2021-06-30", "", "办法")


@pytest.mark.parametrize(
    ("name", "operator", "value", "holds"),
    [
        ("title", "contains", "经费", True),
        ("title", "not contains", "经费", False),
        ("title", "start with", "经费", True),
        ("title", "end with", "经费", False),
        ("kind", "is", "办法", True),
        ("kind", "=", "通知", False),
        ("kind", "is not", "通知", True),
        ("kind", "not is", "办法", False),
        ("kind", "≠", "通知", True),
        ("kind", "!=", "办法", False),
        ("kind", "in", ["通知", "办法"], True),
        ("kind", "in", "通知, 办法", True),
        ("kind", "not in", ["通知"], True),
        ("number", "empty", None, True),
        ("number", "not empty", None, False),
        ("year", ">", 2020, True),
        ("year", "<", "2020", False),
        ("year", "≥", 2021, True),
        ("year", ">=", 2022, False),
        ("year", "≤", 2021, True),
        ("year", "<=", 2020, False),
        ("issued", "after", "2021-01-01", True),
        ("issued", "before", "2021-01-01", False),
        ("number", ">", 3, False),
        ("nothing", "is", "x", False),
        ("nothing", "empty", None, True),
    ],
)
def test_every_operator_holds_as_dify_means_it(name: str, operator: str, value: Any, holds: bool) -> None:  # noqa: ANN401
    condition = Condition(name=[name], comparison_operator=operator, value=value)
    assert passes(CARD, Conditions(conditions=[condition])) is holds


def test_no_operator_is_left_untested() -> None:
    named = {
        mark.args[1][i][1]
        for mark in test_every_operator_holds_as_dify_means_it.pytestmark
        for i in range(26)
    }
    assert named == set(_OPERATORS)


def test_a_threshold_leaves_records_out(client: TestClient) -> None:
    every = ask(client, retrieval_setting={"top_k": 10, "score_threshold": None}).json()["records"]
    middle = sorted(record["score"] for record in every)[5]
    some = ask(client, retrieval_setting={"top_k": 10, "score_threshold": middle}).json()["records"]
    assert [r["score"] for r in some] == [r["score"] for r in every if r["score"] >= middle]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"knowledge_id": "other"}, 404, 2001),
        ({"query": ""}, 422, 1000),
        ({"query": None}, 400, 1000),
        ({"retrieval_setting": {"top_k": 0}}, 400, 1000),
        ({"metadata_condition": {"conditions": [{"name": "x", "comparison_operator": "~"}]}}, 400, 1000),
    ],
)
def test_errors_carry_difys_members(
    client: TestClient, fields: dict[str, Any], status: int, code: int
) -> None:
    answer = ask(client, **fields)
    assert answer.status_code == status
    body = answer.json()
    assert body["error_code"] == code
    assert body["error_msg"] == body["detail"]
