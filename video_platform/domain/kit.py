"""A brand kit: what all films of a brand have in common, kept by a tenant under a name.

A project names its kit and is dressed in it whenever it is made, so that a changed kit changes its
films from their next making on. What a brief says for itself goes before its kit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from video_platform.domain.brief import Brief
from video_platform.domain.direction import check_colours
from video_platform.domain.language import Language
from video_platform.domain.look import CaptionLook, Logo, Look, Typeface
from video_platform.domain.media import Media
from video_platform.domain.project import Stage
from video_platform.errors import BriefError

_ACCENT = 3
"""Place of the accent among a brand's colours."""
_STYLE_CHARACTERS = 300
_LONGEST_BOOKEND_MS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandKit:
    """What a brand looks and sounds like; whatever is empty is left to the brief.

    Args:
        colours: ground, text, main and accent colour, ``#RRGGBB``: pictures are drawn and asked
            for in them, the accent marks spoken words.
        intro, outro: clips with their own sound before and after each film.
        voices: voice by language, as the voice provider calls it.
        style_words: end the prompt of every picture.
        typeface: of captions and titles, in films of the languages it has the letters of.
    """

    logo: Logo | None = None
    colours: tuple[str, ...] = ()
    captions: CaptionLook | None = None
    intro: Media | None = None
    outro: Media | None = None
    voices: Mapping[Language, str] = field(default_factory=dict)
    style_words: str = ""
    typeface: Typeface | None = None

    def __post_init__(self) -> None:
        """Refuse what is no brand's colour, and bookends longer than anybody waits."""
        if self.colours:
            check_colours(self.colours)
        if len(self.style_words) > _STYLE_CHARACTERS:
            raise _invalid(
                f"A kit's style has {len(self.style_words)} characters",
                f"Say it in at most {_STYLE_CHARACTERS}.",
            )
        for name, clip in (("intro", self.intro), ("outro", self.outro)):
            if clip is None:
                continue
            if not clip.media_type.startswith("video/"):
                raise _invalid(f"The {name} is {clip.media_type}", "Give a clip with its sound.")
            if not 0 < clip.probe.duration_ms <= _LONGEST_BOOKEND_MS:
                raise _invalid(
                    f"The {name} lasts {clip.probe.duration_ms} ms",
                    f"Cut it to at most {_LONGEST_BOOKEND_MS // 1000} s.",
                )

    def dress(self, brief: Brief) -> Brief:
        """The brief with the kit's choices wherever it makes none of its own."""
        direction, own = brief.direction, Look()
        has_letters = self.typeface is not None and brief.language in self.typeface.languages
        look = replace(
            brief.look,
            intro=self.intro,
            outro=self.outro,
            typeface=self.typeface if has_letters else None,
        )
        if brief.look.logo is None and self.logo is not None:
            look = _with_logo(look, self.logo)
        if self.captions is not None and brief.look.captions == own.captions:
            look = replace(look, captions=self.captions)
        if self.colours and brief.look.accent == own.accent:
            look = replace(look, accent=self.colours[_ACCENT])
        words = (direction.style_words, self.style_words)
        return replace(
            brief,
            look=look,
            voice=brief.voice or self.voices.get(brief.language, ""),
            direction=replace(
                direction,
                colours=direction.colours or self.colours,
                style_words=". ".join(part.strip().rstrip(".") for part in words if part),
            ),
        )


def stale_stages(before: BrandKit, after: BrandKit, brief: Brief) -> tuple[Stage, ...]:
    """Stages of a project that another kit makes stale, in their order; none: nothing of it.

    Only what the brief leaves to its kit counts.
    """
    old, new = before.dress(brief), after.dress(brief)
    found = set()
    if old.direction != new.direction:
        found.add(Stage.SCENE_IMAGES)
        if old.direction.style_words != new.direction.style_words:
            found.add(Stage.CLIPS)
    if old.voice != new.voice:
        found.add(Stage.VOICE_TRACKS)
    if old.look != new.look:
        found.add(Stage.TIMELINE)
    return tuple(stage for stage in Stage if stage in found)


def _with_logo(look: Look, logo: Logo) -> Look:
    """The look with a logo; a label that stands in its corner keeps it."""
    if look.label is not None and look.label.corner is logo.corner:
        return look
    return replace(look, logo=logo)


def _invalid(message: str, hint: str) -> BriefError:
    return BriefError(f"{message}.", hint=hint, code="kit_invalid")
