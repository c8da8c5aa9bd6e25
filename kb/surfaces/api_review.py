"""The API of what waits for a person's word: flags, and works with their copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from kb.surfaces import wire
from kb.surfaces.access import EditorDep, ReaderDep
from kb.surfaces.api import ALWAYS, DocId, answered
from kb.surfaces.deps import LibraryDep
from kb.surfaces.problems import ProblemOut
from kb.surfaces.review_shapes import (
    FamiliesOut,
    FlagCaseOut,
    FlagCasesOut,
    FlagsIn,
    PageIn,
    VerdictIn,
    case_out,
    wanted,
)
from kb.upkeep.works import works_with_copies

router = APIRouter(prefix="/api/v1", responses=ALWAYS)

_Item = TypeVar("_Item")
_MISSING: dict[int | str, dict[str, Any]] = {
    404: {"model": ProblemOut, "description": "No such document, or it has no such flag."}
}


@router.get("/flags", operation_id="listFlags", response_model=FlagCasesOut, tags=["review"])
def flags(
    request: Request, library: LibraryDep, _: ReaderDep, query: Annotated[FlagsIn, Query()]
) -> Response:
    """Flags with their evidence and what people said of them, false alarms among them."""
    found = wanted(library.upkeep.flags.cases(library.cards()), query.flag, query.state)
    part, following = _page(found, query)
    return answered(request, FlagCasesOut([case_out(case) for case in part], len(found), following))


@router.put(
    "/documents/{doc_id}/flags",
    operation_id="judgeFlag",
    response_model=FlagCaseOut,
    responses=_MISSING,
    tags=["review"],
)
def judge(
    request: Request, library: LibraryDep, caller: EditorDep, doc_id: DocId, body: VerdictIn
) -> Response:
    """Says of a flag that it is right or a false alarm; it holds when the file is read again."""
    library.card(doc_id)
    library.upkeep.flags.judge(doc_id, body.flag, body.evidence, body.verdict, who=caller.name)
    cases = library.upkeep.flags.cases([library.card(doc_id)])
    return answered(
        request, next(case_out(c) for c in cases if (c.flag, c.evidence) == (body.flag, body.evidence))
    )


@router.get("/families", operation_id="listFamilies", response_model=FamiliesOut, tags=["review"])
def families(
    request: Request, library: LibraryDep, _: ReaderDep, query: Annotated[PageIn, Query()]
) -> Response:
    """Works that have copies: the document that is cited, and the others with what they share."""
    ids = works_with_copies(library.cards())
    part, following = _page(ids, query)
    found = [wire.family_out(library.family(id)) for id in part]
    return answered(request, FamiliesOut(found, len(ids), following))


def _page(found: Sequence[_Item], query: PageIn) -> tuple[Sequence[_Item], str | None]:
    """A page, and the cursor of the next one."""
    start = int(query.cursor or 0)
    end = start + query.limit
    return found[start:end], str(end) if end < len(found) else None
