"""Rows of foreign models, brought to the form that `kb.ports.Embedder` promises."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from kb.errors import ModelError
from kb.ports import Vectors


def unit_rows(values: ArrayLike, model: str) -> Vectors:
    """`values` (n, dim) as float32 rows of unit length; `model` is for the message.

    Raises `ModelError` when they are no matrix of numbers, or a row has no direction.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused below
        try:
            rows = np.asarray(values, dtype=np.float32)
        except (ValueError, TypeError) as error:
            raise ModelError(f'the model "{model}" gave vectors of unequal length or no numbers') from error
        if rows.ndim != 2 or rows.shape[1] == 0:
            raise ModelError(f'the model "{model}" gave an array of shape {rows.shape}, no vector per text')
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and lengths.all()):
        raise ModelError(f'the model "{model}" gave a vector of zero or unmeasurable length')
    unit: Vectors = np.divide(rows, lengths, dtype=np.float32)
    return unit
