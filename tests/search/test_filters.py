from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.filters import admitted, coverage, in_region, passes, unclear_places, undated, works
from kb.store.columns import Columns
from kb.store.keys import Keys
from kb.types import DocumentCard, Filters, Flag, SearchCoverage

HEDONG = DocumentCard(
    "a",
    "a.txt",
    "v",
    "甲",
    issuer="天津市河东区委",
    topics=("党建",),
    region=("天津市", "河东区"),
    issued="2021-06",
    kind="调研报告",
)
LINYI = DocumentCard(
    "b", "b.txt", "v", "乙", region=("山东省", "临沂市", "河东区"), issued="2019", kind="意见"
)
UNKNOWN = DocumentCard("c", "c.txt", "v", "丙", flags=(Flag("spun_text", "效劳"),))


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("天津市", True),
        ("天津", True),
        ("河东区", True),
        ("河东", True),
        ("天津市/河东区", True),
        ("天津/河东", True),
        ("山东省/河东区", False),
        ("河东区/天津市", False),
        ("河", False),
        ("", False),
    ],
)
def test_a_region_is_named_at_any_level(name: str, inside: bool) -> None:
    assert in_region(HEDONG.region, name) is inside


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (Filters(regions=("河东区",)), {"a", "b"}),
        (Filters(regions=("天津市/河东区",)), {"a"}),
        (Filters(not_regions=("天津",)), {"b", "c"}),
        (Filters(years=(2020, 2022)), {"a"}),
        (Filters(years=(2019, 2021)), {"a", "b"}),
        (Filters(kinds=("意见", "通知")), {"b"}),
        (Filters(issuers=("河东区委",)), {"a"}),
        (Filters(flags=("spun_text",)), {"c"}),
        (Filters(topics=("物业", "党建")), {"a"}),
        (Filters(documents=("a", "c"), not_regions=("天津",)), {"c"}),
        (Filters(regions=("不存在区",)), set()),
    ],
)
def test_filters(filters: Filters, ids: set[str]) -> None:
    assert {card.id for card in (HEDONG, LINYI, UNKNOWN) if passes(card, filters)} == ids


def test_no_filter_restricts_nothing() -> None:
    columns = Columns.of({1: HEDONG})
    assert admitted(columns, Filters()) is None
    assert admitted(columns, Filters(regions=("山东",))) == frozenset()


def test_unknown_regions_are_not_counted() -> None:
    columns = Columns.of({1: HEDONG, 2: LINYI, 7: UNKNOWN})
    assert coverage(columns, None, True) == SearchCoverage(3, 2, True)
    assert coverage(columns, Keys.of({2, 7}), False) == SearchCoverage(2, 1, False)
    assert undated(columns, None) == 1
    assert undated(columns, Keys.of({1, 2})) == 0


def test_a_name_of_several_places_is_unclear() -> None:
    columns = Columns.of({1: HEDONG, 2: LINYI, 3: UNKNOWN})
    filters = Filters(regions=("河东", "天津"), not_regions=("青岛",))
    assert unclear_places(columns, filters) == (
        ("河东", ("天津市/河东区", "山东省/临沂市/河东区")),
        ("青岛", ()),
    )


_REGIONS = st.sampled_from(
    [(), ("天津市",), ("天津市", "河东区"), ("山东省", "临沂市", "河东区"), ("山东省",)]
)
_FLAGS = st.lists(st.sampled_from(["spun_text", "cut_off"]), max_size=2, unique=True)
_IDS = "abcdef"


@st.composite
def _cards(draw: st.DrawFn, key: int) -> DocumentCard:
    return DocumentCard(
        _IDS[key],
        "file",
        "v",
        "题",
        issuer=draw(st.sampled_from(["", "河东区委", "河东区委办公室"])),
        region=draw(_REGIONS),
        issued=draw(st.sampled_from(["", "2019", "2021-06", "2022-01-05"])),
        kind=draw(st.sampled_from(["", "意见", "通知"])),
        flags=tuple(Flag(name, "") for name in draw(_FLAGS)),
        topics=tuple(draw(st.lists(st.sampled_from(["党建", "物业"]), max_size=2, unique=True))),
        family=draw(st.sampled_from(["", *_IDS])),
    )


def _some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


_FILTERS = st.builds(
    Filters,
    regions=_some(["天津", "河东", "山东省/临沂", "不存在"]),
    not_regions=_some(["天津市", "河东区"]),
    years=st.none() | st.just((2019, 2021)) | st.just((2022, 2022)),
    kinds=_some(["意见", "通知"]),
    issuers=_some(["区委", "办公室"]),
    flags=_some(["spun_text", "cut_off"]),
    not_flags=_some(["spun_text", "cut_off"]),
    documents=_some(list(_IDS)),
    not_documents=_some(list(_IDS)),
    topics=_some(["党建", "物业"]),
)


def _passes(card: DocumentCard, filters: Filters) -> bool:
    """What a filter means, field by field and document by document."""
    names = {flag.name for flag in card.flags}
    return (
        (not filters.regions or any(in_region(card.region, name) for name in filters.regions))
        and not any(in_region(card.region, name) for name in filters.not_regions)
        and (not filters.years or (card.issued != "" and filters.years[0] <= int(card.issued[:4])))
        and (not filters.years or int(card.issued[:4]) <= filters.years[1])
        and (not filters.kinds or card.kind in filters.kinds)
        and (not filters.topics or bool(set(filters.topics) & set(card.topics)))
        and (not filters.issuers or any(issuer in card.issuer for issuer in filters.issuers))
        and set(filters.flags) <= names
        and not set(filters.not_flags) & names
        and (not filters.documents or card.id in filters.documents)
        and card.id not in filters.not_documents
    )


@given(st.data())
def test_columns_say_what_every_card_says(data: st.DataObject) -> None:
    """Through any changes, for the whole library and for the part of it that somebody may see."""
    cards: dict[int, DocumentCard] = {}
    columns = Columns.of(cards)
    for _ in range(data.draw(st.integers(1, 4))):
        gone = data.draw(st.sets(st.integers(0, 5)))
        read = {key: data.draw(_cards(key)) for key in data.draw(st.sets(st.integers(0, 5))) - gone}
        cards = {key: card for key, card in cards.items() if key not in gone} | read
        columns = columns.changed(gone, read)
    hidden = data.draw(st.none() | st.sets(st.integers(0, 5)))
    if hidden is not None:
        cards = {key: card for key, card in cards.items() if key not in hidden}
        split = {key: replace(card, family="") for key, card in cards.items() if key % 2}
        cards |= split
        columns = columns.only(cards, split)
    filters = data.draw(_FILTERS)
    within = admitted(columns, filters)
    left = {key: card for key, card in cards.items() if _passes(card, filters)}
    assert (set(cards) if within is None else set(within)) == set(left)
    assert {key for key, card in cards.items() if passes(card, filters)} == set(left)
    districts = {card.region[:3] for card in left.values() if card.region}
    assert coverage(columns, within, True) == SearchCoverage(works(left.values()), len(districts), True)
    assert undated(columns, within) == sum(card.year is None for card in left.values())
    assert {id: columns.key_of(id) for id in _IDS} == {
        id: next((key for key, card in cards.items() if card.id == id), None) for id in _IDS
    }
