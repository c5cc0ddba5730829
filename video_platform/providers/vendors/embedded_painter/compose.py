"""Composes one picture: chooses palette, treatment and layout, then lets the layout draw."""

import random
from collections.abc import Callable
from dataclasses import replace

from video_platform.domain.generation import ImageRequest
from video_platform.domain.script import OnScreen, OnScreenKind
from video_platform.providers.vendors.embedded_painter.backgrounds import paint_background
from video_platform.providers.vendors.embedded_painter.canvas import Canvas
from video_platform.providers.vendors.embedded_painter.icons.words import find_icons
from video_platform.providers.vendors.embedded_painter.layouts.base import (
    SMALLEST_TYPE,
    Sheet,
    draw_progress,
)
from video_platform.providers.vendors.embedded_painter.layouts.plain import lay_out_plain
from video_platform.providers.vendors.embedded_painter.layouts.table import LAYOUTS
from video_platform.providers.vendors.embedded_painter.page import plan_page
from video_platform.providers.vendors.embedded_painter.palette import (
    brand_palette,
    choose_palette,
    poster,
)
from video_platform.providers.vendors.embedded_painter.styles import Treatment, find_treatment
from video_platform.providers.vendors.embedded_painter.typography import clean, unbroken

_POSTERS = (OnScreenKind.TITLE, OnScreenKind.CLOSING)


def compose(request: ImageRequest) -> Canvas:
    """Paint the picture; the canvas also tells where text stands and which icons it drew."""
    treatment = find_treatment(request.style)
    page = plan_page(request)
    words = _tidy(request)
    palette = brand_palette(request.colours) or choose_palette(
        mood=request.mood,
        style=request.style,
        family=treatment.family,
        project_seed=request.project_seed,
    )
    dice = _dice(request)
    is_poster = words.kind in _POSTERS or (words.kind is OnScreenKind.QUOTE and dice.random() < 0.6)
    if is_poster and not treatment.ruled:
        palette = poster(palette)
    field = _choose_field(request, treatment)
    icons = tuple(find_icons(words.keywords))

    def paint(layout: Callable[[Sheet], None]) -> Canvas:
        chance = _dice(request)
        canvas = Canvas(page, palette, request.language)
        paint_background(canvas, field, chance)
        sheet = Sheet(canvas=canvas, words=words, treatment=treatment, dice=chance, icons=icons)
        draw_progress(sheet, request.position, request.count)
        layout(sheet)
        return canvas

    canvas = paint(LAYOUTS[words.kind])
    smallest = min((box.size for box in canvas.text_boxes), default=page.unit * SMALLEST_TYPE)
    if smallest < page.unit * SMALLEST_TYPE - 1:
        # So much text that the layout has no room for it: nothing but text, then.
        canvas = paint(lay_out_plain)
    return canvas


def _dice(request: ImageRequest) -> random.Random:
    """Chance that depends on the request alone."""
    return random.Random(  # noqa: S311  # not a secret
        f"{request.project_seed}|{request.seed}|{request.position}|{request.on_screen.kind}"
    )


def _choose_field(request: ImageRequest, treatment: Treatment) -> str:
    """A film keeps to three fields of its treatment; scenes and takes change among them."""
    film = random.Random(f"field|{request.project_seed}|{request.mood}")  # noqa: S311  # as above
    fields = film.sample(treatment.fields, k=min(3, len(treatment.fields)))
    return fields[(request.position + request.seed) % len(fields)]


def _tidy(request: ImageRequest) -> OnScreen:
    """The words as they can be set, and a kind that suits what is really there."""
    given, language = request.on_screen, request.language
    items = tuple(text for text in (clean(item, language) for item in given.items) if text)
    words = replace(
        given,
        headline=clean(given.headline, language),
        items=items,
        figure=unbroken(clean(given.figure, language)),
        note=clean(given.note, language),
    )
    kind = words.kind
    if kind is OnScreenKind.COMPARISON and len(items) != 2:
        kind = OnScreenKind.LIST
    if kind in (OnScreenKind.LIST, OnScreenKind.STEPS) and not items:
        kind = OnScreenKind.STATEMENT
    if kind is OnScreenKind.NUMBER and not words.figure:
        kind = OnScreenKind.STATEMENT
    return replace(words, kind=kind)
