"""Collections on the pages of the library: where documents are, and where they can be put."""

from __future__ import annotations

from dataclasses import dataclass

from kb.library import Library
from kb.surfaces.access import rules
from kb.types import Caller


@dataclass(frozen=True, slots=True)
class Shelving:
    """The collections that somebody sees, when there is a choice."""

    names: tuple[str, ...]  # (): there is only one
    may_move: bool


def shelving(library: Library, caller: Caller) -> Shelving:
    """The collections that `caller` may put uploads into, and whether they may move documents."""
    every = tuple(one.name for one in library.collections.every())
    seen = every if caller.collections is None else tuple(n for n in every if n in caller.collections)
    return Shelving(seen if len(seen) > 1 else (), rules(caller) and len(seen) > 1)
