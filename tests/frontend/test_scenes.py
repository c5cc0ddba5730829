"""A person at work on scenes, caps, sentences and figures: the built pages against the real API."""

import io
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.frontend.browser import AXE
from tests.frontend.test_product import FILM_MS, Person

pytestmark = [pytest.mark.slow, pytest.mark.wide, pytest.mark.timeout(900)]


@pytest.fixture
def project(ann: Person, film: str) -> Page:
    """The project's page, its film done."""
    ann.page.set_viewport_size({"width": 1360, "height": 900})
    ann.open(film)
    expect(ann.page.locator(".badge").first).to_have_text(
        re.compile("Published|Ready"), timeout=FILM_MS
    )
    expect(ann.page.locator("[data-place]").first).to_be_visible()
    return ann.page


def opened(page: Page, place: str) -> Locator:
    """The versions of the first scene's picture, voice or clip, or of the music."""
    page.locator(f"[data-place={place}]").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".take").first).to_be_visible()
    return dialog


def take(dialog: Locator, name: str) -> Locator:
    return dialog.locator(f'.take[data-take="{name}"]')


def in_use(dialog: Locator, name: str) -> None:
    expect(take(dialog, name)).to_have_attribute("aria-current", "true", timeout=FILM_MS)


def picture() -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (640, 360), (20, 90, 60)).save(file, "PNG")
    return file.getvalue()


def test_another_take_is_made_and_the_first_one_gone_back_to(project: Page, ann: Person) -> None:
    dialog = opened(project, "scene_images")
    in_use(dialog, "0")
    ann.press("Make another take")
    in_use(dialog, "1")
    back = take(dialog, "0").get_by_role("button", name="Use this take")
    expect(back).to_be_enabled(timeout=FILM_MS)
    back.click()
    in_use(dialog, "0")


def test_what_is_locked_is_not_made_anew_until_it_is_released(project: Page, ann: Person) -> None:
    dialog = opened(project, "voice_tracks")
    dialog.get_by_role("button", name="Lock", exact=True).click()
    expect(dialog.get_by_text("Locked: it stays as it is")).to_be_visible()
    expect(dialog.get_by_role("button", name="Make another take")).to_have_count(0)
    dialog.get_by_role("button", name="Unlock").click()
    expect(dialog.get_by_role("button", name="Make another take")).to_be_visible(timeout=FILM_MS)


def test_a_file_of_ones_own_takes_the_place_of_a_picture(project: Page) -> None:
    dialog = opened(project, "scene_images")
    own = {"name": "mine.png", "mimeType": "image/png", "buffer": picture()}
    dialog.get_by_label("Use a file of mine").set_input_files(own)
    in_use(dialog, "own")
    away = dialog.get_by_role("button", name="Take my file away")
    expect(away).to_be_enabled(timeout=FILM_MS)
    away.click()
    in_use(dialog, "0")


def test_a_change_kept_for_later_is_shown_as_stale_and_made_on_demand(
    project: Page, ann: Person
) -> None:
    ann.press("Edit")
    project.fill("textarea[name=narration]", "Salt makes the yeast slow.")
    ann.press("Keep, make later")
    expect(project.locator(".place.stale")).to_have_count(1)
    ann.press("Make what changed")
    expect(project.locator(".place.stale")).to_have_count(0, timeout=FILM_MS)


def test_a_cap_is_set_on_the_project_and_lifted(project: Page, ann: Person) -> None:
    ann.press("Change the cap")
    project.get_by_label("Spend at most, in US dollars").fill("2.5")
    ann.press("Save")
    expect(project.get_by_text("of $2.50")).to_be_visible()
    ann.press("Change the cap")
    project.get_by_label("Spend at most, in US dollars").fill("")
    ann.press("Save")
    expect(project.get_by_text("(no cap)")).to_be_visible()


def test_what_costs_is_asked_about_before_it_is_sent(project: Page, ann: Person) -> None:
    """No embedded provider costs anything, so the API's estimate is made a paid one here."""
    priced = [{"capability": "image", "provider": "paid", "calls": 1, "cost_usd": "0.40"}]
    estimate = {"scenes": 1, "cost_usd": "0.40", "scene_usd": "0.40", "rows": priced}
    project.route("**/estimate", lambda route: route.fulfill(json=estimate))
    sent: list[str] = []
    project.on("request", lambda one: sent.append(one.url))
    project.reload()
    project.get_by_role("button", name=re.compile(r"^New picture.*\$0\.40")).first.click()
    expect(project.get_by_text("It costs $0.40 at most")).to_be_visible()
    project.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(project.get_by_role("dialog")).to_have_count(0)
    assert not [one for one in sent if "regenerate" in one]
    project.unroute("**/estimate")


