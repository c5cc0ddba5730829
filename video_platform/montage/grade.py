"""Colour grading: every choice about colour becomes one small table from RGB to RGB.

The table is computed once for a film. A still is looked up in it once, before it moves; footage
goes through the same table frame by frame, written as a ``.cube`` file for FFmpeg's ``lut3d``.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.domain.look import Grade, GradePreset
from video_platform.errors import UnsupportedMedia

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Colors = NDArray[np.float64]
    Table = NDArray[np.float32]
else:
    Pixels = Colors = Table = Any

_SIZE = 33
"""Points on each side of a made table: between two of them a look is as good as straight."""
_LUMA = (0.2126, 0.7152, 0.0722)
"""Share of red, green and blue in luma: ITU-R BT.709-6, item 3.2."""


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """A table of colours: RGB, 0 to 1, in steps as wide on every axis.

    Args:
        table: shape (n, n, n, 3), n from 2 to 65; the axes are blue, green and red going in, as in
            a ``.cube`` file, and the last one is red, green and blue coming out.
    """

    table: Table

    @property
    def size(self) -> int:
        """Points on each side."""
        return len(self.table)


def make_cube(grade: Grade, lut: Path | None) -> Cube:
    """The grade as one table: preset, exposure, contrast, saturation, temperature, then the file.

    Raises:
        UnsupportedMedia: ``lut`` is not a table of colours.
    """
    import numpy as np

    last = read_cube(lut) if lut else None
    if last is not None and replace(grade, lut=None).is_neutral:
        return last
    size = max(_SIZE, last.size) if last else _SIZE
    colors = _developed(_grid(size), _PRESETS[grade.preset])
    own = _Controls(
        exposure_stops=grade.exposure_stops,
        contrast=grade.contrast,
        saturation=grade.saturation,
        temperature=grade.temperature,
    )
    colors = _developed(colors, own)
    if last is not None:
        colors = _look_up(last.table, colors)
    return Cube(np.clip(colors, 0, 1).astype(np.float32).reshape(size, size, size, 3))


def apply_cube(cube: Cube, rgb: Pixels) -> Pixels:
    """The picture in the table's colours, shape (height, width, 3); trilinear between points.

    About 30 ns a pixel. A table that changes nothing returns every value as it was.
    """
    import numpy as np
    from PIL import Image, ImageFilter

    look = ImageFilter.Color3DLUT(cube.size, cube.table.reshape(-1))
    return np.array(Image.fromarray(rgb).filter(look))


# --- the controls ---


@dataclass(frozen=True, slots=True, kw_only=True)
class _Controls:
    """The controls of :class:`Grade`, and two that only presets use."""

    exposure_stops: float = 0.0
    contrast: float = 0.0
    saturation: float = 1.0
    temperature: float = 0.0
    split: float = 0.0
    """Teal in the shadows and amber in the lights, 0 to 1."""
    black: float = 0.0
    """How light black becomes, 0 to 1."""


_PRESETS = {
    GradePreset.NONE: _Controls(),
    GradePreset.WARM: _Controls(temperature=0.4, saturation=1.06, contrast=0.08),
    GradePreset.COOL: _Controls(temperature=-0.4, saturation=0.96, contrast=0.08),
    GradePreset.VIVID: _Controls(saturation=1.5, contrast=0.22),
    GradePreset.MUTED: _Controls(saturation=0.62, contrast=-0.08),
    GradePreset.MONO: _Controls(saturation=0.0, contrast=0.15),
    GradePreset.FILM: _Controls(
        contrast=0.2, saturation=0.86, temperature=0.06, split=0.6, black=0.03
    ),
}


def _developed(rgb: Colors, controls: _Controls) -> Colors:
    """Colours of shape (count, 3) after the controls, in their order."""
    rgb = _exposed(rgb, controls.exposure_stops)
    rgb = _contrasted(rgb, controls.contrast)
    rgb = _saturated(rgb, controls.saturation)
    rgb = _warmed(rgb, controls.temperature)
    rgb = _split_toned(rgb, controls.split)
    lifted: Colors = controls.black + (1 - controls.black) * rgb
    return lifted


def _linear(rgb: Colors) -> Colors:
    """Light of sRGB values: IEC 61966-2-1, section 5.2."""
    import numpy as np

    light: Colors = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return light


def _encoded(light: Colors) -> Colors:
    """The sRGB values of light; light below black is black."""
    import numpy as np

    light = np.maximum(light, 0)
    rgb: Colors = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return rgb


def _luma(rgb: Colors) -> Colors:
    """Luma of each colour, shape (count, 1)."""
    import numpy as np

    luma: Colors = (rgb @ np.array(_LUMA))[:, None]
    return luma


_KNEE = 0.4
"""Light above which exposure is compressed: well above middle grey (0.18) and most skin."""


def _exposed(rgb: Colors, stops: float) -> Colors:
    """More or less light. What would be brighter than white approaches it instead."""
    import numpy as np

    gain = 2.0**stops
    light = gain * _linear(rgb)
    if gain > 1:
        # Reinhard's curve with a white point begins at the knee with slope 1 and ends at white.
        white = (gain - _KNEE) / (1 - _KNEE)
        over = np.maximum(light - _KNEE, 0) / (1 - _KNEE)
        rolled = _KNEE + (1 - _KNEE) * over * (1 + over / white**2) / (1 + over)
        light = np.where(light > _KNEE, rolled, light)
    return _encoded(light)


_MIDDLE = 0.4614
"""Middle grey, 18 % of the light of white, as an sRGB value."""


def _contrasted(rgb: Colors, contrast: float) -> Colors:
    """More or less slope around middle grey: ``2 ** contrast`` times as much.

    More of it bends into black and white, which stay; less of it draws them nearer.
    """
    import numpy as np

    slope = 2.0**contrast
    if slope <= 1:
        flat: Colors = _MIDDLE + slope * (rgb - _MIDDLE)
        return flat
    below = np.minimum(rgb / _MIDDLE, 1)
    above = np.minimum((1 - rgb) / (1 - _MIDDLE), 1)
    shadows = _MIDDLE * below / (slope - (slope - 1) * below)
    lights = 1 - (1 - _MIDDLE) * above / (slope - (slope - 1) * above)
    curved: Colors = np.where(rgb < _MIDDLE, shadows, lights)
    return curved


def _fullness(chroma: Colors, luma: Colors) -> Colors:
    """How far a colour is on its way from grey (0) to the most of it that RGB can hold (1)."""
    import numpy as np

    up = chroma / np.maximum(1 - luma, 1e-9)
    down = -chroma / np.maximum(luma, 1e-9)
    full: Colors = np.maximum(up, down).max(axis=1, keepdims=True)
    return full


def _saturated(rgb: Colors, saturation: float) -> Colors:
    """Colours farther from or nearer to their grey.

    Full colours have nowhere to go: the fuller one is, the less it gains. None is clipped, luma and
    hue stay.
    """
    luma = _luma(rgb)
    chroma = rgb - luma
    gained: Colors = luma + chroma * saturation / (
        1 + max(0.0, saturation - 1) * _fullness(chroma, luma)
    )
    return gained


_WARMTH = 0.4
"""Stops that red gains and blue loses at temperature 1."""


def _warmed(rgb: Colors, temperature: float) -> Colors:
    """White balance: gains on the light of red and blue that keep the luminance of greys.

    They fade towards white, which stays: paper and white letters are not tinted.
    """
    import numpy as np

    light = _linear(rgb)
    share = 1 - light.min(axis=1, keepdims=True) ** 2
    gains = 2.0 ** (share * temperature * _WARMTH * np.array([1.0, 0.0, -1.0]))
    return _encoded(np.minimum(light * gains / _luma(gains), 1))


_TEAL = (-0.20, 0.04, 0.19)
_AMBER = (0.13, 0.00, -0.38)
"""Tints without luma of their own."""


def _split_toned(rgb: Colors, strength: float) -> Colors:
    """Tinted shadows and lights; black, white and luma stay."""
    import numpy as np

    luma = np.clip(_luma(rgb), 0, 1)
    between = luma * (1 - luma)
    tint = between * ((1 - luma) * np.array(_TEAL) + luma * np.array(_AMBER))
    toned: Colors = np.clip(rgb + strength * tint, 0, 1)
    return toned


def _grid(size: int) -> Colors:
    """Every point of a neutral table in the order of a file, shape (size³, 3)."""
    import numpy as np

    steps = np.linspace(0, 1, size)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    return np.stack([red, green, blue], axis=-1).reshape(-1, 3)


def _look_up(table: Table, rgb: Colors) -> Colors:
    """Trilinear look-up of colours, shape (count, 3), without rounding them to eight bits."""
    import numpy as np

    at = np.clip(rgb, 0, 1) * (len(table) - 1)
    low = np.minimum(at.astype(np.intp), len(table) - 2)
    share = at - low
    found: Colors = np.zeros_like(at)
    for corner in itertools.product((0, 1), repeat=3):
        red, green, blue = (low + corner).T
        weight = np.where(corner, share, 1 - share).prod(axis=1, keepdims=True)
        found += weight * table[blue, green, red]
    return found


# --- files ---

_MOST_BYTES = 16 * 2**20
_MOST_CHARACTERS = 250
"""Length of a line: Adobe, Cube LUT Specification 1.0."""
_SIZES = {1: (2, 4096), 3: (2, 65)}
"""Fewest and most points of a curve, and of a side of a table. The latter is Pillow's limit."""
_FINE = 65
"""Points on each side of a table made from curves or from another domain."""


