"""The description of the API is whole: whoever reads only it can call every route."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kb.store.documents import CORRECTABLE, FAMILY
from kb.types import ROLES

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "api.md"
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def description(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return found


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in description["paths"].items():
        for method, operation in item.items():
            assert method in METHODS
            yield f"{method} {path}", operation


def schema_of(description: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, followed to where it is written."""
    while "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def lacks(description: dict[str, Any], about: dict[str, Any]) -> list[str]:
    """What a parameter or a field does not say: what it means, and how one is written."""
    inner = schema_of(description, about.get("schema", about))
    said = [] if about.get("description") or inner.get("description") else ["description"]
    plain = {"examples", "default", "enum", "const"}
    nested = schema_of(description, inner.get("items", {})).get("properties")
    return said if plain & (set(about) | set(inner)) or nested else [*said, "example"]


def test_it_is_openapi_three_one(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    assert description["info"]["description"]


def test_every_operation_has_a_name_of_its_own_that_the_documentation_keeps(
    description: dict[str, Any],
) -> None:
    """A client is generated from these names: one that goes or changes must go from docs/api.md too."""
    names = [operation["operationId"] for _, operation in operations(description)]
    assert len(set(names)) == len(names)
    table = re.findall(r"^\| (`.*?) \|", DOCUMENTATION.read_text(encoding="utf-8"), re.M)
    documented = {name for cell in table for name in re.findall(r"`([a-z][A-Za-z]+)`", cell)}
    assert set(names) == documented & set(names)
    assert documented - set(names) - {"search", "fetch", *ROLES} == set()


def test_every_operation_is_described(description: dict[str, Any]) -> None:
    for where, operation in operations(description):
        assert operation["summary"], where
        assert operation["description"], where
        assert operation["tags"], where
        assert "default" in operation["responses"], where
        for status, response in operation["responses"].items():
            assert response["description"], f"{where} {status}"
            assert status[0] in "123d" or "application/problem+json" in response["content"], where


def test_every_parameter_is_described_with_an_example(description: dict[str, Any]) -> None:
    gaps = [
        (where, parameter["name"], missing)
        for where, operation in operations(description)
        for parameter in operation.get("parameters", ())
        if (missing := lacks(description, parameter))
    ]
    assert gaps == []


def test_every_field_of_a_body_is_described_with_an_example(description: dict[str, Any]) -> None:
    gaps, bodies = [], 0
    for where, operation in operations(description):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            queue = [schema_of(description, content["schema"])]
            bodies += 1
            while queue:
                schema = queue.pop()
                for name, field in schema.get("properties", {}).items():
                    gaps += [(where, name, missing) for missing in lacks(description, field)]
                    queue.append(schema_of(description, schema_of(description, field).get("items", {})))
    assert bodies
    assert gaps == []


def test_swagger_ui_comes_from_here(client: TestClient) -> None:
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert "unsafe" not in page.headers["content-security-policy"]
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert address.startswith("/static/")
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<script>" not in page.text
    assert "style=" not in page.text


def test_fields_that_can_be_reset_are_those_that_can_be_set(description: dict[str, Any]) -> None:
    reset = description["paths"]["/api/v1/documents/{doc_id}/metadata/{field}"]["delete"]["parameters"]
    [field] = [one for one in reset if one["name"] == "field"]
    assert set(field["schema"]["enum"]) == {*CORRECTABLE, FAMILY}
