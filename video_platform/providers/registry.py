"""Finds providers by name: a file in ``vendors`` is all it takes to add one."""

import importlib
import logging
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from video_platform.domain.generation import Capability
from video_platform.domain.media import Media, MediaPath
from video_platform.errors import NotConfigured
from video_platform.providers import vendors
from video_platform.providers.chain import Chain
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Access

DEFAULTS: dict[Capability, str] = {
    Capability.SCRIPT: "embedded_writer",
    Capability.IMAGE: "embedded_painter",
    Capability.VIDEO: "still_motion",
    Capability.VOICE: "espeak",
    Capability.MUSIC: "embedded_composer",
}
"""Providers that need no key, used where the brief names none. Avatars have no such default."""


@cache
def vendor_names() -> tuple[str, ...]:
    """Names of all vendor modules, sorted; none is imported."""
    return tuple(
        sorted(
            module.name
            for module in pkgutil.iter_modules(vendors.__path__)
            if not module.name.startswith("_")
        )
    )


AccessOf = Callable[[type[RemoteProvider[Any]]], Access]
"""Where a remote provider's key, address and model come from."""

_ENTRY_POINTS = "video_platform.providers"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BrokenEntry:
    """A provider of another package that cannot be used here, and why."""

    name: str
    package: str
    reason: str


@cache
def _beside() -> tuple[tuple[type[Any], ...], tuple[BrokenEntry, ...]]:
    """Providers of other packages, and those of them that are broken: one hides no other."""
    found: list[type[Any]] = []
    broken: list[BrokenEntry] = []
    for entry in metadata.entry_points(group=_ENTRY_POINTS):
        try:
            found.append(_provider_class(entry.load()))
        except Exception as error:  # noqa: BLE001 - somebody else's code, run at its import
            package = entry.dist.name if entry.dist else "?"
            broken.append(BrokenEntry(entry.name, package, f"{type(error).__name__}: {error}"))
            _log.warning(
                "Provider %s of package %s is left out: %s. Update or uninstall the package.",
                entry.name,
                package,
                broken[-1].reason,
            )
    return tuple(found), tuple(broken)


def _provider_class(loaded: Any) -> type[Any]:
    facts = ("name", "capability", "version")
    if not isinstance(loaded, type) or not all(hasattr(loaded, fact) for fact in facts):
        raise TypeError(f"{loaded!r} is no class with a {', a '.join(facts)}")
    return loaded


def broken_entries() -> tuple[BrokenEntry, ...]:
    """Providers of other packages that are installed and cannot be used."""
    return _beside()[1]


def provider_classes() -> tuple[type[Any], ...]:
    """Every provider that ships with the platform or is installed beside it, vendor by vendor.

    Packages add theirs through the entry point group ``video_platform.providers``: each entry names
    a provider class. One that cannot be loaded is left out; ``broken_entries`` says why.
    """
    found: list[type[Any]] = []
    for name in vendor_names():
        found += importlib.import_module(f"{vendors.__name__}.{name}").PROVIDERS
    return (*found, *_beside()[0])


class Catalogue:
    """The providers of one installation, ready to be asked.

    Args:
        access_of: gives a remote provider its account.
        media_path: gives providers local files of media.
    """

    def __init__(
        self, access_of: AccessOf | None = None, media_path: MediaPath | None = None
    ) -> None:
        self._access_of = access_of or (lambda _: Access())
        self._media_path = media_path or _no_media

    def over(self, media_path: MediaPath) -> "Catalogue":
        """The same providers, taking their media from another store."""
        return Catalogue(self._access_of, media_path)

    def find(self, capability: Capability, name: str = "") -> Any:
        """The provider called ``name``, or the capability's default.

        Several names, with commas between, are a chain: each is asked when the one before cannot.

        Raises:
            NotConfigured: no such provider, or it does not offer this capability.
        """
        names = [part.strip() for part in name.split(",") if part.strip()]
        if len(names) > 1:
            return Chain(tuple(self.find(capability, one) for one in names))
        wanted = names[0] if names else DEFAULTS.get(capability, "")
        for provider in self._candidates(wanted):
            if provider.capability is capability and provider.name == wanted:
                return self._build(provider)
        raise NotConfigured(
            f"There is no {capability} provider called {wanted!r}.",
            hint=f"Known: {', '.join(self.names(capability))}.",
        )

    def names(self, capability: Capability) -> list[str]:
        """All providers of a capability."""
        return sorted(p.name for p in provider_classes() if p.capability is capability)

    def drawing_words(self) -> frozenset[str]:
        """Providers whose pictures hold the words of one film."""
        return frozenset(p.name for p in provider_classes() if getattr(p, "draws_words", False))

    def answerable(self) -> frozenset[str]:
        """Providers that know what became of a request: they can be asked, or work here."""
        return frozenset(
            p.name for p in provider_classes() if hasattr(p, "find") or not hasattr(p, "service")
        )

    def all(self) -> list[Any]:
        """Every provider, built."""
        return [self._build(provider) for provider in provider_classes()]

    def _candidates(self, wanted: str) -> tuple[type[Any], ...]:
        # The vendor of that name first: nothing else is imported for it.
        if wanted in vendor_names():
            return tuple(importlib.import_module(f"{vendors.__name__}.{wanted}").PROVIDERS)
        return provider_classes()

    def _build(self, provider: type[Any]) -> Any:
        if issubclass(provider, RemoteProvider):
            return provider(self._access_of(provider), self._media_path)
        return provider()


def _no_media(media: Media) -> Path:
    raise NotConfigured(f"There is no store to take {media.key} from.")


def find_provider(capability: Capability, name: str = "") -> Any:
    """A provider without any account: enough to ask what it can do."""
    return Catalogue().find(capability, name)
