"""Draws the frames of a segment: pictures, the transition between them, insets, overlays."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from video_platform.domain.formats import Frame
from video_platform.domain.look import Fit
from video_platform.domain.manifests import Motion, MotionKind
from video_platform.domain.media import Media, MediaPath
from video_platform.domain.timeline import InsetShape
from video_platform.montage.footage import Footage
from video_platform.montage.motion import FrameBuffer, Scratch, view_at
from video_platform.montage.plan import FilmPlan, InsetSpan, Segment, Shot
from video_platform.montage.stills import StillCache, StillRequest, load_cutout, resized
from video_platform.montage.transitions import blend

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Plane = NDArray[np.uint8]
else:
    Plane = Any


class Overlay(Protocol):
    """What lies over the pictures of one segment: captions, titles, logo, progress bar."""

    def draw(self, frame_number: int, target: FrameBuffer) -> None:
        """Lay it over frame ``frame_number``, counted from the segment's first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What segments are drawn from: pictures, the files of media, and the grade for footage."""

    stills: StillCache
    media_path: MediaPath
    cube: Path | None = None


class _Source(Protocol):
    """Draws the frames of one shot, one after the other."""

    def draw_next(self, target: FrameBuffer) -> None: ...

    def close(self) -> None: ...


def draw_segment(
    segment: Segment, plan: FilmPlan, material: Material, overlay: Overlay | None = None
) -> Iterator[FrameBuffer]:
    """The segment's frames in order, each in the same buffer: use it before asking for the next.

    Raises:
        MontageError: a clip holds no frame.
        UnsupportedMedia: a picture cannot be read.
    """
    size = (plan.frame.width_px, plan.frame.height_px)
    with ExitStack() as open_files:
        sources = [_open(shot, plan, material, open_files) for shot in segment.shots]
        insets = [_InsetLayer(span, plan, material, open_files) for span in segment.insets]
        buffers = [FrameBuffer(*size) for _ in sources]
        result = FrameBuffer(*size) if segment.transition else buffers[0]
        for number in range(segment.frames):
            for source, buffer in zip(sources, buffers, strict=True):
                source.draw_next(buffer)
            if segment.transition is not None:
                position = (number + 0.5) / segment.frames
                blend(segment.transition, buffers[0], buffers[1], position, result, rtl=plan.is_rtl)
            for inset in insets:
                inset.draw(number, result)
            if overlay is not None:
                overlay.draw(number, result)
            yield result


def _open(shot: Shot, plan: FilmPlan, material: Material, open_files: ExitStack) -> _Source:
    is_footage = shot.media.media_type.startswith("video/")
    source = (_FilmedShot if is_footage else _StillShot)(shot, plan, material)
    open_files.callback(source.close)
    return source


class _StillShot:
    """A still under a move, and what stands before it."""

    def __init__(self, shot: Shot, plan: FilmPlan, material: Material) -> None:
        path = material.media_path(shot.media)
        self._still = material.stills.get(
            StillRequest(path, _covering(shot.motion, plan.frame), shot.fit, shot.is_reframed)
        )
        self._shot = shot
        self._frame = shot.first_frame
        self._scratch = Scratch()
        self._foreground = (
            _Foreground(shot.foreground, shot.motion, plan.frame, material)
            if shot.foreground
            else None
        )
        self._held: FrameBuffer | None = None
        if shot.motion is None or shot.motion.kind is MotionKind.HOLD:
            self._held = FrameBuffer(plan.frame.width_px, plan.frame.height_px)
            self._draw(0, self._held)

    def draw_next(self, target: FrameBuffer) -> None:
        import numpy as np

        if self._held is not None:
            np.copyto(target.data, self._held.data)
            return
        self._draw(self._frame / max(1, self._shot.clip_frames - 1), target)
        self._frame += 1

    def _draw(self, position: float, target: FrameBuffer) -> None:
        self._still.draw(view_at(self._shot.motion, position), target, self._scratch)
        if self._foreground is not None:
            self._foreground.draw(position, target, self._scratch)

    def close(self) -> None:
        """Nothing is held open."""


def _covering(motion: Motion | None, frame: Frame) -> tuple[int, int]:
    """Size in pixels of a picture at its nearest view."""
    zoom = 1 + (motion.strength if motion else 0)
    return round(frame.width_px * zoom), round(frame.height_px * zoom)


_PARALLAX = 2.0
"""How much farther the foreground moves than what lies behind it."""


class _Foreground:
    """A cut-out that moves farther than the picture behind it."""

    def __init__(
        self, media: Media, motion: Motion | None, frame: Frame, material: Material
    ) -> None:
        self._motion = motion and replace(motion, strength=motion.strength * _PARALLAX)
        request = StillRequest(material.media_path(media), _covering(self._motion, frame))
        self._picture, self._mask = load_cutout(request, material.stills.colors)
        self._buffers = [FrameBuffer(frame.width_px, frame.height_px) for _ in range(2)]

    def draw(self, position: float, target: FrameBuffer, scratch: Scratch) -> None:
        """Lay it over the frame as it stands at this position of the move."""
        view = view_at(self._motion, position)
        picture, mask = self._buffers
        self._picture.draw(view, picture, scratch)
        self._mask.draw(view, mask, scratch)
        for place, colors, seen in zip(target.planes, picture.planes, mask.planes, strict=True):
            _lay(colors, seen, place)


