"""Providers of other packages: found by their entry point; a broken one hides no other."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from video_platform.domain.generation import Capability
from video_platform.errors import NotConfigured
from video_platform.providers import registry
from video_platform.providers.registry import BrokenEntry, Catalogue, broken_entries


class Beside:
    """A provider as another package would bring it."""

    name: ClassVar[str] = "beside"
    capability: ClassVar[Capability] = Capability.IMAGE
    version: ClassVar[str] = "1"


@dataclass
class Package:
    name: str = "acme-providers"


@dataclass
class Entry:
    """An entry point, as ``importlib.metadata`` shows one."""

    name: str
    loads: Any
    dist: Package | None = None

    def load(self) -> Any:
        if isinstance(self.loads, Exception):
            raise self.loads
        return self.loads


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Entry]]:
    """Put entries in here; they are read once."""
    entries: list[Entry] = []
    monkeypatch.setattr(registry.metadata, "entry_points", lambda group: entries)
    registry._beside.cache_clear()
    yield entries
    registry._beside.cache_clear()


def test_a_provider_of_another_package_is_found(installed: list[Entry]) -> None:
    installed.append(Entry("beside", Beside))
    assert isinstance(Catalogue().find(Capability.IMAGE, "beside"), Beside)
    assert broken_entries() == ()


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (ImportError("No module named 'torch'"), "ImportError: No module named 'torch'"),
        (SyntaxError("bad"), "SyntaxError: bad"),
        ("text", "TypeError: 'text' is no class with a name, a capability, a version"),
        (type("Nameless", (), {}), "is no class with a name"),
    ],
)
def test_a_broken_one_is_left_out_named_and_hides_no_other(
    broken: Any, reason: str, installed: list[Entry], caplog: pytest.LogCaptureFixture
) -> None:
    installed += [Entry("torn", broken, Package()), Entry("beside", Beside)]
    for _ in range(2):
        names = Catalogue().names(Capability.IMAGE)
        assert {"beside", "flux", "embedded_painter"} <= set(names)
    (found,) = broken_entries()
    assert (found.name, found.package) == ("torn", "acme-providers")
    assert reason in found.reason
    (said,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "torn" in said.getMessage()
    assert "acme-providers" in said.getMessage()


def test_a_broken_one_is_not_found(installed: list[Entry]) -> None:
    installed.append(Entry("torn", ImportError("x")))
    with pytest.raises(NotConfigured, match="torn"):
        Catalogue().find(Capability.IMAGE, "torn")
    assert broken_entries() == (BrokenEntry("torn", "?", "ImportError: x"),)
