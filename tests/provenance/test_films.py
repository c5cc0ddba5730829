"""Films as the montage delivers them: signed last, stored as signed, and signed only once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.factories import make_project
from tests.montage.films import make_timeline
from video_platform.agents import credentials, montage
from video_platform.agents.credentials import Notary
from video_platform.agents.montage import MontageAgent
from video_platform.db.database import Database, open_database
from video_platform.db.repositories.assets import UPLOADED, Assets, Item
from video_platform.disk import write_atomically
from video_platform.domain.brief import Brief
from video_platform.domain.codec import from_manifest, to_manifest
from video_platform.domain.formats import FRAMES, Format, Frame
from video_platform.domain.generation import Generation
from video_platform.domain.look import Export, Look
from video_platform.domain.manifests import Film, Music, Origin, SceneImage, SceneImages
from video_platform.domain.media import Media
from video_platform.domain.project import Stage
from video_platform.domain.rights import Disclosure, LicencePolicy, Making, Terms, state_terms
from video_platform.domain.timeline import Timeline
from video_platform.errors import InvalidInput
from video_platform.montage.plan import RenderSettings
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.provenance.credentials import read_credentials
from video_platform.provenance.identity import Identity
from video_platform.provenance.terms import TermsBook, load_terms
from video_platform.settings import Settings
from video_platform.store import MediaStore, open_store
from video_platform.store.manifests import current_key
from video_platform.store.media import hash_file

PROJECT = make_project(brief=Brief(text="A brief."))


@pytest.fixture(autouse=True)
def small_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FRAMES, Format.WIDE, Frame(320, 180, 0.06, 0.06, 0.72, 0.96))


@dataclass
class Rows:
    """The ledger's rows, by key."""

    made: dict[str, tuple[str, Generation]]

    def find(self, key: str) -> Any:
        capability, result = self.made[key]
        return SimpleNamespace(capability=capability, result=result)

    def list(self, **_: object) -> list[Any]:
        return [self.find(key) for key in self.made]


@dataclass
class Place:
    """A store, a timeline with known makers, and what signs."""

    store: MediaStore
    timeline: Timeline
    rows: Rows
    assets: Assets
    database: Database
    identity: Identity
    home: Path

    def notary(
        self,
        policy: LicencePolicy = LicencePolicy.ALLOW,
        terms: TermsBook | None = None,
        identity: Identity | None = None,
    ) -> Notary:
        return Notary(
            self.store,
            self.rows,  # type: ignore[arg-type]
            self.assets,
            identity=lambda: identity or self.identity,
            terms=terms or load_terms(),
            policy=policy,
            clock=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC),
        )

    def agent(self, notary: Notary | None = None) -> MontageAgent:
        return MontageAgent(
            self.store,
            Ffmpeg(find_ffmpeg()),
            settings=RenderSettings(),
            scratch_dir=self.home / "scratch",
            max_workers=2,
            notary=notary or self.notary(),
        )

    def film(self, notary: Notary | None = None, timeline: Timeline | None = None) -> Film:
        result = self.agent(notary).run(PROJECT, timeline or self.timeline)
        return result.value.films[0]

    def upload(self, media: Media, name: str, terms: Terms | None = None) -> None:
        """A person's own file, with what they say of its licence."""
        item = Item(kind="audio", media=media, facts={"name": name})
        with self.database.session() as session, session.begin():
            asset = self.assets.add(session, item, project=None, stage=UPLOADED)
            if terms:
                self.assets.state_terms(session, asset.id, terms)

    def disclosure(self, film: Film) -> Disclosure:
        assert film.credentials is not None
        return from_manifest(Disclosure, self.store.read(film.credentials.disclosure))


