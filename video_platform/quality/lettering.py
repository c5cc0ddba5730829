"""Whether the words that should be in the picture are in it: whole, in order, and readable.

Each text is set a second time, by Pillow and Raqm and not by the renderer's libass, and looked for
in the decoded picture where it should stand. What is compared is small (a line is some twenty
pixels high) and normalised, so that neither encoding nor the highlighted word matters::

    picture, cut to the text's zone -> scaled down --+
                                                     +-> best normalised correlation, and where
    the same line, white on black   -> scaled down --+
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.fonts import SHIPPED, Face
from video_platform.quality.picture import LOOK_EVERY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Luma = NDArray[np.uint8]
else:
    Luma = Any

_LINE_PX = 22
"""Height at which lines are compared: Arabic letters can still be told apart."""
_SLACK = 0.25
"""Room around a text's zone in which it is still found, as a share of a line's height."""
_REACH_PX = (9, 4)
"""Across and down: the renderer rounds the place of each letter its own way."""
_LEAST_LIKE, _LEAST_LIKE_BARE = 0.5, 0.36
"""On films of 360 lines right words are 0.56 and more (0.42 without a plate), wrong ones less."""
_LEAST_WORD_PX = 18
"""Narrower words are like too much else."""
_INK, _GROUND = 160, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPlace:
    """A text that should stand in the picture.

    Args:
        kind: ``caption``, ``title`` or ``plate``.
        lines: from top to bottom, in reading order.
        size_px: height of a line, ascent and descent together.
        box: left, top, right and bottom in pixels: where its ink may be.
        is_bare: it stands on the picture itself, with a dark rim and no plate.
        scene: whose scene it belongs to.
    """

    kind: str
    lines: tuple[str, ...]
    start_s: float
    end_s: float
    size_px: int
    box: tuple[int, int, int, int]
    is_rtl: bool = False
    is_bold: bool = True
    is_bare: bool = False
    scene: int = 0
    face: Face = SHIPPED

    @property
    def text(self) -> str:
        """All of it on one line."""
        return " ".join(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenText:
    """How a text was found in the picture.

    Args:
        likeness: of the least like longer word, from 0 (not there) to 1.
        reversed_likeness: the same with the words of each line in reverse order; 0 where it was
            not looked for, because the text is there.
        contrast: of letters against what surrounds them, by WCAG 2: 1 to 21.
    """

    place: TextPlace
    at_s: float
    likeness: float
    reversed_likeness: float
    contrast: float

    @property
    def is_there(self) -> bool:
        """Whether the text is in the picture, whole and in its order."""
        return self.likeness >= (_LEAST_LIKE_BARE if self.place.is_bare else _LEAST_LIKE)


@dataclass(slots=True)
class TextWatcher:
    """Looks for every text once, in the picture in the middle of its time."""

    due: Mapping[int, Sequence[TextPlace]]
    rate: float
    seen: list[SeenText] = field(default_factory=list)

    @classmethod
    def of(cls, places: Sequence[TextPlace], rate: float) -> "TextWatcher":
        """A watcher of these texts in a film of ``rate`` pictures a second."""
        due: dict[int, list[TextPlace]] = {}
        for place in places:
            middle = round((place.start_s + place.end_s) / 2 * rate / LOOK_EVERY) * LOOK_EVERY
            due.setdefault(middle, []).append(place)
        return cls(due, rate)

    def see(self, index: int, luma: Luma) -> None:
        """Look for what is due in this picture."""
        for place in self.due.get(index, ()):
            self.seen.append(look_for(place, luma, index / self.rate))


def look_for(place: TextPlace, luma: Luma, at_s: float) -> SeenText:
    """How like the picture is to the text where it should stand."""
    import cv2
    import numpy as np

    scale = _LINE_PX / place.size_px
    slack = round(_SLACK * place.size_px)
    left, top, right, bottom = place.box
    part = luma[max(0, top - slack) : bottom + slack, max(0, left - slack) : right + slack]
    if min(part.shape) < 4:
        return SeenText(place=place, at_s=at_s, likeness=0.0, reversed_likeness=0.0, contrast=1.0)
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    small: Any = cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_AREA)
    found = [_find(line, place, small) for line in place.lines]
    likeness = min((one[0] for one in found), default=0.0)
    turned = [
        _find(" ".join(reversed(line.split())), place, small)
        for line in place.lines
        # What is there needs no other reading.
        if likeness < _LEAST_LIKE
    ]
    return SeenText(
        place=place,
        at_s=at_s,
        likeness=likeness,
        reversed_likeness=min((one[0] for one in turned), default=0.0),
        contrast=min((one[1] for one in found), default=1.0),
    )


def _find(line: str, place: TextPlace, small: Any) -> tuple[float, float]:
    """Likeness of a line's least like word, and contrast, where the line is most likely."""
    whole = _shrunk(line, place)
    found = _best(small, whole, place, (0, 0, small.shape[1], small.shape[0]))
    if found is None:
        return 0.0, 1.0
    _, left, top = found
    words = [
        (_best(small, mask, place, _around(mask, left + x, top, small)), mask)
        for x, mask in _words_of(line, place, whole.shape[1])
    ]
    likeness = min((one[0] if one else 0.0 for one, _ in words), default=found[0])
    contrasts = [
        _contrast_in(small[y : y + mask.shape[0], x : x + mask.shape[1]], mask, place)
        for one, mask in words
        if one is not None
        for _, x, y in [one]
    ]
    return likeness, min(contrasts, default=1.0)


