"""Which documents of the truth may be kin of one: those that its sketch meets in many buckets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
from sqlalchemy import Connection, TextClause, select, text

from kb.ingest.families import Sketch, family_rules, may_be_kin
from kb.store.schema import family_buckets, family_sketches


@cache
def _in_buckets(count: int) -> TextClause:
    """The first documents of each of so many buckets, in one statement; a document asks it once."""
    one = (
        "SELECT doc_key FROM (SELECT doc_key FROM family_buckets WHERE bucket = :one{} "
        "ORDER BY doc_key LIMIT :most) AS b{}"
    )
    return text(" UNION ALL ".join(one.format(index, index) for index in range(count)))


def _met(connection: Connection, key: int) -> list[int]:
    """The documents that share most buckets with one; of a crowded bucket only the first ones count."""
    most = family_rules().met
    own: Sequence[int] = (
        connection.execute(select(family_buckets.c.bucket).where(family_buckets.c.doc_key == key))
        .scalars()
        .all()
    )
    asked = {f"one{index}": bucket for index, bucket in enumerate(own)}
    met: Counter[int] = Counter(
        connection.execute(_in_buckets(len(own)), {**asked, "most": most}).scalars() if own else ()
    )
    met.pop(key, None)
    return [other for other, _ in sorted(met.items(), key=lambda item: (-item[1], item[0]))[:most]]


def likely_kin(connection: Connection, key: int) -> list[int]:
    """Those of the documents met that may be kin by their sketches, the likest first and not too many."""
    sketches = _sketches(connection, [key, *_met(connection, key)])
    own = sketches.pop(key)
    shares = {other: share for other, theirs in sketches.items() if (share := may_be_kin(own, theirs))}
    return sorted(shares, key=lambda other: (-shares[other], other))[: family_rules().compared]


def _sketches(connection: Connection, keys: Sequence[int]) -> dict[int, tuple[Sketch, int]]:
    """Sketches with the numbers of shingles."""
    found = connection.execute(select(family_sketches).where(family_sketches.c.doc_key.in_(keys)))
    return {row.doc_key: (np.frombuffer(row.sketch, "<u4").astype(np.uint32), row.shingles) for row in found}
