"""The running product and somebody in front of a browser: what tests and measurements share."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, expect

from tests.conftest import ROOT
from tests.dagster.test_product import free_port, is_up

FILM_MS = 240_000
"""The longest that a film may take on a busy machine, in milliseconds."""


@contextmanager
def product(folder: Path) -> Iterator[str]:
    """Address of the pages of a product that keeps its data in the folder and stops at the end."""
    dagster, api = free_port(), free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "cli.main", "up"),
            *("--dagster-port", str(dagster), "--api-port", str(api)),
        ],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "VIDEO_PLATFORM_DATA_DIR": str(folder / "data"),
        },
    )
    try:
        for _ in range(600):
            if is_up(f"http://127.0.0.1:{api}/readyz"):
                break
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=0.25)
        yield f"http://127.0.0.1:{api}"
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0


@dataclass
class Person:
    """Somebody in front of a browser, and what the browser complained of."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name, exact=isinstance(name, str)).first.click()

    def film(self) -> str:
        """SHA-256 of the film that is on the page."""
        return self.page.locator("video[data-film]").get_attribute("data-film") or ""

    def wait_for_another_film(self, before: str) -> None:
        expect(self.page.locator("video[data-film]")).not_to_have_attribute(
            "data-film", before, timeout=FILM_MS
        )


def _worth_hearing(message: ConsoleMessage) -> list[str]:
    """What the page or its policy complains of; answers are looked at by themselves."""
    is_answer = "Failed to load resource" in message.text
    return [message.text] if message.type == "error" and not is_answer else []


def _refused(answer: Response) -> list[str]:
    """Requests the API refused: a page asks for nothing it does not have."""
    is_film = answer.request.resource_type == "media"  # its ticket lives a minute
    refused = answer.status >= 400 and not is_film
    return [f"{answer.status} {answer.request.method} {answer.url}"] if refused else []


def sign_up(context: BrowserContext, address: str, locale: str, email: str) -> Person:
    """A new person, whose pages and answers are listened to."""
    page = context.new_page()
    person = Person(page, address)
    page.on("pageerror", lambda error: person.complaints.append(str(error)))
    page.on("console", lambda message: person.complaints.extend(_worth_hearing(message)))
    page.on("response", lambda answer: person.complaints.extend(_refused(answer)))
    person.open(f"/{locale}/sign-up/")
    for name, value in (
        ("name", "Ann"),
        ("tenant", f"{email}'s studio"),
        ("email", email),
        ("password", "a long enough passphrase"),
    ):
        page.fill(f"#{name}", value)
    page.locator("form button.main").click()
    page.wait_for_url(f"**/{locale}/")
    return person
