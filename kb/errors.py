"""Every error that `kb` raises on purpose.

    KbError
    ├── SettingsError        kb.toml or a KB_* variable is wrong
    ├── DataError            a rule file, word list or lens under kb/data (or the user's own) is wrong
    ├── ReadError            one file cannot be turned into a document; other files go on
    │   ├── UnsupportedFormat    no reader for what the bytes are
    │   ├── DamagedFile          the bytes break their own format
    │   ├── ProtectedFile        a password is needed
    │   ├── EmptyFile            no bytes, or no text in them
    │   └── NeedsOcr             scanned pages without a text layer
    ├── ModelError           an encoder cannot be built, loaded or reached
    ├── StoreError           the truth or a derived index cannot be used
    │   ├── Busy                 another process is writing
    │   ├── StorageFull          the disk refused bytes
    │   ├── Outdated             what was to be changed has been changed by another since
    │   └── NotFound             no document, basket or collection by that id
    ├── QuestionError        an empty or impossible question, filter or lens
    ├── ExportError          a file cannot be written, or is not one of our exports
    └── BackupError          a backup is damaged or foreign, or would overwrite what is there

Messages name the file or value and say what to do next; a surface prints them as one line.
"""

from __future__ import annotations


class KbError(Exception):
    """Base of all errors that a user can do something about."""


class SettingsError(KbError):
    """kb.toml or a KB_* variable is wrong."""


class DataError(KbError):
    """A rule file, word list or lens is wrong."""


class ReadError(KbError):
    """One file cannot be turned into a document."""


class UnsupportedFormat(ReadError):
    """No reader for what the bytes are."""


class DamagedFile(ReadError):
    """The bytes break their own format."""


class ProtectedFile(ReadError):
    """A password is needed to read the file."""


class EmptyFile(ReadError):
    """No bytes, or no text in them."""


class NeedsOcr(ReadError):
    """Scanned pages without a text layer."""


class ModelError(KbError):
    """An encoder cannot be built, loaded or reached."""


class StoreError(KbError):
    """The truth or a derived index cannot be used."""


class Busy(StoreError):
    """Another process is writing."""


class StorageFull(StoreError):
    """The disk refused bytes."""


class Outdated(StoreError):
    """What was to be changed has been changed by another since it was read."""


class NotFound(StoreError):
    """Nothing is kept under that id."""


class QuestionError(KbError):
    """An empty or impossible question, filter or lens."""


class ExportError(KbError):
    """A file cannot be written, or is not one of our exports."""


class BackupError(KbError):
    """A backup is damaged or foreign, or would overwrite what is there."""
