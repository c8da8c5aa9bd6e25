"""What can be chosen beside the results, with the number of works behind every choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kb.library import Library
from kb.surfaces.counts import counted, in_tree_order
from kb.surfaces.forms import SearchForm
from kb.surfaces.messages import Words
from kb.types import DocumentCard, Filters, Region

SHOWN_REGIONS = 12
SHOWN_ISSUERS = 6
MOST_ISSUERS = 40
WORTH_EXCLUDING = ("suspect_figure", "spun_text", "truncated")
WORTH_FOLDING = 4  # a shorter rest is shown at once
_DEEPEST_REGION = 3  # province, city, district: below that the list says more than it helps
BAR_HEIGHT = 36  # of the fullest year, px


@dataclass(frozen=True, slots=True)
class Choice:
    """One box to tick; `depth` indents a district under its city."""

    value: str
    label: str
    count: int
    chosen: bool
    depth: int = 0


@dataclass(frozen=True, slots=True)
class YearBar:
    """One year of the histogram; `url` chooses it, or lets it go."""

    year: int
    count: int
    height: int  # px, 1..BAR_HEIGHT
    chosen: bool
    url: str


@dataclass(frozen=True, slots=True)
class Facets:
    """Every facet. Its counts obey the other facets, not itself, so that a second choice can be added."""

    regions: tuple[Choice, ...]
    more_regions: tuple[Choice, ...]
    years: tuple[YearBar, ...]
    kinds: tuple[Choice, ...]
    issuers: tuple[Choice, ...]
    more_issuers: tuple[Choice, ...]
    topics: tuple[Choice, ...]
    flags: tuple[Choice, ...]
    unflagged: tuple[Choice, ...]  # warnings that can be left out


def facets(cards: Sequence[DocumentCard], filters: Filters, form: SearchForm, words: Words) -> Facets:
    """The facets over `cards`; `filters` are those in force, `form` is what was chosen by hand."""
    counts = counted(cards, filters)
    tree = _region_tree(counts.regions, form.regions)
    shown = SHOWN_REGIONS if len(tree) >= SHOWN_REGIONS + WORTH_FOLDING else len(tree)
    issuers = _flat(counts.issuers, form.issuers, str)
    few = SHOWN_ISSUERS if len(issuers) >= SHOWN_ISSUERS + WORTH_FOLDING else len(issuers)
    return Facets(
        regions=tree[:shown],
        more_regions=tree[shown:],
        years=_years(counts.years, filters.years, form),
        kinds=_flat(counts.kinds, form.kinds, str),
        topics=_flat(counts.topics, form.topics, str),
        issuers=issuers[:few],
        more_issuers=issuers[few:MOST_ISSUERS],
        flags=_flat(counts.flags, form.flags, lambda name: words.known("flag", name)),
        unflagged=tuple(
            Choice(name, words.known("flag", name), counts.flags[name], name in form.not_flags)
            for name in sorted({*counts.flags, *form.not_flags})
            if name in WORTH_EXCLUDING or name in form.not_flags
        ),
    )


def _flat(counts: Counter[str], chosen: Sequence[str], label: Callable[[str], str]) -> tuple[Choice, ...]:
    names = [*(name for name, _ in counts.most_common()), *(name for name in chosen if name not in counts)]
    return tuple(Choice(name, label(name), counts[name], name in chosen) for name in names)


def _region_tree(counts: Counter[Region], chosen: Sequence[str]) -> tuple[Choice, ...]:
    """Regions in order of their count, each followed by the districts in it."""
    shallow = Counter({path: n for path, n in counts.items() if len(path) <= _DEEPEST_REGION})
    tree = tuple(
        Choice("/".join(path), path[-1], counts[path], "/".join(path) in chosen, len(path) - 1)
        for path in in_tree_order(shallow)
    )
    known = {choice.value for choice in tree}
    return (*(Choice(name, name, 0, True) for name in chosen if name not in known), *tree)


def _years(counts: Counter[int], in_force: tuple[int, int] | None, form: SearchForm) -> tuple[YearBar, ...]:
    if not counts:
        return ()
    fullest = max(counts.values())
    first, last = in_force or (None, None)
    return tuple(
        YearBar(
            year,
            counts[year],
            max(1, round(BAR_HEIGHT * counts[year] / fullest)),
            first is not None and last is not None and first <= year <= last,
            form.in_year(year).url,
        )
        for year in sorted(counts)
    )


def everything(library: Library) -> tuple[int, int]:
    """The numbers of documents and of districts in the library."""
    cards = library.cards(Filters())
    return len(cards), len({card.region for card in cards if card.region})
