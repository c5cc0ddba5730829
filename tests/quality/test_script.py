"""A script that could not be made, or never published, is stopped before anything is paid."""

from dataclasses import replace

import pytest

from tests.factories import make_scene, make_script
from tests.quality.films import TEXTS
from tests.quality.test_word_times import SPOKEN
from video_platform.domain.language import Language
from video_platform.domain.script import Script
from video_platform.quality.script import ProviderLimits, ScriptOrder, judge_script, spoken_s
from video_platform.quality.wording import broken_letters, guess_language


def scripted(*texts: str, language: Language = Language.ENGLISH) -> Script:
    chosen = texts or (*TEXTS[language], *SPOKEN[language])
    return make_script([make_scene(n, t) for n, t in enumerate(chosen, 1)], language=language)


def order_of(script: Script, *limits: ProviderLimits) -> ScriptOrder:
    total = sum(spoken_s(scene, script.language) for scene in script.scenes)
    return ScriptOrder(language=script.language, duration_s=total, limits=limits)


def stopped(script: Script, order: ScriptOrder | None = None) -> list[str]:
    report = judge_script(script, order or order_of(script))
    return [finding.name for finding in report.findings if finding.stops]


def warned(script: Script, order: ScriptOrder | None = None) -> list[str]:
    report = judge_script(script, order or order_of(script))
    return [finding.name for finding in report.failed if not finding.stops]


@pytest.mark.parametrize("language", list(Language))
def test_good_script_passes_without_a_word(language: Language) -> None:
    script = scripted(language=language)
    assert judge_script(script, order_of(script)).failed == ()


@pytest.mark.parametrize("language", list(Language))
def test_other_language_is_stopped(language: Language) -> None:
    for other in set(Language) - {language}:
        spoken = scripted(*SPOKEN[other], *TEXTS[other], language=language)
        assert stopped(spoken) == ["language"]
        assert guess_language(" ".join(SPOKEN[other])) is other


def test_lost_letters_are_stopped() -> None:
    broken = "L’été, le café est fermé.".encode().decode("cp1252", errors="replace")
    assert stopped(scripted(broken)) == ["letters"]
    arabic = "في الليل يعد الطحان".encode().decode("cp1252", errors="replace")
    assert broken_letters(arabic)
    for text in (
        "Ça va, façade, Ãgir n'existe",
        "naïve café — “quoted” …",
        TEXTS[Language.ARABIC][0],
    ):
        assert not broken_letters(text.replace("Ã", "A"))


def test_leftover_of_a_draft_is_stopped_and_a_claim_is_told() -> None:
    assert stopped(scripted("Lorem ipsum, the mill turns.")) == ["blocked_words"]
    assert stopped(scripted("The florem ipsums turn.")) == []
    assert warned(scripted("A miracle cure from the mill.")) == ["policy_hints"]


def test_text_longer_than_its_provider_takes_is_stopped() -> None:
    script = scripted()
    voice = ProviderLimits(use="voice", provider="small", characters=40)
    assert stopped(script, order_of(script, voice)) == ["provider_texts"]
    image = ProviderLimits(use="image", provider="small", characters=40)
    assert stopped(script, order_of(script, image)) == []
    long = replace(script, scenes=(replace(script.scenes[0], visual_prompt="p" * 41),))
    assert stopped(long, order_of(long, image)) == ["provider_texts"]


def test_voice_that_does_not_speak_the_language_is_stopped() -> None:
    script = scripted()
    voice = ProviderLimits(use="voice", provider="nile", languages=frozenset({Language.ARABIC}))
    assert stopped(script, order_of(script, voice)) == ["provider_languages"]


def test_length_far_from_what_was_asked_is_told_and_far_more_is_stopped() -> None:
    script = scripted()
    wanted = order_of(script)
    assert warned(script, replace(wanted, duration_s=wanted.duration_s / 2)) == ["duration"]
    assert warned(script, replace(wanted, duration_s=wanted.duration_s / 4)) == ["duration"]
    long = scripted(*(f"Mill {n}: the wind turns the wheels of this mill." for n in range(60)))
    assert stopped(long, replace(order_of(long), duration_s=30)) == ["duration"]
    assert warned(script, replace(wanted, duration_s=wanted.duration_s * 4)) == ["duration"]


def test_repetition_markup_and_short_clips_are_told() -> None:
    text = "The mill turns, see https://mill.example for more of it and its wheels."
    clip = ProviderLimits(use="video", provider="brief", longest_s=2.0)
    script = scripted(text, text)
    found = warned(script, order_of(script, clip))
    assert found == ["scenes_differ", "markup", "clip_lengths"]


def test_scene_without_a_picture_is_stopped_and_named() -> None:
    script = scripted()
    blank = replace(script, scenes=(replace(script.scenes[0], visual_prompt=" "),))
    (finding,) = judge_script(blank, order_of(blank)).failed
    assert (finding.name, finding.scene) == ("structure", 1)