@pytest.fixture
def place(settings: Settings, tmp_path: Path, identity: Identity) -> Place:
    store = open_store(settings.resolved_store_url, cache_dir=settings.home / "cache")
    timeline = make_timeline(store, tmp_path / "media", ("One.", "Two."))
    database = open_database(settings.resolved_database_url)
    rows = Rows({})

    def made(media: Media, capability: str, provider: str, model: str) -> Origin:
        key = f"{capability}-{media.sha256[:8]}"
        details = {"model": model} if model else {}
        rows.made[key] = (
            capability,
            Generation(key=key, provider=provider, media=media, details=details),
        )
        return Origin(provider=provider, generation=key)

    written = replace(timeline.music[0].media, media_type="application/json", sha256="5" * 64)
    made(written, "script", "openai", "gpt-5")
    pictures = [(clip.scene_id, clip.media[Format.WIDE]) for clip in timeline.video]
    images = SceneImages(
        images=tuple(
            SceneImage(
                scene_id=scene_id,
                media={Format.WIDE: media},
                origin={Format.WIDE: made(media, "image", "stability", "sd-4")},
            )
            for scene_id, media in pictures
        )
    )
    music = Music(
        media=timeline.music[0].media,
        mood="calm",
        licence="CC0-1.0",
        bar_ms=1000,
        origin=made(timeline.music[0].media, "music", "embedded_composer", ""),
    )
    for stage, value in ((Stage.SCENE_IMAGES, images), (Stage.MUSIC, music)):
        store.blobs.write(current_key(stage.value, PROJECT.key), to_manifest(value))
    return Place(store, timeline, rows, Assets(database), database, identity, settings.home)


def files_of(film: Film) -> dict[str, Media]:
    assert film.contact_sheet is not None
    beside = {"poster": film.poster, "contact_sheet": film.contact_sheet}
    return {"film": film.media, **beside, **{e.value: m for e, m in film.exports.items()}}


def test_every_delivered_file_that_can_is_signed_and_stored_as_signed(place: Place) -> None:
    exports = (Export.AUDIO, Export.GIF, Export.WEBM)
    film = place.film(timeline=replace(place.timeline, look=Look(exports=exports)))
    files = files_of(film)
    for role, media in files.items():
        path = place.store.path(media)
        assert hash_file(path) == media.sha256
        assert read_credentials(path).is_valid is (role != "webm"), role
    told = {one.role: one for one in place.disclosure(film).files}
    assert {role: media.sha256 for role, media in files.items()} == {
        role: one.sha256 for role, one in told.items()
    }
    assert [role for role, one in told.items() if not one.manifest] == ["webm"]
    assert film.media.probe.frames == place.timeline.frames


def test_a_film_names_its_makers_with_model_hash_and_licence(place: Place) -> None:
    film = place.film()
    found = read_credentials(place.store.path(film.media))
    told = {(one["role"], one.get("scene", 0)): one for one in found.ingredients}
    assert told["script", 0]["provider"] == "openai"
    assert told["script", 0]["relationship"] == "inputTo"
    picture = told["picture", 1]
    assert (picture["provider"], picture["model"]) == ("stability", "sd-4")
    assert picture["sha256"] == place.timeline.video[0].media[Format.WIDE].sha256
    assert picture["licence"].startswith("Stability AI terms")
    assert told["music", 0]["provider"] == "embedded_composer"
    assert found.source_type == Making.COMPOSITE_TRAINED
    assert film.credentials is not None
    assert film.credentials.manifest == found.manifest
    fonts = [one for one in place.disclosure(film).ingredients if one.role == "font"]
    assert {one.terms.licence for one in fonts} == {"OFL-1.1"}


def test_an_unchanged_film_is_not_signed_again(place: Place) -> None:
    first = place.film()
    result = place.agent().run(PROJECT, place.timeline)
    assert result.reused == 1
    assert result.value.films[0] == first


def test_another_maker_of_the_same_bytes_is_another_claim(place: Place) -> None:
    first = place.film()
    for key, (capability, made) in list(place.rows.made.items()):
        if capability == "image":
            details = {"model": "sd-5"}
            place.rows.made[key] = capability, replace(made, details=details)
    again = place.film()
    assert again.plan == first.plan
    assert again.media.sha256 != first.media.sha256
    assert read_credentials(place.store.path(again.media)).is_valid


def test_an_operators_certificate_takes_the_place_of_the_test_one_and_not_the_reverse(
    place: Place,
) -> None:
    tested = place.film()
    operators = replace(place.identity, is_test=False)
    signed = place.film(place.notary(identity=operators))
    assert signed.media.sha256 != tested.media.sha256
    assert place.film() == signed


