"""What a language model is asked for and how its answer becomes a script.

The user's text is material, never an instruction: it stands between marks made of its own hash,
which it cannot contain. The answer is read strictly; nothing is added to what it says.
"""

import copy
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from video_platform.domain.direction import MOST_SHEETS
from video_platform.domain.generation import ScriptRequest
from video_platform.domain.language import Language
from video_platform.domain.script import Blurb, OnScreen, OnScreenKind, Scene, Script
from video_platform.errors import BadProviderAnswer
from video_platform.providers.script_words import MOODS, WORDS, ScriptWords

MOST_SCENES = 400
_SECONDS_PER_SCENE = 7.5
_NEAR = 0.25
"""How far the spoken length may lie from the length asked for without a word about it."""
_UNSEEN = ("Cc", "Cs")
_SMALL_NUMBER = 12
"""Counting words ("three steps") are no facts."""
_MOST_TAGS = 8
_NEEDS: Mapping[OnScreenKind, str] = {
    OnScreenKind.LIST: "items",
    OnScreenKind.STEPS: "items",
    OnScreenKind.COMPARISON: "items",
    OnScreenKind.NUMBER: "figure",
}
"""What a kind cannot be laid out without."""


def _object(**properties: Any) -> dict[str, Any]:
    """A schema as the strictest services want it: every key required, no other allowed."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_TEXT: dict[str, Any] = {"type": "string"}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
SCRIPT_SCHEMA: dict[str, Any] = _object(
    title=_TEXT,
    blurb=_object(short=_TEXT, long=_TEXT, hashtags=_TEXTS),
    scenes={
        "type": "array",
        "items": _object(
            duration={"type": "number"},
            narration=_TEXT,
            visual_prompt=_TEXT,
            music_mood={"type": "string", "enum": list(MOODS)},
            on_screen=_object(
                kind={"type": "string", "enum": [kind.value for kind in OnScreenKind]},
                headline=_TEXT,
                items=_TEXTS,
                figure=_TEXT,
                note=_TEXT,
                keywords=_TEXTS,
            ),
        ),
    },
)
"""The form of the answer."""


def script_schema(request: ScriptRequest) -> dict[str, Any]:
    """The form of the answer; where there is a cast, each scene says who of it appears."""
    if not request.cast:
        return SCRIPT_SCHEMA
    schema = copy.deepcopy(SCRIPT_SCHEMA)
    scene = schema["properties"]["scenes"]["items"]
    names = {"type": "string", "enum": list(request.cast)}
    scene["properties"]["appears"] = {"type": "array", "items": names}
    scene["required"].append("appears")
    return schema


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent: the task, and the user's text between its marks."""

    system: str
    user: str


def write_prompt(request: ScriptRequest, *, with_form: bool) -> Prompt:
    """The task in the film's language.

    Args:
        with_form: whether the form of the answer has to be spelled out, because the service cannot
            be held to a schema.
    """
    words = WORDS[request.language]
    mark = f"text-{hashlib.sha256(request.text.encode()).hexdigest()[:16]}"
    lines = words.task.format(
        mark=mark,
        seconds=request.duration_s,
        scenes=expected_scenes(request),
        words=round(request.duration_s * words.words_per_second),
        pace=words.words_per_second,
        style=request.style,
        moods=", ".join(MOODS),
        kinds=", ".join(OnScreenKind),
    )
    if request.take:
        lines += "\n" + words.another_take.format(take=request.take + 1)
    if request.cast:
        lines += "\n" + words.cast.format(names=", ".join(request.cast))
    for code in request.hints:
        lines += "\n" + words.hints[code]
    if with_form:
        lines += f"\n{words.form}\n{json.dumps(script_schema(request))}"
    return Prompt(system=lines, user=f"<{mark}>\n{request.text}\n</{mark}>")


def expected_scenes(request: ScriptRequest) -> int:
    """About how many scenes such a film has."""
    return max(1, round(request.duration_s / _SECONDS_PER_SCENE))


