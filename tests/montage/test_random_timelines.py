"""Random timelines: what is planned is what is rendered, frame for frame and to the sample."""

import shutil
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.montage.films import music_like, picture, speech_like, write_sound
from video_platform.agents.montage import StoredSegments
from video_platform.domain.formats import Format, Frame
from video_platform.domain.language import Language
from video_platform.domain.look import CaptionLook, CaptionStyle, Fit, Look
from video_platform.domain.manifests import Motion, MotionKind
from video_platform.domain.media import Media
from video_platform.domain.timeline import (
    AudioClip,
    Box,
    Inset,
    InsetShape,
    Timeline,
    Title,
    TitleKind,
    Transition,
    TransitionKind,
    VideoClip,
)
from video_platform.domain.timing import FrameRate, Word
from video_platform.montage.film import render_film
from video_platform.montage.plan import RenderSettings, plan_film
from video_platform.montage.probe import probe_media
from video_platform.montage.runner import Ffmpeg
from video_platform.store import MediaStore, open_store

TINY = Frame(128, 72, 0.06, 0.06, 0.7, 0.95)
RATES = (FrameRate(30, 1), FrameRate(25, 1), FrameRate(30000, 1001), FrameRate(24, 1))


class Shelf:
    """Media made once and used by every example."""

    def __init__(self, directory: Path) -> None:
        self.store: MediaStore = open_store(
            (directory / "store").as_uri(), cache_dir=directory / "cache"
        )
        self.stills = [self._still(directory, n, size) for n, size in enumerate(_SIZES)]
        self.videos = [self._video(directory, rate) for rate in (24, 30)]
        self.voice = self._sound(directory, "voice", speech_like(0.7))
        self.music = self._sound(directory, "music", music_like(2.5))

    def _put(self, path: Path, media_type: str) -> Media:
        return self.store.put(path, media_type, probe_media(path, media_type))

    def _still(self, directory: Path, seed: int, size: tuple[int, int]) -> Media:
        path = directory / f"{seed}.png"
        picture(seed, size).save(path)
        return self._put(path, "image/png")

    def _video(self, directory: Path, rate: int) -> Media:
        path = directory / f"video-{rate}.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=rate)
            stream.width, stream.height, stream.pix_fmt = 128, 72, "yuv420p"
            for number in range(rate):
                frame = av.VideoFrame.from_image(
                    Image.new("RGB", (128, 72), (4 * number, 90, 255 - 4 * number))
                )
                frame.pts, frame.time_base = number, Fraction(1, rate)
                for packet in stream.encode(frame):
                    container.mux(packet)
            for packet in stream.encode(None):
                container.mux(packet)
        return self._put(path, "video/mp4")

    def _sound(self, directory: Path, name: str, samples: np.ndarray) -> Media:
        return self._put(write_sound(directory / f"{name}.wav", samples), "audio/wav")


_SIZES = ((141, 80), (128, 72), (72, 128), (300, 90))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("shelf"))


