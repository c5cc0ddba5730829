"""Chapters: scenes with their headlines, as networks take them in a description."""

from collections.abc import Mapping

from video_platform.domain.timeline import Timeline

SHORTEST_S = 10
"""YouTube's shortest chapter: where one is shorter it shows none (its help, "Video chapters")."""


def to_chapters(timeline: Timeline, headlines: Mapping[int, str]) -> bytes:
    """One line for each chapter, ``0:00 Headline``, the first at the beginning.

    A scene that would make a chapter shorter than networks take belongs to the one before it; the
    last chapter reaches to the film's end.
    """
    starts: list[tuple[int, str]] = []
    for clip in timeline.video:
        at_s = int(timeline.rate.seconds(clip.start_frame))
        headline = " ".join(headlines.get(clip.scene_id, "").split())
        if headline and (not starts or at_s - starts[-1][0] >= SHORTEST_S):
            starts.append((at_s if starts else 0, headline))
    end_s = timeline.duration_ms / 1000
    if len(starts) > 1 and end_s - starts[-1][0] < SHORTEST_S:
        starts.pop()
    return "".join(f"{_clock(at_s)} {headline}\n" for at_s, headline in starts).encode()


def _clock(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
