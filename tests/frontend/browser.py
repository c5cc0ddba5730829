"""What driving the built pages needs: Chromium and a build, or a reason why they are missing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.conftest import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 60_000
"""Long enough for an answer on a busy machine; what is there sooner is not waited for."""
PAGES = ROOT / "frontend" / "out" / "en"


@contextmanager
def chromium(*options: str) -> Iterator[Browser]:
    """The system's Chromium, started with the options, once the pages are built."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not on this machine; install chromium.")
    if not (PAGES.is_dir() and AXE.is_file()):
        pytest.skip("The pages are not built; run make frontend.")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", *options]
        )
        yield browser
        browser.close()
