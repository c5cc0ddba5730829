"""Own footage is found by its words, used where a project prefers it, and said so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.agents.makers import frame_taker, image_agent, video_agent
from tests.agents.test_continuity import clip
from tests.factories import make_media, make_project, make_scene, make_script
from tests.fakes import CountingProvider
from tests.generation.ledgers import make_ledger
from video_platform.agents.footage import Library, match_scenes, words_of
from video_platform.db.database import Database, open_database
from video_platform.db.repositories.assets import UPLOADED, Asset, Assets, Item
from video_platform.domain.brief import Brief
from video_platform.domain.direction import Direction, FootageUse
from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability
from video_platform.domain.media import Media, Probe
from video_platform.domain.project import Pins, Project, SceneEdit
from video_platform.domain.script import Script
from video_platform.montage.probe import probe_media
from video_platform.providers.vendors.still_motion import StillMotion
from video_platform.settings import Settings
from video_platform.store import MediaStore

PREFERRED = Brief(
    text="A brief.",
    formats=(Format.WIDE, Format.TALL),
    direction=Direction(footage=FootageUse.PREFER),
)
LATER = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
LARGE = {"width_px": 1280, "height_px": 720}


def item(name: str, *tags: str, stage: str = UPLOADED, prompt: str = "") -> Asset:
    return Asset(
        id=name,
        project=None,
        kind="image",
        stage=stage,
        scene_id=0,
        format="",
        take=0,
        provider="",
        prompt=prompt,
        generation="",
        media=make_media(name, **LARGE),
        role="",
        facts={"name": f"{name}.jpg", "tags": list(tags)},
        cost_microusd=0,
        is_current=True,
        created_at=datetime.now(UTC),
    )


def scenes(*prompts: str) -> Script:
    return make_script(
        [make_scene(number, visual_prompt=prompt) for number, prompt in enumerate(prompts, 1)]
    )


def matched(script: Script, *items: Asset) -> dict[int, str]:
    return {scene: found.asset.id for scene, found in match_scenes(script.scenes, items).items()}


def test_the_item_that_shares_most_words_is_taken() -> None:
    script = scenes("Fishing boats in the harbour at dawn", "A chart on a desk")
    boats = item("dawn-harbour", "fishing", "boats")
    assert matched(script, item("harbour-dawn"), boats, item("cats")) == {1: "dawn-harbour"}


@pytest.mark.parametrize("name", ["boats", "boats-red-cars-tunnel-night"])
def test_a_word_in_common_is_not_enough(name: str) -> None:
    assert matched(scenes("Fishing boats in the harbour"), item(name)) == {}


def test_an_item_serves_one_scene_of_a_film() -> None:
    script = scenes("harbour boats", "boats in the harbour at dawn")
    one, two = item("harbour-boats-dawn"), item("harbour-boats")
    assert matched(script, one) == {2: one.id} or matched(script, one) == {1: one.id}
    assert sorted(matched(script, one, two).values()) == [two.id, one.id]


def test_words_are_the_same_in_plural_with_accents_and_in_arabic() -> None:
    assert words_of("Les CAFÉS du port") == words_of("cafe port")
    assert matched(scenes("قوارب الصيد في الميناء"), item("الميناء", "قوارب")) == {1: "الميناء"}


@pytest.fixture
def database(settings: Settings) -> Database:
    return open_database(settings.resolved_database_url)


def sent(
    database: Database, media: Media, name: str, *tags: str, project: str | None = None
) -> Asset:
    assets = Assets(database)
    facts = {"name": name, "tags": list(tags)}
    kind = media.media_type.partition("/")[0]
    with database.session() as session, session.begin():
        return assets.add(
            session, Item(kind=kind, media=media, facts=facts), project=project, stage=UPLOADED
        )


@pytest.fixture
def boats(store: MediaStore, tmp_path: Path) -> Media:
    path = tmp_path / "boats.mp4"
    path.write_bytes(clip(60, 90))
    # A film this small would be too coarse; its probe says what a real one would.
    small = store.put(path, "video/mp4", probe_media(path, "video/mp4"))
    return replace(small, probe=Probe(**LARGE, duration_ms=1000))


def run(
    database: Database, store: MediaStore, project: Project, script: Script, folder: Path
) -> tuple[object, CountingProvider]:
    ledger = make_ledger(database, store, folder / "s")
    library = Library(Assets(database), frame_taker(store), draws_words=lambda: {"painter"})
    painter = CountingProvider(Capability.IMAGE, "image/png")
    images = image_agent(ledger, store, library).run(painter, project, script).value  # type: ignore[arg-type]
    clips = video_agent(ledger, store, library).run(StillMotion(), project, script, images).value
    return (images, clips), painter


SCRIPT = scenes("Fishing boats in the harbour at dawn", "A chart on a desk")


def test_a_clip_of_one_s_own_is_used_and_nobody_is_asked_for_its_scene(
    database: Database, store: MediaStore, boats: Media, tmp_path: Path
) -> None:
    sent(database, boats, "harbour.mp4", "fishing boats")
    project = make_project(brief=PREFERRED, created_at=LATER)
    (images, clips), painter = run(database, store, project, SCRIPT, tmp_path)  # type: ignore[misc]
    assert {request.prompt for request in painter.requests} == {"A chart on a desk"}
    assert clips.clips[0].media == dict.fromkeys(PREFERRED.formats, boats)
    assert clips.clips[0].motion is None
    assert clips.clips[1].motion is not None
    origin = images.images[0].origin[Format.TALL]
    assert (origin.provider, origin.generation) == ("upload", "")
    assert origin.candidates[0].sha256 == boats.sha256
    assert origin.candidates[0].notes == ("library: harbour fishing boats",)
    assert images.images[0].media[Format.WIDE].media_type == "image/png"


def test_a_project_that_does_not_prefer_it_never_gets_it(
    database: Database, store: MediaStore, boats: Media, tmp_path: Path
) -> None:
    sent(database, boats, "harbour.mp4", "fishing boats")
    project = make_project(created_at=LATER)
    _, painter = run(database, store, project, SCRIPT, tmp_path)
    assert len(painter.requests) == 2


@pytest.mark.parametrize(("of", "is_found"), [(None, False), ("a-title-0123456789", True)])
def test_a_later_upload_changes_a_film_only_when_it_was_sent_to_it(
    database: Database,
    store: MediaStore,
    boats: Media,
    tmp_path: Path,
    of: str | None,
    is_found: bool,
) -> None:
    before = make_project(brief=PREFERRED, created_at="2026-01-01T00:00:00+00:00")
    if of:
        from video_platform.db.repositories.projects import Projects

        Projects(database).add(of, "A title", PREFERRED)
    sent(database, boats, "harbour.mp4", "fishing boats", project=of)
    _, painter = run(database, store, before, SCRIPT, tmp_path)
    assert len(painter.requests) == (2 if is_found else 4)


def test_a_person_s_own_choice_goes_before_the_library(
    database: Database, store: MediaStore, boats: Media, tmp_path: Path
) -> None:
    sent(database, boats, "harbour.mp4", "fishing boats")
    first = make_project(brief=PREFERRED, created_at=LATER)
    (_, clips), _ = run(database, store, first, SCRIPT, tmp_path)  # type: ignore[misc]
    pinned = SceneEdit(pins=Pins(clip=clips.clips[1]))
    project = replace(first, edits={1: pinned})
    (_, again), _ = run(database, store, project, SCRIPT, tmp_path)  # type: ignore[misc]
    assert again.clips[0].motion is not None
