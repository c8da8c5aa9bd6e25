"""Dify's external knowledge API: `POST /dify/retrieval`, knowledge_id being the name of the index.

Contract: langgenius/dify-docs, external-knowledge-api. When a knowledge base is registered Dify posts nothing
at all and takes 404, 403 and 502 for "cannot connect", so an empty body is answered 400. A record's metadata
is always an object: null breaks Dify's pipeline.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import AliasChoices, BaseModel, Field, ValidationError, field_validator
from starlette.responses import JSONResponse, Response

from kb.errors import KbError
from kb.library import Library
from kb.surfaces.access import reader
from kb.surfaces.deps import LibraryDep
from kb.surfaces.problems import status_of, title_of
from kb.types import DocumentCard, Excerpt, Filters, Question

router = APIRouter(include_in_schema=False, dependencies=[Depends(reader)])

BAD_REQUEST, NO_KNOWLEDGE = 1000, 2001  # Dify's codes are conventions; 2001 is "knowledge base not found"
_MOST = 100  # records of one answer

Value = str | int | float | list[str] | None


class Setting(BaseModel):
    """How many records, and from which score on."""

    top_k: Annotated[int, Field(ge=1)] = 4
    score_threshold: Annotated[float | None, Field(ge=0.0, le=1.0)] = 0.0


class Condition(BaseModel):
    """One condition on a document's metadata; older Dify sends the name as a list."""

    name: list[str]
    comparison_operator: str
    value: Value = None

    @field_validator("name", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @field_validator("comparison_operator")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in _OPERATORS:
            raise ValueError(f"unknown operator {value!r}")
        return value


class Conditions(BaseModel):
    """Conditions joined by one operator; RAGFlow's clients call it logic."""

    logical_operator: Literal["and", "or"] = Field(
        "and", validation_alias=AliasChoices("logical_operator", "logic")
    )
    conditions: list[Condition] = []


class Retrieval(BaseModel):
    """What Dify asks."""

    knowledge_id: str
    query: str
    retrieval_setting: Setting = Setting()
    metadata_condition: Conditions | None = None


def _text(value: Value) -> str:
    return str(value if value is not None else "").casefold()


def _listed(value: Value) -> list[str]:
    if isinstance(value, list):
        return [_text(item) for item in value]
    return [part.strip() for part in _text(value).split(",")]


def _ordered(compare: Callable[[float, float], bool]) -> Callable[[str, Value], bool]:
    """A comparison of numbers, or of dates as written; what is unknown satisfies nothing."""

    def holds(have: str, value: Value) -> bool:
        wanted = _text(value)
        try:
            return compare(float(have), float(wanted))
        except ValueError:
            order = (have > wanted) - (have < wanted)
            return bool(have and wanted) and compare(order, 0)

    return holds


def _same(have: str, value: Value) -> bool:
    return have == _text(value)


_OPERATORS: Mapping[str, Callable[[str, Value], bool]] = {
    "contains": lambda have, value: _text(value) in have,
    "not contains": lambda have, value: _text(value) not in have,
    "start with": lambda have, value: have.startswith(_text(value)),
    "end with": lambda have, value: have.endswith(_text(value)),
    "in": lambda have, value: have in _listed(value),
    "not in": lambda have, value: have not in _listed(value),
    "empty": lambda have, _: not have,
    "not empty": lambda have, _: bool(have),
    **dict.fromkeys(("is", "="), _same),
    **dict.fromkeys(("is not", "not is", "≠", "!="), lambda have, value: not _same(have, value)),
    **dict.fromkeys((">", "after"), _ordered(lambda a, b: a > b)),
    **dict.fromkeys(("<", "before"), _ordered(lambda a, b: a < b)),
    **dict.fromkeys(("≥", ">="), _ordered(lambda a, b: a >= b)),
    **dict.fromkeys(("≤", "<="), _ordered(lambda a, b: a <= b)),
}


def metadata(card: DocumentCard) -> dict[str, str]:
    """What conditions look at and records carry; "" is unknown."""
    return {
        "document_id": card.id,
        "document_name": card.title,
        "title": card.title,
        "source": card.source.rpartition("/")[2],
        "region": "/".join(card.region),
        "issuer": card.issuer,
        "issued": card.issued,
        "year": str(card.year or ""),
        "number": card.number,
        "kind": card.kind,
    }


def passes(card: DocumentCard, wanted: Conditions) -> bool:
    """Whether a document satisfies the conditions; one on a field that we do not have sees it empty."""
    fields = metadata(card)
    results = [
        any(
            _OPERATORS[condition.comparison_operator](fields.get(name, "").casefold(), condition.value)
            for name in condition.name
        )
        for condition in wanted.conditions
    ]
    return all(results) if wanted.logical_operator == "and" else any(results)


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("/dify/retrieval")
def retrieval(request: Request, library: LibraryDep, body: Annotated[bytes, Depends(_body)]) -> Response:
    """Passages as Dify's records."""
    try:
        asked = Retrieval.model_validate(json.loads(body or b"null"))
    except (ValueError, ValidationError) as error:
        return _failed(request, 400, BAD_REQUEST, f"the request is not a retrieval: {error}".splitlines()[0])
    if asked.knowledge_id != library.settings.index:
        detail = f"there is no knowledge base {asked.knowledge_id!r}: the index is {library.settings.index!r}"
        return _failed(request, 404, NO_KNOWLEDGE, detail)
    try:
        found = _found(library, asked)
    except KbError as error:
        return _failed(request, status_of(error), BAD_REQUEST, str(error))
    threshold = asked.retrieval_setting.score_threshold or 0.0
    return JSONResponse({"records": [_record(hit) for hit in found if hit.hit.score >= threshold]})


def _found(library: Library, asked: Retrieval) -> tuple[Excerpt, ...]:
    filters = Filters()
    if asked.metadata_condition is not None and asked.metadata_condition.conditions:
        wanted = asked.metadata_condition
        within = tuple(card.id for card in library.cards() if passes(card, wanted))
        if not within:
            return ()
        filters = Filters(documents=within)
    top_k = min(asked.retrieval_setting.top_k, _MOST)
    return library.search(Question(asked.query, top_k, filters)).hits


def _record(excerpt: Excerpt) -> dict[str, Any]:
    citation = excerpt.citation
    place = {
        "paragraph": citation.paragraph,
        "start": citation.start,
        "end": citation.end,
        "confidence": excerpt.confidence,
        "flags": [flag.name for flag in citation.flags],
    }
    return {
        "content": citation.quote,
        "score": min(1.0, max(0.0, excerpt.hit.score)),
        "title": citation.document.title,
        "metadata": metadata(citation.document) | place,
    }


def _failed(request: Request, status: int, code: int, detail: str) -> Response:
    body = {
        "error_code": code,
        "error_msg": detail,
        "type": "about:blank",
        "title": title_of(status),
        "status": status,
        "detail": detail,
        "instance": request.url.path,
    }
    return JSONResponse(body, status)