def expected_tokens(request: ScriptRequest) -> tuple[int, int]:
    """About how many tokens such a script takes, in and out; a little more rather than less."""
    words = WORDS[request.language]
    spoken = request.duration_s * words.words_per_second * words.tokens_per_word
    tokens_in = 1200 + len(request.text) / words.characters_per_token
    return round(tokens_in), round(400 + 160 * expected_scenes(request) + 1.5 * spoken)


def one_line(text: str) -> str:
    """A text of a model in one line, without control characters and halves of characters."""
    plain = "".join(" " if unicodedata.category(sign) in _UNSEEN else sign for sign in text)
    return " ".join(plain.split())


def _known_names(said: Sequence[str], cast: Sequence[str]) -> tuple[str, ...]:
    """Who of the cast was named, spelled as the cast has it."""
    named = {name.casefold() for name in said}
    return tuple(name for name in cast if name.casefold() in named)


def _known_mood(mood: str) -> str:
    first = mood.partition(",")[0].strip().lower()
    return mood if first in MOODS else MOODS[0]


_Line = Annotated[
    str, BeforeValidator(lambda value: "" if value is None else value), AfterValidator(one_line)
]
_Words = Annotated[list[_Line], BeforeValidator(lambda value: [] if value is None else value)]


class _Screen(BaseModel):
    kind: OnScreenKind
    headline: Annotated[_Line, Field(max_length=300)]
    items: Annotated[_Words, Field(max_length=20)] = []
    figure: Annotated[_Line, Field(max_length=60)] = ""
    note: Annotated[_Line, Field(max_length=300)] = ""
    keywords: Annotated[_Words, Field(max_length=50)] = []

    def finished(self) -> OnScreen:
        """As the domain has it; a kind that lacks what it needs becomes a plain statement."""
        screen = OnScreen(
            kind=self.kind,
            headline=self.headline,
            items=tuple(item for item in self.items if item),
            figure=self.figure,
            note=self.note,
            keywords=tuple(word.lower() for word in self.keywords if word),
        )
        need = _NEEDS.get(screen.kind)
        lacks = need is not None and not getattr(screen, need)
        if lacks or (screen.kind is OnScreenKind.COMPARISON and len(screen.items) != 2):
            return replace(screen, kind=OnScreenKind.STATEMENT)
        return screen


class _Scene(BaseModel):
    duration: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]
    narration: Annotated[_Line, Field(min_length=1, max_length=20_000)]
    visual_prompt: Annotated[_Line, Field(min_length=1, max_length=5_000)]
    music_mood: Annotated[_Line, AfterValidator(_known_mood)]
    on_screen: _Screen
    appears: Annotated[_Words, Field(max_length=MOST_SHEETS)] = []


class _Blurb(BaseModel):
    short: Annotated[_Line, Field(max_length=1_000)] = ""
    long: Annotated[_Line, Field(max_length=5_000)] = ""
    hashtags: Annotated[_Words, Field(max_length=30)] = []

    def finished(self) -> Blurb | None:
        """As the domain has it; none where the model wrote nothing."""
        short, long = self.short or self.long, self.long or self.short
        bare = ("".join(sign for sign in tag if sign.isalnum()) for tag in self.hashtags)
        tags = tuple(dict.fromkeys(tag for tag in bare if tag))
        return Blurb(short=short, long=long, hashtags=tags[:_MOST_TAGS]) if short else None


class _Draft(BaseModel):
    title: Annotated[_Line, Field(min_length=1, max_length=300)]
    blurb: Annotated[_Blurb, BeforeValidator(lambda value: value or {})] = _Blurb()
    scenes: Annotated[list[_Scene], Field(min_length=1, max_length=MOST_SCENES)]


