"""Platforms over HTTP: what each takes, as data, and what the operator has to set."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from video_platform.publishing.registry import platform_class, platform_names

P = "/api/v1/platforms"


def platforms(api: TestClient, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in api.get(P, headers=headers).json()}


def test_every_platform_is_listed_with_its_own_rules(api: TestClient, signed_in: Any) -> None:
    found = platforms(api, signed_in(api, role="viewer"))
    assert set(found) == set(platform_names())
    for name, shown in found.items():
        rules = platform_class(name).rules
        assert shown["rules"]["formats"] == [ratio.value for ratio in rules.formats]
        assert shown["rules"]["max_duration_s"] == rules.max_ms / 1000
        assert shown["rules"]["has_ai_disclosure"] == rules.has_disclosure
    assert {name for name, one in found.items() if one["rules"]["has_ai_disclosure"]} >= {
        "youtube",
        "tiktok",
        "x",
    }


def test_what_is_missing_is_named_and_never_shown(
    api: TestClient, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    headers = signed_in(api)
    youtube = platforms(api, headers)["youtube"]
    assert not youtube["configured"]
    assert youtube["missing"] == ["YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET"]
    monkeypatch.setenv("YOUTUBE_CLIENT_ID", "client-id")
    monkeypatch.setenv("YOUTUBE_CLIENT_SECRET", "secret-canary")
    assert platforms(api, headers)["youtube"]["configured"]
    assert "secret-canary" not in api.get(P, headers=headers).text


def test_this_machines_channel_needs_nothing(api: TestClient, signed_in: Any) -> None:
    channel = platforms(api, signed_in(api))["local_channel"]
    assert (channel["needs_account"], channel["configured"]) == (False, True)


def test_figures_of_a_place_that_is_none_are_refused(api: TestClient, signed_in: Any) -> None:
    answer = api.get(f"{P}/nowhere/metrics", headers=signed_in(api))
    assert (answer.status_code, answer.json()["code"]) == (422, "platform_unknown")
