"""What lies over the pictures: logo, label, titles, captions, progress bar, in this order.

All text of all wanted segments is set first, together; patches are then made when the first frame
needs them and forgotten with the last, so that memory does not grow with the film.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from video_platform.domain.captions import Cue
from video_platform.domain.formats import Frame
from video_platform.domain.look import Logo
from video_platform.domain.media import MediaPath
from video_platform.errors import UnsupportedMedia
from video_platform.montage.captions import CaptionType, CuePicture, Step, steps_of
from video_platform.montage.faces import face_of
from video_platform.montage.label import draw_label, label_line
from video_platform.montage.layers import Patch, to_yuv
from video_platform.montage.motion import FrameBuffer
from video_platform.montage.plan import FilmPlan, Segment, TitleSpan
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.titles import (
    LOW_CORNERS,
    corner_place,
    draw_title,
    opacity_at,
    title_floor,
    title_lines,
)
from video_platform.montage.typesetting import Line, SetLine, set_lines

_BAR_SHARE = 0.0055
"""Height of the progress bar as a share of the frame's shorter side: 6 pixels of 1080."""
_Key = TypeVar("_Key", bound=Hashable)
_Picture = TypeVar("_Picture")


def make_overlays(
    plan: FilmPlan,
    wanted: Sequence[int],
    *,
    media_path: MediaPath,
    ffmpeg: Ffmpeg,
    directory: Path,
) -> dict[int, "Overlay"]:
    """What lies over each of the ``wanted`` segments, by their index in the plan.

    Args:
        directory: private to this call.

    Raises:
        FfmpegFailed, StorageFull: the text could not be set.
        UnsupportedMedia: the logo is not a picture.
    """
    kind = CaptionType(plan.frame, plan.look, plan.is_rtl, face_of(plan.look, media_path))
    segments = {index: plan.segments[index] for index in wanted}
    lines = [line for segment in segments.values() for line in _lines(segment, kind)]
    if plan.label:
        lines.append(label_line(plan.label, kind))
    texts = (
        set_lines(lines, width_px=plan.frame.width_px, ffmpeg=ffmpeg, directory=directory)
        if lines
        else {}
    )
    logo = _read_logo(plan.look.logo, kind, media_path) if plan.look.logo else None
    label = draw_label(plan.label, kind, texts) if plan.label else None
    return {
        index: Overlay(segment, plan, kind=kind, texts=texts, logo=logo, label=label)
        for index, segment in segments.items()
    }


def _lines(segment: Segment, kind: CaptionType) -> list[Line]:
    """All text that is seen in a segment."""
    captions = [line for span in segment.captions for line in kind.lines(span.cue)]
    return captions + [line for span in segment.titles for line in title_lines(span, kind)]


class Overlay:
    """What lies over the pictures of one segment. One thread at a time draws it."""

    def __init__(
        self,
        segment: Segment,
        plan: FilmPlan,
        *,
        kind: CaptionType,
        texts: Mapping[Line, SetLine],
        logo: Patch | None,
        label: Patch | None = None,
    ) -> None:
        self._kind = kind
        self._segment = segment
        self._texts = texts
        self._corners = [patch for patch in (logo, label) if patch is not None]
        low = (plan.look.logo, logo), (plan.label, label)
        self._floor = title_floor(
            self._kind,
            (patch.y for what, patch in low if what and patch and what.corner in LOW_CORNERS),
        )
        self._steps = steps_of(segment.captions, plan.rate)
        self._titles: dict[TitleSpan, Patch] = {}
        self._cues: dict[Cue, CuePicture] = {}
        self._captions: dict[Step, Patch] = {}
        self._bar = _ProgressBar(plan, segment.start_frame) if plan.look.progress_bar else None

    def draw(self, frame_number: int, target: FrameBuffer) -> None:
        """Lay it over frame ``frame_number``, counted from the segment's first."""
        for patch in self._corners:
            patch.draw(target)
        self._draw_titles(frame_number, target)
        self._draw_captions(frame_number, target)
        if self._bar is not None:
            self._bar.draw(frame_number, target)
        if frame_number == self._segment.frames - 1:
            # What the last frame showed would be held until the whole film is done.
            self._titles, self._cues, self._captions = {}, {}, {}

    def _draw_titles(self, frame_number: int, target: FrameBuffer) -> None:
        seen = {
            span: opacity_at(span.first_frame + frame_number, span.frames)
            for span in self._segment.titles
        }
        due = [span for span, opacity in seen.items() if opacity > 0]
        self._titles = _renewed(self._titles, due, self._make_title)
        for span, patch in self._titles.items():
            patch.draw(target, seen[span])

    def _make_title(self, span: TitleSpan) -> Patch:
        return draw_title(span, self._kind, self._texts, floor=self._floor)

    def _draw_captions(self, frame_number: int, target: FrameBuffer) -> None:
        due = [step for step in self._steps if step.first_frame <= frame_number < step.end_frame]
        self._cues = _renewed(self._cues, [step.cue for step in due], self._make_cue)
        self._captions = _renewed(self._captions, due, self._make_caption)
        for patch in self._captions.values():
            patch.draw(target)

    def _make_cue(self, cue: Cue) -> CuePicture:
        return CuePicture.of(cue, self._kind, self._texts)

    def _make_caption(self, step: Step) -> Patch:
        return self._cues[step.cue].spoken(step.word, self._kind.look)