def _lay(picture: Plane, mask: Plane, place: Plane) -> None:
    """Lay a plane over another of its size where ``mask`` (0 to 255) says."""
    import cv2

    kept = cv2.multiply(place, 255 - mask, scale=1 / 255)
    cv2.add(kept, cv2.multiply(picture, mask, scale=1 / 255), dst=place)


class _FilmedShot:
    """A video that fills the frame."""

    def __init__(self, shot: Shot, plan: FilmPlan, material: Material) -> None:
        self._footage = Footage(
            material.media_path(shot.media),
            shot.media.media_type,
            size=(plan.frame.width_px, plan.frame.height_px),
            fit=shot.fit,
            is_reframed=shot.is_reframed,
            rate=plan.rate,
            first_frame=shot.first_frame,
            start_ms=shot.source_start_ms,
            speed_percent=shot.speed_percent,
            cube=material.cube,
        )
        self.close = self._footage.close

    def draw_next(self, target: FrameBuffer) -> None:
        import numpy as np

        for plane, source in zip(target.planes, self._footage.next_planes(), strict=True):
            np.copyto(plane, source)


class _InsetLayer:
    """A picture in its box over the frame."""

    def __init__(
        self, span: InsetSpan, plan: FilmPlan, material: Material, open_files: ExitStack
    ) -> None:
        width, height = plan.frame.width_px, plan.frame.height_px
        box = span.box
        self._left, self._top = round(box.x * width / 2) * 2, round(box.y * height / 2) * 2
        size = (
            min(max(2, round(box.width * width / 2) * 2), width - self._left),
            min(max(2, round(box.height * height / 2) * 2), height - self._top),
        )
        self._span = span
        self._masks = _masks(span.shape, size)
        self._next_planes = self._open(span, size, plan, material, open_files)

    def _open(
        self,
        span: InsetSpan,
        size: tuple[int, int],
        plan: FilmPlan,
        material: Material,
        open_files: ExitStack,
    ) -> Callable[[], tuple[Plane, Plane, Plane]]:
        path = material.media_path(span.media)
        if span.media.media_type.startswith("video/"):
            footage = Footage(
                path,
                span.media.media_type,
                size=size,
                fit=Fit.CROP,
                rate=plan.rate,
                first_frame=max(0, span.first_frame),
                start_ms=span.source_start_ms,
                speed_percent=span.speed_percent,
                cube=material.cube,
            )
            open_files.callback(footage.close)
            return footage.next_planes
        picture = FrameBuffer(*size)
        still = material.stills.get(StillRequest(path, size))
        still.draw(view_at(None, 0), picture, Scratch())
        return lambda: picture.planes

    def draw(self, number: int, target: FrameBuffer) -> None:
        """Lay it over the frame while its time has come."""
        if not 0 <= self._span.first_frame + number < self._span.frames:
            return
        for whole, picture, mask, by in zip(
            target.planes, self._next_planes(), self._masks, (1, 2, 2), strict=True
        ):
            rows, columns = picture.shape
            top, left = self._top // by, self._left // by
            place = whole[top : top + rows, left : left + columns]
            _lay(picture, mask, place)


def _masks(shape: InsetShape, size: tuple[int, int]) -> tuple[Plane, Plane, Plane]:
    """Where the inset is seen, 0 to 255, for each plane; edges are drawn four times finer."""
    import cv2
    import numpy as np

    width, height = size
    fine = np.zeros((height * 4, width * 4), np.uint8)
    shorter = min(fine.shape)
    radius = {
        InsetShape.RECTANGLE: 0,
        InsetShape.ROUNDED: shorter // 12,
        InsetShape.CIRCLE: shorter // 2,
    }[shape]
    if shape is InsetShape.CIRCLE:
        cv2.circle(fine, (width * 2, height * 2), radius - 2, 255, -1)
    else:
        _rounded(fine, radius)
    luma, chroma = resized(fine, size), resized(fine, (width // 2, height // 2))
    return luma, chroma, chroma


def _rounded(mask: Plane, radius: int) -> None:
    """Fill the mask, but for its corners."""
    import cv2

    mask[:] = 255
    if not radius:
        return
    disc = mask[: 2 * radius, : 2 * radius] * 0
    cv2.circle(disc, (radius, radius), radius, 255, -1)
    mask[:radius, :radius] = disc[:radius, :radius]
    mask[:radius, -radius:] = disc[:radius, radius : 2 * radius]
    mask[-radius:, :radius] = disc[radius : 2 * radius, :radius]
    mask[-radius:, -radius:] = disc[radius : 2 * radius, radius : 2 * radius]
