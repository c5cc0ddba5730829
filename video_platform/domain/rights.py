"""What a film is made of, who made each part of it, and what allows its use.

An ingredient is one file, or one text, that went into a film. Its ``making`` is one of the IPTC's
digital source types, so that a film's own type follows from those of its parts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from video_platform.domain.media import Media
from video_platform.errors import InvalidInput

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""Every ``Making`` is a term of this vocabulary."""


class Making(StrEnum):
    """How content came to be: terms of the IPTC's vocabulary of digital source types."""

    TRAINED = "trainedAlgorithmicMedia"
    """A model that was trained on other people's works made it."""
    ALGORITHMIC = "algorithmicMedia"
    """A program without any training made it: drawn, composed or synthesised by rule."""
    COMPOSITE_TRAINED = "compositeWithTrainedAlgorithmicMedia"
    """Several parts, at least one of which a trained model made."""
    COMPOSITE = "compositeSynthetic"
    """Several parts, at least one of which a program made, and none a trained model."""
    UNKNOWN = ""
    """A person's own file, of which nothing was said."""


class Role(StrEnum):
    """What an ingredient is in a film."""

    SCRIPT = "script"
    PICTURE = "picture"
    FOOTAGE = "footage"
    PRESENTER = "presenter"
    VOICE = "voice"
    MUSIC = "music"
    EFFECT = "effect"
    LOGO = "logo"
    COLOURS = "colours"
    FONT = "font"


class LicencePolicy(StrEnum):
    """What becomes of a film with an ingredient whose licence nobody stated."""

    ALLOW = "allow"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What allows the use of something.

    Args:
        licence: short name; empty: unknown.
        source: URL or file where the terms stand.
        read_on: ISO date on which they were read; empty: nobody noted it.
    """

    licence: str = ""
    source: str = ""
    read_on: str = ""


LICENCES = (
    *("CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-ND-4.0"),
    *("CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0", "CC-PDDC", "OFL-1.1", "MIT"),
    *("Apache-2.0", "BSD-3-Clause", "GFDL-1.3-or-later", "Unlicense", "LicenseRef-Own-Work"),
)
"""SPDX identifiers that people mean for pictures, sounds and letters; others are free text."""
_NONE = frozenset({"", "noassertion", "none", "unknown"})
_LICENCE_CHARACTERS, _SOURCE_CHARACTERS = 120, 255


def state_terms(licence: str, source: str) -> Terms:
    """What a person says of a file: an SPDX identifier in any case, or their own words.

    Words for "nobody knows", ``NOASSERTION`` among them, state nothing.

    Raises:
        InvalidInput: ``licence_invalid``: too long, or a source without a licence.
    """
    named, said = (" ".join(text.split()) for text in (licence, source))
    if named.lower() in _NONE:
        named = ""
    is_long = len(named) > _LICENCE_CHARACTERS or len(said) > _SOURCE_CHARACTERS
    if is_long or (said and not named):
        wrong = f"{said[:40]!r} without a licence" if said and not named else repr(named[:40])
        raise InvalidInput(
            f"A licence cannot be stated as {wrong}.",
            hint=f"Give an SPDX identifier ({', '.join(LICENCES[:3])} ...) or at most "
            f"{_LICENCE_CHARACTERS} characters, and where it stands in {_SOURCE_CHARACTERS}.",
            code="licence_invalid",
        )
    known = {name.lower(): name for name in LICENCES}
    return Terms(licence=known.get(named.lower(), named), source=said)


UNSTATED = Terms()
"""Nobody said anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredient:
    """One part of a film.

    Args:
        scene_id: 0 where it belongs to the whole film.
        sha256: of the file as its maker delivered it.
        provider: who made it; ``upload`` for a person's own file.
        model: as the provider calls it; empty: it does not say, or has none.
        is_input: something else was made from it, it is not in the film itself.
    """

    role: Role
    sha256: str
    media_type: str
    provider: str
    making: Making
    scene_id: int = 0
    name: str = ""
    model: str = ""
    terms: Terms = Terms()
    is_input: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    """A delivered file and the manifest inside it; without one its kind cannot carry any."""

    role: str
    """``film``, ``poster``, ``contact_sheet`` or the export's name."""
    sha256: str
    media_type: str
    manifest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """All that is told about one film: its files, its ingredients, and who signed when.

    Args:
        signed_at: UTC, ISO 8601.
        is_test: whether the certificate was made here and vouches for nobody.
    """

    title: str
    language: str
    format: str
    source_type: Making
    signer: str
    is_test: bool
    signed_at: str
    files: tuple[SignedFile, ...]
    ingredients: tuple[Ingredient, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmCredentials:
    """What a film's manifest keeps of its signing.

    Args:
        claim: hash of all that was stated: another claim needs another signature.
        manifest: name of the manifest inside the film.
        disclosure: the ``Disclosure`` in the store.
    """

    claim: str
    manifest: str
    source_type: Making
    signer: str
    is_test: bool
    signed_at: str
    disclosure: Media


def making_of(ingredients: Iterable[Ingredient]) -> Making:
    """The source type of what is put together from these; fonts and colours do not count."""
    kinds = {one.making for one in ingredients if one.role not in (Role.FONT, Role.COLOURS)}
    if Making.TRAINED in kinds or Making.COMPOSITE_TRAINED in kinds:
        return Making.COMPOSITE_TRAINED
    return Making.ALGORITHMIC if kinds == {Making.ALGORITHMIC} else Making.COMPOSITE


def refuse_unknown(
    ingredients: Sequence[Ingredient],
    policy: LicencePolicy,
    name_of: Callable[[str], str] = lambda _: "",
) -> None:
    """Refuse a film with a part whose licence is unknown, where the policy says so.

    Args:
        name_of: what its owner calls a file, by hash; empty: it has no name.

    Raises:
        InvalidInput: ``licence_unknown``; the message names the parts.
    """
    unknown = [one for one in ingredients if not one.terms.licence]
    if not unknown or policy is LicencePolicy.ALLOW:
        return
    named = ", ".join(dict.fromkeys(_described(one, name_of(one.sha256)) for one in unknown[:8]))
    raise InvalidInput(
        f"No licence is known of {len(unknown)} of the film's {len(ingredients)} parts: {named}.",
        hint="State it of an uploaded file (PUT /assets/ID/licence), or in the file that "
        "VIDEO_PLATFORM_LICENCES names; or use another file or provider.",
        code="licence_unknown",
    )


def _described(one: Ingredient, name: str) -> str:
    place = f" of scene {one.scene_id}" if one.scene_id else ""
    called = f"{name}, " if name else ""
    return f"{one.role}{place} from {one.provider} ({called}{one.sha256[:12]})"
