"""Which encoder answers: that of the vectors that are there."""

from __future__ import annotations

from kb.config import ModelSettings
from kb.errors import ModelError
from kb.models.opened import OpenModels
from kb.ports import Embedder
from kb.store.snapshot import ActiveModel


def answering(models: OpenModels, active: ActiveModel | None, wanted: ModelSettings) -> Embedder:
    """The encoder of the snapshot's vectors: the one before until a new one has embedded everything.

    The same weights may be reached in another way since; then as the settings say now. Raises
    `ModelError` when it now makes vectors that cannot be compared with those.
    """
    if active is None:
        return models.embedder(wanted)
    embedder = models.embedder(wanted if active.settings.same_vectors(wanted) else active.settings)
    if embedder.name != active.name:
        raise ModelError(
            f"the vectors were made by {active.name}, the encoder is now {embedder.name}: run `kb ingest`"
        )
    return embedder
