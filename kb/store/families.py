"""Families in the truth: which documents are one work, kept up with every change of a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, delete, insert, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kb.later import later
from kb.store import rows
from kb.store.schema import (
    documents,
    families,
    family_buckets,
    family_decisions,
    family_links,
    family_sketches,
)
from kb.types import Document, DocumentCard, Family, FamilyMember, sha256_hex

if TYPE_CHECKING:
    import kb.ingest.families as kin
    from kb.store import meeting
else:  # for writing
    kin, meeting = later("kb.ingest.families"), later("kb.store.meeting")

OWN = "none"  # the decision that a document is a work of its own
_SOME = 400  # keys in one statement


def join(connection: Connection, key: int, document: Document) -> None:
    """Finds the family of a document that was written, and settles it and those it leaves."""
    known = kin.likeness(document)
    _sketch(connection, key, document, known)
    before = _component(connection, [key])
    connection.execute(
        delete(family_links).where(or_(family_links.c.doc_key == key, family_links.c.kin_key == key))
    )
    found = {
        other: share
        for other, text in _texts(connection, meeting.likely_kin(connection, key)).items()
        if (share := kin.kinship(known, kin.likeness(text))) is not None
    }
    if found:
        pairs = [(key, other, share) for other, share in found.items()]
        both = [*pairs, *((other, one, share) for one, other, share in pairs)]
        connection.execute(
            insert(family_links),
            [{"doc_key": one, "kin_key": other, "share": share} for one, other, share in both],
        )
    _settle(connection, {key, *before, *found})


def leave(connection: Connection, keys: Sequence[int]) -> None:
    """Settles the families of documents that are about to be deleted, without them."""
    gone = set(keys)
    left = _component(connection, keys) - gone
    for part in _some(keys):
        connection.execute(
            delete(family_links).where(
                or_(family_links.c.doc_key.in_(part), family_links.c.kin_key.in_(part))
            )
        )
    _settle(connection, left, without=gone)


def decide(connection: Connection, doc_id: str, target: str) -> None:
    """Keeps what a person says of a document's family: "none", the id of a relative, "" for nothing."""
    key = _keys(connection, [doc_id]).get(doc_id)
    before = _component(connection, [key]) if key is not None else set()
    connection.execute(delete(family_decisions).where(family_decisions.c.doc_id == doc_id))
    if target:
        connection.execute(insert(family_decisions).values(doc_id=doc_id, target=target))
    if key is not None:
        _settle(connection, {key, *before})


def decision(connection: Connection, doc_id: str) -> str:
    """What a person said of a document's family, "" when nobody did."""
    found = connection.execute(select(family_decisions.c.target).where(family_decisions.c.doc_id == doc_id))
    return found.scalar_one_or_none() or ""


def mains(connection: Connection) -> dict[int, int]:
    """The key of the main document for every document that is not alone, itself among them."""
    return {row.doc_key: row.main_key for row in connection.execute(select(families))}


def family_of(
    connection: Connection, card: DocumentCard, cards: Mapping[int, DocumentCard], keys: Sequence[int]
) -> Family:
    """The family of a document; `keys` are those of all its documents, the main one's first, or none."""
    decided = decision(connection, card.id)
    if not keys:
        return Family(card, (), decided)
    main, *rest = keys
    linked = select(family_links.c.kin_key, family_links.c.share).where(family_links.c.doc_key == main)
    share = {row.kin_key: row.share for row in connection.execute(linked)}
    chosen = connection.execute(
        select(families.c.doc_key).where(families.c.main_key == main, families.c.by_hand == 1)
    )
    by_hand: set[int] = set(chosen.scalars())
    others = [FamilyMember(cards[key], round(share.get(key, 0.0), 3), key in by_hand) for key in rest]
    others.sort(key=lambda one: (-one.share, one.document.id))
    return Family(cards[main], tuple(others), decided)


def stale(connection: Connection) -> list[int]:
    """Keys of the documents whose sketch is missing, or was made in another way."""
    present = family_sketches.c.version.startswith(f"{kin.sketch_version()}:", autoescape=True)
    statement = (
        select(documents.c.key)
        .outerjoin(family_sketches, and_(family_sketches.c.doc_key == documents.c.key, present))
        .where(family_sketches.c.doc_key.is_(None))
        .order_by(documents.c.key)
    )
    return list(connection.execute(statement).scalars())


def catch_up(connection: Connection, keys: Sequence[int]) -> None:
    """Makes the sketches of these documents anew and finds their families."""
    for key in keys:
        for document in _texts(connection, [key]).values():
            join(connection, key, document)


def _version(text: str, region: tuple[str, ...]) -> str:
    """Names the way a sketch is made and what it is made of."""
    return f"{kin.sketch_version()}:{sha256_hex(chr(0).join((text, *region)))[:16]}"


