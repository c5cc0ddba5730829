"""The montage's materialization shows films, exports and what was rendered, at a bounded size."""

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from assets_defs.previews import pictures_of, show_montage, thumbnail
from tests.factories import make_film, make_media
from video_platform.domain.formats import Format
from video_platform.domain.look import Export
from video_platform.domain.manifests import Film, Montage
from video_platform.domain.media import Media
from video_platform.montage.explain import PlanState, SegmentState
from video_platform.montage.plan import SegmentKind

FILM = replace(
    make_film(),
    contact_sheet=make_media("c", "image/jpeg"),
    waveform=make_media("w", "image/png"),
    exports={Export.GIF: make_media("g", "image/gif")},
)


def segment(index: int, *, is_kept: bool, changed: tuple[str, ...] = ()) -> SegmentState:
    return SegmentState(
        index=index,
        kind=SegmentKind.BODY,
        scenes=(index + 1,),
        start_s=0.0,
        frames=100,
        is_kept=is_kept,
        changed=changed,
    )


def state(*, is_film_kept: bool = False) -> PlanState:
    return PlanState(
        segments=(
            segment(0, is_kept=True),
            segment(1, is_kept=False, changed=("captions", "picture")),
            segment(2, is_kept=False),
        ),
        is_sound_kept=True,
        is_film_kept=is_film_kept,
    )


def draw(media: Media, folder: Path) -> Path:
    """A picture with so much detail that it does not compress."""
    path = folder / f"{media.sha256[:8]}.{media.extension}"
    size = (1600, 240) if media.media_type == "image/png" else (1920, 1080)
    Image.effect_noise(size, 80).save(path)
    return path


def shown(film: Film, plan: PlanState, folder: Path) -> dict[str, str | int]:
    montage = Montage(films=(film,))
    paths = {media.sha256: draw(media, folder) for media in pictures_of(montage)}
    values = show_montage(montage, paths, {Format.WIDE: plan})
    return {name: getattr(value, "md_str", value) for name, value in values.items()}


def test_film_is_shown_by_poster_contact_sheet_and_waveform(tmp_path: Path) -> None:
    films = shown(FILM, state(), tmp_path)["films"]
    assert re.findall(r"!\[([^]]+)\]", str(films)) == ["poster", "contact sheet", "waveform"]


def test_film_of_an_older_release_is_shown_by_its_poster(tmp_path: Path) -> None:
    films = shown(make_film(), state(), tmp_path)["films"]
    assert re.findall(r"!\[([^]]+)\]", str(films)) == ["poster"]


def test_pictures_of_a_film_stay_small_in_the_run_s_records(tmp_path: Path) -> None:
    assert len(str(shown(FILM, state(), tmp_path)["films"])) < 400_000


def test_exports_are_listed_with_a_link(tmp_path: Path) -> None:
    exports = shown(FILM, state(), tmp_path)["exports"]
    assert f"| 16:9 | gif | 0.00 | [open](http://127.0.0.1:8001/media/{'67' * 32}.gif) |" in str(
        exports
    )
    assert shown(make_film(), state(), tmp_path)["exports"] == "none"


def test_reasons_of_every_rendered_segment_are_told(tmp_path: Path) -> None:
    values = shown(FILM, state(), tmp_path)
    plan = str(values["plan"])
    assert "200 of 300 frames in 2 of 3 segments rendered" in plan
    assert "| 2 | body | 2 | 100 | captions, picture |" in plan
    assert "| 3 | body | 3 | 100 | new |" in plan
    assert (values["segments_rendered"], values["segments_kept"]) == (2, 1)
    assert values["encoder"] == "libx264"


def test_film_that_was_kept_rendered_nothing(tmp_path: Path) -> None:
    values = shown(FILM, state(is_film_kept=True), tmp_path)
    assert (values["segments_rendered"], values["segments_kept"]) == (0, 3)
    assert "0 of 300 frames in 0 of 3 segments" in str(values["plan"])


@pytest.mark.parametrize("hidden", [(255, 0, 0, 0), (0, 0, 0, 0)])
def test_transparent_parts_of_a_picture_are_not_shown(
    tmp_path: Path, hidden: tuple[int, int, int, int]
) -> None:
    path = tmp_path / "wave.png"
    Image.new("RGBA", (64, 64), hidden).save(path)
    data = base64.b64decode(thumbnail(path).partition(",")[2])
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.getpixel((32, 32)) == (255, 255, 255)
