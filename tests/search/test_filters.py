from __future__ import annotations

import pytest

from kb.search.filters import admitted, in_region, passes, regions_of
from kb.types import DocumentCard, Filters, Flag

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
    assert admitted({1: HEDONG}, Filters()) is None
    assert admitted({1: HEDONG}, Filters(regions=("山东",))) == frozenset()


def test_unknown_regions_are_not_counted() -> None:
    assert regions_of([HEDONG, LINYI, UNKNOWN]) == 2
