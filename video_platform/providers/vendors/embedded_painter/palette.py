"""Colours: curated palettes per mood, and the tones derived from each."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from video_platform.providers.vendors.embedded_painter.swatches import MOODS, NEUTRAL_MOOD

Colour = tuple[int, int, int]

MINIMUM_CONTRAST = 4.5
"""WCAG 2.2 level AA for text."""

# Anti-aliasing, grain and shapes beneath text cost a little: colours are chosen with this to spare.
_TARGET_CONTRAST = 4.9
_WHITE: Colour = (255, 255, 255)
_BLACK: Colour = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Palette:
    """One film's colours. Every ``*_ink`` keeps 4.5:1 on the surfaces it is meant for.

    ``ground`` fills the frame, ``tint`` draws shapes on it, ``card`` carries text, ``panel`` is the
    strong colour behind artwork and ``on_panel`` writes and draws on it.
    """

    name: str
    is_dark: bool
    ground: Colour
    ground_end: Colour
    tint: Colour
    card: Colour
    rule: Colour
    ink: Colour
    muted: Colour
    accent: Colour
    accent_ink: Colour
    figure_ink: Colour
    second: Colour
    panel: Colour
    panel_tint: Colour
    on_panel: Colour


def luminance(colour: Colour) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """``one`` with ``share`` of ``other`` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def readable(colour: Colour, towards: Colour, *surfaces: Colour) -> Colour:
    """``colour`` moved towards ``towards`` just until it can be read on all ``surfaces``."""
    for step in range(21):
        moved = mix(colour, towards, step / 20)
        if all(contrast(moved, surface) >= _TARGET_CONTRAST for surface in surfaces):
            return moved
    return strongest(*surfaces)


def strongest(*surfaces: Colour) -> Colour:
    """Black or white, whichever stands out more."""
    return max(
        (_WHITE, _BLACK), key=lambda ink: min(contrast(ink, surface) for surface in surfaces)
    )


def choose_palette(*, mood: str, style: str, family: str, project_seed: int) -> Palette:
    """The film's palette: the same for all its scenes, another for another project seed."""
    rows = MOODS.get(mood.strip().lower(), MOODS[NEUTRAL_MOOD])[family]
    picker = random.Random(f"palette|{mood}|{style}|{project_seed}")  # noqa: S311  # not a secret
    return _derive(picker.choice(rows))


def brand_palette(colours: Sequence[str]) -> Palette | None:
    """A brand's palette from its ground, text, main and accent colour; none without them.

    Text and marks are moved away from their ground as far as they must be to be read.
    """
    if not colours:
        return None
    ground, text, main, accent = (colour.removeprefix("#") for colour in colours)
    return _derive(f"brand {ground} {text} {main} {accent} {accent}")


def all_palettes() -> tuple[Palette, ...]:
    """Every palette there is."""
    return tuple(
        _derive(row) for families in MOODS.values() for rows in families.values() for row in rows
    )


@cache
def _derive(row: str) -> Palette:
    name, *codes = row.split()
    ground, ink, panel, accent, second = (_parse(code) for code in codes)
    is_dark = luminance(ground) < 0.18
    tint = mix(ground, ink if is_dark else panel, 0.075)
    card = mix(ground, _WHITE, 0.07 if is_dark else 0.72)
    surfaces = (ground, tint, card)
    on_panel = readable(mix(ground, _WHITE, 0.6) if not is_dark else ink, _WHITE, panel)
    return Palette(
        name=name,
        is_dark=is_dark,
        ground=ground,
        ground_end=mix(ground, ink if is_dark else panel, 0.045),
        tint=tint,
        card=card,
        rule=mix(ground, ink, 0.2),
        ink=readable(ink, strongest(*surfaces), *surfaces),
        muted=readable(mix(ink, ground, 0.36), ink, *surfaces),
        accent=accent,
        accent_ink=readable(accent, ink, *surfaces),
        # Accents darkened for a light ground turn muddy; the panel's colour stays itself.
        figure_ink=readable(accent if is_dark else panel, ink, *surfaces),
        second=second,
        panel=panel,
        panel_tint=mix(panel, on_panel, 0.11),
        on_panel=on_panel,
    )


def _parse(code: str) -> Colour:
    red, green, blue = bytes.fromhex(code)
    return red, green, blue


def poster(palette: Palette) -> Palette:
    """The palette turned over: the panel colour becomes the ground."""
    ground, ink = palette.panel, palette.on_panel
    tint = mix(ground, ink, 0.07)
    card = mix(ground, ink, 0.1)
    panel = palette.accent if palette.is_dark else mix(ground, _BLACK, 0.32)
    on_panel = readable(ink, strongest(panel), panel)
    return replace(
        palette,
        is_dark=luminance(ground) < 0.18,
        ground=ground,
        ground_end=mix(ground, _BLACK, 0.1),
        tint=tint,
        card=card,
        rule=mix(ground, ink, 0.25),
        ink=readable(ink, strongest(ground, card), ground, tint, card),
        muted=readable(mix(ink, ground, 0.25), strongest(ground, card), ground, tint, card),
        accent_ink=readable(palette.accent, strongest(ground, card), ground, tint, card),
        figure_ink=readable(palette.accent, strongest(ground, card), ground, tint, card),
        panel=panel,
        panel_tint=mix(panel, on_panel, 0.11),
        on_panel=on_panel,
    )
