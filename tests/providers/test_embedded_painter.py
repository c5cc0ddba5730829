"""The embedded painter: every frame is legible, inside its zones, and the same every time."""

import hashlib
import itertools
from pathlib import Path

import pytest

from video_platform.domain.formats import FRAMES, Format
from video_platform.domain.generation import Capability, ImageRequest
from video_platform.domain.language import Language
from video_platform.domain.script import OnScreen, OnScreenKind
from video_platform.errors import InvalidInput, NotConfigured
from video_platform.providers.registry import find_provider
from video_platform.providers.vendors.embedded_painter import STYLES, EmbeddedPainter
from video_platform.providers.vendors.embedded_painter.canvas import Canvas
from video_platform.providers.vendors.embedded_painter.compose import compose
from video_platform.providers.vendors.embedded_painter.faces import coverage, load_font, measure
from video_platform.providers.vendors.embedded_painter.icons.drawing import draw_icon
from video_platform.providers.vendors.embedded_painter.icons.words import ICONS, find_icon
from video_platform.providers.vendors.embedded_painter.layouts.number import read_percentage
from video_platform.providers.vendors.embedded_painter.palette import (
    all_palettes,
    choose_palette,
    contrast,
    poster,
)
from video_platform.providers.vendors.embedded_painter.scenery import ground_inks
from video_platform.providers.vendors.embedded_painter.typography import (
    Paragraph,
    clean,
    fit,
)

SMALL = 0.25
SCENES: dict[Language, dict[str, object]] = {
    Language.ENGLISH: {
        "headline": "Offshore wind is now cheaper than new coal in most of the world",
        "items": ("Gas boiler: burns fuel, 90 % efficient at best", "Heat pump: moves heat"),
        "figure": "44.7 %",
        "note": "Source: Eurostat, March 2025",
        "keywords": ("wind", "sea", "money"),
    },
    Language.FRENCH: {
        "headline": "Pourquoi « reboiser » ne suffit pas : une forêt, ce n’est pas un décor !",
        "items": ("Coupe rase : rapide, mais le sol reste nu", "Futaie : toujours couverte"),
        "figure": "1 450 000 000 km",
        "note": "D’après l’inventaire forestier national",
        "keywords": ("forêt", "eau"),
    },
    Language.ARABIC: {
        "headline": "انخفض سعر الألواح الشمسية بنسبة 90 % منذ عام 2010 بحسب IRENA",
        "items": ("غلاية الغاز: تحرق الوقود", "المضخة الحرارية: تنقل الحرارة 3 أضعاف"),
        "figure": "٤٤ ٪",
        "note": "المصدر: وزارة الانتقال الطاقي، 2024",
        "keywords": ("شمس", "طاقة"),
    },
}
HOSTILE = {
    "one endless word": "W" * 300,
    "endless headline": "Every city deserves cleaner air and quieter streets. " * 19,
    "endless Arabic": "نحو مدن أنظف وأهدأ للجميع " * 40,
    "emoji only": "🌍🚀✨",
    "control characters": "a\x00b\x07c\u202eevil\u202c \u2066x\u2069\nline\ttab",
    "bidi marks": "\u200f\u200eمرحبا\u061c hello \u200f!",
    "stacked marks": "e\u0301\u0301\u0301\u0301 مُُُُحمد",
    "nothing": "",
}


def request(kind: OnScreenKind = OnScreenKind.STATEMENT, **changes: object) -> ImageRequest:
    """A request for one frame; ``screen`` replaces words of the language's scene."""
    language = Language(changes.pop("language", Language.ENGLISH))
    words = {**SCENES[language], **changes.pop("screen", {})}  # type: ignore[dict-item]
    values: dict[str, object] = {
        "prompt": "",
        "on_screen": OnScreen(kind=kind, **words),  # type: ignore[arg-type]
        "format": Format.WIDE,
        "language": language,
        "style": "clean",
        "mood": "calm",
        "position": 2,
        "count": 8,
        "project_seed": 7,
        "seed": 1,
        "oversize": SMALL,
    }
    return ImageRequest(**{**values, **changes})  # type: ignore[arg-type]


def assert_legible(canvas: Canvas, shape: Format) -> None:
    """All text stands in the safe zone, above the captions, apart, and in contrast."""
    frame = FRAMES[shape]
    width, height = canvas.image.size
    slack = 2.0  # hinting rounds glyphs up to whole pixels
    for box in canvas.text_boxes:
        assert box.box.left >= width * (frame.margin_x + 0.05) - slack, box
        assert box.box.right <= width * (1 - frame.margin_x - 0.05) + slack, box
        assert box.box.top >= height * (frame.margin_y + 0.05) - slack, box
        assert box.box.bottom <= height * (frame.caption_top - 0.03) + slack, box
        assert box.contrast >= 4.5, box
    for one, other in itertools.combinations(canvas.text_boxes, 2):
        a, b = one.box, other.box
        apart = a.right <= b.left or b.right <= a.left or a.bottom <= b.top or b.bottom <= a.top
        assert apart, (one, other)


