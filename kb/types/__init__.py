"""The values that flow through the house: frozen, slotted, with units beside their fields.

Offsets are half-open code points of `Document.text`. A region is a path from the province down
(省、市、区县、街道/乡镇、社区), with the upper levels present when known; () means unknown. A date is
"2021", "2021-06" or "2021-06-30"; "" means unknown. Blanks are never filled by guesswork.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from kb.types.answers import (
    Amount,
    Answer,
    CheckedCitation,
    Citation,
    CitationState,
    Confidence,
    Excerpt,
    Filters,
    Hit,
    Language,
    Mode,
    Note,
    Question,
    Quotation,
    Reading,
    SearchCoverage,
    SimilarTo,
    Why,
)
from kb.types.documents import (
    FOUND,
    Block,
    Chunk,
    Document,
    DocumentCard,
    Fact,
    Family,
    FamilyMember,
    Flag,
    Region,
    Removed,
    Section,
    sha256_hex,
)
from kb.types.figures import Figure

if TYPE_CHECKING:
    from kb.types.access import (
        LOCAL,
        ROLES,
        Account,
        AuditEntry,
        Caller,
        Collection,
        Key,
        Login,
        Member,
        Role,
        Session,
    )
    from kb.types.baskets import Basket, BasketCard, Entry, Heading, Kept, Picked
    from kb.types.comparison import (
        Cell,
        CellState,
        Column,
        CompareCoverage,
        Comparison,
        Dimension,
        Lens,
    )
    from kb.types.jobs import FileState, Job, JobFile, JobState, Wanted
    from kb.types.reports import (
        BackupReport,
        CheckReport,
        Failure,
        Flagged,
        IngestReport,
        RestoreReport,
        Stage,
    )
    from kb.types.upkeep import (
        BackupFile,
        Change,
        FlagCase,
        FlagReview,
        Health,
        IndexHealth,
        LastRun,
        Trial,
        Tried,
        Verdict,
    )
else:  # answering a question has no use for these, and making fifty classes takes time
    _LATER = {
        "access": (
            "LOCAL",
            "ROLES",
            "Account",
            "AuditEntry",
            "Caller",
            "Collection",
            "Key",
            "Login",
            "Member",
            "Role",
            "Session",
        ),
        "baskets": ("Basket", "BasketCard", "Entry", "Heading", "Kept", "Picked"),
        "comparison": (
            "Cell",
            "CellState",
            "Column",
            "CompareCoverage",
            "Comparison",
            "Dimension",
            "Lens",
        ),
        "jobs": ("FileState", "Job", "JobFile", "JobState", "Wanted"),
        "reports": (
            "BackupReport",
            "CheckReport",
            "Failure",
            "Flagged",
            "IngestReport",
            "RestoreReport",
            "Stage",
        ),
        "upkeep": (
            "BackupFile",
            "Change",
            "FlagCase",
            "FlagReview",
            "Health",
            "IndexHealth",
            "LastRun",
            "Trial",
            "Tried",
            "Verdict",
        ),
    }
    _HOME = {name: module for module, names in _LATER.items() for name in names}

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


__all__ = [
    "FOUND",
    "LOCAL",
    "ROLES",
    "Account",
    "Amount",
    "Answer",
    "AuditEntry",
    "BackupFile",
    "BackupReport",
    "Basket",
    "BasketCard",
    "Block",
    "Caller",
    "Cell",
    "CellState",
    "Change",
    "CheckReport",
    "CheckedCitation",
    "Chunk",
    "Citation",
    "CitationState",
    "Collection",
    "Column",
    "CompareCoverage",
    "Comparison",
    "Confidence",
    "Dimension",
    "Document",
    "DocumentCard",
    "Entry",
    "Excerpt",
    "Fact",
    "Failure",
    "Family",
    "FamilyMember",
    "Figure",
    "FileState",
    "Filters",
    "Flag",
    "FlagCase",
    "FlagReview",
    "Flagged",
    "Heading",
    "Health",
    "Hit",
    "IndexHealth",
    "IngestReport",
    "Job",
    "JobFile",
    "JobState",
    "Kept",
    "Key",
    "Language",
    "LastRun",
    "Lens",
    "Login",
    "Member",
    "Mode",
    "Note",
    "Picked",
    "Question",
    "Quotation",
    "Reading",
    "Region",
    "Removed",
    "RestoreReport",
    "Role",
    "SearchCoverage",
    "Section",
    "Session",
    "SimilarTo",
    "Stage",
    "Trial",
    "Tried",
    "Verdict",
    "Wanted",
    "Why",
    "sha256_hex",
]
