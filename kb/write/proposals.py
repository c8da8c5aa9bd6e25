"""Sentences that a model proposed for a section, and whether the passages that they cite bear them out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """A proposed sentence; `problem` says in words why it is not supported, "" when it is."""

    text: str
    cites: tuple[int, ...] = ()  # indexes of the section's excerpts
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was proposed for one section; `problem` says why nothing could be."""

    sentences: tuple[Sentence, ...] = ()
    problem: str = ""

    @property
    def supported(self) -> tuple[Sentence, ...]:
        """The sentences that may stand in the text."""
        return tuple(sentence for sentence in self.sentences if not sentence.problem)

    @property
    def refused(self) -> tuple[Sentence, ...]:
        """The sentences that may not."""
        return tuple(sentence for sentence in self.sentences if sentence.problem)
