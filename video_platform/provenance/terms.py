"""How providers make things and what allows their use: shipped data, the operator's laid over it.

The shipped file is ``terms.toml``; the operator's has the same form and may name single files.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from video_platform.domain.rights import UNSTATED, Making, Role, Terms
from video_platform.errors import NotConfigured

SHIPPED = Path(__file__).with_name("terms.toml")
UPLOAD = "upload"
"""Stands where a provider is named, for a person's own file."""
_LARGEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsBook:
    """All that is known of licences.

    Args:
        providers: by name, or by ``name/role`` where roles differ.
        files: by hash; these go before everything else.
    """

    providers: Mapping[str, Terms] = field(default_factory=dict)
    makings: Mapping[str, Making] = field(default_factory=dict)
    files: Mapping[str, Terms] = field(default_factory=dict)
    fonts: Mapping[str, Terms] = field(default_factory=dict)

    def find(self, provider: str, role: Role, sha256: str, *, stated: Terms = UNSTATED) -> Terms:
        """What allows the use of a file.

        Args:
            stated: what came with the file, which counts where the book says nothing.
        """
        if sha256 in self.files:
            return self.files[sha256]
        for name in (f"{provider}/{role.value}", provider):
            if name in self.providers:
                return self.providers[name]
        if stated.licence and not stated.source:
            return replace(stated, source="stated with the file")
        return stated

    def making(self, provider: str) -> Making:
        """How a provider makes things; one that is not listed counts as a trained model."""
        if provider == UPLOAD:
            return Making.UNKNOWN
        return self.makings.get(provider, Making.TRAINED)


def load_terms(own: Path | None = None) -> TermsBook:
    """The shipped terms, with the operator's laid over them.

    Raises:
        NotConfigured: ``licences_invalid``: the operator's file cannot be read or understood.
    """
    shipped = _parse(SHIPPED)
    if own is None:
        return shipped
    laid = _parse(own)
    return TermsBook(
        providers={**shipped.providers, **laid.providers},
        makings={**shipped.makings, **laid.makings},
        files={**shipped.files, **laid.files},
        fonts={**shipped.fonts, **laid.fonts},
    )


def _parse(path: Path) -> TermsBook:
    try:
        with path.open("rb") as reader:
            table = tomllib.loads(reader.read(_LARGEST_BYTES).decode())
        return TermsBook(
            providers=_terms(table.get("providers", {})),
            makings={
                name: Making(row["making"])
                for name, row in table.get("providers", {}).items()
                if "making" in row
            },
            files=_terms(table.get("files", {})),
            fonts=_terms(table.get("fonts", {})),
        )
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise NotConfigured(
            f"{path} is no list of licences: {error}.",
            hint="Write it as docs/content-credentials.md shows, or unset VIDEO_PLATFORM_LICENCES.",
            code="licences_invalid",
        ) from error


def _terms(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Terms]:
    return {
        name: Terms(
            licence=str(row.get("licence", "")),
            source=str(row.get("source", "")),
            read_on=str(row.get("read_on", "")),
        )
        for name, row in rows.items()
    }