@st.composite
def timelines(draw: Any, shelf: Shelf) -> Timeline:
    """Valid timelines: cuts at odd places, transitions of any kind that fit, layers anywhere."""
    lengths = draw(st.lists(st.integers(1, 24), min_size=1, max_size=4))
    rate = draw(st.sampled_from(RATES))
    video, transitions, start = [], [], 0
    for number, frames in enumerate(lengths):
        video.append(_clip(draw, shelf, number, start, frames))
        if number:
            room = min(lengths[number - 1] - _half(transitions, start), frames)
            length = 2 * draw(st.integers(0, max(0, room // 2)))
            kind = draw(st.sampled_from(list(TransitionKind)))
            transitions.append(Transition(at_frame=start, frames=length // 2 * 2, kind=kind))
        start += frames
    transitions = _without_overlap(transitions)
    return Timeline(
        rate=rate,
        frames=start,
        video=tuple(video),
        transitions=tuple(transitions),
        voice=(AudioClip(start_frame=draw(st.integers(0, start - 1)), media=shelf.voice),),
        music=(AudioClip(start_frame=0, media=shelf.music, frames=start, bar_ms=500),),
        words=_words(draw, rate, start),
        language=draw(st.sampled_from(list(Language))),
        title="Random",
        insets=_insets(draw, shelf, start),
        titles=_titles(draw, start),
        look=Look(
            captions=CaptionLook(style=draw(st.sampled_from(list(CaptionStyle)))),
            progress_bar=draw(st.booleans()),
        ),
    )


def _half(transitions: list[Transition], cut: int) -> int:
    return next((t.frames // 2 for t in reversed(transitions) if t.at_frame < cut), 0)


def _without_overlap(transitions: list[Transition]) -> list[Transition]:
    kept: list[Transition] = []
    for transition in transitions:
        busy = kept[-1].at_frame + kept[-1].frames // 2 if kept else 0
        if transition.at_frame - transition.frames // 2 >= busy:
            kept.append(transition)
    return kept


def _clip(draw: Any, shelf: Shelf, number: int, start: int, frames: int) -> VideoClip:
    is_video = draw(st.booleans())
    media = draw(st.sampled_from(shelf.videos if is_video else shelf.stills))
    motion = Motion(kind=draw(st.sampled_from(list(MotionKind))), strength=0.06)
    return VideoClip(
        scene_id=number + 1,
        start_frame=start,
        frames=frames,
        media={Format.WIDE: media},
        motion=None if is_video else motion,
        fit=draw(st.sampled_from(list(Fit))),
        source_start_ms=draw(st.sampled_from([0, 333])) if is_video else 0,
        speed_percent=draw(st.sampled_from([50, 100, 230])) if is_video else 100,
    )


def _words(draw: Any, rate: FrameRate, frames: int) -> tuple[Word, ...]:
    end = int(rate.seconds(frames) * 1000)
    starts = sorted(draw(st.lists(st.integers(0, max(0, end - 60)), max_size=3, unique=True)))
    return tuple(
        Word(f"w{n} كلمة", at, min(end, at + 50)) for n, at in enumerate(starts) if at + 1 < end
    )


def _insets(draw: Any, shelf: Shelf, frames: int) -> tuple[Inset, ...]:
    if not draw(st.booleans()):
        return ()
    start = draw(st.integers(0, frames - 1))
    return (
        Inset(
            start_frame=start,
            frames=draw(st.integers(1, frames - start)),
            media={Format.WIDE: draw(st.sampled_from(shelf.videos + shelf.stills[:1]))},
            boxes={Format.WIDE: Box(x=0.61, y=0.07, width=0.3, height=0.4)},
            shape=draw(st.sampled_from(list(InsetShape))),
        ),
    )


def _titles(draw: Any, frames: int) -> tuple[Title, ...]:
    if not draw(st.booleans()):
        return ()
    start = draw(st.integers(0, frames - 1))
    return (
        Title(
            start_frame=start,
            frames=draw(st.integers(1, frames - start)),
            kind=draw(st.sampled_from(list(TitleKind))),
            text="A title",
        ),
    )


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_planned_frames_are_rendered_frames_and_the_timeline_s_length(
    shelf: Shelf, ffmpeg: Ffmpeg, data: st.DataObject
) -> None:
    timeline = data.draw(timelines(shelf))
    plan = plan_film(timeline, Format.WIDE, RenderSettings(), frame=TINY)
    covered = [
        frame
        for segment in plan.segments
        for frame in range(segment.start_frame, segment.start_frame + segment.frames)
    ]
    assert covered == list(range(timeline.frames))
    directory = Path(tempfile.mkdtemp(dir=shelf.store.path(shelf.voice).parents[3]))
    try:
        film = render_film(
            plan,
            media_path=shelf.store.path,
            segments=StoredSegments(shelf.store.blobs),
            directory=directory,
            ffmpeg=ffmpeg,
            progress=lambda *_: None,
            max_workers=2,
        )
        with av.open(str(film.path)) as container:
            stream = container.streams.video[0]
            base = stream.time_base or Fraction(0)
            times = [
                frame.pts * base for frame in container.decode(stream) if frame.pts is not None
            ]
    finally:
        shutil.rmtree(directory)
    assert times == [timeline.rate.seconds(number) for number in range(timeline.frames)]
