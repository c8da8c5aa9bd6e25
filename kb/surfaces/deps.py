"""What routes ask for: the library, and how this visitor reads (language, theme, size of type)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from fastapi import Depends, Query, Request
from starlette.responses import Response

from kb.library import Library
from kb.surfaces.access import caller_of, library_for
from kb.surfaces.messages import LANGS, Lang, Words

Theme = Literal["auto", "dark", "light"]
Size = Literal["normal", "large"]
THEMES: tuple[Theme, ...] = get_args(Theme)
SIZES: tuple[Size, ...] = get_args(Size)
_YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Prefs:
    """How a visitor reads: `?lang=`, `?theme=`, `?size=` of the address, else the cookies, else Chinese."""

    lang: Lang = "zh"
    theme: Theme = "auto"
    size: Size = "normal"

    @property
    def words(self) -> Words:
        """The interface's words in the visitor's language."""
        return Words(self.lang)


def library_of(request: Request) -> Library:
    """The library as whoever asks may see it. Raises a 401 problem for one who is not known."""
    whole: Library = request.app.state.library
    return library_for(whole, caller_of(request))


def prefs_of(request: Request) -> Prefs:
    """The visitor's choices; a value that is none of ours counts as not chosen."""
    chosen = {**request.cookies, **request.query_params}
    return Prefs(
        next((lang for lang in LANGS if lang == chosen.get("lang")), "zh"),
        next((theme for theme in THEMES if theme == chosen.get("theme")), "auto"),
        next((size for size in SIZES if size == chosen.get("size")), "normal"),
    )


def keep_prefs(request: Request, prefs: Prefs, response: Response) -> None:
    """Keeps what the address chose in cookies, so that the next page needs no parameter."""
    for name, value in (("lang", prefs.lang), ("theme", prefs.theme), ("size", prefs.size)):
        if name in request.query_params:
            response.set_cookie(name, value, max_age=_YEAR_SECONDS, httponly=True, samesite="lax")


@dataclass(frozen=True, slots=True)
class Span:
    """A span of a document's text, as an address names it."""

    start: Annotated[int, Query(ge=0)]
    end: Annotated[int, Query(ge=1)]


async def _library(request: Request) -> Library:
    return library_of(request)  # a coroutine, as FastAPI would run a plain function in a thread


async def _prefs(request: Request) -> Prefs:
    return prefs_of(request)


LibraryDep = Annotated[Library, Depends(_library)]
PrefsDep = Annotated[Prefs, Depends(_prefs)]
SpanDep = Annotated[Span, Depends()]
