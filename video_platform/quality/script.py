"""The script gate: what can be known to go wrong before any picture or voice is paid for.

Rules that a provider or a network would enforce stop the film; what only may be unwise is a
warning, which a person can read and leave as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from video_platform.domain.language import Language
from video_platform.domain.script import Scene, Script
from video_platform.quality.findings import Finding, Mend, Report
from video_platform.quality.wording import broken_letters, found_terms, guess_language, load

SIGNS_PER_S = {Language.ENGLISH: 14.5, Language.FRENCH: 14.5, Language.ARABIC: 11.0}
"""Letters, figures and blanks spoken in a second by an unhurried narrator."""
MOST_SCENES = 400
_LONGEST_SCENE_S = 90.0
_WIDE, _ABSURD = 1.6, 3.0
"""So many times longer than asked for is told, and is refused."""
_SMALL_S = 120.0
"""What is longer by less is never refused: short films may need their words."""
_MARKUP = ("**", "](", "```", "<br", "http://", "https://", "</")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLimits:
    """What a chosen provider takes; empty or zero is not limited.

    Args:
        use: ``voice``, ``image`` or ``video``.
        characters: of one narration for a voice, of one prompt for others.
        longest_s: of one clip.
    """

    use: str
    provider: str
    characters: int = 0
    languages: frozenset[Language] = frozenset()
    longest_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptOrder:
    """What the brief asked for, and who is to make it."""

    language: Language
    duration_s: float
    limits: tuple[ProviderLimits, ...] = ()


ScriptRule = Callable[[Script, ScriptOrder], Finding]


def judge_script(script: Script, order: ScriptOrder) -> Report:
    """All rules on a script."""
    return Report(findings=tuple(rule(script, order) for rule in SCRIPT_RULES))


def spoken_s(scene: Scene, language: Language) -> float:
    """About how long a scene takes to say."""
    return len(" ".join(scene.words)) / SIGNS_PER_S[language]


def structure(script: Script, _: ScriptOrder) -> Finding:
    """There are not too many scenes, and each has a picture to ask for."""
    blank = [scene.id for scene in script.scenes if not scene.visual_prompt.strip()]
    return Finding(
        name="structure",
        passed=bool(script.title.strip()) and len(script.scenes) <= MOST_SCENES and not blank,
        value=f"{len(script.scenes)} scenes, {len(blank)} without a picture",
        scene=blank[0] if blank else 0,
        why="Pictures cannot be asked for.",
        hint="Give the film a title and each scene a picture.",
        mend=Mend.EDIT,
    )


def repetition(script: Script, _: ScriptOrder) -> Finding:
    """Scenes say different things."""
    said: dict[tuple[str, ...], int] = {}
    again = [s.id for s in script.scenes if said.setdefault(s.words, s.id) != s.id]
    return Finding(
        name="scenes_differ",
        passed=not again,
        value=f"{len(again)} repeated",
        scene=again[0] if again else 0,
        hint="Edit the repeated scenes, or write the script anew.",
        mend=Mend.EDIT,
        is_warning=True,
    )


def duration(script: Script, order: ScriptOrder) -> Finding:
    """Spoken at a narrator's speed, the words last about as long as was asked for."""
    total_s = sum(spoken_s(scene, script.language) for scene in script.scenes)
    times = max(total_s, 0.1) / max(order.duration_s, 0.1)
    times = max(times, 1 / times)
    return Finding(
        name="duration",
        passed=times <= _WIDE,
        value=f"about {total_s:.0f} s of {order.duration_s:.0f} s",
        why="The film is much longer or shorter than was asked for.",
        hint="Write the script anew, or ask for another duration.",
        mend=Mend.EDIT,
        is_warning=total_s <= max(_ABSURD * order.duration_s, order.duration_s + _SMALL_S),
    )


def scene_lengths(script: Script, _: ScriptOrder) -> Finding:
    """No scene is spoken for so long that its picture tires."""
    lengths = {scene.id: spoken_s(scene, script.language) for scene in script.scenes}
    worst = max(lengths, key=lengths.__getitem__)
    return Finding(
        name="scene_lengths",
        passed=lengths[worst] <= _LONGEST_SCENE_S,
        value=f"scene {worst}: about {lengths[worst]:.0f} s",
        scene=worst if lengths[worst] > _LONGEST_SCENE_S else 0,
        hint="Split long scenes.",
        mend=Mend.EDIT,
        is_warning=True,
    )


def language(script: Script, order: ScriptOrder) -> Finding:
    """The words are in the language that was asked for."""
    found = guess_language(" ".join(scene.narration for scene in script.scenes))
    return Finding(
        name="language",
        passed=script.language is order.language and found in (None, order.language),
        value=found.value if found else "too short to tell",
        why="The voice would read words of another language.",
        hint=f"Write the script anew in {order.language.value}, or ask for its language.",
        mend=Mend.EDIT,
    )