def _words_of(line: str, place: TextPlace, width: int) -> list[tuple[int, Any]]:
    """The line's longer words, each with its first column in the line as set."""
    made = []
    words = line.split()
    for number, word in enumerate(words):
        before = _length(" ".join(words[:number]) + " " if number else "", place)
        mask = _shrunk(word, place)
        if mask.shape[1] >= _LEAST_WORD_PX or len(words) == 1:
            made.append((width - before - mask.shape[1] if place.is_rtl else before, mask))
    return made


def _length(text: str, place: TextPlace) -> int:
    width = width_of(text, place.size_px, is_bold=place.is_bold, face=place.face) if text else 0.0
    return round(width * _LINE_PX / place.size_px)


def _around(mask: Any, left: int, top: int, small: Any) -> tuple[int, int, int, int]:
    """Where a word is looked for: as far from its place as letters are rounded apart."""
    height, width = small.shape
    reach_x, reach_y = _REACH_PX
    return (
        max(0, min(left - reach_x, width - mask.shape[1])),
        max(0, min(top - reach_y, height - mask.shape[0])),
        min(width, max(left, 0) + mask.shape[1] + reach_x),
        min(height, max(top, 0) + _LINE_PX + reach_y),
    )


def _best(
    small: Any, mask: Any, place: TextPlace, area: tuple[int, int, int, int]
) -> tuple[float, int, int] | None:
    """Likeness and place of some ink inside an area of the picture; nothing where it cannot be."""
    import cv2
    import numpy as np

    left, top, right, bottom = area
    part = small[top:bottom, left:right]
    # What is wider than the picture can only be found cut.
    mask = np.ascontiguousarray(mask[: part.shape[0], : part.shape[1]])
    if not mask.size or float(mask.std()) == 0:
        return None
    likeness = _likeness(
        np.ascontiguousarray(part), mask, _near(mask, place) if place.is_bare else None
    )
    _, value, _, (x, y) = cv2.minMaxLoc(likeness)
    return max(0.0, float(value)), left + x, top + y


def _near(mask: Any, place: TextPlace) -> Any:
    """The letters and what lies close around them; of bare letters, their dark rim."""
    import cv2
    import numpy as np

    return cv2.dilate(mask, np.ones((3, 3) if place.is_bare else (5, 5), np.uint8))


def _likeness(small: Any, mask: Any, near: Any) -> Any:
    """Normalised correlation at every place, of all pixels or of those ``near`` the letters."""
    import cv2
    import numpy as np

    if near is None:
        return cv2.matchTemplate(small, mask, cv2.TM_CCOEFF_NORMED)
    weights = (near > 0).astype(np.float32)
    found = cv2.matchTemplate(
        small.astype(np.float32), mask.astype(np.float32), cv2.TM_CCOEFF_NORMED, mask=weights
    )
    # Where the picture is even there is nothing to compare with.
    return np.clip(np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0), -1, 1)


def _contrast_in(area: Any, mask: Any, place: TextPlace) -> float:
    """Contrast of the letters against what lies close around them."""
    mask = mask[: area.shape[0], : area.shape[1]]
    near = _near(mask, place)
    ink, ground = area[mask > _INK], area[(mask < _GROUND) & (near > _INK)]
    if not ink.size or not ground.size:
        return 1.0
    return contrast(_ranked(ink, 0.85), _ranked(ground, 0.3))


def _shrunk(line: str, place: TextPlace) -> Any:
    return _shrunk_line(line, place.size_px, place.is_rtl, place.is_bold, place.face)


@lru_cache(maxsize=2048)
def _shrunk_line(line: str, size_px: int, is_rtl: bool, is_bold: bool, face: Face) -> Any:
    """The line set at its own size, then made as small as pictures are: set small it is wider."""
    import cv2

    whole = set_line(line, size_px, is_rtl=is_rtl, is_bold=is_bold, face=face)
    scale = _LINE_PX / size_px
    size = (max(1, round(whole.shape[1] * scale)), max(1, round(whole.shape[0] * scale)))
    return cv2.resize(whole, size, interpolation=cv2.INTER_AREA)


def _ranked(values: Any, share: float) -> float:
    """The value that so large a share of the values does not pass."""
    import numpy as np

    return float(np.sort(values)[int(share * (values.size - 1))])


def contrast(one: float, other: float) -> float:
    """WCAG 2 contrast of two greys, given as luma from 16 to 235."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(luma: float) -> float:
    return float(min(1.0, max(0.0, (luma - 16) / 219)) ** 2.2)


@lru_cache(maxsize=64)
def set_line(line: str, size_px: int, *, is_rtl: bool, is_bold: bool, face: Face = SHIPPED) -> Luma:
    """A line of text, white on black, cut to its ink; shape (height, width)."""
    import numpy as np
    from PIL import Image, ImageDraw

    font = _font(size_px, face.file(is_bold=is_bold))
    direction = "rtl" if is_rtl else "ltr"
    left, top, right, bottom = font.getbbox(line, direction=direction)
    size = (max(1, round(right - left)), max(1, round(bottom - top)))
    image = Image.new("L", size)
    ImageDraw.Draw(image).text((-left, -top), line, font=font, fill=255, direction=direction)
    made: Luma = np.asarray(image)
    return made


@lru_cache(maxsize=8)
def _font(size: int, file: Path) -> Any:
    from PIL import ImageFont

    path = str(file)
    ascent, descent = ImageFont.truetype(path, 1000).getmetrics()
    em = max(1, round(size * 1000 / (ascent + descent)))
    return ImageFont.truetype(path, em, layout_engine=ImageFont.Layout.RAQM)


def width_of(line: str, size_px: int, *, is_bold: bool = True, face: Face = SHIPPED) -> float:
    """How wide a line is, in pixels."""
    return float(_font(max(1, size_px), face.file(is_bold=is_bold)).getlength(line))
