"""Each rule of the film gate fails on the film that breaks it, and only that rule."""

from dataclasses import replace

import pytest

from tests.factories import make_clips, make_film, make_media, make_music, make_script, make_voice
from video_platform.agents.timeline import build_timeline
from video_platform.domain.manifests import AvatarClips, Film
from video_platform.domain.timeline import Timeline
from video_platform.quality.film import judge_film, judge_words


@pytest.fixture
def timeline() -> Timeline:
    script = make_script()
    return build_timeline(
        script, make_voice(script), make_clips(script), AvatarClips(), make_music()
    )


def good_film(timeline: Timeline) -> Film:
    probe = replace(
        make_film().media.probe, frames=timeline.frames, duration_ms=timeline.duration_ms
    )
    film = make_film()
    return replace(film, media=replace(film.media, probe=probe), duration_ms=timeline.duration_ms)


def failed(film: Film, timeline: Timeline) -> list[str]:
    return [finding.name for finding in judge_film(film, timeline) if not finding.passed]


def test_good_film_passes(timeline: Timeline) -> None:
    assert failed(good_film(timeline), timeline) == []


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"width_px": 1280}, "size"),
        ({"frames": 1}, "frames"),
        ({"duration_ms": 1}, "duration"),
        ({"channels": 0}, "sound"),
    ],
)
def test_broken_probe_fails_its_rule(timeline: Timeline, broken: dict, rule: str) -> None:
    film = good_film(timeline)
    film = replace(film, media=replace(film.media, probe=replace(film.media.probe, **broken)))
    assert failed(film, timeline) == [rule]


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"integrated_lufs": -14.6}, "loudness"),
        ({"integrated_lufs": -13.4}, "loudness"),
        ({"true_peak_dbtp": -0.9}, "true_peak"),
    ],
)
def test_wrong_level_fails_its_rule(timeline: Timeline, broken: dict, rule: str) -> None:
    assert failed(replace(good_film(timeline), **broken), timeline) == [rule]


def test_lost_or_swapped_word_is_noticed(timeline: Timeline) -> None:
    script = make_script()
    assert judge_words(timeline, script).passed
    assert not judge_words(replace(timeline, words=timeline.words[1:]), script).passed
    swapped = (timeline.words[1], timeline.words[0], *timeline.words[2:])
    assert not judge_words(replace(timeline, words=swapped), script).passed


def test_findings_say_what_to_do(timeline: Timeline) -> None:
    film = replace(make_film(), media=make_media("f", "video/mp4"))
    assert all(finding.hint for finding in judge_film(film, timeline) if not finding.passed)
