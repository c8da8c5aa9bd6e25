"""The tools: what each takes, gives and does. All of them only read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from kb.compare.table import sorted_by_figure
from kb.errors import QuestionError
from kb.library import Library
from kb.surfaces import requests
from kb.surfaces.mcp import answers
from kb.surfaces.mcp.places import PAGE, Addresses, Part, page_of, part_of_id
from kb.types import Question

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_CONNECTOR_DOCUMENTS, _CONNECTOR_PASSAGES = 10, 30


@dataclass(frozen=True, slots=True)
class Desk:
    """What a tool works with: the library, and how addresses are written for this client."""

    library: Library
    addresses: Addresses


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool, with words about it for people (a key of messages.toml) and for models."""

    name: str
    title: str
    description: str
    takes: type[BaseModel]
    gives: type[DataclassInstance]
    run: Callable[[Desk, Any], DataclassInstance]  # what it takes is an instance of `takes`

    @property
    def input_schema(self) -> dict[str, Any]:
        """The JSON schema of the arguments."""
        return self.takes.model_json_schema()

    @property
    def output_schema(self) -> dict[str, Any]:
        """The JSON schema of the structured answer."""
        return TypeAdapter(self.gives).json_schema(mode="serialization")

    def read(self, given: Mapping[str, Any]) -> BaseModel:
        """The arguments, validated. Raises `QuestionError` with one line that names the wrong ones."""
        try:
            return self.takes.model_validate(_untangled(self.takes, given))
        except ValidationError as error:
            said = "; ".join(self._complaint(one["type"], one["loc"], one["msg"]) for one in error.errors())
            raise QuestionError(f"{self.name}: {said}") from error

    def _complaint(self, kind: str, place: tuple[int | str, ...], said: str) -> str:
        name = ".".join(map(str, place))
        if kind == "extra_forbidden":
            return f"there is no argument {name[:80]}, use {', '.join(self.takes.model_fields)}"
        return f"{name}: {said}"


class SearchIn(BaseModel):
    """A question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query: requests.Text = Field(description="The question in plain words, Chinese or English.")


class FetchIn(BaseModel):
    """What to read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: requests.Name = Field(
        description="An id from `search` or `kb_search`: a document, or one of its passages DOC:START-END."
    )


class KbSearchIn(requests.AskingIn):
    """A question with its restrictions."""

    query: requests.Text = Field(
        description="The question, Chinese or English. Words in quotation marks must stand in every passage.",
        examples=["其他区是怎么解决社区办公用房经费的"],
    )


class KbDocumentIn(BaseModel):
    """A document, from where on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: requests.Name = Field(description="The document's id.")
    start: int = Field(
        0,
        ge=0,
        le=requests.OFFSET_LIMIT,
        description="Where to begin: `next` of the page before.",
    )


def _search(desk: Desk, asked: SearchIn) -> DataclassInstance:
    found = desk.library.search(Question(asked.query, _CONNECTOR_PASSAGES))
    return answers.connector_search_out(found, desk.addresses, _CONNECTOR_DOCUMENTS)


def _fetch(desk: Desk, asked: FetchIn) -> DataclassInstance:
    part = part_of_id(asked.id)
    document = desk.library.document(part.doc_id)
    return answers.connector_fetch_out(asked.id, document, page_of(document, part), desk.addresses)


def _kb_search(desk: Desk, asked: KbSearchIn) -> DataclassInstance:
    return answers.kb_search_out(desk.library.search(asked.asking(asked.query)), desk.addresses)


def _kb_compare(desk: Desk, asked: requests.CompareIn) -> DataclassInstance:
    comparison = desk.library.compare(asked.request)
    ordered = sorted_by_figure(comparison, asked.sort) if asked.sort else comparison
    return answers.kb_compare_out(ordered, desk.addresses)


def _kb_document(desk: Desk, asked: KbDocumentIn) -> DataclassInstance:
    document = desk.library.document(asked.id)
    return answers.kb_document_out(document, page_of(document, Part(asked.id, asked.start)), desk.addresses)


TOOLS = (
    Tool(
        "search",
        "mcp.search",
        "Finds Chinese policy and practice documents (政策文件、经验材料、调研报告) that answer a question "
        "in Chinese or English. Gives ids, titles and addresses; read them with `fetch`.",
        SearchIn,
        answers.ConnectorSearchOut,
        _search,
    ),
    Tool(
        "fetch",
        "mcp.fetch",
        f"Reads a document that `search` found, or one of its passages: up to {PAGE} characters. "
        "`metadata.next` is the id of the next page of a longer one.",
        FetchIn,
        answers.ConnectorFetchOut,
        _fetch,
    ),
    Tool(
        "kb_search",
        "mcp.kb_search",
        "Finds exact, cited passages (原文摘录) with filters by region, year, kind, issuer and topic; "
        "`per_region` spreads them over districts. Quote `quote` word for word with `reference` and `place`, "
        "and pass on its `warnings`. Nothing found is said: do not fill it in.",
        KbSearchIn,
        answers.KbSearchOut,
        _kb_search,
    ),
    Tool(
        "kb_compare",
        "mcp.kb_compare",
        "Puts districts (or documents) side by side on a topic: every cell is quoted, or not_mentioned "
        "(未提及). Leave `column` empty to let the topic choose the districts.",
        requests.CompareIn,
        answers.KbCompareOut,
        _kb_compare,
    ),
    Tool(
        "kb_document",
        "mcp.kb_document",
        f"Reads one document with its metadata, outline and warnings, {PAGE} characters at a time.",
        KbDocumentIn,
        answers.KbDocumentOut,
        _kb_document,
    ),
)


def _untangled(takes: type[BaseModel], given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with lists made of what models send in their place: one name, or JSON in a string."""
    lists = {name for name, field in takes.model_fields.items() if get_origin(field.annotation) is list}
    return {
        name: _listed(value) if name in lists and isinstance(value, str) else value
        for name, value in given.items()
    }


def _listed(value: str) -> list[Any]:
    if not value.strip():
        return []
    try:
        parsed = json.loads(value)
    except (ValueError, RecursionError):
        return [value]
    return parsed if isinstance(parsed, list) else [value]
