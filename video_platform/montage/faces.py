"""The typeface a film is set in: its brand's, where that has the language's letters, or ours."""

import struct
from pathlib import Path

from video_platform.domain.language import Language
from video_platform.domain.look import Look
from video_platform.domain.media import MediaPath
from video_platform.errors import UnsupportedMedia
from video_platform.fonts import SHIPPED, Face

MAX_FONT_BYTES = 10_000_000
_SIZE_PX = 40
_FAMILY, _WINDOWS, _MOST_NAMES = 1, 3, 2_000
"""Numbers of the family's name and of the platform in a table of names; longer ones are cut."""
_LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?%&'()-"
_LETTERS = {
    Language.ENGLISH: _LATIN,
    Language.FRENCH: _LATIN + "àâæçéèêëîïôœùûüÿÀÂÇÉÈÊËÎÏÔÙÛÜ«»’",
    Language.ARABIC: _LATIN + "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي،؛؟",
}
"""What a text of each language is written with at least."""
_NOWHERE = "\U0010fffe"
"""No font has this: it is drawn as letters are that a font lacks."""


def face_of(look: Look, media_path: MediaPath) -> Face:
    """The face of a look."""
    own = look.typeface
    if own is None:
        return SHIPPED
    regular = media_path(own.regular)
    return Face(own.family, regular, media_path(own.bold) if own.bold else regular)


def check_font(path: Path) -> None:
    """Refuse what is no font that can be drawn with.

    Raises:
        UnsupportedMedia: ``font_invalid``.
    """
    if path.stat().st_size > MAX_FONT_BYTES:
        raise _unusable(f"it is larger than {MAX_FONT_BYTES // 1_000_000} MB")
    family_of(path)
    languages_of(path)


def family_of(path: Path) -> str:
    """What a font calls its family of four styles, by which libass finds it.

    Of many weights each may be such a family of its own; FreeType would tell the name of them all.

    Raises:
        UnsupportedMedia: ``font_invalid``: it cannot be read, or its name cannot be written.
    """
    with path.open("rb") as reader:
        font = reader.read(MAX_FONT_BYTES)
    try:
        family = _name(font, _FAMILY)
    except (struct.error, UnicodeDecodeError) as error:
        raise _unusable("its table of names is broken") from error
    is_plain = all(sign.isalnum() or sign in " -_.'" for sign in family)
    if not 0 < len(family) <= 60 or not is_plain:
        raise _unusable(f"it calls itself {family[:60]!r}")
    return family


def _name(font: bytes, wanted: int) -> str:
    """A name out of a font's own table, as Windows reads it, else as others do; empty: none."""
    found: dict[int, str] = {}
    (tables,) = struct.unpack_from(">H", font, 4)
    for table in range(tables):
        tag, _, start, _ = struct.unpack_from(">4sIII", font, 12 + 16 * table)
        if tag != b"name":
            continue
        count, storage = struct.unpack_from(">HH", font, start + 2)
        for record in range(min(count, _MOST_NAMES)):
            fields = struct.unpack_from(">HHHHHH", font, start + 6 + 12 * record)
            platform, _, _, name, length, offset = fields
            if name == wanted:
                at = start + storage + offset
                coding = "utf-16-be" if platform in (0, _WINDOWS) else "latin-1"
                found.setdefault(platform, font[at : at + length].decode(coding))
    return found.get(_WINDOWS) or next(iter(found.values()), "")


def languages_of(path: Path) -> tuple[Language, ...]:
    """Languages of which a font has every letter."""
    from PIL import ImageFont

    try:
        font = ImageFont.truetype(str(path), _SIZE_PX, layout_engine=ImageFont.Layout.BASIC)
        lacking = bytes(font.getmask(_NOWHERE))
        return tuple(
            language
            for language, letters in _LETTERS.items()
            if all(bytes(font.getmask(letter)) != lacking for letter in letters)
        )
    except (OSError, ValueError) as error:
        raise _unusable(str(error)) from error


def _unusable(why: str) -> UnsupportedMedia:
    return UnsupportedMedia(
        f"The font cannot be used: {why[:200]}.",
        hint="Send a whole TrueType or OpenType font (.ttf, .otf).",
        code="font_invalid",
    )
