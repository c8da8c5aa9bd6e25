"""Which basket a visitor collects into, and what it holds already: what every page shows of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from fastapi import Request
from starlette.responses import Response

from kb.library import Library
from kb.write.baskets import DEFAULT

_COOKIE = "basket"
_YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Collected:
    """The basket in use, as every page needs it."""

    name: str
    url: str
    open: bool = True  # whether this visitor may collect
    spans: frozenset[str] = frozenset()  # DOC:START-END of its passages as they were collected

    def holds(self, spans: Iterable[str]) -> bool:
        """Whether all of these spans (DOC:START-END:VERSION) have been collected."""
        return all(span.rpartition(":")[0] in self.spans for span in spans)


def current_basket(request: Request, library: Library) -> str:
    """The basket that the visitor used last, else the one changed last, else the first there will be."""
    names = [card.name for card in library.baskets.cards()]
    chosen = unquote(request.cookies.get(_COOKIE, ""))
    return chosen if chosen in names else names[0] if names else DEFAULT


def keep_basket(response: Response, name: str) -> None:
    """Remembers the basket in use."""
    response.set_cookie(_COOKIE, quote(name, safe=""), max_age=_YEAR_SECONDS, httponly=True, samesite="lax")


def collected(request: Request, library: Library, may_edit: bool) -> Collected:
    """What the basket in use holds."""
    name = current_basket(request, library)
    there = any(card.name == name for card in library.baskets.cards())
    found = library.baskets.spans(name) if there else frozenset()
    return Collected(
        name, basket_url(name), may_edit, frozenset(f"{id}:{start}-{end}" for id, start, end in found)
    )


def basket_url(name: str) -> str:
    """The address of a basket's page."""
    return f"/baskets/{quote(name, safe='')}" if name else "/baskets"