@dataclass(slots=True)
class _Header:
    """What the keywords of a file say; ``dimensions`` is 0 until it names a size."""

    dimensions: int = 0
    size: int = 0
    low: tuple[float, ...] = (0.0, 0.0, 0.0)
    high: tuple[float, ...] = (1.0, 1.0, 1.0)

    def set_size(self, dimensions: int, words: list[str]) -> None:
        (size,) = map(int, words)
        fewest, most = _SIZES[dimensions]
        if self.dimensions:
            raise ValueError("a second size")
        if not fewest <= size <= most:
            raise ValueError(f"not a size from {fewest} to {most}")
        self.dimensions, self.size = dimensions, size

    def set_low(self, words: list[str]) -> None:
        self.low = _three_numbers(words)

    def set_high(self, words: list[str]) -> None:
        self.high = _three_numbers(words)

    def set_range(self, words: list[str]) -> None:
        low, high = words
        self.low, self.high = _three_numbers([low] * 3), _three_numbers([high] * 3)


_KEYWORDS: dict[str, Callable[[_Header, list[str]], None]] = {
    "TITLE": lambda _header, _words: None,
    "LUT_1D_SIZE": lambda header, words: header.set_size(1, words),
    "LUT_3D_SIZE": lambda header, words: header.set_size(3, words),
    "DOMAIN_MIN": _Header.set_low,
    "DOMAIN_MAX": _Header.set_high,
    # DaVinci Resolve writes the domain this way.
    "LUT_1D_INPUT_RANGE": _Header.set_range,
    "LUT_3D_INPUT_RANGE": _Header.set_range,
}


