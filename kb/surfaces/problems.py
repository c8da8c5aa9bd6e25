"""Errors as answers: RFC 9457 problems for the API, one line on a page for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse

from kb.errors import (
    Busy,
    KbError,
    ModelError,
    NotFound,
    Outdated,
    QuestionError,
    ReadError,
    StorageFull,
    StoreError,
)

PROBLEM_TYPE = "application/problem+json"
RETRY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class InvalidOut:
    """One wrong part of a request: where it is (query.q, body.top_k) and what is wrong with it."""

    at: str
    detail: str


@dataclass(frozen=True, slots=True)
class ProblemOut:
    """An RFC 9457 problem; `errors` names the wrong parts of a request that failed validation."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[InvalidOut] | None = None


# The first class that fits decides, so children stand before their parents.
_STATUS: tuple[tuple[type[KbError], int], ...] = (
    (NotFound, 404),
    (Outdated, 412),
    (QuestionError, 422),
    (ReadError, 422),
    (Busy, 503),
    (StorageFull, 507),
    (StoreError, 503),
    (ModelError, 503),
)


def status_of(error: KbError) -> int:
    """The HTTP status of an error of ours; 500 for what is nobody's input."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def title_of(status: int) -> str:
    """The registered phrase of a status."""
    return HTTPStatus(status).phrase


_FOR_PROGRAMS = ("/api/", "/dify/", "/fastgpt/", "/openwebui/", "/mcp")


def for_programs(path: str) -> bool:
    """Whether what is wrong there is told as a problem; people get a page."""
    return path.startswith(_FOR_PROGRAMS)


def problem_response(
    status: int, detail: str, instance: str, errors: Sequence[InvalidOut] = ()
) -> JSONResponse:
    """An RFC 9457 answer. The type is about:blank: the status says all that the kind of problem means."""
    body = problem_body(status, detail, instance)
    if errors:
        body["errors"] = [{"at": error.at, "detail": error.detail} for error in errors]
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else None
    return JSONResponse(body, status, headers, media_type=PROBLEM_TYPE)


def problem_body(status: int, detail: str, instance: str) -> dict[str, object]:
    """The members of a problem."""
    return {
        "type": "about:blank",
        "title": title_of(status),
        "status": status,
        "detail": detail,
        "instance": instance,
    }


def as_problems(schema: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document in which problems have their own media type; FastAPI gives them that of the answer.

    Changes `schema` and returns it.
    """
    reference = {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}
    for path in schema["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                kinds = response.get("content", {}).values()
                if any(kind.get("schema") == reference for kind in kinds):
                    response["content"] = {PROBLEM_TYPE: {"schema": reference}}
    return schema


def invalid_parts(error: RequestValidationError) -> list[InvalidOut]:
    """What a failed validation complains of, one entry per part."""
    return [
        InvalidOut(".".join(str(part) for part in item["loc"]), str(item["msg"])) for item in error.errors()
    ]
