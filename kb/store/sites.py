"""What the files of one site have in common: learned from all that the library holds of it.

Every file's marks are kept as they are before what was learned is applied to it, so that a line that is taken
away goes on to count, and the same files lead to the same lines whatever order they came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from kb.ingest.reading import Marks, SiteLine
from kb.ingest.sites import learn
from kb.store.places import folder_of
from kb.store.schema import documents, families, site_lines, site_marks

_SOME = 400  # keys in one statement


def record(connection: Connection, source: str, marks: Marks, given: frozenset[str]) -> None:
    """Keeps the marks of a file that was written, and which of its lines were taken for its site's."""
    key = _first_key(connection, source)
    if key is None:  # documents that are no file's own, as those of an evaluation set
        return
    connection.execute(delete(site_marks).where(site_marks.c.doc_key == key))
    connection.execute(delete(site_lines).where(site_lines.c.doc_key == key))
    applied = sorted(given & {line.key for line in marks.lines})
    connection.execute(insert(site_marks).values(doc_key=key, host=marks.host, applied=applied, settled=0))
    rows = [{"doc_key": key, "place": one.place, "rank": one.rank, "line": one.key} for one in marks.lines]
    if rows:
        connection.execute(insert(site_lines), rows)


class Sites:
    """What is known of sites at one moment; each site is looked at once."""

    def __init__(self) -> None:
        self._folders: dict[str, frozenset[str]] = {}
        self._hosts: dict[str, frozenset[str]] = {}

    def lines(self, connection: Connection, source: str, host: str = "") -> frozenset[str]:
        """Keys of the lines that are furniture in a file, by its folder and by the address that it names."""
        folder = folder_of(source)
        if folder not in self._folders:
            self._folders[folder] = learn(_folder(connection, folder), templates=True)
        if host and host not in self._hosts:
            self._hosts[host] = learn(_host(connection, host), templates=False)
        return self._folders[folder] | self._hosts.get(host, frozenset())

    def expected(self, connection: Connection, source: str) -> frozenset[str]:
        """`lines` for a file that was read before; by its folder alone for a new one."""
        host = connection.execute(
            select(site_marks.c.host)
            .join(documents, documents.c.key == site_marks.c.doc_key)
            .where(documents.c.source == source)
        ).scalar()
        return self.lines(connection, source, host or "")


def unsettled(connection: Connection) -> list[str]:
    """Files of this run, or of one that was cut off, whose site's lines are no longer those applied."""
    fresh = (
        select(documents.c.source, site_marks.c.doc_key, site_marks.c.host, site_marks.c.applied)
        .join(site_marks, site_marks.c.doc_key == documents.c.key)
        .where(site_marks.c.settled == 0)
        .order_by(documents.c.source)
    )
    rows = list(connection.execute(fresh))
    marks = _marks(connection, [row.doc_key for row in rows])
    known = Sites()
    return [
        row.source
        for row in rows
        if known.lines(connection, row.source, row.host) & {line.key for line in marks[row.doc_key].lines}
        != frozenset(row.applied)
    ]


def settle(connection: Connection) -> None:
    """Keeps that every file has had what was learned when the run ended."""
    connection.execute(update(site_marks).where(site_marks.c.settled == 0).values(settled=1))


def _first_key(connection: Connection, source: str) -> int | None:
    found = select(documents.c.key).where(documents.c.source == source).order_by(documents.c.part).limit(1)
    return connection.execute(found).scalar_one_or_none()


def _folder(connection: Connection, folder: str) -> list[tuple[int, Marks]]:
    """The works and marks of the files of a folder, without those of folders in it."""
    low, high = f"{folder.rstrip('/')}/", f"{folder.rstrip('/')}0"  # "0" follows "/"
    found = _works().where(documents.c.source > low, documents.c.source < high)
    rows = [row for row in connection.execute(found) if folder_of(row.source) == folder]
    return _with_marks(connection, {row.key: row.work for row in rows})


def _host(connection: Connection, host: str) -> list[tuple[int, Marks]]:
    found = connection.execute(_works().where(site_marks.c.host == host))
    return _with_marks(connection, {row.key: row.work for row in found})


def _works() -> Select[tuple[int, str, int]]:
    """Files with the key of the work that each counts as."""
    work = func.coalesce(families.c.main_key, documents.c.key).label("work")
    return (
        select(documents.c.key, documents.c.source, work)
        .join(site_marks, site_marks.c.doc_key == documents.c.key)
        .outerjoin(families, families.c.doc_key == documents.c.key)
    )


def _with_marks(connection: Connection, works: Mapping[int, int]) -> list[tuple[int, Marks]]:
    marks = _marks(connection, sorted(works))
    return [(works[key], marks[key]) for key in sorted(works)]


def _marks(connection: Connection, keys: Sequence[int]) -> dict[int, Marks]:
    found: dict[int, list[SiteLine]] = {key: [] for key in keys}
    for start in range(0, len(keys), _SOME):
        some = site_lines.c.doc_key.in_(keys[start : start + _SOME])
        for row in connection.execute(select(site_lines).where(some)):
            found[row.doc_key].append(SiteLine(row.place, row.rank, row.line))
    return {key: Marks("", tuple(lines)) for key, lines in found.items()}
