"""Pictures of every page, to be looked at: ``python -m benchmarks.frontend.pictures FOLDER``.

Three languages, light and dark, on a desk and on a phone, of a studio that holds something. Named
``language-theme-size-page.png``. The product and its films are made for this and thrown away.
"""

import argparse
import tempfile
from itertools import product as each_of
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from benchmarks.frontend.studio import DOORS, PAGES, furnish
from tests.frontend.browser import chromium
from tests.frontend.person import Person, product

LANGUAGES = ("en", "fr", "ar")
THEMES = ("light", "dark")
SIZES = {"desk": (1360, 900), "phone": (390, 844)}


def _picture(page: Page, address: str, file: Path) -> None:
    page.goto(address)
    expect(page.locator("h1").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=file, full_page=True)


def take(browser: Browser, person: Person, film: str, folder: Path) -> None:
    """All pictures: those of the door by a stranger, the others by whom the studio belongs to."""
    address = person.address
    stranger = browser.new_context().new_page()
    for language, theme, (size, (width, height)) in each_of(LANGUAGES, THEMES, SIZES.items()):
        for page, paths in ((person.page, PAGES), (stranger, DOORS)):
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{address}/{language}/sign-in/")
            page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
            for path in paths:
                name = path.partition("/")[0] or "projects"
                file = folder / f"{language}-{theme}-{size}-{name}.png"
                _picture(page, f"{address}/{language}/{path.format(film=film)}", file)


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        chromium() as browser,
        product(Path(data)) as address,
    ):
        person, film = furnish(browser.new_context(locale="en-GB"), address)
        take(browser, person, film, folder)


if __name__ == "__main__":
    main()
