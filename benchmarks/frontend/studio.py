"""A studio with something to see in it, for looking at pages: films, drafts, a scheduled post."""

import re

from playwright.sync_api import BrowserContext, expect

from tests.frontend.person import FILM_MS, Person, sign_up

PAGES = ("", "new/", "project/?{film}", "cut/?{film}", "publish/", "library/")
"""What stands behind the door; ``film`` is the query that names a film."""
DOORS = ("sign-in/", "sign-up/")
_TEXTS = {
    "en": "Salt slows yeast down, and bread rises more evenly.",
    "ar": "الملح يبطئ الخميرة، فيرتفع الخبز بانتظام.",
}
_DRAFTS = b"text,language,begin\nWhy tea needs time,en,false\nPourquoi la glace flotte,fr,false\n"


def furnish(context: BrowserContext, address: str) -> tuple[Person, str]:
    """A new person's studio with a film in English and one in Arabic, two drafts and a post.

    Returns the person and the query that names the English film.
    """
    person = sign_up(context, address, "en", "ann@example.com")
    films = [_film(person, language, text) for language, text in _TEXTS.items()]
    person.open("/en/")
    person.press("Many films")
    file = {"name": "briefs.csv", "mimeType": "text/csv", "buffer": _DRAFTS}
    person.page.get_by_label("Choose a file").set_input_files(file)
    expect(person.page.get_by_text("Made: 2.")).to_be_visible()
    person.open("/en/publish/")
    person.press("Publish a film")
    person.page.get_by_text("At a time").click()
    person.press("Schedule")
    expect(person.page.locator(".post.state-scheduled")).to_be_visible()
    return person, films[0]


def _film(person: Person, language: str, text: str) -> str:
    """The query that names a film, once it is published."""
    page = person.page
    person.open("/en/new/")
    page.fill("#text", text)
    page.locator('input[name="duration"]').first.check()
    page.get_by_label({"en": "English", "ar": "Arabic"}[language], exact=True).check()
    person.press(re.compile("^Make the film"))
    page.wait_for_url("**/en/project/?key=*")
    expect(page.locator(".badge").first).to_have_text("Published", timeout=FILM_MS)
    return page.url.partition("?")[2]
