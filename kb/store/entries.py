"""What the word indexes hold: the fields, and an entry's words, pairs and figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tantivy

from kb.text.figures import figures
from kb.text.tokens import indexed

FIELDS = ("title", "words", "bigrams")
AMOUNTS = (
    "money",
    "people",
    "area",
    "share",
)  # quantities that can be asked for; yuan, persons, ㎡, per cent


@dataclass(frozen=True, slots=True)
class Entry:
    """What is indexed under one key: a passage or a whole document."""

    key: int
    group: int  # the document's key
    title: str  # with the heading path for passages
    text: str
    figures: bool = False  # whether the text's figures can be asked for


def schema() -> tantivy.Schema:
    """The fields of both indexes."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", indexed=True, fast=True)
    builder.add_integer_field("group", indexed=True, fast=True)
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for quantity in AMOUNTS:
        builder.add_float_field(quantity, indexed=True, fast=True)
    return builder.build()


def entry_document(entry: Entry) -> tantivy.Document:
    """An entry with its terms cut."""
    words, pairs = indexed(entry.text)
    values: dict[str, Any] = {
        "key": entry.key,
        "group": entry.group,
        "title": indexed(entry.title)[0],
        "words": words,
        "bigrams": pairs,
    }
    if entry.figures:
        values |= _amounts(entry.text)
    return tantivy.Document(**values)


def _amounts(text: str) -> dict[str, list[float]]:
    """The bounds of the text's figures by quantity. Foreign money is left out: it is not to be compared."""
    found: dict[str, set[float]] = {}
    for figure in figures(text):
        if figure.quantity in AMOUNTS and not (figure.quantity == "money" and figure.unit != "CNY"):
            bounds = (bound for bound in (figure.value_min, figure.value_max) if bound is not None)
            found.setdefault(figure.quantity, set()).update(bounds)
    return {quantity: sorted(bounds) for quantity, bounds in found.items()}