def test_nothing_touches_a_file_after_it_was_signed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order of everything that writes: signing comes behind all of it, then only the store."""
    steps: list[str] = []

    def watched(name: str, target: object, attribute: str) -> None:
        work: Callable[..., Any] = getattr(target, attribute)

        def call(*arguments: Any, **options: Any) -> Any:
            steps.append(name)
            return work(*arguments, **options)

        monkeypatch.setattr(target, attribute, call)

    watched("ffmpeg", Ffmpeg, "run")
    for name in ("poster", "contact_sheet", "waveform", "gif_preview"):
        watched(name, montage, name)
    watched("sign", credentials, "sign_file")
    look = Look(exports=(Export.AUDIO, Export.GIF, Export.H265))
    place.film(timeline=replace(place.timeline, look=look))
    first = steps.index("sign")
    assert set(steps[first:]) == {"sign"}
    assert set(steps[:first]) == {"ffmpeg", "poster", "contact_sheet", "waveform", "gif_preview"}


def test_delivering_and_publishing_copy_the_signed_bytes(place: Place, tmp_path: Path) -> None:
    film = place.film()
    out = tmp_path / "out.mp4"
    write_atomically(out, place.store.path(film.media))
    assert hash_file(out) == film.media.sha256
    assert read_credentials(out).is_valid


def test_an_unknown_licence_stops_the_film_before_it_is_rendered_where_policy_says_so(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(montage, "render_film", lambda *_, **__: pytest.fail("rendered"))
    with pytest.raises(InvalidInput) as caught:
        place.film(place.notary(LicencePolicy.BLOCK))
    assert caught.value.code == "licence_unknown"
    assert "voice of scene 1 from upload" in caught.value.message


def test_a_film_of_unknown_licence_is_not_published_where_policy_says_so(place: Place) -> None:
    film = place.film()
    place.notary().check_film(film)
    strict = place.notary(LicencePolicy.BLOCK)
    for one in (film, replace(film, credentials=None)):
        with pytest.raises(InvalidInput) as caught:
            strict.check_film(one)
        assert caught.value.code == "licence_unknown"


def test_a_licence_that_was_stated_lets_the_film_pass(place: Place, tmp_path: Path) -> None:
    own = tmp_path / "licences.toml"
    voices = [clip.media.sha256 for clip in place.timeline.voice]
    own.write_text("".join(f'[files.{one}]\nlicence = "Own recording"\n' for one in set(voices)))
    film = place.film(place.notary(LicencePolicy.BLOCK, load_terms(own)))
    told = {one.sha256: one.terms.licence for one in place.disclosure(film).ingredients}
    assert {told[one] for one in voices} == {"Own recording"}


def test_an_uploaded_files_licence_lets_the_film_pass_and_stands_in_it(place: Place) -> None:
    strict = place.notary(LicencePolicy.BLOCK)
    voices = {clip.media.sha256: clip.media for clip in place.timeline.voice}
    for number, media in enumerate(voices.values()):
        place.upload(media, f"take-{number}.wav")
    with pytest.raises(InvalidInput) as caught:
        place.film(strict)
    assert "voice of scene 1 from upload (take-0.wav, " in caught.value.message
    for media in voices.values():
        place.upload(media, "again.wav", state_terms("cc-by-4.0", "https://example.com/voices"))
    film = place.film(strict)
    found = read_credentials(place.store.path(film.media))
    told = {one["sha256"]: one for one in found.ingredients}
    for sha256 in voices:
        assert told[sha256]["licence"] == "CC-BY-4.0"
        assert told[sha256]["licenceSource"] == "https://example.com/voices"
    assert b"take-0.wav" not in place.store.read(film.media)


def test_what_would_be_rendered_can_be_asked_whatever_the_licences(place: Place) -> None:
    states = place.agent(place.notary(LicencePolicy.BLOCK)).explain(PROJECT, place.timeline)
    assert not states[Format.WIDE].is_film_kept
