"""What the page and the API share about own lenses and rules: reading, trying, saving."""

from __future__ import annotations

from collections import Counter

from kb.compare.lens import parse_lens
from kb.compare.sources import column_name
from kb.compare.table import CompareRequest
from kb.errors import DataError, NotFound, QuestionError
from kb.ingest.own import NAMES
from kb.library import Library
from kb.store.own_files import OwnFiles, version_of
from kb.surfaces.own_shapes import OwnFileOut
from kb.types import Comparison, Lens

TRIED_COLUMNS = 3


def own_file(files: OwnFiles, name: str) -> OwnFileOut:
    """A file as it is, with what is wrong with it. Raises `NotFound` where there is none and can be none."""
    if files.folder == "rules" and name not in NAMES:
        raise NotFound(f"there are no rules {name[:60]!r}: there are {' and '.join(NAMES)}")
    text = files.text(name)
    return OwnFileOut(name, text, version_of(text), problem_of(files, name, text) if text else "")


def problem_of(files: OwnFiles, name: str, text: str) -> str:
    """What is wrong with a text; "" when it is right."""
    try:
        files.check(text, name)
    except (DataError, QuestionError) as error:
        return str(error)
    return ""


def save(files: OwnFiles, name: str, text: str, who: str, version: str | None) -> OwnFileOut:
    """Keeps a text. Raises `QuestionError` when it is wrong and `Outdated` when another was faster."""
    if not text.strip():
        raise QuestionError(f"{name}.toml would be empty: write something, or delete it")
    try:
        files.save(name, text, who=who, expected=version)
    except DataError as error:
        raise QuestionError(str(error)) from error
    return own_file(files, name)


def tried_lens(library: Library, key: str, text: str, topic: str) -> tuple[Lens, Comparison]:
    """A lens that is not saved, and a comparison under it: of three districts, chosen by the topic.

    Without a topic they are those with most documents. Raises `QuestionError` when the lens is wrong.
    """
    try:
        lens = parse_lens(text.replace("\r\n", "\n"), key)
    except DataError as error:
        raise QuestionError(str(error)) from error
    columns: tuple[str, ...] = ()
    if not topic.strip():
        held = Counter(column_name(card, "region") for card in library.cards() if card.region)
        columns = tuple(name for name, _ in held.most_common(TRIED_COLUMNS))
        if not columns:
            raise QuestionError("the library holds no document with a district to try the lens on")
    return lens, library.compare(CompareRequest(topic, "region", columns, best=TRIED_COLUMNS), trying=lens)
