"""Each agent asks for what its stage needs, once, and says what it cost."""

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.agents.makers import image_agent, video_agent
from tests.factories import make_project, make_scene, make_script, make_voice
from tests.fakes import CountingProvider
from video_platform.agents.avatar import AvatarAgent
from video_platform.agents.image import plan_images
from video_platform.agents.music import MusicAgent
from video_platform.agents.script import ScriptAgent, apply_edits
from video_platform.agents.voice import VoiceAgent
from video_platform.domain.brief import Brief
from video_platform.domain.codec import to_json
from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability
from video_platform.domain.project import SceneEdit
from video_platform.errors import (
    PermanentProviderError,
    ScenesFailed,
    TransientProviderError,
)
from video_platform.generation.ledger import Ledger
from video_platform.providers.vendors.still_motion import StillMotion
from video_platform.store import MediaStore

TWO_FORMATS = Brief(text="A brief.", formats=(Format.WIDE, Format.TALL))


def voice_provider(**options: object) -> CountingProvider:
    """Times words evenly, as a real voice would answer."""
    return CountingProvider(
        Capability.VOICE,
        "audio/wav",
        details=lambda request: {
            "words": [
                {"text": word, "start_ms": 100 * n, "end_ms": 100 * (n + 1)}
                for n, word in enumerate(request.text.split())
            ],
            "timing": "engine_events",
        },
        **options,  # type: ignore[arg-type]
    )


def test_script_is_read_back_with_the_person_s_edits(ledger: Ledger, store: MediaStore) -> None:
    script = make_script()
    writer = CountingProvider(Capability.SCRIPT, content=lambda _: to_json(script))
    project = make_project(edits={2: SceneEdit(narration="New words."), 9: SceneEdit(headline="x")})
    result = ScriptAgent(ledger, store).run(writer, project)  # type: ignore[arg-type]
    assert result.value.scenes[1].narration == "New words."
    assert result.value.scenes[0] == script.scenes[0]


def test_edit_of_words_keeps_prompt_and_picture_request() -> None:
    """Editing the narration must not pay for a new picture."""
    script, project = make_script(), make_project()
    edited = apply_edits(script, {1: SceneEdit(narration="Other words.")})
    assert plan_images(project, edited) == plan_images(project, script)


def test_edit_of_the_prompt_changes_only_that_scene_s_request() -> None:
    script, project = make_script(), make_project()
    edited = apply_edits(script, {1: SceneEdit(visual_prompt="another picture")})
    before, after = plan_images(project, script), plan_images(project, edited)
    assert [b != a for b, a in zip(before, after, strict=True)] == [True, False]


def test_pictures_are_made_per_scene_and_format_and_billed_once(ledger: Ledger) -> None:
    painter = CountingProvider(Capability.IMAGE, "image/png", cost_usd=Decimal("0.04"))
    agent = image_agent(ledger, max_parallel=4)
    project, script = make_project(brief=TWO_FORMATS), make_script()
    first = agent.run(painter, project, script)  # type: ignore[arg-type]
    again = agent.run(painter, project, script)  # type: ignore[arg-type]
    assert (first.provider_calls, first.reused, first.cost_usd) == (4, 0, Decimal("0.16"))
    assert (again.provider_calls, again.reused, again.cost_usd) == (0, 4, 0)
    assert again.value == first.value
    assert [image.scene_id for image in first.value.images] == [1, 2]


def test_another_take_makes_one_new_picture(ledger: Ledger) -> None:
    painter = CountingProvider(Capability.IMAGE, "image/png")
    agent, script = image_agent(ledger, max_parallel=4), make_script()
    agent.run(painter, make_project(), script)  # type: ignore[arg-type]
    wished = make_project(takes={"scene_images": {2: 1}})
    result = agent.run(painter, wished, script)  # type: ignore[arg-type]
    assert result.provider_calls == 1
    assert painter.requests[-1].prompt == "picture 2"


