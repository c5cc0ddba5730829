"""How films of a tenant look: brand kits, and the direction of each project.

Forms name files by a word that the caller knows how to find: the id of an asset over the API, a
path on the command line. Both say the same and are read here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from video_platform.agents.desk import Desk
from video_platform.agents.footage import Match
from video_platform.agents.studio import check_choices
from video_platform.db.repositories.assets import UPLOADED, Asset
from video_platform.db.repositories.kits import StoredKit
from video_platform.db.repositories.projects import StoredProject
from video_platform.domain.brief import Brief
from video_platform.domain.direction import (
    MOST_CANDIDATES,
    MOST_PICTURES,
    MOST_SHEETS,
    Direction,
    FootageUse,
    Sheet,
    SheetKind,
)
from video_platform.domain.kit import BrandKit, stale_stages
from video_platform.domain.language import Language
from video_platform.domain.look import (
    CaptionLook,
    CaptionPlace,
    CaptionStyle,
    Corner,
    Logo,
    Typeface,
)
from video_platform.domain.media import Media, MediaPath
from video_platform.domain.project import Stage
from video_platform.errors import BriefError, Conflict, NotFound, UnsupportedMedia
from video_platform.montage.faces import family_of, languages_of

FindFile = Callable[[str], Asset]
"""Finds the uploaded file that a form names."""
MOST_TAGS = 40
_Name = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00]*$")]
_Text = Annotated[str, StringConstraints(max_length=600, pattern=r"^[^\x00]*$")]
_Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$")]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LogoForm(_Form):
    """A logo and where it stands."""

    file: _Name
    corner: Corner = Corner.TOP_RIGHT
    width: float = Field(default=0.1, ge=0.02, le=0.5)
    opacity: float = Field(default=0.9, ge=0.05, le=1)


class ColoursForm(_Form):
    """A brand's colours."""

    ground: _Colour
    text: _Colour
    main: _Colour
    accent: _Colour


class CaptionsForm(_Form):
    """How captions look."""

    style: CaptionStyle = CaptionStyle.ACTIVE_WORD
    place: CaptionPlace = CaptionPlace.BOTTOM
    size: float = Field(default=1.0, ge=0.5, le=2.0)


class TypefaceForm(_Form):
    """A typeface's files, of one family."""

    regular: _Name
    bold: _Name | None = None


class KitForm(_Form):
    """A brand kit as it is written down."""

    logo: LogoForm | None = None
    colours: ColoursForm | None = None
    captions: CaptionsForm | None = None
    intro: _Name | None = None
    outro: _Name | None = None
    voices: dict[Language, _Name] = Field(default_factory=dict)
    style_words: _Text = ""
    typeface: TypefaceForm | None = None

    def to_kit(self, find: FindFile, media_path: MediaPath) -> BrandKit:
        """The kit, its files found.

        Raises:
            BriefError, UnsupportedMedia: a part is not what it has to be.
        """
        logo = None
        if self.logo is not None:
            logo = Logo(
                media=_media(find(self.logo.file), "image"),
                **self.logo.model_dump(exclude={"file"}),
            )
        return BrandKit(
            logo=logo,
            colours=tuple(self.colours.model_dump().values()) if self.colours else (),
            captions=CaptionLook(**self.captions.model_dump()) if self.captions else None,
            intro=_media(find(self.intro), "video") if self.intro else None,
            outro=_media(find(self.outro), "video") if self.outro else None,
            voices=self.voices,
            style_words=self.style_words,
            typeface=_typeface(self.typeface, find, media_path) if self.typeface else None,
        )


