"""A person and a browser: the built pages against the real API, Dagster and embedded providers."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.frontend.browser import AXE, chromium
from tests.frontend.person import FILM_MS, Person, product, sign_up

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
]
_DURATION = """video => new Promise(tell => video.readyState > 0 ? tell(video.duration)
    : video.addEventListener('loadedmetadata', () => tell(video.duration), {once: true}))"""
STAGES = 9


@pytest.fixture(scope="module")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running product's pages."""
    with product(tmp_path_factory.mktemp("web")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def ann(address: str, browser: Browser) -> Iterator[Person]:
    """A person who signed up."""
    person = sign_up(
        browser.new_context(locale="en-GB", timezone_id="Europe/Paris"),
        address,
        "en",
        "ann@example.com",
    )
    expect(person.page.get_by_text("Your first film is a sentence away")).to_be_visible()
    yield person
    assert person.complaints == []


@pytest.fixture(scope="module")
def film(ann: Person) -> str:
    """The path of a project's page, whose film was made and watched."""
    page = ann.page
    ann.open("/en/new/")
    page.fill("#text", "Salt slows yeast down, and bread rises more evenly.")
    page.get_by_text("10 seconds").click()
    expect(page.get_by_text("Free: everything is made on this machine.")).to_be_visible()
    ann.press("Make the film")
    page.wait_for_url("**/en/project/?key=*")
    expect(page.locator(".stage.running")).to_have_count(1, timeout=FILM_MS)
    page.reload()
    expect(page.locator('[data-state="made"]')).to_have_count(STAGES, timeout=FILM_MS)
    expect(page.locator(".badge").first).to_have_text("Published", timeout=FILM_MS)
    return page.url.removeprefix(ann.address)


def test_a_film_is_asked_for_watched_over_a_reload_and_played(ann: Person, film: str) -> None:
    ann.open(film)
    video = ann.page.locator("video[data-film]")
    expect(video).to_be_visible()
    # Waited for by an event: the page's policy forbids the evaluation that polling needs.
    assert video.evaluate(_DURATION) > 3


def test_a_scene_said_otherwise_gives_another_film(ann: Person, film: str) -> None:
    ann.open(film)
    ann.page.wait_for_selector("video[data-film]")
    before = ann.film()
    ann.press("Edit")
    ann.page.fill("textarea[name=narration]", "Salt makes the yeast slow and calm.")
    ann.press("Save and cut again")
    ann.wait_for_another_film(before)
    expect(ann.page.get_by_text("Salt makes the yeast slow and calm.").first).to_be_visible()


def test_one_picture_is_made_anew_and_the_one_before_is_kept(ann: Person, film: str) -> None:
    ann.open(film)
    ann.page.wait_for_selector("video[data-film]")
    before = ann.film()
    expect(ann.page.locator(".badge").first).to_have_text("Published", timeout=FILM_MS)
    ann.press("New picture")
    ann.wait_for_another_film(before)
    ann.page.locator(".scene .asset").first.click()
    expect(ann.page.get_by_role("dialog")).to_have_attribute("aria-label", re.compile("^[2-9]"))
    ann.press("Close")


def test_the_cut_and_a_caption_are_changed_taken_back_and_rendered(ann: Person, film: str) -> None:
    ann.open(film)
    expect(ann.page.locator(".badge").first).to_have_text("Published", timeout=FILM_MS)
    ann.page.get_by_role("link", name="Edit the cut").click()
    tracks = ann.page.get_by_role("application", name="Timeline")
    tracks.focus()
    tracks.press("ArrowRight")
    tracks.press("Shift+ArrowRight")
    tracks.press("Shift+ArrowRight")
    expect(ann.page.get_by_text("2 changes")).to_be_visible()
    tracks.press("Control+z")
    expect(ann.page.get_by_text("1 change", exact=True)).to_be_visible()
    ann.page.fill("#said", "Bread rests while salt works.")
    ann.page.locator("#said").blur()
    expect(ann.page.get_by_text("2 changes")).to_be_visible()
    ann.page.wait_for_selector("video[data-film]")
    before = ann.film()
    ann.press("Cut again")
    ann.wait_for_another_film(before)
    expect(ann.page.get_by_text("No changes")).to_be_visible()
    expect(ann.page.get_by_text(re.compile("^Cut in [0-9.]+ sec"))).to_be_visible(timeout=FILM_MS)
    assert _captions(ann.page)[:5] == ["Bread", "rests", "while", "salt", "works."]


def _captions(page: Page) -> list[str]:
    """The words under the film, as the page asks for them anew."""
    with page.expect_response(re.compile("/timeline$")) as answer:
        page.reload()
    tracks = answer.value.json()["tracks"]
    clips = next(track["clips"] for track in tracks if track["type"] == "caption")
    return [word for clip in clips for word in clip["text"].split()]


def test_a_post_is_scheduled_dragged_to_another_day_and_one_is_published(
    ann: Person, film: str
) -> None:
    page = ann.page
    ann.open("/en/publish/")
    ann.press("Later")
    days = page.locator(".day:not(.outside)")
    ann.press("Publish a film")
    page.get_by_text("At a time").click()
    ann.press("Schedule")
    post = page.locator(".post.state-scheduled")
    expect(days.nth(0).locator(post)).to_be_visible()
    post.drag_to(days.nth(1))
    expect(days.nth(1).locator(post)).to_be_visible()
    ann.press("Today")
    published = page.locator(".post.state-published")
    count = published.count()
    ann.press("Publish a film")
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    expect(published).to_have_count(count + 1, timeout=FILM_MS)


def test_a_file_of_briefs_becomes_drafts_and_says_what_was_refused(ann: Person) -> None:
    ann.open("/en/")
    ann.press("Many films")
    lines = b"text,duration_s,begin\nWhy tea needs time,20,false\nWhy ice floats,2,false\n"
    briefs = {"name": "briefs.csv", "mimeType": "text/csv", "buffer": lines}
    ann.page.get_by_label("Choose a file").set_input_files(briefs)
    expect(ann.page.get_by_text("Made: 1. Refused: 1.")).to_be_visible()
    ann.press("Close")
    film = ann.page.get_by_role("link", name=re.compile("^Why tea needs time"))
    expect(film.locator(".badge")).to_have_text("Draft")


WORDS = {
    "fr": ("ltr", "Le sel ralentit la levure.", "Garder en brouillon", "Brouillon", "Publié"),
    "ar": ("rtl", "الملح يبطئ الخميرة.", "احفظه مسودة", "مسودة", "منشور"),
}
"""Of a language: where it begins, a brief, and the words of the page."""


def _begin(person: Person, locale: str) -> None:
    """A brief in a language, kept as a draft that is on the page afterwards."""
    page = person.page
    _, brief, keep, draft, _ = WORDS[locale]
    person.open(f"/{locale}/new/")
    page.fill("#text", brief)
    page.locator('input[name="duration"]').first.check()
    person.press(keep)
    page.wait_for_url(f"**/{locale}/project/?key=*")
    expect(page.locator(".badge").first).to_have_text(draft)


def _assert_direction(page: Page, direction: str) -> None:
    """The page says its direction and, on a desk, has its menu where reading begins."""
    assert page.evaluate("document.documentElement.dir") == direction
    side, main = page.locator(".side").bounding_box(), page.locator("main").bounding_box()
    assert side
    assert main
    assert (side["x"] > main["x"]) == (direction == "rtl")


@pytest.mark.parametrize("locale", WORDS)
def test_a_film_is_begun_in_french_and_in_mirrored_arabic(
    browser: Browser, address: str, locale: str
) -> None:
    person = sign_up(browser.new_context(locale=locale), address, locale, f"{locale}@example.com")
    _begin(person, locale)
    _assert_direction(person.page, WORDS[locale][0])
    person.page.context.close()
    assert person.complaints == []


@pytest.mark.wide
@pytest.mark.parametrize("locale", WORDS)
def test_a_film_is_made_and_published_in_french_and_in_arabic(
    browser: Browser, address: str, locale: str
) -> None:
    person = sign_up(
        browser.new_context(locale=locale), address, locale, f"{locale}.film@example.com"
    )
    _begin(person, locale)
    page = person.page
    page.locator(".page-head .button.main").click()
    expect(page.locator('[data-state="made"]')).to_have_count(STAGES, timeout=FILM_MS)
    expect(page.locator(".badge").first).to_have_text(WORDS[locale][4], timeout=FILM_MS)
    assert page.locator("video[data-film]").evaluate(_DURATION) > 3
    page.context.close()
    assert person.complaints == []


@pytest.mark.parametrize(
    ("locale", "direction", "width"),
    [
        ("ar", "rtl", 1360),
        ("fr", "ltr", 390),  # the longest words on the narrowest page
        pytest.param("ar", "rtl", 390, marks=pytest.mark.wide),
        pytest.param("fr", "ltr", 1360, marks=pytest.mark.wide),
        pytest.param("en", "ltr", 390, marks=pytest.mark.wide),
        pytest.param("en", "ltr", 1360, marks=pytest.mark.wide),
    ],
)
def test_every_page_stands_in_every_language_without_overflow(
    ann: Person, film: str, locale: str, direction: str, width: int
) -> None:
    page = ann.page
    page.set_viewport_size({"width": width, "height": 900})
    key = film.partition("?")[2]
    for path in ("", "new/", "publish/", "library/", f"project/?{key}", f"cut/?{key}"):
        ann.open(f"/{locale}/{path}")
        expect(page.locator("main h1")).to_be_visible()
        assert page.evaluate("document.documentElement.dir") == direction
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    if width > 1000:
        _assert_direction(page, direction)


def _findings(page: Page) -> list[str]:
    """What axe calls serious or critical on the page as it stands."""
    # Playwright's own channel, which the page's policy does not bind.
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


def _assert_clean(page: Page, address: str) -> None:
    """Wide and narrow, as it stands once what it shows has come."""
    page.goto(address)
    expect(page.locator("h1")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE.read_text())
    for width in (1360, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert _findings(page) == [], (address, width)


@pytest.mark.parametrize(
    ("locale", "theme"),
    [
        ("en", "light"),
        pytest.param("en", "dark", marks=pytest.mark.wide),
        pytest.param("ar", "light", marks=pytest.mark.wide),
        pytest.param("ar", "dark", marks=pytest.mark.wide),
    ],
)
def test_axe_finds_nothing_serious_on_any_page(
    ann: Person, film: str, browser: Browser, locale: str, theme: str
) -> None:
    ann.page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
    key = film.partition("?")[2]
    for path in ("", "new/", "publish/", "library/", f"project/?{key}", f"cut/?{key}"):
        _assert_clean(ann.page, f"{ann.address}/{locale}/{path}")
    stranger = browser.new_page(color_scheme="dark" if theme == "dark" else "light")
    for path in ("sign-in/", "sign-up/"):
        _assert_clean(stranger, f"{ann.address}/{locale}/{path}")
    stranger.close()
