"""What every page has to be: nothing serious for axe, no wider than its window, light."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

MOST_BYTES = 150_000  # of a page with all that it needs, before compression


@cache
def axe() -> str:
    """The script of axe-core. Skips with a reason where it is not installed."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    folder = Path(str(files(package.__name__)))
    return (folder / "axe.min.js").read_text(encoding="utf-8")


def complaints(page: Any) -> list[str]:  # noqa: ANN401 (Playwright may be missing)
    """What is serious or critical for axe on the page that is open."""
    page.evaluate(axe())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)")
    return [
        f"{one['id']}: {node['target']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def look(page: Any, path: str) -> list[str]:  # noqa: ANN401 (as above)
    """Opens a page and says what is wrong with it."""
    sizes: list[int] = []
    count = lambda answer: sizes.append(len(answer.body()))  # noqa: E731
    page.on("response", count)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.remove_listener("response", count)
    wrong = complaints(page)
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    wrong += [f"{wider} px wider than the window"] if wider else []
    wrong += [f"{sum(sizes)} bytes"] if sum(sizes) > MOST_BYTES else []
    return [f"{path}: {one}" for one in wrong]