@pytest.mark.parametrize("shape", list(Format))
@pytest.mark.parametrize("kind", list(OnScreenKind))
def test_every_kind_is_legible_in_every_format(kind: OnScreenKind, shape: Format) -> None:
    """Languages and styles rotate so that the whole grid stays quick."""
    for number, language in enumerate(Language):
        for style in (STYLES[number], STYLES[number + 1]):
            asked = request(
                kind, language=language, format=shape, style=style, project_seed=number, seed=number
            )
            canvas = compose(asked)
            assert canvas.text_boxes
            assert_legible(canvas, shape)


@pytest.mark.parametrize("shape", list(Format))
def test_picture_has_the_frame_size_times_oversize(shape: Format, tmp_path: Path) -> None:
    from PIL import Image

    produced = EmbeddedPainter().generate(request(format=shape, oversize=1.1), tmp_path)
    frame = FRAMES[shape]
    with Image.open(produced.path) as picture:
        assert picture.mode == "RGB"
        assert picture.format == "PNG"
        assert picture.width == pytest.approx(frame.width_px * 1.1, abs=1)
        assert picture.height == pytest.approx(frame.height_px * 1.1, abs=1)
        assert picture.width % 2 == picture.height % 2 == 0


def test_details_name_palette_kind_and_icons(tmp_path: Path) -> None:
    produced = EmbeddedPainter().generate(request(), tmp_path)
    assert produced.media_type == "image/png"
    assert produced.path.name == "picture.png"
    assert produced.details["kind"] == "statement"
    assert produced.details["palette"]
    assert "wind" in produced.details["icons"]  # type: ignore[operator]


def test_equal_requests_give_equal_bytes(tmp_path: Path) -> None:
    digests = set()
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        path = EmbeddedPainter().generate(request(), folder).path
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize("kind", list(OnScreenKind))
def test_another_seed_gives_a_visibly_different_picture(kind: OnScreenKind) -> None:
    import numpy as np

    one, other = (
        np.asarray(compose(request(kind, seed=seed)).image).astype(int) for seed in (1, 2)
    )
    assert (np.abs(one - other).max(axis=2) > 3).mean() > 0.02


def test_scenes_of_a_film_share_a_palette_and_another_film_may_not() -> None:
    names = {compose(request(kind, position=i)).palette.name for i, kind in enumerate(OnScreenKind)}
    assert len(names) == 1
    others = {
        choose_palette(mood="calm", style="clean", family="light", project_seed=seed).name
        for seed in range(12)
    }
    assert len(others) > 1


def test_every_palette_keeps_its_inks_legible() -> None:
    for base in all_palettes():
        for palette in (base, poster(base)):
            for ink in (palette.ink, palette.muted, palette.accent_ink, palette.figure_ink):
                for surface in (palette.ground, palette.ground_end, palette.tint, palette.card):
                    assert contrast(ink, surface) >= 4.5, (palette.name, ink, surface)
            assert contrast(palette.on_panel, palette.panel) >= 4.5, palette.name


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_still_fits(text: str) -> None:
    kinds = itertools.cycle(Format)
    for kind in OnScreenKind:
        shape = next(kinds)
        for language in (Language.FRENCH, Language.ARABIC):
            screen = {"headline": text, "items": (text, "", text[:200]), "note": text[:300]}
            canvas = compose(
                request(kind, language=language, format=shape, screen=screen, oversize=0.2)
            )
            assert_legible(canvas, shape)


@pytest.mark.parametrize("count", [1, 3, 5, 7])
@pytest.mark.parametrize("kind", [OnScreenKind.LIST, OnScreenKind.STEPS])
def test_any_number_of_items_is_shown_whole(kind: OnScreenKind, count: int) -> None:
    items = tuple(f"Point number {index} says something useful" for index in range(count))
    for shape in Format:
        canvas = compose(request(kind, format=shape, screen={"items": items}))
        assert_legible(canvas, shape)
        shown = [box.text for box in canvas.text_boxes]
        assert all(item in shown for item in items)


def test_no_word_of_the_script_is_lost() -> None:
    for kind in OnScreenKind:
        canvas = compose(request(kind))
        shown = " ".join(box.text for box in canvas.text_boxes)
        for word in SCENES[Language.ENGLISH]["headline"].split():  # type: ignore[attr-defined]
            assert word in shown, kind