def read_script(provider: str, answer: str, request: ScriptRequest) -> Script:
    """The script in a model's answer, whatever stands around it.

    Raises:
        BadProviderAnswer: there is none, or it cannot be filmed; the message says why.
    """
    try:
        draft = _Draft.model_validate(_first_script(provider, answer))
    except ValidationError as error:
        raise bad_script(provider, _faults(error)) from error
    words = WORDS[request.language]
    spoken = [len(scene.narration.split()) / words.words_per_second for scene in draft.scenes]
    if abs(sum(spoken) / request.duration_s - 1) <= _NEAR:
        lengths = _scaled([scene.duration for scene in draft.scenes], request.duration_s)
    else:
        lengths = _scaled(spoken, sum(spoken))
    scenes = tuple(
        Scene(
            id=number,
            duration=length,
            narration=scene.narration,
            visual_prompt=scene.visual_prompt,
            music_mood=scene.music_mood,
            on_screen=scene.on_screen.finished(),
            appears=_known_names(scene.appears, request.cast),
        )
        for number, (scene, length) in enumerate(zip(draft.scenes, lengths, strict=True), start=1)
    )
    blurb = draft.blurb.finished()
    return Script(
        title=draft.title,
        duration=round(sum(lengths), 1),
        scenes=scenes,
        language=request.language,
        sources=_sources(request),
        notice=" ".join(_notices(scenes, blurb, sum(spoken), request, words)),
        blurb=blurb,
    )


def bad_script(provider: str, why: str) -> BadProviderAnswer:
    """The error of an answer that is no script. It was paid for and is not asked for again."""
    error = BadProviderAnswer(
        f"{provider} answered no script that can be filmed: {why}",
        provider=provider,
        operation="submit",
        hint="The answer was paid for. Choose another model or provider, or ask again: "
        "`video-platform generations` shows whether that has to be decided first.",
    )
    error.was_billed = True
    return error


def _first_script(provider: str, answer: str) -> dict[str, Any]:
    """The first JSON object with scenes; models wrap it in fences, remarks and thoughts."""
    objects = list(_objects(answer.rpartition("</think>")[2]))
    for found in objects:
        if "scenes" in found:
            return found
    raise bad_script(provider, "it has no scenes." if objects else "it holds no JSON object.")


def _objects(text: str, *, most: int = 200) -> Iterator[dict[str, Any]]:
    decoder, at = json.JSONDecoder(), -1
    for _ in range(most):
        at = text.find("{", at + 1)
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            continue
        yield value
        at = end - 1


def _faults(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    said = [f"{'.'.join(map(str, fault['loc'])) or 'it'}: {fault['msg']}" for fault in found[:3]]
    return "; ".join(said) + "."


def _scaled(lengths: Sequence[float], total: float) -> list[float]:
    """Lengths in tenths of a second that add up to ``total``, each at least one tenth."""
    factor, passed, given, scaled = total / sum(lengths), 0.0, 0.0, []
    for length in lengths:
        passed += length * factor
        scaled.append(max(0.1, round(passed - given, 1)))
        given += scaled[-1]
    return scaled


def _sources(request: ScriptRequest) -> tuple[str, ...]:
    links = re.findall(r"https?://[^\s<>\"'`]+[^\s<>\"'`.,;:!?)\]}]", request.text)
    return tuple(dict.fromkeys(filter(None, (request.source.strip(), *links))))


def _notices(
    scenes: Sequence[Scene],
    blurb: Blurb | None,
    spoken_s: float,
    request: ScriptRequest,
    words: ScriptWords,
) -> Iterator[str]:
    """What the user should know: a length that was not met, figures that are not theirs."""
    if abs(spoken_s / request.duration_s - 1) > _NEAR:
        yield words.length_notice.format(made=round(spoken_s), asked=request.duration_s)
    known = set(_figures(request.text).values())
    said = " \n".join(f"{one.narration} \n{_screen_text(one.on_screen)}" for one in scenes)
    if blurb:
        said += f" \n{blurb.short} \n{blurb.long}"
    strange = [text for text, value in _figures(said).items() if value not in known]
    if strange:
        yield words.figures_notice.format(figures=", ".join(strange[:8]))


def _screen_text(screen: OnScreen) -> str:
    return " \n".join((screen.headline, *screen.items, screen.figure, screen.note))


def _figures(text: str) -> dict[str, str]:
    """Numbers of a text as written, each with its bare digits."""
    found = {}
    for number in re.findall(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,٫٬]\d+)*", text):
        digits = "".join(str(unicodedata.decimal(sign)) for sign in number if sign.isdecimal())
        if len(digits) > 2 or int(digits) > _SMALL_NUMBER:
            found[number] = digits
    return found


LANGUAGES = frozenset(WORDS) & frozenset(Language)
"""Languages a script can be asked for in."""
