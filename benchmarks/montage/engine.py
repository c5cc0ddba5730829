"""The only module here that calls our engine: to plan, draw, encode and render films."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from video_platform.agents.montage import StoredSegments
from video_platform.domain.formats import FRAMES, Format, Frame
from video_platform.domain.media import Media
from video_platform.domain.timeline import Timeline
from video_platform.montage.drawing import Material, draw_segment
from video_platform.montage.encoding import SegmentEncoder, encode_frames
from video_platform.montage.film import RenderedFilm, render_film
from video_platform.montage.motion import FrameBuffer
from video_platform.montage.overlays import make_overlays
from video_platform.montage.plan import EncoderSettings, FilmPlan, RenderSettings, plan_film
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.stills import StillCache
from video_platform.store.base import Blobs

MediaPath = Callable[[Media], Path]

_TAGS = "scenecut=0:open-gop=0:colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv"

ENCODERS: dict[str, EncoderSettings] = {
    "default": EncoderSettings(),
    # Only what joining by stream copy needs; every choice of quality is the preset's own.
    "plain": EncoderSettings(preset="veryfast", crf=21, tuning=_TAGS),
}
"""Our settings, and x264's ``veryfast`` as it comes."""


class DrawnFrame(FrameBuffer):
    """A frame that was drawn before, on the bytes it was kept in."""

    def __init__(self, data: Any, frame: Frame) -> None:
        height, width = frame.height_px, frame.width_px
        luma, half = height * width, (height // 2, width // 2)
        chroma = luma // 4
        self.data = data
        self.planes = (
            data[:luma].reshape(height, width),
            data[luma : luma + chroma].reshape(half),
            data[luma + chroma :].reshape(half),
        )


def sized(ratio: Format, height_px: int) -> Frame:
    """The format's frame, scaled as if a wide one were ``height_px`` high."""
    usual = FRAMES[ratio]
    scale = height_px / FRAMES[Format.WIDE].height_px
    return replace(
        usual,
        width_px=round(usual.width_px * scale / 2) * 2,
        height_px=round(usual.height_px * scale / 2) * 2,
    )


def plan(timeline: Timeline, ratio: Format, height_px: int, encoder: str = "default") -> FilmPlan:
    """The plan at one of ``ENCODERS``."""
    settings = RenderSettings(encoder=ENCODERS[encoder])
    return plan_film(timeline, ratio, settings, frame=sized(ratio, height_px))


def render(
    film: FilmPlan,
    *,
    media_path: MediaPath,
    segments: Blobs,
    directory: Path,
    ffmpeg: Ffmpeg,
    workers: int,
) -> RenderedFilm:
    """The film, as the montage agent has it rendered."""
    return render_film(
        film,
        media_path=media_path,
        segments=StoredSegments(segments),
        directory=directory,
        ffmpeg=ffmpeg,
        progress=lambda *_: None,
        max_workers=workers,
    )


def drawn_frames(
    film: FilmPlan, *, media_path: MediaPath, directory: Path, ffmpeg: Ffmpeg
) -> list[Callable[[], Iterator[Any]]]:
    """For each segment a function that draws its frames, captions included.

    A frame is a flat ``uint8`` array, planar YUV 4:2:0, to be used before the next is asked for.
    """
    overlays = make_overlays(
        film,
        range(len(film.segments)),
        media_path=media_path,
        ffmpeg=ffmpeg,
        directory=directory,
    )
    material = Material(stills=StillCache(4), media_path=media_path)

    def drawing(index: int) -> Callable[[], Iterator[Any]]:
        def draw() -> Iterator[Any]:
            segment, overlay = film.segments[index], overlays.get(index)
            for buffer in draw_segment(segment, film, material, overlay):
                yield buffer.data

        return draw

    return [drawing(index) for index in range(len(film.segments))]


def encode_in_process(frames: Iterable[DrawnFrame], film: FilmPlan, path: Path) -> None:
    """Encode raw frames the way the engine does, without FFmpeg's program."""
    encode_frames(frames, [SegmentEncoder(path, film.settings.encoder, film.frame, film.rate)])
