"""How a film is cut, as callers say it; media stand as ids of assets."""

from pydantic import Field

from api.schemas.base import Input, Output, shown
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

_CAPTIONS = {"style": "active_word", "place": "bottom", "size": 1.0}
_GRADE = {
    "preset": "warm",
    "exposure_stops": 0.0,
    "contrast": 0.1,
    "saturation": 1.0,
    "temperature": 0.0,
}
_LOOK = {
    "captions": _CAPTIONS,
    "grade": _GRADE,
    "fit": "crop",
    "accent": "#FFD050",
    "titles": False,
    "label": {"corner": "top_right", "language": "fr"},
    "progress_bar": False,
    "presenter": "full",
    "network": "any",
    "exports": ["gif"],
}


class CaptionsIn(Input):
    """Burned captions."""

    model_config = shown(**_CAPTIONS)

    style: CaptionStyle = CaptionStyle.ACTIVE_WORD
    place: CaptionPlace = CaptionPlace.BOTTOM
    size: float = Field(default=1.0, ge=0.5, le=2.0)


class GradeIn(Input):
    """Colour grading."""

    model_config = shown(**_GRADE)

    preset: GradePreset = GradePreset.NONE
    exposure_stops: float = Field(default=0.0, ge=-3, le=3)
    contrast: float = Field(default=0.0, ge=-1, le=1)
    saturation: float = Field(default=1.0, ge=0, le=2)
    temperature: float = Field(default=0.0, ge=-1, le=1)


class LogoIn(Input):
    """A picture in a corner of the film: an asset of kind `image`."""

    model_config = shown(
        asset="3f2c8a4e-5b1d-4c76-9a3e-0f1b2c3d4e5f", corner="top_right", width=0.1, opacity=0.9
    )

    asset: str = Field(pattern=r"^[0-9a-f-]{36}$")
    corner: Corner = Corner.TOP_RIGHT
    width: float = Field(default=0.1, ge=0.02, le=0.5)
    opacity: float = Field(default=0.9, ge=0.05, le=1)


class LabelIn(Input):
    """Words in a corner of the film which say that AI made it."""

    model_config = shown(corner="top_right", language="fr")

    corner: Corner = Corner.TOP_RIGHT
    language: Language | None = Field(default=None, description="Of the words; null: the film's.")


class LookIn(Input):
    """Captions, colours, overlays and exports of the cut; the defaults are a good film."""

    model_config = shown(**_LOOK)

    captions: CaptionsIn = Field(default_factory=CaptionsIn)
    grade: GradeIn = Field(default_factory=GradeIn)
    fit: Fit = Fit.CROP
    accent: str = Field(default="#FFD050", pattern=r"^#[0-9A-Fa-f]{6}$")
    titles: bool = False
    logo: LogoIn | None = None
    label: LabelIn | None = None
    progress_bar: bool = False
    presenter: Presenter = Presenter.FULL
    network: Network = Network.ANY
    exports: list[Export] = Field(default_factory=list, max_length=len(Export))


class LookOut(Output):
    """The look of a stored brief; a logo stands as its hash."""

    model_config = shown(**{**_LOOK, "logo": None})

    captions: CaptionsIn
    grade: GradeIn
    fit: Fit
    accent: str
    titles: bool
    logo: str | None
    label: LabelIn | None
    progress_bar: bool
    presenter: Presenter
    network: Network
    exports: list[Export]

    @classmethod
    def of(cls, look: Look) -> "LookOut":
        """A look as it is shown."""
        captions, grade = look.captions, look.grade
        return cls(
            captions=CaptionsIn(style=captions.style, place=captions.place, size=captions.size),
            grade=GradeIn(
                preset=grade.preset,
                exposure_stops=grade.exposure_stops,
                contrast=grade.contrast,
                saturation=grade.saturation,
                temperature=grade.temperature,
            ),
            fit=look.fit,
            accent=look.accent,
            titles=look.titles,
            logo=look.logo.media.sha256 if look.logo else None,
            label=LabelIn(corner=look.label.corner, language=look.label.language)
            if look.label
            else None,
            progress_bar=look.progress_bar,
            presenter=look.presenter,
            network=look.network,
            exports=list(look.exports),
        )


def to_look(wish: LookIn, logo: Logo | None) -> Look:
    """The look; ``BriefError`` when it breaks a rule. ``logo`` is the wish's, found."""
    return Look(
        captions=CaptionLook(**wish.captions.model_dump()),
        grade=Grade(**wish.grade.model_dump()),
        fit=wish.fit,
        accent=wish.accent,
        titles=wish.titles,
        logo=logo,
        label=Label(**wish.label.model_dump()) if wish.label else None,
        progress_bar=wish.progress_bar,
        presenter=wish.presenter,
        network=wish.network,
        exports=tuple(wish.exports),
    )
