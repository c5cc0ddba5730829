"""What a signed file says of itself, as the manifest C2PA wants; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from video_platform.domain.rights import SOURCE_TYPES, Ingredient, Making, Role, making_of

GENERATOR = "video-platform"
OWN = "video-platform."
"""Before the names of our own fields, so that they are nobody else's."""

_SEEN = frozenset({Role.SCRIPT, Role.PICTURE, Role.FOOTAGE, Role.PRESENTER, Role.LOGO})
_HEARD = frozenset({Role.SCRIPT, Role.VOICE, Role.PRESENTER, Role.MUSIC, Role.EFFECT})
_UNSIGNED = frozenset({Role.FONT, Role.COLOURS})
"""Told in the disclosure only: they make nothing that could be taken for real."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one file's manifest says: its title, and the ingredients that went into it."""

    title: str
    media_type: str
    ingredients: tuple[Ingredient, ...]

    @property
    def making(self) -> Making:
        """The file's own source type."""
        return making_of(self.ingredients)


def state(title: str, media_type: str, ingredients: Sequence[Ingredient]) -> Statement:
    """The statement of a delivered file; sound names what is heard, a picture what is seen."""
    by_kind = {"audio": _HEARD, "image": _SEEN}
    counted = by_kind.get(media_type.partition("/")[0], frozenset(Role) - _UNSIGNED)
    return Statement(
        title=title,
        media_type=media_type,
        ingredients=tuple(one for one in ingredients if one.role in counted),
    )


def build_manifest(statement: Statement, label: str) -> dict[str, Any]:
    """The manifest without its ingredients, which are added with their files.

    ``label`` is the manifest's own name, ``urn:c2pa:`` and a UUID.
    """
    agent = {"name": GENERATOR, "version": _version()}
    created = {
        "action": "c2pa.created",
        "softwareAgent": agent,
        "digitalSourceType": f"{SOURCE_TYPES}{statement.making.value}",
    }
    actions: list[dict[str, Any]] = [created]
    placed = [identifier(one) for one in statement.ingredients if not one.is_input]
    if placed:
        parameters = {"ingredientIds": placed}
        actions.append({"action": "c2pa.placed", "softwareAgent": agent, "parameters": parameters})
    return {
        "label": label,
        "claim_generator_info": [agent],
        "title": statement.title,
        "format": statement.media_type,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
    }


def build_ingredient(one: Ingredient) -> dict[str, Any]:
    """An ingredient as C2PA lists it; what it has no field for stands in our own."""
    place = f"scene {one.scene_id}, " if one.scene_id else ""
    maker = " ".join(filter(None, (one.provider, one.model)))
    facts = {
        "role": one.role.value,
        "scene": one.scene_id,
        "provider": one.provider,
        "model": one.model,
        "sha256": one.sha256,
        "digitalSourceType": f"{SOURCE_TYPES}{one.making.value}" if one.making.value else "",
        "licence": one.terms.licence,
        "licenceSource": one.terms.source,
    }
    return {
        "title": one.name or f"{place}{one.role.value}",
        "format": one.media_type,
        "instance_id": identifier(one),
        "relationship": "inputTo" if one.is_input else "componentOf",
        "description": f"{place}{one.role.value} by {maker}",
        "metadata": {f"{OWN}{name}": value for name, value in facts.items() if value},
    }


def identifier(one: Ingredient) -> str:
    """Names an ingredient within its manifest: a file may be used in several scenes."""
    return f"urn:video-platform:{one.role.value}:{one.scene_id}:{one.sha256}"


def _version() -> str:
    try:
        return version("video-platform")
    except PackageNotFoundError:
        return "0"
