"""Every remote provider says what it can do and what it costs, or that nobody knows."""

import re
import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.accounts import account, name_of, request_for
from tests.scenarios.samples import Drawer
from video_platform import providers
from video_platform.domain.generation import Capability
from video_platform.errors import NotConfigured
from video_platform.providers.limits import Limits
from video_platform.providers.prices import find_price, price_table
from video_platform.providers.registry import provider_classes
from video_platform.providers.remote import RemoteProvider

REMOTE = [kind for kind in provider_classes() if issubclass(kind, RemoteProvider)]
KEYLESS = frozenset({"openai_compatible"})
"""Servers of the operator's own: they have an address, and a key only if they want one."""
UNITS = frozenset(
    {
        "call",
        "image",
        "megapixel",
        "second",
        "minute",
        "1000_characters",
        "million_tokens_in",
        "million_tokens_out",
    }
)
LISTS = [
    file
    for file in resources.files(providers).joinpath("price_list").iterdir()
    if file.name.endswith(".toml")
]


def _build(kind: type[Any], drawer: Drawer) -> RemoteProvider[Any]:
    made: RemoteProvider[Any] = kind(account(kind), drawer.path)
    return made


@pytest.mark.parametrize("kind", REMOTE, ids=name_of)
def test_it_has_limits_of_what_its_capability_asks(kind: type[Any]) -> None:
    limits: Limits = kind.limits
    if kind.capability is Capability.MUSIC and limits == Limits():
        pytest.skip("music is asked for at most what is made; the montage repeats the rest")
    assert limits != Limits(), "no limit at all is stated"
    match kind.capability:
        case Capability.IMAGE | Capability.AVATAR:
            assert limits.formats
        case Capability.VIDEO:
            assert limits.formats
            assert limits.durations_s or limits.longest_s
        case Capability.VOICE | Capability.SCRIPT:
            assert limits.characters
        case Capability.MUSIC:
            assert limits.longest_s or limits.durations_s
    assert sorted(set(limits.durations_s)) == list(limits.durations_s)


@pytest.mark.parametrize("kind", REMOTE, ids=name_of)
def test_its_prices_are_listed_or_honestly_unknown(kind: type[Any], tmp_path: Path) -> None:
    drawer = Drawer(tmp_path)
    provider = _build(kind, drawer)
    amounts = provider.amounts(request_for(kind, drawer))
    assert amounts
    assert set(amounts) <= UNITS
    assert all(amount > 0 for amount in amounts.values()), amounts
    price = provider.price_usd(request_for(kind, drawer))
    if price is None:
        rows = [unit for unit in amounts if find_price(kind.service.name, provider.model, unit)]
        assert not rows, f"priced in part: only {rows} have a row"
        assert kind.service.notice, "its price is not known, and no notice says so"
    else:
        assert Decimal(0) <= price < 100


@pytest.mark.parametrize("kind", REMOTE, ids=name_of)
def test_without_a_key_it_says_which_one_before_any_request(
    kind: type[Any], tmp_path: Path
) -> None:
    """Or why it is off: an address or a consent may be missing first."""
    if kind.service.name in KEYLESS:
        pytest.skip("a server of one's own may want no key")
    drawer = Drawer(tmp_path)
    provider = kind(replace(account(kind), key=""), drawer.path)
    with pytest.raises(NotConfigured) as caught:
        provider.examine(request_for(kind, drawer))
    assert caught.value.hint
    assert kind.service.key_variable in str(caught.value)
    assert provider.http._client is None


@pytest.mark.parametrize("kind", REMOTE, ids=name_of)
def test_an_ordinary_request_is_within_its_limits(kind: type[Any], tmp_path: Path) -> None:
    drawer = Drawer(tmp_path)
    provider = _build(kind, drawer)
    provider.examine(request_for(kind, drawer))
    assert provider.http._client is None, "it went to the network to find out"


@pytest.mark.parametrize("kind", REMOTE, ids=name_of)
def test_its_service_is_described(kind: type[Any]) -> None:
    service = kind.service
    assert service.base_url.startswith("https://") or service.name in KEYLESS
    assert not service.base_url.endswith("/")
    if service.key_variable:
        assert re.fullmatch(r"[A-Z][A-Z0-9_]+", service.key_variable)
        assert service.sign_up_url.startswith("https://") or service.name in KEYLESS
        assert "{key}" in service.key_form
    assert 1 <= service.at_once <= 100
    assert service.pause_s > 0
    assert all(word == word.lower() for word in kind.codes), "codes are compared in lower case"


def test_services_of_one_name_are_one_service() -> None:
    """Places, pace and prices go by name."""
    found: dict[str, Any] = {}
    for kind in REMOTE:
        known = found.setdefault(kind.service.name, kind.service)
        assert known.key_variable == kind.service.key_variable
        assert (known.at_once, known.per_minute) == (kind.service.at_once, kind.service.per_minute)


def test_provider_names_are_unique_by_capability() -> None:
    names = [(kind.capability, kind.name) for kind in provider_classes()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("file", LISTS, ids=lambda file: file.name)
def test_a_price_list_is_complete_and_dated(file: Any) -> None:
    rows = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)["price"]
    seen = set()
    for row in rows:
        assert {*row} == {"service", "model", "unit", "usd", "source", "read_on", "confidence"}
        assert row["unit"] in UNITS
        assert row["confidence"] in ("schema", "documents", "memory")
        assert isinstance(row["read_on"], date)
        assert date(2026, 1, 1) <= row["read_on"] <= date(2026, 12, 31)
        assert Decimal(row["usd"]) >= 0
        assert len(row["source"]) >= 5
        seen.add((row["service"], row["model"], row["unit"]))
    assert len(seen) == len(rows), "a price stands twice"


def test_no_price_belongs_to_nobody() -> None:
    services = {kind.service.name for kind in REMOTE}
    assert {service for service, _, _ in price_table()} <= services
