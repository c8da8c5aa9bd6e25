"""Open WebUI's external web search: `POST /openwebui/search`, a bare array, [] when nothing is found.

Contract: open-webui/open-webui, backend/open_webui/retrieval/web/external.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from kb.surfaces.access import reader
from kb.surfaces.deps import LibraryDep
from kb.surfaces.forms import citation_url
from kb.surfaces.requests import TEXT_LIMIT
from kb.types import Question

router = APIRouter(include_in_schema=False, dependencies=[Depends(reader)])


class SearchIn(BaseModel):
    """What Open WebUI asks."""

    query: str = Field(max_length=TEXT_LIMIT)
    count: int = Field(5, ge=1, le=100)


@dataclass(frozen=True, slots=True)
class ResultOut:
    """One result; the link opens the document at the passage."""

    link: str
    title: str
    snippet: str


@router.post("/openwebui/search")
def search(request: Request, library: LibraryDep, body: SearchIn) -> list[ResultOut]:
    """Passages as web results."""
    if not body.query.strip():
        return []
    base = str(request.base_url).rstrip("/")
    return [
        ResultOut(base + citation_url(hit.citation), hit.citation.document.title, hit.citation.quote)
        for hit in library.search(Question(body.query, body.count)).hits
    ]
