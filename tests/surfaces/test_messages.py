from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from kb.errors import DataError
from kb.surfaces.messages import LANGS, Message, Words, catalogue

ROOT = Path(__file__).parents[2]
SOURCES = [
    *sorted((ROOT / "web" / "templates").glob("*.html")),
    *sorted((ROOT / "kb" / "surfaces").rglob("*.py")),
]
# Keys that are put together from a prefix and a name.
COMPOSED = re.compile(r'(?:t|words)(?:\.known)?\(\s*f?"([a-z]+(?:[._][a-z]+)*[._])(?:"|\{)')
LITERAL = re.compile(r"""["']([a-z]+\.[a-z_.0-9]+)["']""")
KNOWN = re.compile(r'\.known\("([a-z]+)"|\.known\("(error\.title)"')


def texts() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)


def test_every_message_that_a_page_asks_for_exists() -> None:
    asked = set(re.findall(r'\bt\(["\']([a-z]+\.[a-z_.0-9]+)["\']', texts()))
    asked |= set(re.findall(r'\bwords\("([a-z]+\.[a-z_.0-9]+)"', texts()))
    assert asked
    whole = {key for key in asked if not key.endswith(("_", "."))}
    assert whole - set(catalogue().messages) == set()
    for prefix in asked - whole:
        assert any(key.startswith(prefix) for key in catalogue().messages), prefix


def test_no_message_lies_unused() -> None:
    text = texts()
    literal = set(LITERAL.findall(text))
    prefixes = (
        set(COMPOSED.findall(text)) | {f"{a or b}." for a, b in KNOWN.findall(text)} | {"flag.", "rule."}
    )
    unused = [
        key
        for key in catalogue().messages
        if key not in literal and not any(key.startswith(prefix) for prefix in prefixes)
    ]
    assert unused == []


def test_messages_are_filled_in_both_languages_and_english_counts() -> None:
    for lang in LANGS:
        words = Words(lang)
        for key, message in catalogue().messages.items():
            places = re.findall(r"\{(\w+)\}", message.zh)
            assert "{" not in words(key, **dict.fromkeys(places, 3))
    assert Words("en")("compare.documents", n=1) == "1 document"
    assert Words("en")("compare.documents", n=2) == "2 documents"
    assert Words("zh")("compare.documents", n=1) == "1篇"


def test_an_unknown_message_is_an_error_and_an_unknown_name_is_itself() -> None:
    with pytest.raises(DataError, match=r"no\.such"):
        Words("zh")("no.such")
    assert Words("zh").known("flag", "made_up") == "made_up"
    assert Words("en").known("flag", "ocr") == "Read by OCR"


@pytest.mark.parametrize(
    ("zh", "en"), [("{n}篇", "documents"), ("{n}篇", "{n} document|documents"), ("{", "x")]
)
def test_translations_with_different_places_are_refused(zh: str, en: str) -> None:
    with pytest.raises(ValidationError):
        Message(zh=zh, en=en)
