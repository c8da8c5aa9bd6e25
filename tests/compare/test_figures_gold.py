"""Figures held against 384 mentions labelled by reading (tests/data/figures_gold.jsonl).

A label is [file, start, end, quantity, unit, low, high, approximation]; "none" marks what is no figure. The
texts of ../shared are named by their offsets, not repeated.
"""

from __future__ import annotations

import json

import pytest
from labelled import DATA, SHARED, raw_text

from kb.text.figures import figures

LABELS = [json.loads(line) for line in (DATA / "figures_gold.jsonl").read_text(encoding="utf-8").splitlines()]
FLOOR = 0.95


def right(label: list[object]) -> bool:
    name, start, end, quantity, unit, low, high, approx = label
    assert isinstance(name, str) and isinstance(start, int) and isinstance(end, int)  # noqa: PT018
    text = raw_text(name)
    near = figures(text, max(0, start - 60), min(len(text), end + 60))
    here = [figure for figure in near if figure.start < end and start < figure.end]
    if quantity == "none":
        return not here
    return any(
        (figure.quantity, figure.unit, figure.approx) == (quantity, unit, approx)
        and figure.value_min == pytest.approx(low)
        and figure.value_max == pytest.approx(high)
        for figure in here
    )


def share_right(labels: list[list[object]]) -> float:
    wrong = [label for label in labels if not right(label)]
    print(f"{len(labels) - len(wrong)} of {len(labels)} right; wrong: {wrong}")
    return 1 - len(wrong) / len(labels)


def test_figures_of_the_samples() -> None:
    ours = [label for label in LABELS if label[0].startswith("samples/")]
    assert len(ours) >= 50
    assert share_right(ours) >= FLOOR


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not here")
def test_figures_of_seeds_and_reports_on_the_held_out_half() -> None:
    assert len(LABELS) >= 200
    assert share_right(LABELS[1::2]) >= FLOOR