class SheetForm(_Form):
    """A reference sheet as it is written down."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    description: _Text
    kind: SheetKind = SheetKind.CHARACTER
    pictures: list[_Name] = Field(default_factory=list, max_length=MOST_PICTURES)

    def to_sheet(self, find: FindFile) -> Sheet:
        """The sheet, its pictures found."""
        return Sheet(
            name=self.name,
            description=self.description,
            kind=self.kind,
            pictures=tuple(_media(find(one), "image") for one in self.pictures),
        )


_Candidates = Annotated[int, Field(ge=1, le=MOST_CANDIDATES)]


class DirectionForm(_Form):
    """What is wished of a project's pictures; what is left out stays as it is.

    An empty kit or preset takes it away.
    """

    kit: Annotated[str, StringConstraints(max_length=40)] | None = None
    preset: Annotated[str, StringConstraints(max_length=80)] | None = None
    sheets: list[SheetForm] | None = Field(default=None, max_length=MOST_SHEETS)
    continuity: bool | None = None
    images: _Candidates | None = None
    clips: _Candidates | None = None
    footage: FootageUse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A project of which something has to be made anew, and from which stages on."""

    project: str
    stages: tuple[Stage, ...]


class LookDesk(Desk):
    """Brand kits and directions, on behalf of one user."""

    # --- kits ---

    def put_kit(self, name: str, kit: BrandKit, *, version: int | None = None) -> StoredKit:
        """Store a kit; its films change when they are made next, nothing is made by itself.

        Raises:
            InvalidInput, Conflict: as ``Kits.put``.
        """
        return self.studio.kits.put(name, kit, version=version)

    def stale(self, name: str, kit: BrandKit) -> list[Stale]:
        """What this kit would make stale in the projects that name it; ask before storing it."""
        kits = self.studio.kits
        known = any(one.name == name for one in kits.all())
        before = kits.get(name).kit if known else BrandKit()
        found = []
        for key in kits.users(name):
            stages = stale_stages(before, kit, self.studio.projects.stored(key).brief)
            if stages:
                found.append(Stale(project=key, stages=stages))
        return found

    # --- direction ---

    def directed(self, brief: Brief, form: DirectionForm, find: FindFile) -> Brief:
        """A new brief with this direction; its script's writer is told who may appear.

        Raises:
            NotFound: ``kit_missing``, ``preset_missing``, or a file is not there.
            BriefError: ``direction_invalid``.
        """
        made = self._with(brief, form, find)
        cast = tuple(sheet.name for sheet in made.direction.sheets)
        return replace(made, direction=replace(made.direction, cast=cast))

    def direct(
        self,
        key: str,
        form: DirectionForm,
        find: FindFile,
        *,
        version: int | None = None,
        is_built: bool = True,
    ) -> StoredProject:
        """Change a project's direction. The script stays; pictures that are asked for otherwise
        are made anew.

        Raises:
            Conflict: it was changed since ``version``.
            NotFound, BriefError: as ``directed``.
        """
        stored = self.studio.projects.stored(key)
        brief = self._with(stored.brief, form, find)
        return self.change(key, version=version, brief=brief, is_built=is_built)

    def _with(self, brief: Brief, form: DirectionForm, find: FindFile) -> Brief:
        wished: dict[str, Any] = {
            name: value
            for name in ("kit", "continuity", "images", "clips", "footage")
            if (value := getattr(form, name)) is not None
        }
        if form.sheets is not None:
            wished["sheets"] = tuple(sheet.to_sheet(find) for sheet in form.sheets)
        made = replace(brief, direction=replace(brief.direction, **wished))
        if form.preset:
            made = self.studio.presets.find(form.preset).dress(made, form.preset)
        elif form.preset is not None:
            bare = replace(made.direction, preset="", style_words="")
            made = replace(made, direction=bare)
        check_choices(self.studio.dressed(made), self.studio.providers)
        return made

    # --- footage ---

    def footage(self, key: str) -> Mapping[int, Match]:
        """What of the library fits which scene of a project, whether it is preferred or not.

        Raises:
            NotFound: the script is not written yet.
        """
        return self.studio.library.match(self.studio.projects.get(key), self.script(key))

    def tag(self, asset: Asset, tags: Sequence[str]) -> Asset:
        """Put these words in place of those an own file is found by.

        Raises:
            Conflict: it is no file of a person.
            BriefError: ``tags_invalid``.
        """
        words = [" ".join(tag.split()) for tag in tags]
        if len(words) > MOST_TAGS or not all(0 < len(word) <= 60 for word in words):
            raise BriefError(
                f"{len(words)} tags of these lengths cannot be kept.",
                hint=f"Give at most {MOST_TAGS}, of 1 to 60 characters.",
                code="tags_invalid",
            )
        with self.studio.database.session() as session, session.begin():
            tagged = self.assets.tag(session, asset.id, words)
        if tagged is None:
            raise Conflict(
                f"Asset {asset.id} was made by {asset.provider or 'the platform'}, not sent.",
                hint="It is found by what was asked of its provider.",
                code="tags_of_provider",
            )
        return tagged

    def uploaded(self, asset_id: str) -> Asset:
        """An own file by its id, for forms.

        Raises:
            NotFound: there is none.
        """
        found = self.assets.get(asset_id)
        if found is None or UPLOADED not in (found.stage, found.provider):
            raise NotFound(
                f"There is no uploaded file {asset_id}.", hint="Upload it first: POST /uploads."
            )
        return found


