"""A real browser before a real server over the samples. Skips with a reason where either is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import served

from kb.config import load_settings
from kb.library import Library

playwright = pytest.importorskip(
    "playwright.sync_api", reason="the Python package playwright is not installed"
)

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("KB_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"wide": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the samples ingested."""
    folder = tmp_path_factory.mktemp("browser")
    (ROOT / "indexes" / ".models").mkdir(parents=True, exist_ok=True)
    (folder / "indexes").mkdir()
    (folder / "indexes" / ".models").symlink_to(ROOT / "indexes" / ".models")
    with Library.open(load_settings(folder, environ={})) as library:
        library.ingest([ROOT / "corpus" / "samples"])
    return folder


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """The address of a server over `home`."""
    with served(home) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    """Debian's chromium, or the one that KB_CHROMIUM names.

    It ends with its module: Playwright's event loop would hinder every later test that runs one of its own.
    """
    if CHROMIUM is None:
        pytest.skip("no chromium here: apt-get install chromium, or set KB_CHROMIUM")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(params=sorted(WIDTHS))
def page(
    request: pytest.FixtureRequest, browser: playwright.Browser, address: str
) -> Iterator[playwright.Page]:
    """A page at each width; whatever the browser complains of fails the test."""
    width, height = WIDTHS[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=address)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    assert [line for line in complaints if "status of 404" not in line] == []
    context.close()


@pytest.fixture
def plain(browser: playwright.Browser, address: str) -> Iterator[playwright.Page]:
    """A page in a browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False, base_url=address)
    yield context.new_page()
    context.close()