def _renewed(
    shown: Mapping[_Key, _Picture], due: Iterable[_Key], make: Callable[[_Key], _Picture]
) -> dict[_Key, _Picture]:
    """What is due, made where it was not shown before; what is no longer due is forgotten."""
    return {key: shown[key] if key in shown else make(key) for key in due}


class _ProgressBar:
    """A bar along the lower edge, as long as the film has run; it grows in reading direction."""

    def __init__(self, plan: FilmPlan, start_frame: int) -> None:
        shorter = min(plan.frame.width_px, plan.frame.height_px)
        self._height = max(2, round(_BAR_SHARE * shorter / 2) * 2)
        self._start, self._frames = start_frame, plan.frames
        self._is_rtl = plan.is_rtl
        self._color = to_yuv(plan.look.accent_rgb)

    def draw(self, frame_number: int, target: FrameBuffer) -> None:
        """Draw it as it stands at the end of the frame: full in the film's last."""
        share = (self._start + frame_number + 1) / self._frames
        for plane, value, by in zip(target.planes, self._color, (1, 2, 2), strict=True):
            strip = plane[-self._height // by :, :: -1 if self._is_rtl else 1]
            whole, part = divmod(share * strip.shape[1], 1)
            column = int(whole)
            strip[:, :column] = round(value)
            if part:
                edge = strip[:, column]
                edge[:] = (edge * (1 - part) + value * part).round()


def _read_logo(logo: Logo, kind: CaptionType, media_path: MediaPath) -> Patch:
    """The logo at its size and in its place."""
    import cv2
    import numpy as np

    rgba = _read_rgba(media_path(logo.media))
    width, height = _logo_size(logo, kind.frame, rgba.shape[1] / rgba.shape[0])
    seen = rgba.astype(np.float32)
    # Colours are mixed by how much of them is seen, or edges would take what is hidden there.
    seen[:, :, :3] *= seen[:, :, 3:] / 255
    shrinks = width < rgba.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    small: Any = cv2.resize(seen, (width, height), interpolation=method)
    small[:, :, :3] /= np.maximum(small[:, :, 3:], 1) / 255
    small[:, :, 3] *= logo.opacity
    x, y = corner_place(logo.corner, kind, width, height)
    return Patch.from_rgba(np.clip(np.rint(small), 0, 255).astype(np.uint8), x, y)


def _read_rgba(path: Path) -> Any:
    import numpy as np
    from PIL import Image

    try:
        with Image.open(path, formats=["PNG", "JPEG", "WEBP"]) as image:
            return np.asarray(image.convert("RGBA"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise UnsupportedMedia(
            f"The logo {path.name} is not a picture: {error}.", hint="Use a PNG, WebP or JPEG file."
        ) from error


def _logo_size(logo: Logo, frame: Frame, ratio: float) -> tuple[int, int]:
    """Width and height in pixels: as wide as asked, but no higher than half of the frame."""
    shorter = min(frame.width_px, frame.height_px)
    width = min(logo.width * shorter, ratio * frame.height_px / 2)
    return max(1, round(width)), max(1, round(width / ratio))
