"""The timeline as OpenTimelineIO: tracks of clips, gaps and transitions, all in whole frames.

Every clip says how much media there is (``available_range``): editors' formats need it, and some
adapters fail without. What OpenTimelineIO has no word for stands under one metadata key of ours::

    Pictures   |-- scene 1 --[dissolve]-- scene 2 --|
    Overlays   |      gap      |-- presenter --|
    Titles     |  |-- title --|
    Voice      |   |-- voice 1 --|  gap  |-- voice 2 --|
    Music      |----------------------------------------|
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from video_platform.domain.formats import Format
from video_platform.domain.media import Media
from video_platform.domain.timeline import (
    AudioClip,
    Inset,
    Timeline,
    Title,
    Transition,
    VideoClip,
)

OWN = "video_platform"
"""The one metadata key our own facts stand under."""
SCHEMA = 1
_STILL_S = 3600
"""A still can be shown for as long as anybody likes; editors want a number."""
STILL_HANDLE_S = 1
"""Stills begin this far into their media: transitions need something before a clip's start."""

MediaUrl = Callable[[Media], str]
"""Where an editor finds a medium."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a timeline is exported with.

    Args:
        project: the project's key, so that an edit comes back to where it belongs.
        headlines: of scenes by id: markers and the names of clips.
    """

    project: str
    format: Format
    media_url: MediaUrl
    headlines: Mapping[int, str]


def to_otio(timeline: Timeline, sheet: Sheet) -> Any:
    """The timeline as an ``opentimelineio.schema.Timeline`` of the sheet's format."""
    import opentimelineio as otio

    writer = _Writer(timeline, sheet)
    made = otio.schema.Timeline(
        timeline.title,
        global_start_time=writer.time(0),
        metadata={
            OWN: {
                "schema": SCHEMA,
                "project": sheet.project,
                "format": sheet.format.value,
                "language": timeline.language.value,
            }
        },
    )
    tracks = (
        writer.pictures(),
        *writer.layers("Overlays", timeline.insets, writer.inset),
        *writer.layers("Titles", timeline.titles, writer.title),
        *(
            writer.heard(name, clips)
            for name, clips in (
                ("Voice", timeline.voice),
                ("Music", timeline.music),
                ("Effects", timeline.effects),
            )
            if clips
        ),
    )
    made.tracks[:] = tracks
    return made


