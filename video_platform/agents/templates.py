"""Templates: the shape of a kind of film as a data file, with places for what it is about.

A template is a TOML file: ``about``, the ``fields`` it asks for, the ``text`` with ``{field}`` in
it, its own ``words`` in each language, and defaults of the brief. A file of the same name in the
data directory's ``templates`` goes before one of the product.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.look import CaptionStyle, Presenter
from video_platform.errors import BriefError, NotFound

_OURS = Path(__file__).resolve().parent.parent / "templates"
_MAX_BYTES = 100_000
_PLACE = re.compile(r"\{([a-z_]{1,40})\}")
_FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]


class Template(BaseModel):
    """A kind of film.

    Args:
        fields: what each place means, by its name; all of them have to be given.
        text: the brief, with ``{field}`` where a value goes.
        words: what the template itself says at ``{word}``, in every language.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    about: str
    fields: dict[_FieldName, str] = Field(min_length=1, max_length=40)
    text: str = Field(min_length=1)
    words: dict[_FieldName, dict[Language, str]] = Field({}, max_length=40)
    duration_s: int = 60
    formats: list[Format] = [Format.WIDE]
    style: str = "clean"
    captions: CaptionStyle = CaptionStyle.ACTIVE_WORD
    presenter: Presenter = Presenter.CORNER

    def fill(self, values: Mapping[str, str], language: Language) -> str:
        """The brief's text in the film's language.

        Raises:
            BriefError: a field is missing, or is none of the template's.
        """
        missing = [name for name in self.fields if not values.get(name, "").strip()]
        unknown = sorted(values.keys() - self.fields.keys())
        if missing or unknown:
            raise BriefError(
                f"The template lacks {', '.join(missing) or 'nothing'}"
                f" and does not know {', '.join(unknown) or 'nothing else'}.",
                hint=f"Its fields: {', '.join(self.fields)}.",
                code="template_fields",
            )
        # Values are put in at once: a brace inside one is text.
        filled = {name: said[language] for name, said in self.words.items()} | dict(values)
        return _PLACE.sub(lambda place: filled.get(place[1], place[0]).strip(), self.text).strip()


class Templates:
    """The templates of an installation.

    Args:
        own: folder of the user's files; it need not exist.
    """

    def __init__(self, own: Path) -> None:
        self._folders = (own, _OURS)

    def names(self) -> list[str]:
        """All names, sorted."""
        return sorted({path.stem for folder in self._folders for path in folder.glob("*.toml")})

    def find(self, name: str) -> Template:
        """The template of this name.

        Raises:
            NotFound: there is none.
            BriefError: its file is not what a template is; the message says where.
        """
        if name in self.names():
            for folder in self._folders:
                path = folder / f"{name}.toml"
                if path.is_file():
                    return _read(path)
        raise NotFound(
            f"There is no template {name!r}.",
            hint=f"Choose from {', '.join(self.names())}.",
            code="template_missing",
        )


def _read(path: Path) -> Template:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError(f"it is larger than {_MAX_BYTES} bytes")
        template = Template.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        places = set(_PLACE.findall(template.text))
        named = template.fields.keys() | template.words.keys()
        if places != named:
            raise ValueError(f"text and fields differ: {places ^ named}")
        if any(said.keys() != set(Language) for said in template.words.values()):
            raise ValueError(f"words need all of {', '.join(Language)}")
    except (OSError, ValueError, ValidationError) as error:
        raise BriefError(
            f"{path.name} is no template: {error}",
            hint="See docs/creator-control.md.",
            code="template_invalid",
        ) from error
    return template
