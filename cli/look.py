"""The options of a film's look: declared, parsed, and their files brought into the store."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cli.briefs import unreadable
from video_platform.domain.language import Language
from video_platform.domain.look import (
    CaptionLook,
    CaptionPlace,
    CaptionStyle,
    Corner,
    Export,
    Fit,
    Grade,
    GradePreset,
    Label,
    Logo,
    Look,
    Network,
    Presenter,
)
from video_platform.domain.media import Probe
from video_platform.errors import BriefError, ProbeFailed, UnsupportedMedia

if TYPE_CHECKING:
    from video_platform.domain.timeline import Timeline
    from video_platform.store import MediaStore

DEFAULT_LOOK = Look()
_OF_FILM = "film"
"""In place of a language: the film's own."""

ChoiceT = TypeVar("ChoiceT", bound=StrEnum)


def _listed(kind: type[StrEnum]) -> str:
    return ", ".join(kind)


_PANEL = "The cut"


def _option(help_text: str, *names: str) -> object:
    return typer.Option(*names, help=help_text, rich_help_panel=_PANEL)


CaptionsOption = Annotated[str, _option(f"Captions: {_listed(CaptionStyle)}.")]
CaptionsPlaceOption = Annotated[str, _option(f"Where they stand: {_listed(CaptionPlace)}.")]
GradeOption = Annotated[str, _option(f"Look of the colours: {_listed(GradePreset)}.")]
LutOption = Annotated[str, _option("An Adobe .cube file; applied after the grade.")]
LogoOption = Annotated[str, _option("A PNG, WebP or JPEG shown all through the film.")]
LogoCornerOption = Annotated[
    str, _option(f"{_listed(Corner)}; default: above, where lines of text end.")
]
LabelOption = Annotated[
    str,
    _option(f"Words in a corner that say that AI made the film: film, {_listed(Language)}."),
]
LabelCornerOption = Annotated[
    str, _option(f"{_listed(Corner)}; default: where lines of text end, clear of a logo.")
]
TitlesOption = Annotated[
    bool,
    _option(
        "Title and headlines over footage; drawn pictures carry theirs already.",
        "--titles/--no-titles",
    ),
]
ProgressBarOption = Annotated[
    bool, _option("A bar along the lower edge.", "--progress-bar/--no-progress-bar")
]
AccentOption = Annotated[str, _option("Colour of the spoken word and the bar: #RRGGBB.")]
FitOption = Annotated[str, _option(f"Pictures of another shape than the film: {_listed(Fit)}.")]
NetworkOption = Annotated[
    str, _option(f"Whose buttons and loudness to cut for: {_listed(Network)}.")
]
ExportOption = Annotated[
    list[str] | None, _option(f"A further file: {_listed(Export)}; repeatable.", "--export")
]
PresenterOption = Annotated[
    str, _option(f"How an avatar provider's presenter is shown: {_listed(Presenter)}.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookWishes:
    """A look as it was typed: words and file names."""

    captions: str
    captions_place: str
    grade: str
    lut: str
    logo: str
    logo_corner: str
    label: str
    label_corner: str
    titles: bool
    progress_bar: bool
    accent: str
    fit: str
    network: str
    exports: Sequence[str]
    presenter: str


def parse_look(wishes: LookWishes) -> Look:
    """The look without its files; they are read, though, so that bad ones are refused first.

    Raises:
        BriefError: ``captions_unknown``, ``grade_unknown`` and so on, ``look_invalid``,
            ``file_unreadable``.
        UnsupportedMedia: ``lut_invalid``, ``logo_invalid``.
    """
    look = Look(
        captions=CaptionLook(
            style=_choose(CaptionStyle, wishes.captions, "captions"),
            place=_choose(CaptionPlace, wishes.captions_place, "captions_place"),
        ),
        grade=Grade(preset=_choose(GradePreset, wishes.grade, "grade")),
        fit=_choose(Fit, wishes.fit, "fit"),
        accent=wishes.accent,
        titles=wishes.titles,
        progress_bar=wishes.progress_bar,
        presenter=_choose(Presenter, wishes.presenter, "presenter"),
        network=_choose(Network, wishes.network, "network"),
        exports=tuple(dict.fromkeys(_choose(Export, name, "export") for name in wishes.exports)),
    )
    if wishes.logo_corner:
        _choose(Corner, wishes.logo_corner, "logo_corner")
    if wishes.label_corner:
        _choose(Corner, wishes.label_corner, "label_corner")
    if wishes.label and wishes.label != _OF_FILM:
        _choose(Language, wishes.label, "label")
    if wishes.lut:
        _check(wishes.lut, _check_lut)
    if wishes.logo:
        _check(wishes.logo, _probe_logo)
    return look


def store_files(look: Look, wishes: LookWishes, language: Language, store: "MediaStore") -> Look:
    """The look with its colour table and its logo in the store, and its label in its corner."""
    if wishes.lut:
        lut = store.put(Path(wishes.lut), "application/x-cube")
        look = replace(look, grade=replace(look.grade, lut=lut))
    if wishes.logo:
        path = Path(wishes.logo)
        media = store.put(path, _picture_type(path), _probe_logo(path))
        look = replace(look, logo=Logo(media=media, corner=_corner(wishes.logo_corner, language)))
    if wishes.label:
        look = replace(look, label=_label(wishes, language))
    return look


def _label(wishes: LookWishes, language: Language) -> Label:
    """The label as asked for; without a corner of its own, below a logo that stands above."""
    chosen = None if wishes.label == _OF_FILM else _choose(Language, wishes.label, "label")
    corner = _corner(wishes.label_corner, language)
    is_taken = bool(wishes.logo) and _corner(wishes.logo_corner, language) is corner
    if is_taken and not wishes.label_corner:
        corner = Corner.BOTTOM_LEFT if language.is_rtl else Corner.BOTTOM_RIGHT
    return Label(corner=corner, language=chosen)


def notes(timeline: "Timeline") -> Iterable[str]:
    """What was asked for and is not in the film, and why."""
    look = timeline.look
    if look.titles and not timeline.titles:
        yield "No titles were added: drawn pictures carry their own."
    if look.presenter is Presenter.CORNER and not timeline.insets:
        yield "Nobody presents the film: choose who with --provider avatar=NAME."


def _choose(kind: type[ChoiceT], value: str, option: str) -> ChoiceT:
    try:
        return kind(value.lower().replace("-", "_"))
    except ValueError as error:
        raise BriefError(
            f"{value!r} is no choice of --{option.replace('_', '-')}.",
            hint=f"Choose one of {_listed(kind)}.",
            code=f"{option}_unknown",
        ) from error


def _corner(value: str, language: Language) -> Corner:
    """The corner asked for; else the one above where lines end, which drawn pictures leave free."""
    if value:
        return _choose(Corner, value, "logo_corner")
    return Corner.TOP_LEFT if language.is_rtl else Corner.TOP_RIGHT


def _check(file: str, look_into: Callable[[Path], object]) -> None:
    try:
        with Path(file).open("rb"):
            pass
    except OSError as error:
        raise unreadable(file, error) from error
    look_into(Path(file))


def _check_lut(path: Path) -> None:
    from video_platform.montage.grade import read_cube

    read_cube(path)


_PICTURE_TYPES = {
    ".png": "image/png",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}


def _picture_type(path: Path) -> str:
    """The media type that the file's name claims."""
    try:
        return _PICTURE_TYPES[path.suffix.lower()]
    except KeyError as error:
        raise UnsupportedMedia(
            f"A logo cannot be made of {path.name}.",
            hint="Use a PNG, WebP or JPEG file, named so.",
            code="logo_invalid",
        ) from error


def _probe_logo(path: Path) -> Probe:
    from video_platform.montage.probe import probe_media

    try:
        return probe_media(path, _picture_type(path))
    except ProbeFailed as error:
        raise UnsupportedMedia(
            error.message, hint="Use a whole PNG, WebP or JPEG file.", code="logo_invalid"
        ) from error
