"""Finds platforms by name: a file in ``platforms`` is all it takes to add one."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast

from video_platform.errors import InvalidInput, NotConfigured
from video_platform.providers.service import Access
from video_platform.publishing import platforms
from video_platform.publishing.base import Connects, Platform

AccessOf = Callable[[type[Any]], Access]
"""Where a network's registered application and address come from."""


@cache
def platform_names() -> tuple[str, ...]:
    """Names of all platform modules, sorted; none is imported."""
    found = (module.name for module in pkgutil.iter_modules(platforms.__path__))
    return tuple(sorted(name for name in found if not name.startswith("_")))


def platform_class(name: str) -> type[Any]:
    """The class of the platform called ``name``: the one in its module that carries the name.

    Raises:
        NotConfigured: ``platform_unknown``.
    """
    if name not in platform_names():
        raise NotConfigured(
            f"There is no platform called {name[:40]!r}.",
            hint=f"Known: {', '.join(platform_names())}.",
            code="platform_unknown",
        )
    module = importlib.import_module(f"{platforms.__name__}.{name}")
    return next(
        kind
        for kind in vars(module).values()
        if isinstance(kind, type)
        and kind.__module__ == module.__name__
        and getattr(kind, "name", "") == name
    )


class Platforms:
    """The platforms of one installation.

    Args:
        here: those of this machine, ready made; the others are networks, reached by ``access_of``.
    """

    def __init__(self, access_of: AccessOf, *, here: Mapping[str, Platform] | None = None) -> None:
        self._access_of = access_of
        self._known: dict[str, Platform] = dict(here or {})

    def find(self, name: str) -> Platform:
        """The platform called ``name``.

        Raises:
            NotConfigured: ``platform_unknown``.
        """
        if name not in self._known:
            kind = platform_class(name)
            self._known[name] = kind(self._access_of(kind))
        return self._known[name]

    def at_once(self, name: str) -> int:
        """Posts one account may have under way; 1 where the platform is not known."""
        return self.find(name).rules.at_once if name in platform_names() else 1

    def needs_account(self, name: str) -> bool:
        """Whether posts there go to an account a person connects."""
        return hasattr(self.find(name), "authorize_url")

    def connects(self, name: str) -> Connects:
        """The platform as one whose accounts are connected.

        Raises:
            NotConfigured: ``platform_unknown``.
            InvalidInput: ``account_not_needed``.
        """
        if not self.needs_account(name):
            raise InvalidInput(
                f"{name} needs no account.",
                hint=f"Publish to it: video-platform publish PROJECT --to {name}.",
                code="account_not_needed",
            )
        return cast(Connects, self.find(name))
