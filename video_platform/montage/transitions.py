"""Transitions between two frames, computed on the YUV planes. One function each, one table."""

from collections.abc import Callable

from video_platform.domain.timeline import TransitionKind
from video_platform.montage.motion import FrameBuffer

_BLACK = (16, 128, 128)
"""Black in limited-range YUV."""

Blend = Callable[[FrameBuffer, FrameBuffer, float, FrameBuffer, bool], None]


def ease(position: float) -> float:
    """Slow start and slow end, 0 to 1."""
    return position * position * (3 - 2 * position)


def _cut(a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, _rtl: bool) -> None:
    out.data[:] = (a if position < 0.5 else b).data


def _dissolve(
    a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, _rtl: bool
) -> None:
    import cv2

    share = ease(position)
    cv2.addWeighted(a.data, 1 - share, b.data, share, 0, dst=out.data.reshape(-1, 1))


def _fade(a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, _rtl: bool) -> None:
    """Out to black, then in from it."""
    import cv2

    source, share = (a, 1 - 2 * position) if position < 0.5 else (b, 2 * position - 1)
    for plane, black, target in zip(source.planes, _BLACK, out.planes, strict=True):
        cv2.addWeighted(plane, share, plane, 0, (1 - share) * black, dst=target)


def _edge(width: int, share: float, rtl: bool) -> int:
    """Column in which the new picture meets the old one; even, so that chroma agrees."""
    column = round(width * share / 2) * 2
    return column if rtl else width - column


def _wipe(a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, rtl: bool) -> None:
    """The new picture is uncovered against the reading direction."""
    edge = _edge(out.planes[0].shape[1], ease(position), rtl)
    for first, second, target, shrink in zip(
        a.planes, b.planes, out.planes, (1, 2, 2), strict=True
    ):
        column = edge // shrink
        old, new = (
            (slice(column, None), slice(0, column))
            if rtl
            else (
                slice(0, column),
                slice(column, None),
            )
        )
        target[:, old] = first[:, old]
        target[:, new] = second[:, new]


def _slide(a: FrameBuffer, b: FrameBuffer, position: float, out: FrameBuffer, rtl: bool) -> None:
    """The new picture pushes the old one out, the way a page is turned in the language."""
    width = out.planes[0].shape[1]
    edge = _edge(width, ease(position), rtl)
    for first, second, target, shrink in zip(
        a.planes, b.planes, out.planes, (1, 2, 2), strict=True
    ):
        column, columns = edge // shrink, width // shrink
        if rtl:
            target[:, :column] = second[:, columns - column :]
            target[:, column:] = first[:, : columns - column]
        else:
            target[:, :column] = first[:, columns - column :]
            target[:, column:] = second[:, : columns - column]


BLENDS: dict[TransitionKind, Blend] = {
    TransitionKind.CUT: _cut,
    TransitionKind.DISSOLVE: _dissolve,
    TransitionKind.FADE: _fade,
    TransitionKind.WIPE: _wipe,
    TransitionKind.SLIDE: _slide,
}


def blend(
    kind: TransitionKind,
    a: FrameBuffer,
    b: FrameBuffer,
    position: float,
    out: FrameBuffer,
    *,
    rtl: bool,
) -> None:
    """Draw the transition at ``position`` (0: all ``a``, 1: all ``b``) into ``out``."""
    BLENDS[kind](a, b, position, out, rtl)
