"""Assets, uploads and timelines, on every database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from tests.factories import make_clips, make_film, make_media, make_music, make_script, make_voice
from video_platform.agents.timeline import build_timeline
from video_platform.db.database import Database
from video_platform.db.models import UploadRow
from video_platform.db.repositories.assets import UPLOADED, Assets, Item
from video_platform.db.repositories.idempotency import IdempotencyKeys
from video_platform.db.repositories.projects import Projects
from video_platform.db.repositories.timelines import Timelines
from video_platform.db.repositories.uploads import Uploads, UploadState
from video_platform.domain.brief import Brief
from video_platform.domain.cut import ClipCut, Cut
from video_platform.domain.formats import Format
from video_platform.domain.manifests import (
    AvatarClips,
    Montage,
    Origin,
    SceneImage,
    SceneImages,
)
from video_platform.domain.project import Stage
from video_platform.errors import Conflict


@pytest.fixture
def assets(database: Database) -> Assets:
    Projects(database).add("k", "t", Brief(text="x"))
    return Assets(database)


def images(*names: str) -> SceneImages:
    origin = Origin(provider="fake", generation="0" * 64, cost_usd=Decimal("0.04"))
    return SceneImages(
        images=tuple(
            SceneImage(
                scene_id=number,
                media={Format.WIDE: make_media(name)},
                origin={Format.WIDE: origin},
            )
            for number, name in enumerate(names, start=1)
        )
    )


def current(assets: Assets) -> list[str]:
    return [one.media.sha256[:2] for one in assets.list(project="k", is_current=True)]


def test_recording_the_same_value_again_changes_nothing(assets: Assets) -> None:
    assert len(assets.record("k", Stage.SCENE_IMAGES, images("a", "b"))) == 2
    assert assets.record("k", Stage.SCENE_IMAGES, images("a", "b")) == []
    assert len(assets.list(project="k")) == 2


def test_what_is_replaced_stays_as_a_version(assets: Assets, database: Database) -> None:
    assets.record("k", Stage.SCENE_IMAGES, images("a", "b"))
    Projects(database).ask_again("k", Stage.SCENE_IMAGES, (1,), "run")
    (new,) = assets.record("k", Stage.SCENE_IMAGES, images("c", "b"))
    assert (new.take, new.scene_id, new.provider, new.cost_microusd) == (1, 1, "fake", 40_000)
    assert [one.take for one in assets.versions(new)] == [1, 0]
    assert sorted(current(assets)) == ["62", "63"]
    assets.record("k", Stage.SCENE_IMAGES, images("a", "b"))
    assert sorted(current(assets)) == ["61", "62"]


def test_a_film_of_one_format_leaves_the_other_current(assets: Assets) -> None:
    wide, tall = make_film(), make_film(format=Format.TALL, media=make_media("u", "video/mp4"))
    assets.record("k", Stage.MONTAGE, Montage(films=(wide, tall)))
    assets.record(
        "k", Stage.MONTAGE, Montage(films=(make_film(media=make_media("n", "video/mp4")),))
    )
    films = assets.list(project="k", kind="film", is_current=True)
    assert {one.format for one in films} == {"16:9", "9:16"}
    assert len(assets.list(project="k", kind="film")) == 3


def test_two_files_of_one_place_are_told_apart_by_their_role(assets: Assets) -> None:
    assets.record("k", Stage.MONTAGE, Montage(films=(make_film(),)))
    srt, vtt = sorted(assets.list(kind="captions"), key=lambda one: one.role)
    assert (srt.role, vtt.role) == ("srt", "vtt")
    assert [one.id for one in assets.versions(srt)] == [srt.id]


def test_media_are_found_by_their_tenant_alone(assets: Assets, database: Database) -> None:
    (made,) = assets.record("k", Stage.MUSIC, make_music())
    assert assets.find_media(made.media.sha256) == made.media
    other = Assets(database.of("other"))
    assert other.find_media(made.media.sha256) is None
    assert other.get(made.id) is None
    assert other.list() == []


def test_the_same_upload_twice_is_one_asset(assets: Assets, database: Database) -> None:
    for _ in range(2):
        with database.session() as session, session.begin():
            item = Item(kind="image", media=make_media("u"))
            assets.add(session, item, project=None, stage=UPLOADED)
    assert len(assets.list(stage=UPLOADED)) == 1


# --- uploads ---


def test_of_two_writers_at_one_offset_one_advances(database: Database) -> None:
    uploads = Uploads(database)
    made = uploads.begin(name="a", media_type="image/png", size_bytes=10, sha256="", project=None)
    assert uploads.advance(made.id, 0, 4)
    assert not uploads.advance(made.id, 0, 5)
    found = uploads.get(made.id)
    assert found is not None
    assert (found.received_bytes, found.state) == (4, UploadState.OPEN)


def test_only_what_nobody_finished_in_time_expires(database: Database) -> None:
    uploads = Uploads(database)
    old, new = (
        uploads.begin(name=n, media_type="image/png", size_bytes=1, sha256="", project=None)
        for n in "ab"
    )
    now = datetime.now(UTC)
    with database.session() as session, session.begin():
        session.execute(
            update(UploadRow)
            .where(UploadRow.id == old.id)
            .values(expires_at=now - timedelta(seconds=1))
        )
    assert [one.id for one in uploads.expired(now)] == [old.id]
    assert new.expires_at > now


# --- timelines ---


def test_a_new_timeline_keeps_a_persons_changes(assets: Assets, database: Database) -> None:
    timelines = Timelines(database)
    cut = Cut(clips={1: ClipCut(longer_ms=500)}, music_db=-3.0)
    with database.session() as session, session.begin():
        assert timelines.change(session, "k", cut, version=0).version == 1
    script = make_script()
    timeline = build_timeline(
        script, make_voice(script), make_clips(script), AvatarClips(), make_music()
    )
    timelines.record("k", timeline)
    stored = timelines.get("k")
    assert (stored.cut, stored.duration_ms) == (cut, timeline.duration_ms)
    assert [track["type"] for track in stored.tracks] == ["video", "voice", "music", "caption"]
    clips = stored.tracks[0]["clips"]
    assert sum(clip["duration_ms"] for clip in clips) == timeline.duration_ms
    assert clips[1]["transition"]["kind"] == "dissolve"
    with database.session() as session, session.begin(), pytest.raises(Conflict):
        timelines.change(session, "k", Cut(), version=0)


# --- idempotency keys ---


def test_a_key_is_claimed_once_and_forgotten_after_a_day(database: Database) -> None:
    keys = IdempotencyKeys(database)
    assert keys.claim("k", "route", "hash") is None
    known = keys.claim("k", "route", "hash")
    assert known is not None
    assert known.is_running
    keys.keep("k", "route", status=202, headers={}, body="{}")
    known = keys.claim("k", "route", "hash")
    assert known is not None
    assert (known.status, known.body, known.is_running) == (202, "{}", False)
    assert IdempotencyKeys(database.of("other")).claim("k", "route", "hash") is None
    assert keys.sweep() == 0
