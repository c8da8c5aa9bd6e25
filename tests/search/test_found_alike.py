"""Ways that only save time find what the plain way finds, on the samples."""

from __future__ import annotations

from dataclasses import replace

import pytest

import kb.store.lexical
import kb.store.queries
from kb.library import Library
from kb.search.engine import Bench, Found, find
from kb.search.filters import admitted, passes
from kb.search.question import understand
from kb.search.ranking import ranking
from kb.store.keys import Keys
from kb.store.snapshot import Snapshot
from kb.types import Filters, Question

QUESTIONS = ("其他区怎么解决社区办公用房经费", "grid workers in communities")


def _filters(snapshot: Snapshot) -> list[Filters]:
    """Filters of one and two kinds, made of what the documents are."""
    cards = list(snapshot.cards.values())
    regions = sorted({part for card in cards for part in card.region})
    years = sorted({card.year for card in cards if card.year})
    kinds = sorted({card.kind for card in cards if card.kind})
    made = [Filters()]
    made += [Filters(regions=(name,), years=(years[0], years[-1])) for name in regions]
    made += [Filters(not_regions=(name,), kinds=(kind,)) for name in regions[:4] for kind in kinds[:3]]
    made += [Filters(years=(year, year), not_documents=(cards[0].id,)) for year in years]
    made += [Filters(issuers=(card.issuer[:3],)) for card in cards if card.issuer]
    return made


def test_a_filter_leaves_what_every_card_says(sample_library: Library) -> None:
    snapshot = sample_library._store.snapshot()
    for number, filters in enumerate(_filters(snapshot)):
        within = admitted(snapshot.columns, filters)
        left = {key for key, card in snapshot.cards.items() if passes(card, filters)}
        assert (set(snapshot.cards) if within is None else set(within)) == left, filters
        if number % 5:
            continue  # a question for some of them
        answer = sample_library.search(Question(QUESTIONS[0], filters=filters))
        assert answer.coverage.documents == len({snapshot.cards[key].work for key in left})
        shown = {hit.citation.doc_id for hit in answer.hits}
        assert shown <= {snapshot.cards[key].id for key in left}


def _found(library: Library, text: str, within: Keys | None) -> list[Found]:
    understood = understand(text, ranking(), library.settings.models_folder)
    vector = library._models.embedder(library.settings.model).query(text)
    store = library._store
    with store.reading() as connection:
        return find(Bench(store.snapshot(), connection, within, ranking()), understood, vector, "hybrid")


@pytest.mark.parametrize(
    "changed", [{"_LARGE": 0}, {"_LISTED": 1}, {"_LARGE": 0, "_NESTED": 3}, {"_READ_LEADING": 2}]
)
def test_words_are_scored_alike_whichever_way_they_are_looked_up(
    sample_library: Library, monkeypatch: pytest.MonkeyPatch, changed: dict[str, int]
) -> None:
    snapshot = sample_library._store.snapshot()
    assert snapshot.passages is not None
    assert snapshot.documents is not None
    half = Keys.of(sorted(snapshot.cards)[::2])
    asked = [(text, within) for text in QUESTIONS for within in (None, half)]
    plain = [_found(sample_library, *one) for one in asked]
    for name, value in changed.items():
        module = kb.store.lexical if hasattr(kb.store.lexical, name) else kb.store.queries
        monkeypatch.setattr(module, name, value)
    for index in (snapshot.passages, snapshot.documents):
        index.reload()  # what was put together before goes
    for one, wanted in zip(asked, plain, strict=True):
        found = _found(sample_library, *one)
        assert [_rounded(some) for some in found] == [_rounded(some) for some in wanted], one[0]
    for index in (snapshot.passages, snapshot.documents):
        index.reload()


def _rounded(found: Found) -> Found:
    """Without the last digits, which depend on the order of adding up."""
    near = {
        name: round(value, 4)
        for name in ("score", "dense", "lexical", "document", "said", "document_said")
        if (value := getattr(found, name)) is not None
    }
    return replace(found, **near)
