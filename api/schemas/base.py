"""What schemas of all subjects share: closed input, bounded text, pages, ids in paths."""

import uuid
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Header, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_NO_NUL = r"^[^\x00]*$"
"""PostgreSQL cannot store a NUL character."""
MAX_ID = 2**31 - 1
RowT = TypeVar("RowT")


class Input(BaseModel):
    """What a caller sends. Unknown fields are refused: a mistyped one must not be lost."""

    model_config = ConfigDict(extra="forbid")


class Output(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(extra="forbid")


def shown(**example: Any) -> ConfigDict:
    """A model's configuration with one example of it."""
    return ConfigDict(json_schema_extra={"examples": [example]})


Line = Annotated[str, StringConstraints(max_length=255, pattern=_NO_NUL)]
Name = Annotated[str, StringConstraints(max_length=120, pattern=_NO_NUL)]
Text = Annotated[str, StringConstraints(max_length=20_000, pattern=_NO_NUL)]
LongText = Annotated[str, StringConstraints(max_length=200_000, pattern=_NO_NUL)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

ProjectKey = Annotated[
    str, Path(pattern=r"^[a-z0-9-]{1,80}$", examples=["why-bread-rises-0123456789"])
]
AnyId = Annotated[uuid.UUID, Path(examples=["3f2c8a4e-5b1d-4c76-9a3e-0f1b2c3d4e5f"])]
"""In a path as ``{name:uuid}``, so that it is never taken for a word beside it."""
# Numbers stand in paths as ``{name:int}``, for the same reason.
SceneId = Annotated[int, Path(ge=1, le=10_000, examples=[3])]
CommandId = Annotated[int, Path(ge=1, le=MAX_ID, examples=[12])]
SceneNumber = Annotated[int, Field(ge=1, le=10_000)]
ProjectRef = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,80}$")]

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        pattern=r'^(\*|(W/)?"?[0-9]{1,9}"?)$',
        description="`version` as it was read; the change is refused when it is not that any more.",
        examples=['"3"'],
    ),
]


def version_of(if_match: str | None) -> int | None:
    """The version a caller has seen; nothing: any."""
    if if_match is None or if_match == "*":
        return None
    return int(if_match.removeprefix("W/").strip('"'))


class Page(Output, Generic[RowT]):
    """Some rows of a list, and where the rest begins."""

    model_config = shown(items=[], next="")

    items: list[RowT]
    next: str = Field(default="", description="`cursor` of the next page; empty: this is the last.")