def write_cube(cube: Cube, path: Path) -> None:
    """Write the table as an Adobe ``.cube`` file."""
    rows = cube.table.reshape(-1, 3).tolist()
    colors = (f"{red:.7f} {green:.7f} {blue:.7f}\n" for red, green, blue in rows)
    path.write_text(f"LUT_3D_SIZE {cube.size}\n" + "".join(colors), encoding="ascii")


def read_cube(path: Path) -> Cube:
    """Read an Adobe Cube LUT 1.0 file; curves and other domains become a table from 0 to 1.

    Colours outside the file's domain take those of its border; results are kept within 0 to 1.

    Raises:
        UnsupportedMedia: it is not such a file, or too large; names the line.
    """
    import numpy as np

    header, rows = _parse(path)
    low, high = np.array(header.low), np.array(header.high)
    if not (high > low).all():
        raise _refusal(path, f"has a domain that ends at {header.high}, not above {header.low}")
    colors = np.clip(np.array(rows), 0, 1)
    if header.dimensions == 3:
        colors = colors.reshape(header.size, header.size, header.size, 3)
        if not low.any() and (high == 1).all():
            return Cube(colors.astype(np.float32))
    place = (_grid(_FINE) - low) / (high - low)
    look_up = _look_up if header.dimensions == 3 else _through_curves
    return Cube(look_up(colors, place).astype(np.float32).reshape(_FINE, _FINE, _FINE, 3))


def _through_curves(curves: Colors, rgb: Colors) -> Colors:
    """Look each channel up in its column of ``curves``, shape (points, 3)."""
    import numpy as np

    steps = np.linspace(0, 1, len(curves))
    pairs = zip(rgb.T, curves.T, strict=True)
    return np.stack([np.interp(values, steps, curve) for values, curve in pairs], axis=-1)


def _parse(path: Path) -> tuple[_Header, list[tuple[float, ...]]]:
    """The keywords and the colours of a file, complete."""
    header, rows, wanted = _Header(), list[tuple[float, ...]](), 0
    for number, line in _lines(path):
        word, *others = line.split()
        try:
            if word in _KEYWORDS:
                _KEYWORDS[word](header, others)
                wanted = header.size**header.dimensions if header.dimensions else 0
                continue
            rows.append(_three_numbers([word, *others]))
        except ValueError as error:
            raise _refusal(path, f"is broken in line {number}: {line[:40]!r}: {error}") from error
        if len(rows) > wanted:
            raise _refusal(path, f"has a colour too many in line {number}: it names {wanted}")
    if not wanted or len(rows) < wanted:
        raise _refusal(path, f"holds {len(rows)} colours of {wanted or 'a number it does not say'}")
    return header, rows


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each line that says something."""
    if path.stat().st_size > _MOST_BYTES:
        raise _refusal(path, f"is larger than {_MOST_BYTES // 2**20} MB")
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            if len(text) > _MOST_CHARACTERS:
                raise _refusal(path, f"is broken in line {number}: {len(text)} characters long")
            yield number, text


def _three_numbers(words: list[str]) -> tuple[float, ...]:
    try:
        numbers = tuple(float(word) for word in words)
    except ValueError:
        numbers = ()
    if len(numbers) != 3 or not all(map(math.isfinite, numbers)):
        raise ValueError("neither a keyword nor three numbers")
    return numbers


def _refusal(path: Path, reason: str) -> UnsupportedMedia:
    return UnsupportedMedia(
        f"The colour table {path.name} {reason}.",
        hint="Export it again as an Adobe .cube file with 2 to 65 points a side.",
        code="lut_invalid",
    )
