"""The manners a film can be drawn in."""

from dataclasses import dataclass

from video_platform.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Treatment:
    """What one style means in drawing terms.

    Args:
        family: which palettes it uses: ``light``, ``dark`` or ``vivid``.
        heavy: headlines in bold rather than semi-bold.
        scale: size of headlines against the default.
        corner: corner radius in units (hundredths of the frame's short side).
        ruled: hairlines and plain ground instead of cards and filled shapes.
        fields: names of the background fields it draws from.
    """

    family: str
    heavy: bool
    scale: float
    corner: float
    ruled: bool
    fields: tuple[str, ...]


_TREATMENTS: dict[str, Treatment] = {
    "clean": Treatment("light", False, 1.0, 2.6, False, ("orbits", "bands", "dots", "drifts")),
    "bold": Treatment("vivid", True, 1.14, 0.0, False, ("quarters", "bands", "orbits", "rays")),
    "editorial": Treatment("light", False, 1.04, 0.0, True, ("contours", "grid", "orbits")),
    "night": Treatment("dark", False, 1.0, 2.6, False, ("glow", "contours", "dots", "orbits")),
}

STYLES: tuple[str, ...] = tuple(_TREATMENTS)
"""Every style the painter knows; the first is the default."""


def find_treatment(style: str) -> Treatment:
    """The treatment called ``style``; an empty name means the default."""
    treatment = _TREATMENTS.get(style.strip().lower() or STYLES[0])
    if treatment is None:
        raise InvalidInput(
            f"There is no picture style {style!r}.",
            hint=f"Use one of {', '.join(STYLES)}.",
            code="style_unknown",
        )
    return treatment
