"""A timeline with everything an editor could lose: footage, transitions, titles, insets, sounds."""

import pytest

from tests.factories import make_media
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.manifests import Motion, MotionKind
from video_platform.domain.media import Media
from video_platform.domain.timeline import (
    AudioClip,
    Box,
    Inset,
    Timeline,
    Title,
    TitleKind,
    Transition,
    TransitionKind,
    VideoClip,
)
from video_platform.domain.timing import FrameRate, Word
from video_platform.interchange.otio import Sheet

RATE = FrameRate(30, 1)


def url(media: Media) -> str:
    return f"file:///media/{media.sha256[:8]}.{media.extension}"


@pytest.fixture
def sheet() -> Sheet:
    headlines = {1: "Yeast", 2: "Gas", 3: "Heat"}
    return Sheet(project="bread-1", format=Format.WIDE, media_url=url, headlines=headlines)


@pytest.fixture
def timeline() -> Timeline:
    """Three scenes of 90, 60 and 75 frames; the second is footage that begins after 1.5 s."""
    still, other = (make_media(name, width_px=1920, height_px=1080) for name in "ab")
    footage = make_media("c", "video/mp4", duration_ms=8000, frames=240)
    presenter = make_media("d", "video/mp4", duration_ms=4000, frames=120)
    voices = [make_media(f"v{n}", "audio/wav", duration_ms=1200) for n in (1, 2, 3)]
    music = make_media("m", "audio/flac", duration_ms=20_000)
    move = Motion(kind=MotionKind.PAN_LEFT)
    wide = Format.WIDE
    return Timeline(
        rate=RATE,
        frames=225,
        video=(
            VideoClip(scene_id=1, start_frame=0, frames=90, media={wide: still}, motion=move),
            VideoClip(
                scene_id=2,
                start_frame=90,
                frames=60,
                media={wide: footage},
                source_start_ms=1500,
                speed_percent=200,
            ),
            VideoClip(scene_id=3, start_frame=150, frames=75, media={wide: other}, motion=move),
        ),
        transitions=(
            Transition(at_frame=90, frames=16, kind=TransitionKind.WIPE),
            Transition(at_frame=150, frames=10, kind=TransitionKind.DISSOLVE),
        ),
        voice=tuple(
            AudioClip(start_frame=start, media=media, scene_id=scene_id)
            for scene_id, (start, media) in enumerate(zip((20, 100, 160), voices, strict=True), 1)
        ),
        music=(AudioClip(start_frame=0, media=music, frames=225, bar_ms=2000),),
        words=tuple(
            Word(text, start, start + 300)
            for text, start in (
                ("Yeast", 700),
                ("eats.", 1000),
                ("Gas", 3400),
                ("lifts.", 3700),
                ("Heat", 5400),
                ("sets.", 5700),
            )
        ),
        language=Language.ENGLISH,
        title="Bread",
        titles=(
            Title(start_frame=5, frames=40, kind=TitleKind.TITLE, text="Bread"),
            Title(start_frame=100, frames=30, kind=TitleKind.LOWER_THIRD, text="Gas"),
        ),
        insets=(
            Inset(
                start_frame=95,
                frames=50,
                media={wide: presenter},
                boxes={wide: Box(x=0.7, y=0.6, width=0.2, height=0.2)},
            ),
        ),
    )