def _typeface(form: TypefaceForm, find: FindFile, media_path: MediaPath) -> Typeface:
    """The typeface of these files, which must belong together."""
    regular = _media(find(form.regular), "font")
    bold = _media(find(form.bold), "font") if form.bold else None
    files = [media_path(media) for media in (regular, bold) if media is not None]
    families = [family_of(path) for path in files]
    if len(set(families)) > 1:
        raise UnsupportedMedia(
            f"{' and '.join(families)} are two families.",
            hint="Give the regular and the bold file of one family.",
            code="font_invalid",
        )
    shared = [languages_of(path) for path in files]
    return Typeface(
        family=families[0],
        regular=regular,
        bold=bold,
        languages=tuple(one for one in Language if all(one in known for known in shared)),
    )


def _media(asset: Asset, kind: str) -> Media:
    if asset.media.media_type.partition("/")[0] != kind:
        raise UnsupportedMedia(
            f"{asset.facts.get('name', asset.id)} is {asset.media.media_type}, no {kind}.",
            hint=f"Give a file of the kind {kind}.",
        )
    return asset.media


def show_direction(direction: Direction) -> dict[str, Any]:
    """A direction as plain JSON; pictures stand as hashes."""
    return {
        "kit": direction.kit,
        "preset": direction.preset,
        "style_words": direction.style_words,
        "sheets": [
            {
                "name": sheet.name,
                "kind": sheet.kind.value,
                "description": sheet.description,
                "pictures": [media.sha256 for media in sheet.pictures],
            }
            for sheet in direction.sheets
        ],
        "continuity": direction.continuity,
        "images": direction.images,
        "clips": direction.clips,
        "footage": direction.footage.value,
    }


def show_kit(kit: BrandKit) -> dict[str, Any]:
    """A kit as plain JSON; files stand as hashes."""
    logo, captions = kit.logo, kit.captions
    names = ("ground", "text", "main", "accent")
    return {
        "logo": logo
        and {
            "sha256": logo.media.sha256,
            "corner": logo.corner.value,
            "width": logo.width,
            "opacity": logo.opacity,
        },
        "colours": dict(zip(names, kit.colours, strict=True)) if kit.colours else None,
        "captions": captions
        and {
            "style": captions.style.value,
            "place": captions.place.value,
            "size": captions.size,
        },
        "intro": kit.intro and kit.intro.sha256,
        "outro": kit.outro and kit.outro.sha256,
        "voices": {language.value: voice for language, voice in kit.voices.items()},
        "style_words": kit.style_words,
        "typeface": kit.typeface
        and {
            "family": kit.typeface.family,
            "regular": kit.typeface.regular.sha256,
            "bold": kit.typeface.bold and kit.typeface.bold.sha256,
            "languages": [language.value for language in kit.typeface.languages],
        },
    }
