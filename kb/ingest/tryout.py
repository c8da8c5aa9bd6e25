"""What changed rules would do to texts that were cleaned before: a program, because a pattern may never end.

Run as `python -m kb.ingest.tryout`; one JSON object in, one out. Texts that a changed rule matches are
cleaned under both sets of rules: what it takes away is told exactly, what it leaves in piece by piece.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kb.errors import DataError
from kb.ingest.clean import clean
from kb.ingest.own import OwnRules, use
from kb.ingest.quality import flags, parse_spun, spun_words
from kb.ingest.rules import LineRule, OwnCleaning, PieceRule, boilerplate, compiled, parse_own
from kb.types import Block

SECONDS = 40.0
_SHOWN = 30  # pieces of one document
_TRIED = 60  # documents that are cleaned again


@dataclass(frozen=True, slots=True)
class Sample:
    """A text of the library, with what was removed from it."""

    id: str
    title: str
    text: str
    removed: tuple[tuple[str, str], ...]  # words and rule


@dataclass(frozen=True, slots=True)
class Effect:
    """What the draft would do to a sample; all empty when nothing changes."""

    id: str
    removed: list[tuple[str, str]]
    kept: list[tuple[str, str]]
    spun: list[tuple[str, int]]
    flagged: bool | None


@dataclass(frozen=True, slots=True)
class _Under:
    """A sample under one set of rules."""

    removed: Counter[tuple[str, str]]
    held: frozenset[int]  # removed pieces, by their place in the list, that would be removed again
    spun: Counter[str]
    flagged: bool


def try_out(present: OwnRules, draft: OwnRules, samples: Sequence[Sample]) -> tuple[list[Effect], int]:
    """The effects on samples, and how many more of them match but were not tried.

    Raises `DataError` when a pattern takes too long.
    """
    request = {
        "present": asdict(present),
        "draft": asdict(draft),
        "samples": [asdict(sample) for sample in samples],
    }
    package = str(Path(__file__).resolve().parent.parent.parent)
    known = os.environ.get("PYTHONPATH", "")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "kb.ingest.tryout"],
            input=json.dumps(request).encode("utf-8"),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={**os.environ, "PYTHONPATH": f"{package}{os.pathsep}{known}" if known else package},
        )
    except subprocess.TimeoutExpired as error:
        raise DataError(
            f"the rules took longer than {SECONDS:.0f} s to try: a pattern repeats inside a repetition, such "
            "as (.*)*; write it without"
        ) from error
    if done.returncode:
        raise DataError("the rules could not be tried: a pattern needs more memory or depth than there is")
    answer = json.loads(done.stdout)
    return [
        Effect(
            one["id"],
            [(words, rule) for words, rule in one["removed"]],
            [(words, rule) for words, rule in one["kept"]],
            [(words, count) for words, count in one["spun"]],
            one["flagged"],
        )
        for one in answer["effects"]
    ], int(answer["more"])


def effects(present: OwnRules, draft: OwnRules, samples: Sequence[Sample]) -> tuple[list[Effect], int]:
    """The effects, and how many more documents match; this process has the draft's rules afterwards."""
    changes = _changes(present, draft)
    matching = [sample for sample in samples if changes.touch(sample)]
    close = matching[:_TRIED]
    use(present)
    before = [_under(sample, changes) for sample in close]
    use(draft)
    after = [_under(sample, changes) for sample in close]
    pairs = zip(close, before, after, strict=True)
    found = [effect for sample, old, new in pairs if (effect := _effect(sample, old, new)) is not None]
    return found, len(matching) - len(close)


@dataclass(frozen=True, slots=True)
class _Changes:
    """The rules in which the draft differs."""

    whole: tuple[str, ...]  # patterns of whole lines
    inside: tuple[str, ...]
    names: frozenset[str]  # of rules that were there before
    inner: frozenset[str]  # of those among them that match inside lines
    words: tuple[str, ...]  # spun

    def touch(self, sample: Sample) -> bool:
        """Whether a text can be affected at all."""
        if any(rule in self.names for _, rule in sample.removed):
            return True
        if any(word in sample.text for word in self.words):
            return True
        lines = sample.text.split("\n")
        return any(compiled(pattern).fullmatch(line) for pattern in self.whole for line in lines) or any(
            compiled(pattern).search(line) for pattern in self.inside for line in lines
        )


def _lines(own: OwnCleaning) -> tuple[LineRule | PieceRule, ...]:
    """The rules that match whole lines."""
    return (*own.line, *own.tail)


def _changes(present: OwnRules, draft: OwnRules) -> _Changes:
    old, new = (parse_own(own.cleaning, "rules") for own in (present, draft))
    lines = set(_lines(old)) ^ set(_lines(new))
    inside = set(old.inline) ^ set(new.inline)
    gone = {*_lines(old), *old.inline} - {*_lines(new), *new.inline}
    pairs = set(parse_spun(present.spun, "rules")) ^ set(parse_spun(draft.spun, "rules"))
    return _Changes(
        tuple(sorted(rule.pattern for rule in lines)),
        tuple(sorted(rule.pattern for rule in inside)),
        frozenset(rule.name for rule in gone),
        frozenset(rule.name for rule in set(old.inline) - set(new.inline)),
        tuple(sorted({pair.spun for pair in pairs})),
    )


def _under(sample: Sample, changes: _Changes) -> _Under:
    blocks = [Block(line) for line in sample.text.split("\n")]
    removed = Counter((piece.text, piece.rule) for piece in clean(blocks).removed)
    held = frozenset(
        index
        for index, (words, rule) in enumerate(sample.removed)
        if rule in changes.names and _taken(words, rule in changes.inner)
    )
    counts = Counter({pair.spun: count for pair, count in spun_words(sample.text).items()})
    flagged = any(flag.name == "spun_text" for flag in flags(sample.text, sample.title))
    return _Under(removed, held, counts, flagged)


def _taken(words: str, inner: bool) -> bool:
    """Whether some rule in force takes a piece that stood inside a line, or a whole line."""
    rules = boilerplate()
    kinds = (rules.inline,) if inner else (rules.line, rules.tail)
    return any(compiled(rule.pattern).fullmatch(words) for kind in kinds for rule in kind)


def _effect(sample: Sample, old: _Under, new: _Under) -> Effect | None:
    removed = list((new.removed - old.removed).elements())
    kept = [sample.removed[index] for index in sorted(old.held - new.held)]
    kept += list((old.removed - new.removed).elements())
    changed = {word for word in old.spun.keys() | new.spun.keys() if old.spun[word] != new.spun[word]}
    spun = sorted((word, new.spun[word]) for word in changed)
    flagged = new.flagged if new.flagged != old.flagged else None
    if not (removed or kept or spun or flagged is not None):
        return None
    return Effect(sample.id, removed[:_SHOWN], kept[:_SHOWN], spun, flagged)


def main() -> None:
    """Answers one request."""
    request = json.loads(sys.stdin.buffer.read())
    samples = [
        Sample(one["id"], one["title"], one["text"], tuple((words, rule) for words, rule in one["removed"]))
        for one in request["samples"]
    ]
    found, more = effects(OwnRules(**request["present"]), OwnRules(**request["draft"]), samples)
    sys.stdout.write(json.dumps({"effects": [asdict(effect) for effect in found], "more": more}))


if __name__ == "__main__":
    main()
