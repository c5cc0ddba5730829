"""Texts that already are scripts: the architecture's JSON, and “Scene 1: ...” scripts."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Final

from video_platform.errors import ScriptError
from video_platform.providers.vendors.embedded_writer._clean import has_speech, normalise, speakable
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon, lexicon

_MAX_SCENE_S: Final = 600.0
_MOST_NAMES: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenScene:
    """A scene as its author wrote it; empty and zero mean not given."""

    id: int
    narration: str
    heading: str = ""
    visual_prompt: str = ""
    music_mood: str = ""
    duration: float = 0.0
    appears: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenScript:
    """A script found in the text."""

    title: str
    scenes: tuple[GivenScene, ...]


def read_json(text: str) -> GivenScript | None:
    """The script in a JSON text; none where the text is not a JSON script.

    Raises:
        ScriptError: it has ``scenes`` and breaks the form.
    """
    bare = text.strip().removeprefix("\ufeff").strip()
    if not bare.startswith("{"):
        return None
    try:
        data = json.loads(bare)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("scenes"), list):
        return None
    scenes = tuple(
        _json_scene(item, position) for position, item in enumerate(data["scenes"], start=1)
    )
    if not scenes:
        raise ScriptError("The given script has no scene.", hint="Give it at least one.")
    return GivenScript(title=_line(data.get("title")), scenes=scenes)


def _json_scene(item: Any, position: int) -> GivenScene:
    if not isinstance(item, dict):
        raise ScriptError(f"Scene {position} of the given script is not an object.")
    narration = _line(item.get("narration"))
    if not has_speech(narration):
        raise ScriptError(
            f"Scene {position} of the given script has no narration.", hint="Say what is spoken."
        )
    number, duration = item.get("id", position), item.get("duration", 0)
    if isinstance(number, bool) or not isinstance(number, int):
        raise ScriptError(f"Scene {position} of the given script has the id {number!r}.")
    if isinstance(duration, bool) or not isinstance(duration, int | float):
        raise ScriptError(f"Scene {number} of the given script has the duration {duration!r}.")
    if not math.isfinite(duration) or not 0 <= duration <= _MAX_SCENE_S:
        raise ScriptError(f"Scene {number} of the given script cannot last {duration} s.")
    return GivenScene(
        id=number,
        narration=narration,
        visual_prompt=_line(item.get("visual_prompt")),
        music_mood=_line(item.get("music_mood")),
        duration=round(float(duration), 1),
        appears=_names(item.get("appears", [])),
    )


def _names(value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(filter(None, map(_line, listed[:_MOST_NAMES])))


def _line(value: Any) -> str:
    return " ".join(normalise(value).split()) if isinstance(value, str) else ""


def read_scenes(text: str, words: Lexicon) -> GivenScript | None:
    """The scenes of a “Scene 1: ...” script; none where fewer than two scenes are marked."""
    names = "|".join(
        re.escape(name)
        for name in dict.fromkeys([*words.labels["scene"], *lexicon_labels("scene")])
    )
    mark = re.compile(
        rf"^[\s#*_>\[(-]*(?:{names})\s*(?:n°\s*)?(?:\d{{1,3}}|[٠-٩]{{1,3}})\b[\s*_\])]*[:.—–-]?[\s*_]*(.*)$",
        re.IGNORECASE,
    )
    lines = normalise(text).split("\n")
    starts = [(i, found[1]) for i, line in enumerate(lines) if (found := mark.match(line))]
    if len(starts) < 2:
        return None
    scenes: list[GivenScene] = []
    for number, (start, rest) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(lines)
        scene = _read_scene(len(scenes) + 1, rest, lines[start + 1 : end])
        if scene is not None:
            scenes.append(scene)
    if not scenes:
        return None
    before = [line for line in lines[: starts[0][0]] if has_speech(speakable(line))]
    title = speakable(before[0]).lstrip("# ") if before else ""
    title = re.sub(rf"^(?:{'|'.join(words.labels['title'])})\s*:\s*", "", title, flags=re.I)
    return GivenScript(title=title, scenes=tuple(scenes))


def lexicon_labels(part: str) -> tuple[str, ...]:
    """Names of a part of a script in every language: labels are often left in English."""
    from video_platform.domain.language import Language

    return tuple(name for language in Language for name in lexicon(language).labels[part])


def _read_scene(number: int, rest: str, body: list[str]) -> GivenScene | None:
    parts: dict[str, list[str]] = {"": [], "narration": [], "visual": [], "music": []}
    current = ""
    for line in body:
        label, content = _label(line)
        if label:
            current = label
            parts.setdefault(label, [])
        elif not line.strip() and current != "narration":
            current = ""
        if has_speech(content):
            parts[current].append(speakable(content))
    heading = speakable(rest)
    spoken = parts["narration"] or parts[""]
    if not spoken and has_speech(heading):
        spoken, heading = [heading], ""
    if not spoken:
        return None
    return GivenScene(
        id=number,
        narration=" ".join(spoken).strip('“”" '),
        heading=heading.rstrip(":. "),
        visual_prompt=" ".join(parts["visual"]),
        music_mood=" ".join(parts["music"]),
    )


def _label(line: str) -> tuple[str, str]:
    """The part a line opens (``Narration: ...``), and its content."""
    found = re.match(r"^[\s*_>\[(-]*([^\W\d][^:\n]{1,24}?)[\s*_]*:[\s*_]*(.*?)[\])]?$", line)
    if found:
        name = found[1].strip().casefold()
        for part in ("narration", "visual", "music", "duration"):
            if name in lexicon_labels(part):
                return part, found[2]
    return "", line
