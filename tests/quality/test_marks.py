"""Marks of services are found on what moves, and edges of the picture itself are not taken for one.

Drawn pictures full of curves are moved as slowly as the montage moves them and slower, then
encoded, so that edges along the way of the camera stay where they are.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.quality.films import Studio, failed, run_ffmpeg
from video_platform.agents.gate import check_file
from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability, ImageRequest
from video_platform.domain.language import Language
from video_platform.domain.manifests import Motion, MotionKind
from video_platform.domain.media import Media
from video_platform.domain.script import OnScreen, OnScreenKind
from video_platform.fonts import BOLD
from video_platform.montage.probe import probe_media
from video_platform.providers.registry import find_provider
from video_platform.quality.findings import Report

PROMPTS = ("waves of the sea", "planets and their orbits", "rising bread", "a lighthouse on rocks")
MOVES = (MotionKind.ZOOM_IN, MotionKind.ZOOM_OUT, MotionKind.PAN_RIGHT, MotionKind.PAN_UP)


def judged(
    studio: Studio, folder: Path, seed: int, ratio: Format, strength: float, *, mark: str = ""
) -> tuple[Report, Report]:
    """Verdicts on a film of two drawn pictures, as what it is and as if they were footage."""
    film = studio.make(Language.ENGLISH, ratio, shorter_px=360)
    pictures = [draw(studio, folder, seed + number, ratio) for number in (0, 1)]
    clips = tuple(
        replace(clip, media={ratio: picture}, motion=Motion(kind=MOVES[at % 4], strength=strength))
        for at, (clip, picture) in enumerate(
            zip(film.order.timeline.video, pictures, strict=True), seed
        )
    )
    timeline = replace(film.order.timeline, video=clips)
    path = studio.cut(timeline, ratio, film.frame)[0].path
    if mark:
        font = f"fontfile={BOLD}:fontsize=18:fontcolor=white@0.7:borderw=1"
        path = run_ffmpeg(
            path,
            folder / "marked.mp4",
            *("-vf", f"drawtext={font}:text='{mark}':x=w-tw-16:y=16"),
            *("-c:v", "libx264", "-crf", "23", "-pix_fmt", "yuv420p", "-c:a", "copy"),
        )
    film = replace(film, path=path, order=replace(film.order, timeline=timeline))
    scenes = tuple(replace(scene, is_footage=True) for scene in film.expected.scenes)
    footage = replace(film.expected, scenes=scenes)
    return film.judge(), check_file(path, footage, film.subtitles())


def draw(studio: Studio, folder: Path, seed: int, ratio: Format) -> Media:
    """A picture of the embedded painter."""
    place = folder / f"picture-{seed}"
    place.mkdir()
    request = ImageRequest(
        prompt=PROMPTS[seed % len(PROMPTS)],
        on_screen=OnScreen(kind=OnScreenKind.STATEMENT, headline="1 450 km"),
        format=ratio,
        language=Language.ENGLISH,
        style="clean",
        mood="calm",
        position=seed % 3 + 1,
        count=3,
        project_seed=17 * seed + 3,
        seed=seed,
    )
    path = find_provider(Capability.IMAGE).generate(request, place).path
    return studio.store.put(path, "image/png", probe_media(path, "image/png"))


@pytest.mark.parametrize("strength", [0.015, 0.045])
@pytest.mark.parametrize("seed", [0, 3, 7])
@pytest.mark.parametrize("ratio", [Format.WIDE, Format.TALL])
def test_a_slowly_moved_picture_of_curves_carries_no_mark(
    studio: Studio, tmp_path: Path, seed: int, ratio: Format, strength: float
) -> None:
    film, footage = judged(studio, tmp_path, seed, ratio, strength)
    assert failed(film) == []
    assert failed(footage) == []


@pytest.mark.parametrize("ratio", [Format.WIDE, Format.TALL])
def test_a_mark_over_the_same_pictures_is_found_where_they_are_footage(
    studio: Studio, tmp_path: Path, ratio: Format
) -> None:
    _, footage = judged(studio, tmp_path, 1, ratio, 0.045, mark="KlingAI")
    assert "watermark" in failed(footage)
