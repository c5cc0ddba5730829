"""The script: what is said and shown, scene by scene."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from video_platform.domain.codec import ABSENT
from video_platform.domain.language import Language
from video_platform.errors import ScriptError


class OnScreenKind(StrEnum):
    """How a scene's own words are laid out when a picture is designed rather than photographed."""

    TITLE = "title"
    STATEMENT = "statement"
    LIST = "list"
    STEPS = "steps"
    NUMBER = "number"
    QUOTE = "quote"
    COMPARISON = "comparison"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnScreen:
    """Words to show in the picture, in the script's language.

    Args:
        headline: one short line; always present.
        items: bullet points, steps in order, or exactly two sides of a comparison.
        figure: the number shown large, as written in the source (``73 %``, ``1 450 km``).
        note: small print: what the figure counts, or who is quoted.
        keywords: lower-case words that choose icons, most telling first.
    """

    kind: OnScreenKind
    headline: str
    items: tuple[str, ...] = ()
    figure: str = ""
    note: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One unit of meaning. ``duration`` is in seconds and only a target: the voice decides.

    Args:
        appears: names of the reference sheets of who and what is seen.
        continues: whether its clip begins with the last frame of the one before; none: as the
            film's direction says.
    """

    id: int
    duration: float
    narration: str
    visual_prompt: str
    music_mood: str
    on_screen: OnScreen
    appears: Annotated[tuple[str, ...], ABSENT] = ()
    continues: Annotated[bool | None, Field(exclude_if=lambda value: value is None)] = None

    @property
    def words(self) -> tuple[str, ...]:
        """The narration as captions show it: split at white space, punctuation attached."""
        return tuple(self.narration.split())

    @property
    def mood(self) -> str:
        """The leading word of ``music_mood``: ``calm`` of ``calm, documentary``."""
        return self.music_mood.partition(",")[0].strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blurb:
    """Words for under the published film, in the script's language.

    Args:
        short: one sentence, for networks with little room.
        long: a few sentences, for those with more.
        hashtags: without ``#``, the most telling first.
    """

    short: str
    long: str
    hashtags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A whole film in words. Scene ids are positive and unique; they count in written order.

    Args:
        blurb: what the writer proposes to put under the film; none from a person's own script.
        duration: sum of the scenes' durations, in seconds.
        sources: where the facts come from, as given.
        notice: what the maker of the script wants the user to know, in plain words; may be empty.
    """

    title: str
    duration: float
    scenes: tuple[Scene, ...]
    language: Language
    sources: tuple[str, ...] = ()
    notice: str = ""
    blurb: Blurb | None = None

    def __post_init__(self) -> None:
        """Refuse a script that could not be filmed."""
        if not self.scenes:
            raise ScriptError("The script has no scene.", hint="Give a longer brief.")
        ids = [scene.id for scene in self.scenes]
        if any(number < 1 for number in ids) or len(set(ids)) != len(ids):
            raise ScriptError(f"Scene ids must be positive and unique, not {ids}.")
        for scene in self.scenes:
            if not scene.words:
                raise ScriptError(f"Scene {scene.id} has no narration.")

    @property
    def as_written(self) -> tuple[Scene, ...]:
        """The scenes in the order they were written in, wherever a person has moved them.

        What is asked of providers goes by this order: moving a scene makes, and costs, nothing.
        """
        return tuple(sorted(self.scenes, key=lambda scene: scene.id))

    def scene(self, number: int) -> Scene:
        """The scene with this id; ``ScriptError`` when there is none."""
        for scene in self.scenes:
            if scene.id == number:
                return scene
        known = ", ".join(str(scene.id) for scene in self.scenes)
        raise ScriptError(
            f"There is no scene {number}.", hint=f"This script has {known}.", code="scene_missing"
        )
