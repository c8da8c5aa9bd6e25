"""What can be chosen beside the results, with the number of documents behind every choice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kb.library import Library
from kb.surfaces.forms import SearchForm
from kb.surfaces.messages import Words
from kb.types import DocumentCard, Filters

SHOWN_REGIONS = 12
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
    flags: tuple[Choice, ...]


def facets(library: Library, form: SearchForm, words: Words) -> Facets:
    """The facets of a search."""
    filters = form.filters

    tree = _region_tree(library.cards(replace(filters, regions=(), not_regions=())), form.regions)
    kinds = Counter(card.kind for card in library.cards(replace(filters, kinds=())) if card.kind)
    flagged = library.cards(replace(filters, flags=()))
    flags = Counter(name for card in flagged for name in {flag.name for flag in card.flags})
    shown = SHOWN_REGIONS if len(tree) >= SHOWN_REGIONS + WORTH_FOLDING else len(tree)
    return Facets(
        regions=tree[:shown],
        more_regions=tree[shown:],
        years=_years(library.cards(replace(filters, years=None)), form),
        kinds=_flat(kinds, form.kinds, str),
        flags=_flat(flags, form.flags, lambda name: words.known("flag", name)),
    )


def _flat(counts: Counter[str], chosen: Sequence[str], label: Callable[[str], str]) -> tuple[Choice, ...]:
    names = [*(name for name, _ in counts.most_common()), *(name for name in chosen if name not in counts)]
    return tuple(Choice(name, label(name), counts[name], name in chosen) for name in names)


def _region_tree(cards: Iterable[DocumentCard], chosen: Sequence[str]) -> tuple[Choice, ...]:
    """Regions in order of their count, each followed by the districts in it."""
    counts: Counter[tuple[str, ...]] = Counter()
    for card in cards:
        counts.update(card.region[:depth] for depth in range(1, min(len(card.region), _DEEPEST_REGION) + 1))

    children: defaultdict[tuple[str, ...], list[tuple[str, ...]]] = defaultdict(list)
    for path in sorted(counts, key=lambda path: (-counts[path], path)):
        children[path[:-1]].append(path)

    def below(parent: tuple[str, ...]) -> Iterator[Choice]:
        for path in children[parent]:
            yield Choice("/".join(path), path[-1], counts[path], "/".join(path) in chosen, len(parent))
            yield from below(path)

    tree = tuple(below(()))
    known = {choice.value for choice in tree}
    return (*(Choice(name, name, 0, True) for name in chosen if name not in known), *tree)


def _years(cards: Iterable[DocumentCard], form: SearchForm) -> tuple[YearBar, ...]:
    counts = Counter(card.year for card in cards if card.year is not None)
    if not counts:
        return ()
    fullest = max(counts.values())
    first, last = form.filters.years or (None, None)
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
