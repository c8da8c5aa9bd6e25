"""The API of own lenses and rules: read, try on the library, save, take back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from kb.errors import DataError, QuestionError
from kb.surfaces import owning, shapes, wire
from kb.surfaces.access import AdminDep, EditorDep
from kb.surfaces.api import ALWAYS, answered
from kb.surfaces.deps import LibraryDep
from kb.surfaces.own_shapes import (
    ChangesOut,
    LensTrialIn,
    OwnFileOut,
    OwnTextIn,
    RulesTrialIn,
    TrialOut,
    changes_out,
    trial_out,
)
from kb.surfaces.problems import ProblemOut

router = APIRouter(prefix="/api/v1", responses=ALWAYS)

Key = Annotated[
    str,
    Path(description="The key of a lens: its file's name without .toml.", max_length=60, examples=["经费"]),
]
Rules = Annotated[
    Literal["cleaning", "spun"],
    Path(description="`cleaning`, or `spun`: the dictionary of swapped words.", examples=["cleaning"]),
]
Id = Annotated[int, Path(description="The number of a change.", ge=1, le=2**40, examples=[1])]
_OUTDATED: dict[int | str, dict[str, Any]] = {
    412: {"model": ProblemOut, "description": "Another has changed the file meanwhile."}
}
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": ProblemOut, "description": "No such change."}}


@router.get("/lenses/{key}", operation_id="getLensFile", response_model=OwnFileOut, tags=["lenses"])
def lens(request: Request, library: LibraryDep, _: EditorDep, key: Key) -> Response:
    """A lens of the office's own as a TOML file; empty when there is none of that key."""
    return answered(request, owning.own_file(library.upkeep.lenses, key))


@router.put(
    "/lenses/{key}",
    operation_id="saveLens",
    response_model=OwnFileOut,
    responses=_OUTDATED,
    tags=["lenses"],
)
def save_lens(
    request: Request, library: LibraryDep, caller: EditorDep, key: Key, body: OwnTextIn
) -> Response:
    """Keeps a lens of the office's own; one with the key of ours takes its place."""
    kept = owning.save(library.upkeep.lenses, key, body.text, caller.name, body.version)
    return answered(request, kept)


@router.delete("/lenses/{key}", operation_id="deleteLens", response_model=OwnFileOut, tags=["lenses"])
def delete_lens(request: Request, library: LibraryDep, caller: EditorDep, key: Key) -> Response:
    """Deletes a lens of the office's own; its text stays in the history."""
    library.upkeep.lenses.save(key, "", who=caller.name)
    return answered(request, owning.own_file(library.upkeep.lenses, key))


@router.post(
    "/lenses/{key}/preview", operation_id="tryLens", response_model=shapes.ComparisonOut, tags=["lenses"]
)
def try_lens(request: Request, library: LibraryDep, _: EditorDep, key: Key, body: LensTrialIn) -> Response:
    """A comparison of three districts under a lens that is not saved."""
    return answered(request, wire.comparison_out(owning.tried_lens(library, key, body.text, body.topic)[1]))


@router.get("/rules/{name}", operation_id="getRules", response_model=OwnFileOut, tags=["rules"])
def rules(request: Request, library: LibraryDep, _: AdminDep, name: Rules) -> Response:
    """The office's own rules, which are added to ours."""
    return answered(request, owning.own_file(library.upkeep.rules, name))


@router.put(
    "/rules/{name}", operation_id="saveRules", response_model=OwnFileOut, responses=_OUTDATED, tags=["rules"]
)
def save_rules(
    request: Request, library: LibraryDep, caller: AdminDep, name: Rules, body: OwnTextIn
) -> Response:
    """Keeps rules. They apply to files that are read from now on; `kb ingest --reprocess` reads all again."""
    return answered(request, owning.save(library.upkeep.rules, name, body.text, caller.name, body.version))


@router.delete("/rules/{name}", operation_id="deleteRules", response_model=OwnFileOut, tags=["rules"])
def delete_rules(request: Request, library: LibraryDep, caller: AdminDep, name: Rules) -> Response:
    """Leaves only our rules; the text stays in the history."""
    library.upkeep.rules.save(name, "", who=caller.name)
    return answered(request, owning.own_file(library.upkeep.rules, name))


@router.post("/rules/{name}/preview", operation_id="tryRules", response_model=TrialOut, tags=["rules"])
def try_rules(
    request: Request, library: LibraryDep, _: AdminDep, name: Rules, body: RulesTrialIn
) -> Response:
    """Which pieces of which documents rules would take away or leave in, before they are saved."""
    try:
        return answered(request, trial_out(library.upkeep.try_rules(name, body.text)))
    except DataError as error:
        raise QuestionError(str(error)) from error


@router.get("/rules/{name}/history", operation_id="rulesHistory", response_model=ChangesOut, tags=["rules"])
def history(request: Request, library: LibraryDep, _: AdminDep, name: Rules) -> Response:
    """Who changed the rules, when, and how; the last change first."""
    return answered(request, changes_out(library.upkeep.rules.history(name)))


@router.post(
    "/rules/{name}/history/{id}/undo",
    operation_id="undoRules",
    response_model=OwnFileOut,
    responses=_MISSING,
    tags=["rules"],
)
def undo(request: Request, library: LibraryDep, caller: AdminDep, name: Rules, id: Id) -> Response:
    """Puts back what the rules were before a change; that is a change too."""
    library.upkeep.rules.undo(id, who=caller.name)
    return answered(request, owning.own_file(library.upkeep.rules, name))
