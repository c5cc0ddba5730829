"""A brand's typeface sets captions and titles, in languages it has the letters of."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import make_clips, make_media, make_music, make_script, make_voice
from video_platform.agents.timeline import build_timeline
from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.domain.kit import BrandKit
from video_platform.domain.language import Language
from video_platform.domain.look import Look, Typeface
from video_platform.domain.manifests import AvatarClips
from video_platform.errors import ProbeFailed, UnsupportedMedia
from video_platform.fonts import REGULAR, SEMIBOLD, SHIPPED, Face
from video_platform.montage.faces import check_font, face_of, family_of, languages_of
from video_platform.montage.intake import examine_upload
from video_platform.montage.plan import RenderSettings, plan_film
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.typesetting import Line, set_lines, width_of

OWN = Typeface(
    family="Own",
    regular=make_media("regular", "font/ttf"),
    languages=(Language.ENGLISH, Language.FRENCH),
)


def renamed(font: Path, before: str, after: str) -> bytes:
    """The same font as a family of its own; both names are equally long."""
    made = font.read_bytes()
    for coding in ("utf-16-be", "ascii"):
        made = made.replace(before.encode(coding), after.encode(coding))
    return made


def test_a_font_says_its_family_and_the_languages_it_has_letters_of() -> None:
    assert family_of(SEMIBOLD).startswith("IBM Plex Sans Arabic")
    assert languages_of(SEMIBOLD) == tuple(Language)


def test_an_uploaded_font_is_read_by_a_process_of_its_own(tmp_path: Path) -> None:
    font = tmp_path / "own.ttf"
    shutil.copy(REGULAR, font)
    assert examine_upload(font, "font/ttf")
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(REGULAR.read_bytes()[:300])
    with pytest.raises((UnsupportedMedia, ProbeFailed)):
        examine_upload(broken, "font/ttf")
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(UnsupportedMedia):
        examine_upload(broken, "font/ttf")


def test_a_font_of_unbounded_size_is_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.ttf"
    with huge.open("wb") as writer:
        writer.write(REGULAR.read_bytes())
        writer.truncate(11_000_000)
    with pytest.raises(UnsupportedMedia, match="10 MB") as caught:
        check_font(huge)
    assert caught.value.code == "font_invalid"


def test_a_film_in_another_script_is_set_in_ours() -> None:
    kit = BrandKit(typeface=OWN)
    assert kit.dress(Brief(text="A.", language=Language.FRENCH)).look.typeface == OWN
    assert kit.dress(Brief(text="A.", language=Language.ARABIC)).look.typeface is None


def test_a_look_without_a_typeface_is_set_in_ours() -> None:
    assert face_of(Look(), lambda _: REGULAR) == SHIPPED
    own = face_of(Look(typeface=OWN), lambda _: SEMIBOLD)
    assert own == Face("Own", SEMIBOLD, SEMIBOLD)


def test_lines_are_set_in_their_face_and_as_wide_as_was_measured(
    ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    # As a store keeps it: under another name than the family's.
    kept = tmp_path / "0123.ttf"
    kept.write_bytes(renamed(SEMIBOLD, "IBM Plex", "Own Plex"))
    face = Face(family_of(kept), kept, kept)
    assert face.family == "Own Plex Sans Arabic SmBld"
    ours = Line(words=("Harbour",), size_px=60, is_rtl=False, is_bold=False)
    own = replace(ours, face=face)
    inked = set_lines([ours, own], width_px=800, ffmpeg=ffmpeg, directory=tmp_path)
    widths = {line: made.right - made.left for line, made in inked.items()}
    assert widths[own] > widths[ours], "the semi-bold is wider"
    measured = width_of("Harbour", 60, is_bold=False, face=face)
    assert abs(widths[own] - measured) < 0.05 * measured


def test_another_typeface_renders_what_shows_text_anew_and_no_other_plan() -> None:
    script = make_script()
    parts = (make_voice(script), make_clips(script), AvatarClips(), make_music())
    plain, own = (
        plan_film(build_timeline(script, *parts, look), Format.WIDE, RenderSettings())
        for look in (Look(), Look(typeface=OWN))
    )
    changed = [
        one.pixels_key != other.pixels_key
        for one, other in zip(plain.segments, own.segments, strict=True)
    ]
    assert changed == [bool(segment.captions) for segment in plain.segments]
    assert any(changed)
    assert all("typeface" not in segment.parts for segment in plain.segments)