def _sketch(connection: Connection, key: int, document: Document, known: kin.Likeness) -> None:
    """Keeps the buckets of a text, unless they are those that are kept."""
    version = _version(document.version, document.region)
    held = connection.execute(
        select(family_sketches.c.version).where(family_sketches.c.doc_key == key)
    ).scalar_one_or_none()
    if held == version:
        return
    made = kin.sketch(known)
    values = {
        "doc_key": key,
        "version": version,
        "shingles": len(known.shingles),
        "sketch": made.astype("<u4").tobytes(),
    }
    statement = upsert(family_sketches).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=["doc_key"], set_=values))
    connection.execute(delete(family_buckets).where(family_buckets.c.doc_key == key))
    own = [{"bucket": bucket, "doc_key": key} for bucket in set(kin.buckets(made))]
    if own:
        connection.execute(insert(family_buckets), own)


def _texts(connection: Connection, keys: Sequence[int]) -> dict[int, Document]:
    found = connection.execute(select(documents).where(documents.c.key.in_(keys))).mappings()
    return {row["key"]: rows.document_of(row) for row in found}


def _component(connection: Connection, keys: Iterable[int]) -> set[int]:
    """All documents that links and decisions lead to from some, themselves included."""
    seen: set[int] = set()
    ahead = set(keys)
    while ahead:
        seen |= ahead
        following: set[int] = set()
        for part in _some(sorted(ahead)):
            linked = select(family_links.c.kin_key).where(family_links.c.doc_key.in_(part))
            following.update(connection.execute(linked).scalars())
            following |= _decided_with(connection, part)
        ahead = following - seen
    return seen


def _decided_with(connection: Connection, keys: Sequence[int]) -> set[int]:
    """The documents that a decision ties to one of these."""
    found = connection.execute(select(documents.c.id).where(documents.c.key.in_(keys)))
    ids: Sequence[str] = found.scalars().all()
    tied = select(family_decisions).where(
        or_(family_decisions.c.doc_id.in_(ids), family_decisions.c.target.in_(ids))
    )
    names = {name for row in connection.execute(tied) for name in (row.doc_id, row.target)}
    return set(_keys(connection, sorted(names)).values())


def _keys(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    found = connection.execute(select(documents.c.id, documents.c.key).where(documents.c.id.in_(ids)))
    return {row.id: row.key for row in found}


def _settle(connection: Connection, seeds: set[int], without: Iterable[int] = ()) -> None:
    """Chooses the main documents among some and all that they are tied to."""
    gone = set(without)
    keys = sorted(_component(connection, seeds) - gone)
    for part in _some([*keys, *gone]):
        connection.execute(delete(families).where(families.c.doc_key.in_(part)))
    members = _members(connection, keys)
    ids = {member.id: key for key, member in members.items()}
    decided = _decisions(connection, ids)
    main = kin.grouped(list(members.values()), _links(connection, members), decided)
    sizes = Counter(main.values())
    placed = [
        {"doc_key": ids[id], "main_key": ids[first], "by_hand": int(id in decided and id != first)}
        for id, first in main.items()
        if sizes[first] > 1
    ]
    if placed:
        connection.execute(insert(families), placed)


def _members(connection: Connection, keys: Sequence[int]) -> dict[int, kin.Member]:
    members: dict[int, kin.Member] = {}
    for part in _some(keys):
        statement = (
            select(
                documents.c.key,
                documents.c.id,
                documents.c.issued,
                documents.c.flags,
                family_sketches.c.shingles,
            )
            .outerjoin(family_sketches, family_sketches.c.doc_key == documents.c.key)
            .where(documents.c.key.in_(part))
        )
        for row in connection.execute(statement):
            flags = frozenset(flag[0] for flag in row.flags)
            members[row.key] = kin.Member(row.id, row.shingles or 0, row.issued, flags)
    return members


def _links(connection: Connection, members: Mapping[int, kin.Member]) -> dict[str, frozenset[str]]:
    links: dict[str, set[str]] = {}
    for part in _some(list(members)):
        found = select(family_links).where(
            and_(family_links.c.doc_key.in_(part), family_links.c.kin_key != family_links.c.doc_key)
        )
        for row in connection.execute(found):
            if row.kin_key in members:
                links.setdefault(members[row.doc_key].id, set()).add(members[row.kin_key].id)
    return {id: frozenset(kin) for id, kin in links.items()}


def _decisions(connection: Connection, ids: Mapping[str, int]) -> dict[str, str]:
    """The decisions about some documents; one that names a document that has gone waits for it."""
    found: dict[str, str] = {}
    for part in (list(ids)[i : i + _SOME] for i in range(0, len(ids), _SOME)):
        for row in connection.execute(select(family_decisions).where(family_decisions.c.doc_id.in_(part))):
            if row.target == OWN or row.target in ids:
                found[row.doc_id] = row.target
    return found


def _some(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    return (keys[i : i + _SOME] for i in range(0, len(keys), _SOME))
