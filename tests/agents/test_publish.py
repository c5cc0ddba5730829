"""A film goes out once, whatever is run again; what cannot go out is refused beforehand."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.factories import make_film, make_project, make_script
from video_platform.agents.editions import Editions, fill
from video_platform.agents.publish import PublishAgent, When
from video_platform.agents.result import StageResult
from video_platform.db.database import open_database
from video_platform.db.repositories.accounts import Accounts
from video_platform.db.repositories.projects import Projects
from video_platform.db.repositories.publications import Publications as Rows
from video_platform.domain.brief import Brief
from video_platform.domain.codec import to_manifest
from video_platform.domain.formats import Format
from video_platform.domain.manifests import Film, Montage, Publications
from video_platform.domain.media import Media, Probe
from video_platform.domain.project import Stage
from video_platform.domain.publication import Publication, PublicationState, Wish
from video_platform.domain.script import Blurb
from video_platform.errors import InvalidInput, NotConfigured, VideoPlatformError
from video_platform.providers.service import Access
from video_platform.publishing.accounts import AccountKeeper
from video_platform.publishing.base import Rules
from video_platform.publishing.machine import PublicationMachine
from video_platform.publishing.platforms.local_channel import LocalChannel
from video_platform.publishing.registry import Platforms
from video_platform.settings import Settings
from video_platform.store import MediaStore
from video_platform.store.manifests import current_key
from video_platform.vault import Vault, new_key


class CountingChannel(LocalChannel):
    """The local channel, counting commits; it can be made to die right after one."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.commits = 0
        self.dies = False

    def commit(self, post, desk):  # type: ignore[no-untyped-def]
        self.commits += 1
        published = super().commit(post, desk)
        if self.dies:
            raise KeyboardInterrupt
        return published


PROJECT = make_project(brief=Brief(text="A brief.", formats=(Format.WIDE,)))


@dataclass
class Desk:
    """A publish agent with a project whose film is finished."""

    agent: PublishAgent
    channel: CountingChannel
    store: MediaStore
    film: Film

    def finish(self, *films: Film) -> Montage:
        """Store a montage, as the asset does before it is published."""
        montage = Montage(films=films or (self.film,))
        for stage, value in ((Stage.MONTAGE, montage), (Stage.SCRIPT, make_script())):
            self.store.blobs.write(current_key(stage, PROJECT.key), to_manifest(value))
        return montage

    def run(self, montage: Montage) -> StageResult[Publications]:
        return self.agent.run(self.channel, PROJECT, make_script(), montage)


@pytest.fixture
def desk(settings: Settings, store: MediaStore, tmp_path: Path) -> Desk:
    def keep(name: str, media_type: str, **probe: int) -> Media:
        path = tmp_path / name
        path.write_text(name)
        return store.put(path, media_type, Probe(**probe))

    database = open_database(settings.resolved_database_url)
    Projects(database).add(PROJECT.key, PROJECT.title, PROJECT.brief)
    channel = CountingChannel(tmp_path / "channel")
    platforms = Platforms(lambda _: Access(), here={channel.name: channel})
    vault, rows = Vault([new_key()]), Rows(database)
    keeper = AccountKeeper(Accounts(database), vault, platforms.connects)
    editions = Editions(store, lambda name: platforms.find(name).rules)
    machine = PublicationMachine(rows, platforms.find, keeper, editions, vault)
    film = replace(
        make_film(),
        media=keep("film.mp4", "video/mp4", width_px=1920, height_px=1080),
        poster=keep("p.jpg", "image/jpeg"),
        srt=keep("c.srt", "application/x-subrip"),
        vtt=keep("c.vtt", "text/vtt"),
    )
    return Desk(PublishAgent(rows, machine, keeper, platforms, editions), channel, store, film)


def test_film_that_is_out_is_not_published_again(desk: Desk) -> None:
    montage = desk.finish()
    first, again = desk.run(montage), desk.run(montage)
    assert desk.channel.commits == 1
    assert (first.provider_calls, again.provider_calls) == (1, 0)
    assert again.value == first.value


def test_death_right_after_the_commit_does_not_publish_twice(desk: Desk) -> None:
    montage = desk.finish()
    desk.channel.dies = True
    with pytest.raises(KeyboardInterrupt):
        desk.run(montage)
    desk.channel.dies = False
    assert desk.run(montage).value.records[0].url.endswith(".mp4")
    assert desk.channel.commits == 1