def test_a_sentence_is_left_out_the_cut_follows_and_it_is_taken_back(
    project: Page, ann: Person
) -> None:
    ann.press("Edit")
    project.fill("textarea[name=narration]", "Salt slows yeast. Bread rises more evenly.")
    ann.press("Save and cut again")
    stages = project.locator('[data-stage="montage"][data-state="running"]')
    stages.wait_for(timeout=FILM_MS)
    expect(project.locator(".badge").first).to_have_text(
        re.compile("Published|Ready"), timeout=FILM_MS
    )
    project.get_by_role("link", name="Edit the cut").click()
    tracks = project.get_by_role("application", name="Timeline")
    tracks.focus()
    tracks.press("ArrowRight")
    sentences = project.locator(".sentences li")
    expect(sentences).to_have_count(2)
    expect(sentences.first.locator(".sentence")).to_be_enabled()
    project.get_by_role("button", name="Leave out: Salt slows yeast.").click()
    expect(sentences).to_have_count(1)
    expect(project.get_by_text("1 change", exact=True)).to_be_visible()
    tracks.press("Control+z")
    expect(sentences).to_have_count(2)
    project.get_by_role("button", name="Leave out: Salt slows yeast.").click()
    ann.press("Cut again")
    expect(project.get_by_text("No changes")).to_be_visible(timeout=FILM_MS)
    expect(sentences).to_have_count(1)


def test_figures_are_drawn_with_a_table_beside_them(ann: Person, film: str) -> None:
    """The local channel counts nothing, so a network's figures are laid into the answer."""
    points = [
        {"at": f"2026-11-{day:02}T10:00:00Z", "views": day * 7, "likes": day, "comments": None,
         "shares": None}
        for day in (2, 5, 9, 14)
    ]  # fmt: skip
    series = {"platform": "local_channel", "publications": 1, "points": points}
    ann.page.route("**/platforms/*/metrics?*", lambda route: route.fulfill(json=series))
    for locale, views in (("en", "Views"), ("ar", "المشاهدات")):
        ann.open(f"/{locale}/publish/")
        chart = ann.page.get_by_role("figure")
        expect(chart.locator(".dot")).to_have_count(len(points))
        chart.locator("summary").click()
        expect(chart.get_by_role("columnheader", name=re.compile(views))).to_be_visible()
        expect(chart.get_by_role("row")).to_have_count(len(points) + 1)
    ann.page.unroute("**/platforms/*/metrics?*")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "ar"])
def test_axe_finds_nothing_serious_in_the_takes(
    project: Page, ann: Person, film: str, locale: str, theme: str
) -> None:
    project.evaluate("theme => localStorage.setItem('theme', theme)", theme)
    ann.open(film.replace("/en/", f"/{locale}/"))
    dialog = opened(project, "scene_images")
    expect(dialog).to_be_visible()
    project.evaluate(AXE.read_text())
    found = project.evaluate("async () => (await axe.run(document)).violations")
    serious = [one["id"] for one in found if one["impact"] in {"serious", "critical"}]
    project.keyboard.press("Escape")
    assert serious == []


def test_a_film_plays_while_it_is_rendered(ann: Person, film: str) -> None:
    page = ann.page
    ann.open("/en/new/")
    page.fill("#text", "Ice floats because it is lighter than water. " * 12)
    page.get_by_text("90 seconds").click()
    expect(page.get_by_text("Free: everything is made on this machine.")).to_be_visible()
    page.get_by_label("Spend at most, in US dollars").fill("5")
    ann.press("Make the film")
    growing = page.locator("video[data-growing]")
    growing.wait_for(timeout=FILM_MS)
    seconds = growing.evaluate(
        """video => new Promise(tell => video.readyState > 1 ? tell(video.buffered.end(0))
        : video.addEventListener('canplay', () => tell(video.buffered.end(0)), {once: true}))"""
    )
    assert seconds > 1
    expect(page.get_by_text("to watch already")).to_be_visible()
    expect(page.locator("video[data-film]")).to_be_visible(timeout=FILM_MS)
    expect(page.get_by_text("of $5.00")).to_be_visible()
