"""An intro before a film and an outro after it: a brand's clips, with their own sound.

They are laid around the finished edit, so that cuts and captions stay with the words they belong
to. The music of the film begins and ends with the film, not with its bookends.
"""

from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from video_platform.domain.formats import Format
from video_platform.domain.look import Fit
from video_platform.domain.media import Media
from video_platform.domain.timeline import AudioClip, Inset, Timeline, Title, VideoClip

PlacedT = TypeVar("PlacedT", VideoClip, AudioClip, Inset, Title)
BOOKEND = 0
"""In place of a scene's id."""


def with_bookends(timeline: Timeline) -> Timeline:
    """The timeline with the clips of its look before and after it; itself when it has none."""
    intro, outro = timeline.look.intro, timeline.look.outro
    before, after = _frames(timeline, intro), _frames(timeline, outro)
    if not before and not after:
        return timeline
    formats, end = tuple(timeline.video[0].media), before + timeline.frames
    shift_ms = round(timeline.rate.seconds(before) * 1000)
    return replace(
        timeline,
        frames=end + after,
        video=(
            *_clips(intro, 0, before, formats),
            *_later(timeline.video, before),
            *_clips(outro, end, after, formats),
        ),
        transitions=tuple(
            replace(one, at_frame=one.at_frame + before) for one in timeline.transitions
        ),
        voice=_later(timeline.voice, before),
        music=_later(timeline.music, before),
        effects=_later(timeline.effects, before),
        insets=_later(timeline.insets, before),
        titles=_later(timeline.titles, before),
        words=tuple(word.shifted(shift_ms) for word in timeline.words),
    )


def _frames(timeline: Timeline, clip: Media | None) -> int:
    """Whole frames of a clip; a begun one would be shown twice."""
    if clip is None:
        return 0
    return max(1, int(Fraction(clip.probe.duration_ms, 1000) * timeline.rate.fraction))


def _clips(
    clip: Media | None, start: int, frames: int, formats: tuple[Format, ...]
) -> tuple[VideoClip, ...]:
    if clip is None:
        return ()
    made = VideoClip(
        scene_id=BOOKEND,
        start_frame=start,
        frames=frames,
        media=dict.fromkeys(formats, clip),
        fit=Fit.BLUR,
        own_sound_db=0.0 if clip.probe.channels else None,
    )
    return (made,)


def _later(layers: tuple[PlacedT, ...], frames: int) -> tuple[PlacedT, ...]:
    return tuple(replace(one, start_frame=one.start_frame + frames) for one in layers)
