"""Rules that need no decoded film: approved words, and who may let a rule pass."""

from dataclasses import replace

import pytest

from tests.factories import make_clips, make_music, make_script, make_voice
from video_platform.agents.timeline import build_timeline
from video_platform.domain.access import Role
from video_platform.domain.manifests import AvatarClips
from video_platform.domain.timeline import Timeline
from video_platform.errors import InvalidInput
from video_platform.quality.film import judge_words
from video_platform.quality.findings import Finding, Report
from video_platform.quality.override import Override, allow, apply_overrides


@pytest.fixture
def timeline() -> Timeline:
    script = make_script()
    return build_timeline(
        script, make_voice(script), make_clips(script), AvatarClips(), make_music()
    )


def decision(**changes: object) -> Override:
    fields = {
        "check": "loudness",
        "film": "a" * 64,
        "by": "Mina",
        "role": Role.EDITOR,
        "reason": "The client asked for a quiet film.",
        "made_at": "2026-01-01T00:00:00+00:00",
    }
    return Override(**{**fields, **changes})  # type: ignore[arg-type]


def failing(*names: str) -> Report:
    return Report(findings=tuple(Finding(name=n, passed=False, value="x") for n in names))


def test_lost_or_swapped_word_is_noticed(timeline: Timeline) -> None:
    script = make_script()
    assert judge_words(timeline, script).passed
    assert not judge_words(replace(timeline, words=timeline.words[1:]), script).passed
    swapped = (timeline.words[1], timeline.words[0], *timeline.words[2:])
    assert not judge_words(replace(timeline, words=swapped), script).passed


def test_override_lets_one_rule_of_one_file_pass_and_says_who_and_why() -> None:
    report = apply_overrides(failing("loudness"), "a" * 64, [allow(decision())])
    assert report.passed
    assert report.findings[0].overridden == "Mina (editor): The client asked for a quiet film."
    assert not apply_overrides(failing("loudness"), "b" * 64, [decision()]).passed
    assert not apply_overrides(failing("loudness", "sync"), "a" * 64, [decision()]).passed


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"check": "decode", "role": Role.OWNER}, "override_never"),
        ({"check": "caption_words", "role": Role.OWNER}, "override_never"),
        ({"role": Role.VIEWER}, "override_role"),
        ({"check": "sync"}, "override_role"),
        ({"reason": "ok"}, "override_reason"),
        ({"reason": "x" * 501}, "override_reason"),
    ],
)
def test_override_needs_a_role_and_a_reason(changes: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        allow(decision(**changes))
    assert caught.value.code == code
    assert caught.value.hint


def test_warning_stops_nothing_and_is_told() -> None:
    report = Report(findings=(Finding(name="frozen", passed=False, value="x", is_warning=True),))
    assert report.passed
    assert report.to_json()["checks"][0]["is_warning"]


def test_json_has_what_its_readers_were_promised() -> None:
    finding = Finding(name="black", passed=False, value="1.00 s", at_s=2.5, hint="Cut it again.")
    (told,) = Report(findings=(finding,)).to_json()["checks"]
    assert told == {
        "name": "black",
        "passed": False,
        "value": "1.00 s",
        "at_s": 2.5,
        "hint": "Cut it again.",
    }