def test_a_scene_without_any_word_is_still_a_picture() -> None:
    empty = {"headline": "", "items": (), "figure": "", "note": "", "keywords": ()}
    for kind in OnScreenKind:
        canvas = compose(request(kind, screen=empty))
        assert canvas.image.getcolors(64) is None


def test_arabic_letters_are_joined() -> None:
    joined = measure("بيت", "regular", Language.ARABIC).width
    isolated = sum(measure(letter, "regular", Language.ARABIC).width for letter in "بيت")
    assert joined < isolated * 0.9


def test_numbers_inside_arabic_stay_in_reading_order() -> None:
    """The picture of ``عام 2010`` has the digits left of the word, the word itself unchanged."""
    font = load_font("regular", 64)
    word = font.getlength("عام", direction="rtl", language="ar")
    mask = font.getmask("عام 2010", direction="rtl", language="ar")
    alone = font.getmask("عام", direction="rtl", language="ar")
    right = mask.size[0]
    tail = [mask.getpixel((x, mask.size[1] // 2)) for x in range(right - int(word), right)]
    assert right > alone.size[0] * 1.8
    assert any(tail)


def test_arabic_text_starts_at_the_right() -> None:
    canvas = compose(request(OnScreenKind.LIST, language=Language.ARABIC))
    headline = canvas.text_boxes[0].box
    assert headline.right == pytest.approx(canvas.page.safe.right, abs=3)


def test_french_punctuation_keeps_its_space() -> None:
    text = clean("Pourquoi ? Le « reboisement » : 90 % !", Language.FRENCH)
    assert text == "Pourquoi\u00a0? Le «\u00a0reboisement\u00a0»\u00a0: 90\u00a0%\u00a0!"


def test_missing_characters_are_dropped_rather_than_boxed() -> None:
    assert clean("Go 🚀 now ✨!", Language.ENGLISH) == "Go now !"
    assert clean("ﬁne ①", Language.ENGLISH) in {"fine 1", "ﬁne 1"}
    assert ord("é") in coverage()
    assert ord("ش") in coverage()


def test_lines_are_balanced_and_leave_no_widow() -> None:
    text = "How the wind learned to power a whole continent without anybody noticing it"
    paragraph = Paragraph(text=text, size=40, floor=10, colour=(0, 0, 0))
    (setting,) = fit([paragraph], 700, 500, Language.ENGLISH)
    widths = [measure(line, "semibold", Language.ENGLISH).width for line in setting.lines]
    assert len(widths) > 1
    assert min(widths) > 0.6 * max(widths)


@pytest.mark.parametrize(
    ("figure", "share"),
    [
        ("73 %", 73),
        ("12,5 %", 12.5),
        ("٤٤٪", 44),
        ("100%", 100),
        ("120 %", None),
        ("1 450 km", None),
    ],
)
def test_only_shares_of_a_whole_get_a_chart(figure: str, share: float | None) -> None:
    assert read_percentage(figure) == share


def test_keywords_find_icons_in_three_languages() -> None:
    assert find_icon("solar") == find_icon("soleil") == find_icon("الشمس") == "sun"
    assert find_icon("Électricité") == "energy"
    assert find_icon("zyx") == ""
    assert len(ICONS) >= 60


def test_every_icon_draws_something_inside_its_box() -> None:
    canvas = compose(request())
    before = canvas.image.copy()
    for name in ICONS:
        canvas.image = before.copy()
        draw_icon(canvas, name, canvas.page.safe, ground_inks(canvas))
        assert canvas.image.tobytes() != before.tobytes(), name


def test_unknown_keywords_get_the_abstract_motif() -> None:
    canvas = compose(request(screen={"keywords": ("zyx",)}))
    assert "abstract" in canvas.icons


def test_styles_look_different() -> None:
    pictures = {compose(request(style=style)).image.tobytes() for style in STYLES}
    assert len(pictures) == len(STYLES)


def test_unknown_style_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInput, match="clean, bold, editorial, night") as caught:
        compose(request(style="vaporwave"))
    assert caught.value.code == "style_unknown"


@pytest.mark.parametrize("oversize", [0.0, -1.0, 9.0])
def test_absurd_sizes_are_refused(oversize: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        compose(request(oversize=oversize))
    assert caught.value.code == "oversize_invalid"


def test_pillow_without_raqm_is_reported_as_setup(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("PIL.features.check", lambda feature: False)
    with pytest.raises(NotConfigured, match="Raqm"):
        EmbeddedPainter().generate(request(), tmp_path)


def test_the_painter_is_the_default_for_pictures() -> None:
    assert isinstance(find_provider(Capability.IMAGE), EmbeddedPainter)


def test_a_film_shows_where_it_is() -> None:
    first, last = (compose(request(position=position)).image for position in (0, 7))
    assert first.tobytes() != last.tobytes()
    assert compose(request(position=30, count=200)).text_boxes