def letters(script: Script, _: ScriptOrder) -> Finding:
    """No letters were lost on the way."""
    pieces = {s.id: broken_letters(f"{s.narration} {s.on_screen.headline}") for s in script.scenes}
    broken = [(scene, piece) for scene, piece in pieces.items() if piece]
    return Finding(
        name="letters",
        passed=not broken,
        value="; ".join(f"scene {scene}: {piece}" for scene, piece in broken[:3]) or "whole",
        scene=broken[0][0] if broken else 0,
        why="The voice and the captions would carry signs that mean nothing.",
        hint="Give the brief as UTF-8.",
        mend=Mend.EDIT,
    )


def markup(script: Script, _: ScriptOrder) -> Finding:
    """Narrations hold words and no markup, which a voice would read out."""
    found = [s.id for s in script.scenes if any(sign in s.narration for sign in _MARKUP)]
    return Finding(
        name="markup",
        passed=not found,
        value=f"{len(found)} scenes",
        scene=found[0] if found else 0,
        hint="Take links and formatting out of the narration.",
        mend=Mend.EDIT,
        is_warning=True,
    )


def prompts(script: Script, order: ScriptOrder) -> Finding:
    """No narration or prompt is longer than its provider takes."""
    over = [
        (scene.id, limits, len(text))
        for limits in order.limits
        if limits.characters
        for scene in script.scenes
        for text in [scene.narration if limits.use == "voice" else scene.visual_prompt]
        if len(text) > limits.characters
    ]
    return Finding(
        name="provider_texts",
        passed=not over,
        value="; ".join(
            f"scene {scene}: {length:,} of {limits.characters:,} characters for {limits.provider}"
            for scene, limits, length in over[:3]
        )
        or "short enough",
        scene=over[0][0] if over else 0,
        why="The provider would refuse it.",
        hint="Shorten the scene, or choose another provider. Nothing was spent.",
        mend=Mend.EDIT,
    )


def spoken_languages(script: Script, order: ScriptOrder) -> Finding:
    """Chosen voices speak the language."""
    mute = [one.provider for one in order.limits if not _speaks(one, script.language)]
    return Finding(
        name="provider_languages",
        passed=not mute,
        value=", ".join(mute) or "spoken",
        hint=f"Choose a voice that speaks {script.language.value}. Nothing was spent.",
        mend=Mend.EDIT,
    )


def _speaks(limits: ProviderLimits, wanted: Language) -> bool:
    return limits.use != "voice" or not limits.languages or wanted in limits.languages


def clip_lengths(script: Script, order: ScriptOrder) -> Finding:
    """Scenes are no longer than the clips a video provider makes."""
    short = [
        (scene.id, limits)
        for limits in order.limits
        if limits.use == "video" and limits.longest_s
        for scene in script.scenes
        if spoken_s(scene, script.language) > limits.longest_s
    ]
    return Finding(
        name="clip_lengths",
        passed=not short,
        value="; ".join(f"scene {s}: {one.provider} {one.longest_s:g} s" for s, one in short[:3])
        or "long enough",
        scene=short[0][0] if short else 0,
        why="The clip ends before the voice, and its last picture is held.",
        hint="Split the scene, or choose another provider.",
        mend=Mend.EDIT,
        is_warning=True,
    )


def blocked_words(script: Script, _: ScriptOrder) -> Finding:
    """Nothing stands in the script that must never be published."""
    found = _terms_by_scene(script, load("blocked_words")["blocked"].get(script.language, []))
    return Finding(
        name="blocked_words",
        passed=not found,
        value="; ".join(f"scene {scene}: {term!r}" for scene, term in found[:3]) or "none",
        scene=found[0][0] if found else 0,
        why="It is left over from a draft, or may not be said.",
        hint="Edit the scene.",
        mend=Mend.EDIT,
    )


def policy_hints(script: Script, _: ScriptOrder) -> Finding:
    """What networks often limit or take down is told before it is made."""
    found = [
        (scene, topic, term)
        for topic, terms in load("blocked_words")["hints"].items()
        for scene, term in _terms_by_scene(script, terms.get(script.language, []))
    ]
    return Finding(
        name="policy_hints",
        passed=not found,
        value="; ".join(f"scene {s}: {term!r} ({topic})" for s, topic, term in found[:3]) or "none",
        scene=found[0][0] if found else 0,
        why="Networks limit such claims.",
        hint="Read the networks' rules on the topic, or say it another way.",
        mend=Mend.EDIT,
        is_warning=True,
    )


def _terms_by_scene(script: Script, terms: Sequence[str]) -> list[tuple[int, str]]:
    return [
        (scene.id, term)
        for scene in script.scenes
        for term in found_terms(f"{scene.narration} {scene.on_screen.headline}", terms)
    ]


SCRIPT_RULES: tuple[ScriptRule, ...] = (
    structure,
    repetition,
    duration,
    scene_lengths,
    language,
    letters,
    markup,
    prompts,
    spoken_languages,
    clip_lengths,
    blocked_words,
    policy_hints,
)
"""In the order in which a person would look."""
