"""Plans of one segment with text over it, drawn on grey and given back as RGB."""

from pathlib import Path

import numpy as np

from video_platform.domain.captions import LINE_CHARACTERS, Cue, group_words
from video_platform.domain.formats import FRAMES, Format, Frame
from video_platform.domain.language import Language
from video_platform.domain.look import Look
from video_platform.domain.media import Media, Probe
from video_platform.domain.timeline import Timeline, Title, VideoClip
from video_platform.domain.timing import FrameRate, Word
from video_platform.montage.motion import FrameBuffer
from video_platform.montage.overlays import Overlay, make_overlays
from video_platform.montage.plan import FilmPlan, RenderSettings, plan_film
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.stills import to_planes

WIDE = FRAMES[Format.WIDE]
GREY = 0x60
WORD_MS = 300


def timed(text: str) -> list[Word]:
    """The text spoken at one word in ``WORD_MS``."""
    return [Word(word, n * WORD_MS, (n + 1) * WORD_MS) for n, word in enumerate(text.split())]


def cues_of(text: str, ratio: Format = Format.WIDE) -> tuple[Cue, ...]:
    """The same, as captions of that format."""
    return group_words(timed(text), line_characters=LINE_CHARACTERS[ratio])


def plan_with(
    text: str = "",
    *,
    look: Look | None = None,
    frame: Frame = WIDE,
    is_rtl: bool = False,
    titles: tuple[Title, ...] = (),
    frames: int = 3000,
    ratio: Format = Format.WIDE,
) -> FilmPlan:
    """A film of one scene and one segment, in which ``text`` is spoken."""
    picture = Media(sha256="0" * 64, media_type="image/png", size_bytes=1, probe=Probe())
    timeline = Timeline(
        rate=FrameRate(30, 1),
        frames=frames,
        video=(VideoClip(scene_id=1, start_frame=0, frames=frames, media={ratio: picture}),),
        transitions=(),
        voice=(),
        music=(),
        words=tuple(timed(text)),
        language=Language.ARABIC if is_rtl else Language.ENGLISH,
        title="",
        titles=titles,
        look=look or Look(),
    )
    return plan_film(timeline, ratio, RenderSettings(), frame=frame)


def overlay_of(
    plan: FilmPlan, ffmpeg: Ffmpeg, directory: Path, logo: Path | None = None
) -> Overlay:
    """What lies over the plan's one segment."""
    directory.mkdir(exist_ok=True)

    def media_path(media: Media) -> Path:
        assert logo is not None
        return logo

    overlays = make_overlays(plan, [0], media_path=media_path, ffmpeg=ffmpeg, directory=directory)
    return overlays[0]


def grey(frame: Frame) -> FrameBuffer:
    """A frame of even grey."""
    picture = np.full((frame.height_px, frame.width_px, 3), GREY, np.uint8)
    buffer = FrameBuffer(frame.width_px, frame.height_px)
    for plane, source in zip(buffer.planes, to_planes(picture), strict=True):
        plane[:] = source
    return buffer


def drawn(overlay: Overlay, number: int, frame: Frame = WIDE) -> np.ndarray:
    """Frame ``number`` on grey, as RGB, shape (height, width, 3)."""
    buffer = grey(frame)
    overlay.draw(number, buffer)
    return to_rgb(buffer)


def to_rgb(buffer: FrameBuffer) -> np.ndarray:
    """BT.709 limited range to RGB, 8 bits."""
    luma, blue, red = (plane.astype(np.float32) for plane in buffer.planes)
    y = (luma - 16) * 255 / 219
    b, r = ((plane - 128).repeat(2, 0).repeat(2, 1) * 255 / 224 for plane in (blue, red))
    rgb = np.stack([y + 1.5748 * r, y - 0.1873 * b - 0.4681 * r, y + 1.8556 * b], axis=2)
    return np.clip(np.rint(rgb), 0, 255).astype(np.uint8)


def changed(image: np.ndarray) -> np.ndarray:
    """Where the picture is no longer grey, shape (height, width)."""
    return np.abs(image.astype(int) - GREY).max(axis=2) > 10


def columns_of(image: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Columns in which a pixel is about so coloured."""
    near = (np.abs(image.astype(int) - colour).max(axis=2) < 40).any(axis=0)
    return np.flatnonzero(near)
