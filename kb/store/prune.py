"""Forgets the files that have gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from kb.store.files import known_files, lies_in
from kb.store.holdings import Holdings
from kb.store.places import place_of
from kb.store.store import Store


def prune(store: Store, paths: Sequence[Path], found: Sequence[Path]) -> int:
    """Forgets the files of these folders that are no longer there.

    A file elsewhere with the same bytes takes over the documents of the one that has gone.
    """
    present = {str(path) for path in found}
    with store.reading() as connection:
        holdings = Holdings(known_files(connection).values(), partial(place_of, store.layout))
    gone = [
        file.source
        for file in holdings
        if file.source not in present
        and any(lies_in(file.source, path) for path in paths)
        and not Path(file.source).exists()
    ]
    for source in tuple(gone):
        heir = holdings.heir(source)
        if heir is not None:
            store.move(source, replace(heir, same_as=""))
            gone.remove(source)
    return store.remove(gone) if gone else 0
