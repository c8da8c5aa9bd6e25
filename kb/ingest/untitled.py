"""What to call a text that has no title: the clause of its first sentence that says what it is about.

"为进一步完善社区治理，8月10日，某街道召开推进会，…" is called 某街道召开推进会. The words are the text's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kb.ingest.readers.spacing import visible
from kb.ingest.title_rules import tidy, title_patterns, title_rules

_SHORT = 40  # characters of a first sentence that stands for a missing title
_TELLING = 9  # characters of a sentence that says anything: “柴胡长这样啊！ does not
_SUBJECT = 3  # characters of whoever does it, before the verb
_SENTENCES = 4  # at the beginning that are looked at for a clause in which something happens


def opening_words(lines: Sequence[str]) -> str:
    """The clause that tells, else the first clauses of the text."""
    told = [line for line in lines if len(visible(line)) >= 4]
    first = next(
        (line for line in told if not title_patterns().not_title.search(tidy(line))), "".join(told[:1])
    )
    bare = re.sub(title_rules().byline, "", first) or first
    sentences = [part for part in re.split(r"[。！？!?；;]", bare) if visible(part)]
    telling = next(
        (part for part in sentences if len(visible(part)) >= _TELLING), sentences[0] if sentences else bare
    )
    if event := _event(sentences[:_SENTENCES]):
        return event
    sentence = re.sub(title_rules().time_first, "", telling.strip())
    short = ""
    for clause in _clauses(sentence):
        if short and len(short) + len(clause) > _SHORT:
            break
        short += clause
    return short[: _SHORT * 2].strip(" ，,、：:　") or visible(first)[:_SHORT]


def _event(sentences: Sequence[str]) -> str:
    """The first clause that says who does what, behind what it is for, when and where; "" when there is none.

    A text that begins with its subject is named by its first clauses: there nothing is looked for. A further
    sentence is, where all of the one before is only said on the way.
    """
    rules = title_rules()
    for sentence in sentences:
        before, asides = "", 0
        for clause in _clauses(re.sub(rules.byline, "", sentence)):
            bare = re.sub(rules.clause_time, "", clause).strip(" 　，,、：:")
            if not bare:
                asides += clause.startswith("“")
                continue
            verb = re.search(rules.happens, bare)
            if re.search(rules.aside, bare):
                asides += 1
            elif before and verb and bare.startswith("在"):
                return f"{before}，{clause.strip()}"[: _SHORT * 2]
            elif not asides:
                return ""
            elif verb and verb.start() >= _SUBJECT and not re.match(rules.no_subject, bare):
                return bare[: _SHORT * 2] if len(bare) >= _TELLING else ""
            else:
                before = "" if verb or re.match(rules.no_subject, bare) else bare
        if before:
            return ""
    return ""


def _clauses(sentence: str) -> list[str]:
    """The clauses between commas; a comma inside quotation marks or brackets ends none."""
    clauses, depth, start = [], 0, 0
    for place, char in enumerate(sentence):
        depth += (char in "“（(《") - (char in "”）)》")
        if char in "，," and depth <= 0:
            clauses.append(sentence[start : place + 1])
            start = place + 1
    return [*clauses, sentence[start:]]