def test_one_failing_scene_does_not_lose_the_others(ledger: Ledger) -> None:
    def refuse_second(request: object) -> Exception | None:
        if "picture 2" in repr(request):
            return TransientProviderError("busy", provider="counting", operation="image")
        return None

    script = make_script([make_scene(n) for n in (1, 2, 3)])
    agent = image_agent(ledger, max_parallel=2)
    failing = CountingProvider(Capability.IMAGE, "image/png", refuse=refuse_second)
    with pytest.raises(ScenesFailed, match="scene 2 failed") as caught:
        agent.run(failing, make_project(), script)  # type: ignore[arg-type]
    assert list(caught.value.causes) == [2]
    mended = CountingProvider(Capability.IMAGE, "image/png")
    assert agent.run(mended, make_project(), script).provider_calls == 1  # type: ignore[arg-type]


def test_voice_words_are_the_scene_s_words(ledger: Ledger) -> None:
    script = make_script()
    result = VoiceAgent(ledger, max_parallel=2).run(voice_provider(), make_project(), script)  # type: ignore[arg-type]
    for scene, track in zip(script.scenes, result.value.tracks, strict=True):
        assert tuple(word.text for word in track.words) == scene.words


def test_voice_that_loses_a_word_is_refused(ledger: Ledger) -> None:
    deaf = replace(voice_provider(), details=lambda _: {"words": []})
    with pytest.raises(PermanentProviderError, match="timed 0 words of the 3"):
        VoiceAgent(ledger, max_parallel=2).run(deaf, make_project(), make_script())  # type: ignore[arg-type]


def test_changed_sentence_makes_no_new_music(ledger: Ledger) -> None:
    composer = CountingProvider(
        Capability.MUSIC, "audio/flac", details=lambda _: {"tempo_bpm": 120, "licence": "CC0-1.0"}
    )
    agent, script = MusicAgent(ledger), make_script()
    first = agent.run(composer, make_project(), script)  # type: ignore[arg-type]
    edited = apply_edits(script, {1: SceneEdit(narration="Quite another and longer sentence.")})
    assert agent.run(composer, make_project(), edited).provider_calls == 0  # type: ignore[arg-type]
    assert first.value.bar_ms == 2000
    assert composer.requests[0].duration_ms == 10_000


def test_still_motion_never_repeats_a_move_in_a_row(ledger: Ledger) -> None:
    script = make_script([make_scene(n) for n in range(1, 12)])
    painter = CountingProvider(Capability.IMAGE, "image/png")
    images = image_agent(ledger, max_parallel=2).run(painter, make_project(), script).value  # type: ignore[arg-type]
    clips = video_agent(ledger, max_parallel=2).run(StillMotion(), make_project(), script, images)
    moves = [clip.motion for clip in clips.value.clips]
    assert None not in moves
    assert all(one != two for one, two in itertools.pairwise(moves))


def test_generated_clip_replaces_the_still(ledger: Ledger) -> None:
    script = make_script()
    painter = CountingProvider(Capability.IMAGE, "image/png")
    images = image_agent(ledger, max_parallel=2).run(painter, make_project(), script).value  # type: ignore[arg-type]
    camera = CountingProvider(Capability.VIDEO, "video/mp4")
    clips = video_agent(ledger, max_parallel=2).run(camera, make_project(), script, images).value  # type: ignore[arg-type]
    assert all(clip.motion is None for clip in clips.clips)
    assert {m.media_type for clip in clips.clips for m in clip.media.values()} == {"video/mp4"}


def test_avatars_are_made_only_when_a_provider_is_chosen(ledger: Ledger) -> None:
    voice = make_voice(make_script())
    agent = AvatarAgent(ledger, max_parallel=2)
    assert not agent.run(None, make_project(), voice).value.clips
    presenter = CountingProvider(Capability.AVATAR, "video/mp4")
    made = agent.run(presenter, make_project(), voice)  # type: ignore[arg-type]
    assert made.provider_calls == 2
    assert set(made.value.clips) == {1, 2}
