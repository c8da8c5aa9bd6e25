"""A comparison as a grid, either way round: dimensions down and columns across, or the other way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kb.types import Cell, Comparison
from kb.write.labels import labels


@dataclass(frozen=True, slots=True)
class Grid:
    """What every export draws: `down` holds one row per name, its cells in the order of `across`."""

    corner: str
    across: tuple[str, ...]
    down: tuple[tuple[str, tuple[Cell, ...]], ...]


def grid_of(comparison: Comparison, swap: bool = False) -> Grid:
    """The grid of a comparison; `swap` puts the districts down and the dimensions across."""
    words, columns = labels().words, comparison.columns
    names = tuple(column.name for column in columns)
    if swap:
        return Grid(words.column, comparison.dimensions, tuple((c.name, c.cells) for c in columns))
    rows = tuple(
        (dimension, tuple(column.cells[i] for column in columns))
        for i, dimension in enumerate(comparison.dimensions)
    )
    return Grid(words.dimension, names, rows)


def listed(comparison: Comparison, swap: bool = False) -> Iterator[tuple[str, Cell]]:
    """Every cell with the name of its column: column by column, or swapped row by row."""
    if swap:
        for i in range(len(comparison.dimensions)):
            yield from ((column.name, column.cells[i]) for column in comparison.columns)
    else:
        for column in comparison.columns:
            yield from ((column.name, cell) for cell in column.cells)
