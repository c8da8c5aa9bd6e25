"""What the tests of upkeep share."""

from __future__ import annotations

from kb.library import Library

LINES = [
    f"{who}为社区安排服务群众专项经费，由居民会议决定用途，街道逐笔公开，年底接受评议。"
    for who in ("区财政", "区民政局", "街道办事处", "驻区单位", "居民委员会")
]


def named(library: Library, name: str) -> str:
    """The id of the document of a file."""
    return next(card.id for card in library.cards() if card.source.endswith(name))