class _Writer:
    """Turns the parts of one timeline into OpenTimelineIO's."""

    def __init__(self, timeline: Timeline, sheet: Sheet) -> None:
        self._timeline = timeline
        self._sheet = sheet
        self._rate = float(timeline.rate.fraction)

    def time(self, frames: int) -> Any:
        """So many frames."""
        import opentimelineio as otio

        return otio.opentime.RationalTime(frames, self._rate)

    def range(self, start: int, frames: int) -> Any:
        """``frames`` from ``start`` on."""
        import opentimelineio as otio

        return otio.opentime.TimeRange(self.time(start), self.time(frames))

    def frames_of(self, milliseconds: int) -> int:
        """Milliseconds in frames, rounded."""
        return round(Fraction(milliseconds, 1000) * self._timeline.rate.fraction)

    def pictures(self) -> Any:
        """The picture track: clips with their transitions between them, headlines as markers."""
        import opentimelineio as otio

        track = otio.schema.Track("Pictures", kind=otio.schema.TrackKind.Video)
        into = {one.at_frame: one for one in self._timeline.transitions if one.frames}
        for clip in self._timeline.video:
            if clip.start_frame in into:
                track.append(self._transition(into[clip.start_frame]))
            track.append(self._picture(clip))
            headline = self._sheet.headlines.get(clip.scene_id)
            if headline:
                place = self.range(clip.start_frame, 0)
                track.markers.append(otio.schema.Marker(headline, place))
        return track

    def _transition(self, one: Transition) -> Any:
        import opentimelineio as otio

        half = self.time(one.frames // 2)
        return otio.schema.Transition(
            one.kind.value,
            otio.schema.TransitionTypes.SMPTE_Dissolve,
            half,
            half,
            metadata={OWN: {"kind": one.kind.value}},
        )

    def _picture(self, clip: VideoClip) -> Any:
        media = clip.media[self._sheet.format]
        is_still = clip.motion is not None or media.media_type.startswith("image/")
        begin_ms = STILL_HANDLE_S * 1000 if is_still else max(0, clip.source_start_ms)
        made = self._clip(
            f"scene {clip.scene_id}",
            media,
            start=self.frames_of(begin_ms),
            frames=clip.frames,
            own={
                "scene": clip.scene_id,
                "fit": clip.fit.value,
                "motion": clip.motion.kind.value if clip.motion else "",
                "source_start_ms": clip.source_start_ms,
            },
        )
        return self._sped(made, clip.speed_percent)

    def _sped(self, clip: Any, speed_percent: int) -> Any:
        import opentimelineio as otio

        if speed_percent != 100:
            clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed_percent / 100))
        return clip

    def _clip(
        self, name: str, media: Media, *, start: int, frames: int, own: Mapping[str, Any]
    ) -> Any:
        import opentimelineio as otio

        length = self.frames_of(media.probe.duration_ms)
        if media.media_type.startswith("image/"):
            length = self.frames_of(_STILL_S * 1000)
        reference = otio.schema.ExternalReference(
            target_url=self._sheet.media_url(media),
            available_range=self.range(0, max(length, start + frames)),
            metadata={OWN: {"sha256": media.sha256}},
        )
        return otio.schema.Clip(name, reference, self.range(start, frames), metadata={OWN: own})

    def layers(
        self, name: str, layers: Sequence[Any], write: Callable[[Any], Any]
    ) -> Iterable[Any]:
        """Video tracks of what lies over the picture; as many as it takes to overlap."""
        import opentimelineio as otio

        rows: list[list[Any]] = []
        for layer in sorted(layers, key=lambda one: one.start_frame):
            free = (row for row in rows if row[-1].end_frame <= layer.start_frame)
            row = next(free, None)
            if row is None:
                rows.append([layer])
            else:
                row.append(layer)
        for row in rows:
            track = otio.schema.Track(name, kind=otio.schema.TrackKind.Video)
            self._fill(track, [(one.start_frame, write(one)) for one in row])
            yield track

    def inset(self, one: Inset) -> Any:
        """A picture over the picture."""
        box = one.boxes[self._sheet.format]
        made = self._clip(
            "overlay",
            one.media[self._sheet.format],
            start=max(0, self.frames_of(one.source_start_ms)),
            frames=one.frames,
            own={
                "box": {"x": box.x, "y": box.y, "width": box.width, "height": box.height},
                "shape": one.shape.value,
            },
        )
        return self._sped(made, one.speed_percent)

    def title(self, one: Title) -> Any:
        """A text over the picture, as a generator: no file stands behind it."""
        import opentimelineio as otio

        place = self.range(0, one.frames)
        words = {"text": one.text, "detail": one.detail, "kind": one.kind.value}
        text = otio.schema.GeneratorReference("Text", "Text", place, words)
        return otio.schema.Clip(one.text, text, place, metadata={OWN: {"kind": one.kind.value}})

    def heard(self, name: str, clips: Sequence[AudioClip]) -> Any:
        """A sound track; a clip without a length plays to its own end."""
        import opentimelineio as otio

        track = otio.schema.Track(name, kind=otio.schema.TrackKind.Audio)
        made = []
        for clip in clips:
            frames = clip.frames or self.frames_of(clip.media.probe.duration_ms)
            title = f"{name.lower()} {clip.scene_id}".removesuffix(" 0")
            own = {"scene": clip.scene_id, "gain_db": clip.gain_db}
            audio = self._clip(title, clip.media, start=0, frames=frames, own=own)
            made.append((clip.start_frame, audio))
        self._fill(track, made)
        return track

    def _fill(self, track: Any, placed: Sequence[tuple[int, Any]]) -> None:
        """Append items at their frames, with gaps between them."""
        import opentimelineio as otio

        at = 0
        for start, item in placed:
            if start > at:
                track.append(otio.schema.Gap(source_range=self.range(0, start - at)))
            track.append(item)
            at = max(at, start) + round(item.duration().value)
