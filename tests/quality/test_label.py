"""The label that AI made the film: seen in the finished film, and missed by the gate if not."""

import pytest

from tests.quality.films import Studio, failed, run_ffmpeg
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.look import CaptionLook, CaptionPlace, Corner, Label, Logo, Look
from video_platform.domain.media import Media
from video_platform.errors import BriefError

LOOKS = {
    "english": (Language.ENGLISH, Format.WIDE, Look(label=Label())),
    "french": (Language.FRENCH, Format.TALL, Look(label=Label(corner=Corner.TOP_LEFT))),
    "arabic": (Language.ARABIC, Format.WIDE, Look(label=Label(corner=Corner.BOTTOM_LEFT))),
    "another language": (
        Language.ENGLISH,
        Format.SQUARE,
        Look(label=Label(language=Language.ARABIC)),
    ),
    "captions above": (
        Language.ENGLISH,
        Format.WIDE,
        Look(captions=CaptionLook(place=CaptionPlace.TOP), label=Label()),
    ),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_labelled_film_passes_and_its_label_is_read_in_the_picture(
    studio: Studio, name: str
) -> None:
    language, ratio, look = LOOKS[name]
    film = studio.make(language, ratio, look=look, shorter_px=360)
    labels = [text for text in film.expected.texts if text.kind == "label"]
    assert [text.text for text in labels] == [look.label.within(language).text if look.label else 0]
    assert failed(film.judge()) == []


def test_a_label_that_was_painted_over_stops_the_film(studio: Studio) -> None:
    film = studio.make(Language.ENGLISH, Format.WIDE, look=Look(label=Label()), shorter_px=360)
    (label,) = (text for text in film.expected.texts if text.kind == "label")
    left, top, right, bottom = label.box
    hidden = run_ffmpeg(
        film.path,
        film.path.with_name("hidden.mp4"),
        *("-vf", f"drawbox={left - 4}:{top - 4}:{right - left + 8}:{bottom - top + 8}:gray:fill"),
        *("-c:a", "copy"),
    )
    assert "text_seen" in failed(film.judge(hidden))


def test_logo_and_label_do_not_share_a_corner() -> None:
    logo = Media(sha256="0" * 64, media_type="image/png", size_bytes=1)
    with pytest.raises(BriefError, match="top_left"):
        Look(logo=Logo(media=logo, corner=Corner.TOP_LEFT), label=Label(corner=Corner.TOP_LEFT))
