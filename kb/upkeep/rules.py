"""The office's own rules of cleaning and its own spun words: edited, tried on the library, undone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from kb.errors import DataError, QuestionError
from kb.ingest.own import NAMES, OwnRules
from kb.ingest.tryout import Effect, Sample, try_out
from kb.store.own_files import OwnFiles
from kb.store.schema import documents
from kb.store.store import Store
from kb.types import Trial, Tried

FOLDER = "rules"
_TRIED = 2000  # documents, the newest ones
_SHOWN = 30  # documents that would change


def check_rules(text: str, name: str) -> OwnRules:
    """The rules in a text. Raises `DataError` naming the line and the field, `QuestionError` for a name."""
    if name not in NAMES:
        raise QuestionError(f"there are no rules {name[:60]!r}: there are {' and '.join(NAMES)}")
    found = replace(OwnRules(), **{name: text})
    found.check()
    return found


def own_rule_files(store: Store, home: Path) -> OwnFiles:
    """The files of rules."""
    return OwnFiles(store, home, FOLDER, check_rules)


def try_rules(store: Store, home: Path, name: str, text: str) -> Trial:
    """What the documents would lose or keep under `text`, before it is saved.

    Raises `DataError` when the rules are wrong or a pattern takes too long.
    """
    files = own_rule_files(store, home)
    check_rules(text, name)
    present = _in_force(files)
    samples, total = _samples(store)
    found, more = try_out(present, replace(present, **{name: text.replace("\r\n", "\n")}), samples)
    titles = {sample.id: sample.title for sample in samples}
    shown = tuple(_tried(effect, titles[effect.id]) for effect in found[:_SHOWN])
    return Trial(len(samples), total, shown, len(found), more)


def _in_force(files: OwnFiles) -> OwnRules:
    """The rules that are saved; a file that is wrong counts as none, so that it can be mended."""
    texts = {}
    for name in NAMES:
        text = files.text(name)
        try:
            check_rules(text, name)
        except DataError:
            text = ""
        texts[name] = text
    return OwnRules(**texts)


def _samples(store: Store) -> tuple[list[Sample], int]:
    columns = (documents.c.id, documents.c.title, documents.c.text, documents.c.removed)
    with store.reading() as connection:
        rows = connection.execute(select(*columns).order_by(documents.c.key.desc()).limit(_TRIED)).all()
        total = len(store.snapshot().cards)
    return [
        Sample(row.id, row.title, row.text, tuple((words, rule) for words, rule in row.removed))
        for row in rows
    ], total


def _tried(effect: Effect, title: str) -> Tried:
    return Tried(
        effect.id, title, tuple(effect.removed), tuple(effect.kept), tuple(effect.spun), effect.flagged
    )