def test_changed_film_is_another_post(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "other.mp4").write_text("other")
    media = desk.store.put(tmp_path / "other.mp4", "video/mp4", desk.film.media.probe)
    desk.run(desk.finish())
    again = desk.run(desk.finish(replace(desk.film, media=media)))
    assert desk.channel.commits == 2
    assert {record.film for record in again.value.records} == {
        desk.film.media.sha256,
        media.sha256,
    }


def test_a_film_that_could_not_be_written_is_published_when_it_is_asked_for_again(
    desk: Desk,
) -> None:
    montage = desk.finish()
    desk.channel.root.write_text("not a folder")
    with pytest.raises(VideoPlatformError) as refused:
        desk.run(montage)
    assert refused.value.code == "place_unwritable"
    desk.channel.root.unlink()
    assert desk.run(montage).provider_calls == 1


def schedule(desk: Desk, to: str = "local_channel", **options: Any) -> Publication:
    return desk.agent.schedule(PROJECT, desk.agent.place(to), **options)


def test_what_is_scheduled_says_what_will_be_published(desk: Desk) -> None:
    desk.finish()
    when = When(local_time="2099-12-01 09:00", zone="Europe/Paris")
    planned = schedule(desk, when=when, wish=Wish(caption="Mine."))
    assert planned.due_at == datetime(2099, 12, 1, 8, tzinfo=UTC)
    assert (planned.wish.title, planned.wish.caption) == (make_script().title, "Mine.")
    assert planned.wish.local_time == "2099-12-01 09:00"


def test_a_film_can_be_scheduled_before_it_is_finished(desk: Desk) -> None:
    planned = schedule(desk)
    assert desk.agent.machine.work(planned.id).error_code == "media_missing"
    desk.finish()
    assert desk.agent.machine.work(planned.id).state is PublicationState.PUBLISHED


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"format": Format.TALL}, "format_missing"),
        ({"when": When(local_time="2001-01-01 00:00")}, "time_past"),
        ({"when": When(zone="Mars/Olympus")}, "zone_unknown"),
        ({"when": When(is_queued=True)}, "queue_empty"),
        ({"wish": Wish(title="x" * 501)}, "title_too_long"),
        ({"wish": Wish(hashtags=("two words",))}, "hashtag_invalid"),
        ({"wish": Wish(privacy="private")}, "privacy_unfit"),
        ({"wish": Wish(privacy="nobody")}, "privacy_unfit"),
        ({"wish": Wish(shows_people=True, is_synthetic=False)}, "disclosure_required"),
    ],
)
def test_what_cannot_go_out_is_refused_when_it_is_scheduled(
    desk: Desk, options: dict[str, Any], code: str
) -> None:
    desk.finish()
    with pytest.raises(InvalidInput) as refused:
        schedule(desk, **options)
    assert refused.value.code == code
    assert desk.agent.rows.matching() == []


def test_a_network_without_an_account_says_how_to_connect_one(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="accounts connect youtube"):
        schedule(desk, "youtube")
    with pytest.raises(NotConfigured, match="no platform called"):
        schedule(desk, "myspace")


def test_words_are_shortened_to_what_a_network_takes() -> None:
    rules = Rules(formats=(Format.TALL,), title_chars=10, caption_chars=30, hashtags=1)
    script = make_script(title="Bees find their way", sources=("A very long source " * 9,))
    wish = fill(Wish(), script, rules)
    assert (wish.title, wish.hashtags) == ("Bees find…", ("their",))
    assert len(wish.caption) + len("\n #their") <= 30
    assert fill(Wish(title="Mine", caption="Own"), script, rules).caption == "Own"


def test_each_network_gets_the_longest_of_the_writers_words_that_fits() -> None:
    blurb = Blurb(
        short="Bees dance.", long="Bees dance to tell the way.", hashtags=("bees", "dance")
    )
    script = make_script(sources=("https://example.com/bees",), blurb=blurb)

    def caption(room: int, hashtags: int = 0) -> str:
        rules = Rules(formats=(Format.TALL,), caption_chars=room, hashtags=hashtags)
        return fill(Wish(), script, rules).caption

    assert caption(2000) == "Bees dance to tell the way.\nhttps://example.com/bees"
    assert caption(30) == "Bees dance to tell the way."
    assert caption(20) == "Bees dance."
    assert caption(10) == "Bees…"
    assert caption(30, hashtags=2) == "Bees dance.", "the hashtags below take room, too"
