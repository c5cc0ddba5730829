"""The look as typed becomes the look of the brief, or is refused before anything is made."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.look import LookWishes, notes, parse_look, store_files
from tests.factories import make_clips, make_media, make_music, make_script, make_voice
from video_platform.agents.timeline import build_timeline
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.look import (
    CaptionPlace,
    CaptionStyle,
    Corner,
    Export,
    Fit,
    GradePreset,
    Look,
    Network,
    Presenter,
)
from video_platform.domain.manifests import AvatarClips, Clips
from video_platform.errors import InvalidInput
from video_platform.settings import Settings
from video_platform.store import MediaStore, open_store

UNTOUCHED = LookWishes(
    captions="active_word",
    captions_place="bottom",
    grade="none",
    lut="",
    logo="",
    logo_corner="",
    label="",
    label_corner="",
    titles=False,
    progress_bar=False,
    accent="#FFD050",
    fit="crop",
    network="any",
    exports=[],
    presenter="full",
)


def wishes(**changes: Any) -> LookWishes:
    return replace(UNTOUCHED, **changes)


@pytest.fixture
def store(settings: Settings) -> MediaStore:
    return open_store(settings.resolved_store_url, cache_dir=settings.home / "cache")


@pytest.fixture
def cube(tmp_path: Path) -> str:
    """A colour table of two points a side that swaps nothing."""
    path = tmp_path / "look.cube"
    corners = [f"{r} {g} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 1)]
    path.write_text("LUT_3D_SIZE 2\n" + "\n".join(corners) + "\n")
    return str(path)


@pytest.fixture
def logo(tmp_path: Path) -> str:
    path = tmp_path / "logo.png"
    Image.new("RGBA", (60, 40), (200, 30, 30, 128)).save(path)
    return str(path)


def test_nothing_typed_is_the_default_look() -> None:
    assert parse_look(UNTOUCHED) == Look()


def test_every_word_typed_arrives_in_the_look() -> None:
    look = parse_look(
        wishes(
            captions="Karaoke",
            captions_place="top",
            grade="film",
            titles=True,
            progress_bar=True,
            accent="#102030",
            fit="blur",
            network="tiktok",
            exports=["gif", "h265", "gif"],
            presenter="corner",
        )
    )
    assert look.captions.style is CaptionStyle.KARAOKE
    assert look.captions.place is CaptionPlace.TOP
    assert look.grade.preset is GradePreset.FILM
    assert look.accent_rgb == (16, 32, 48)
    assert (look.fit, look.network) == (Fit.BLUR, Network.TIKTOK)
    assert look.exports == (Export.GIF, Export.H265)
    assert look.presenter is Presenter.CORNER
    assert look.titles
    assert look.progress_bar


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"captions": "loud"}, "captions_unknown", "--captions"),
        ({"captions_place": "left"}, "captions_place_unknown", "bottom, middle, top"),
        ({"grade": "sepia"}, "grade_unknown", "mono"),
        ({"fit": "stretch"}, "fit_unknown", "blur"),
        ({"network": "fax"}, "network_unknown", "tiktok"),
        ({"exports": ["dvd"]}, "export_unknown", "webm"),
        ({"presenter": "left"}, "presenter_unknown", "corner"),
        ({"logo_corner": "middle"}, "logo_corner_unknown", "--logo-corner"),
        ({"accent": "red"}, "look_invalid", "#RRGGBB"),
        ({"lut": "nowhere.cube"}, "file_unreadable", "nowhere.cube"),
        ({"logo": "nowhere.png"}, "file_unreadable", "nowhere.png"),
    ],
)
def test_unknown_word_is_refused_with_the_known_ones(
    changes: dict[str, Any], code: str, said: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_look(wishes(**changes))
    assert caught.value.code == code
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("option", "name", "content", "code"),
    [
        ("lut", "look.cube", b"LUT_3D_SIZE 2\n0 0 0\n", "lut_invalid"),
        ("lut", "look.cube", b"\x89PNG\r\n\x1a\n", "lut_invalid"),
        ("logo", "logo.png", b"LUT_3D_SIZE 2\n", "logo_invalid"),
        ("logo", "logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo_invalid"),
    ],
)
def test_file_is_believed_by_its_content(
    tmp_path: Path, option: str, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        parse_look(wishes(**{option: str(path)}))
    assert caught.value.code == code


def test_picture_of_another_kind_than_its_name_says_is_refused(tmp_path: Path, logo: str) -> None:
    disguised = Path(logo).rename(tmp_path / "logo.jpg")
    with pytest.raises(InvalidInput, match="not a whole JPEG"):
        parse_look(wishes(logo=str(disguised)))


def test_files_are_stored_and_named_in_the_look(store: MediaStore, cube: str, logo: str) -> None:
    typed = wishes(lut=cube, logo=logo, grade="warm")
    look = store_files(parse_look(typed), typed, Language.ENGLISH, store)
    assert look.grade.preset is GradePreset.WARM
    assert look.grade.lut is not None
    assert store.read(look.grade.lut) == Path(cube).read_bytes()
    assert look.logo is not None
    assert look.logo.media.probe.width_px == 60
    assert store.read(look.logo.media) == Path(logo).read_bytes()


@pytest.mark.parametrize(
    ("typed", "language", "corner"),
    [
        ("", Language.ENGLISH, Corner.TOP_RIGHT),
        ("", Language.ARABIC, Corner.TOP_LEFT),
        ("bottom-left", Language.ENGLISH, Corner.BOTTOM_LEFT),
    ],
)
def test_logo_stands_where_lines_end_unless_told_otherwise(
    store: MediaStore, logo: str, typed: str, language: Language, corner: Corner
) -> None:
    wished = wishes(logo=logo, logo_corner=typed)
    look = store_files(parse_look(wished), wished, language, store)
    assert look.logo is not None
    assert look.logo.corner is corner


def test_what_was_asked_for_and_is_not_in_the_film_is_said() -> None:
    script = make_script()
    clips = make_clips(script)
    filmed = Clips(clips=tuple(replace(clip, motion=None) for clip in clips.clips))
    avatars = AvatarClips(clips={1: {Format.WIDE: make_media("a", "video/mp4")}})
    asked = Look(titles=True, presenter=Presenter.CORNER)

    def said(look: Look, clips: Clips, avatars: AvatarClips) -> list[str]:
        voice = make_voice(script)
        return list(notes(build_timeline(script, voice, clips, avatars, make_music(), look)))

    assert len(said(asked, clips, AvatarClips())) == 2
    assert not said(asked, filmed, avatars)
    assert not said(Look(), clips, AvatarClips())
