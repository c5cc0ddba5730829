"""Timelines for other editors: which formats there are, and what each one loses.

The losses were measured by writing a timeline and reading it back with the same adapter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from video_platform.domain.timeline import Inset, Timeline, VideoClip
from video_platform.errors import VideoPlatformError
from video_platform.interchange.otio import OWN, Sheet, to_otio


class EditorFormat(StrEnum):
    """A format other editors read."""

    OTIO = "otio"
    OTIOZ = "otioz"
    FCP7 = "fcp7"
    FCPX = "fcpx"
    EDL = "edl"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How a format is written.

    Args:
        loses: what stays behind, in words for the person.
        only_pictures: it holds one track.
    """

    adapter: str
    ending: str
    loses: tuple[str, ...] = ()
    has_titles: bool = False
    only_pictures: bool = False


_LOOK = "captions, logo, colour grade and the moves of stills"
_TITLES = "titles over the picture"
_KINDS = "every transition becomes a cross dissolve"
_SPEED = "speeds other than the media's own"
_FCPX_RATES = frozenset({24, 25, 30, 50, 60})
"""Whole rates its adapter has a word for; for others it leaves the length of a frame empty."""
_NO_HANDLE = "transitions into footage that begins at its media's first frames"
_KIND_OF = {
    EditorFormat.OTIO: _Kind(adapter="otio_json", ending="otio", has_titles=True, loses=(_LOOK,)),
    EditorFormat.OTIOZ: _Kind(adapter="otioz", ending="otioz", has_titles=True, loses=(_LOOK,)),
    EditorFormat.FCP7: _Kind(
        adapter="fcp_xml", ending="xml", loses=(_LOOK, _TITLES, _KINDS, _SPEED)
    ),
    EditorFormat.FCPX: _Kind(
        adapter="fcpx_xml",
        ending="fcpxml",
        loses=(_LOOK, _TITLES, "transitions", _SPEED, "the order of tracks"),
    ),
    EditorFormat.EDL: _Kind(
        adapter="cmx_3600",
        ending="edl",
        only_pictures=True,
        loses=(
            *(_LOOK, _TITLES, _KINDS, "voice, music and effects", "pictures over the picture"),
            *(_NO_HANDLE, _SPEED),
        ),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A written file, and what it does not hold."""

    path: Path
    loses: tuple[str, ...]


def ending_of(kind: EditorFormat) -> str:
    """The file's ending, without the dot."""
    return _KIND_OF[kind].ending


def write_timeline(timeline: Timeline, sheet: Sheet, kind: EditorFormat, path: Path) -> Exported:
    """Write a timeline for another editor.

    Raises:
        VideoPlatformError: ``export_failed``: the adapter could not write it.
    """
    import opentimelineio as otio

    how = _KIND_OF[kind]
    if kind is EditorFormat.FCPX and timeline.rate.fraction not in _FCPX_RATES:
        raise _failed(kind, f"its adapter has no word for {timeline.rate} frames per second")
    made = _fitted(to_otio(timeline, sheet), how)
    # EDL holds no rate: without one, 24 frames per second are taken for granted.
    options = {"rate": float(timeline.rate.fraction)} if kind is EditorFormat.EDL else {}
    path.unlink(missing_ok=True)
    try:
        otio.adapters.write_to_file(made, str(path), adapter_name=how.adapter, **options)
    except otio.exceptions.OTIOError as error:
        raise _failed(kind, str(error)) from error
    return Exported(path=path, loses=_losses(timeline, how))


def _failed(kind: EditorFormat, why: str) -> VideoPlatformError:
    return VideoPlatformError(
        f"The timeline could not be written as {kind}: {why}.",
        hint="Export it as otio, which holds everything.",
        code="export_failed",
    )


def _fitted(made: Any, how: _Kind) -> Any:
    """The timeline without what the adapter cannot write: some fail on it instead of leaving it."""
    kept = list(made.tracks)
    if not how.has_titles:
        kept = [track for track in kept if track.name != "Titles"]
    if how.only_pictures:
        kept = kept[:1]
        _drop_transitions_without_handles(kept[0])
        for number, clip in enumerate(made.tracks[0].find_clips(), 1):
            # Spaces and long names break the columns of an EDL.
            clip.name = f"SCENE{clip.metadata[OWN]['scene']}"
            clip.metadata["cmx_3600"] = {"reel": f"S{number:03}"}
    made.tracks[:] = []
    made.tracks[:] = kept
    return made


def _drop_transitions_without_handles(track: Any) -> None:
    """EDL writes where a transition begins in the next clip's media, and knows nothing before 0."""
    import opentimelineio as otio

    for at in reversed(range(len(track) - 1)):
        one, following = track[at], track[at + 1]
        if isinstance(one, otio.schema.Transition):
            start = following.source_range.start_time
            if start < one.in_offset:
                del track[at]


def _losses(timeline: Timeline, how: _Kind) -> tuple[str, ...]:
    """Losses that this timeline really suffers."""
    moving: tuple[VideoClip | Inset, ...] = (*timeline.video, *timeline.insets)
    present: dict[str, Sequence[object]] = {
        _TITLES: timeline.titles,
        _KINDS: timeline.transitions,
        "transitions": timeline.transitions,
        "pictures over the picture": timeline.insets,
        _NO_HANDLE: [clip for clip in timeline.video if _lacks_handle(clip, timeline)],
        _SPEED: [one for one in moving if one.speed_percent != 100],
    }
    return tuple(loss for loss in how.loses if present.get(loss, (loss,)))


def _lacks_handle(clip: VideoClip, timeline: Timeline) -> bool:
    into = next((one for one in timeline.transitions if one.at_frame == clip.start_frame), None)
    if clip.motion is not None or into is None:
        return False
    return clip.source_start_ms < timeline.rate.seconds(into.frames // 2) * 1000
