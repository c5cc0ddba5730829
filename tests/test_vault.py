"""Secrets are opened by whom they were sealed for, with the keys of then and now."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from video_platform.errors import NotConfigured
from video_platform.vault import Vault, key_id, new_key, open_vault

OLD, NEW, OTHER = new_key(), new_key(), new_key()


def test_a_secret_comes_back_and_looks_different_every_time() -> None:
    vault = Vault([OLD])
    sealed = [vault.seal("token", "tenant/account/1") for _ in range(2)]
    assert sealed[0] != sealed[1]
    assert all(vault.open(text, "tenant/account/1") == "token" for text in sealed)
    assert all("token" not in text for text in sealed)


def test_a_secret_moved_to_another_row_cannot_be_opened_there() -> None:
    vault = Vault([OLD])
    sealed = vault.seal("token", "tenant/account/1")
    for other in ("tenant/account/2", "other/account/1", ""):
        with pytest.raises(NotConfigured) as refused:
            vault.open(sealed, other)
        assert refused.value.code == "secret_unreadable"


def test_keys_change_while_everything_can_be_read() -> None:
    sealed = Vault([OLD]).seal("token", "x")
    both = Vault([NEW, OLD])
    assert both.open(sealed, "x") == "token"
    renewed = both.reseal(sealed)
    assert renewed.startswith(key_id(NEW))
    assert both.reseal(renewed) == renewed
    assert Vault([NEW]).open(renewed, "x") == "token"
    with pytest.raises(NotConfigured):
        Vault([NEW]).open(renewed, "y")
    with pytest.raises(NotConfigured):
        Vault([NEW]).reseal(sealed)
    with pytest.raises(NotConfigured):
        Vault([NEW]).open(sealed, "x")


@pytest.mark.parametrize("broken", ["", "x", "a.b", "é.é", "." * 50, "00000000." + "A" * 120])
def test_broken_texts_are_refused_with_a_hint(broken: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        Vault([OLD]).open(broken, "x")
    assert "VIDEO_PLATFORM_SECRET_KEYS" in refused.value.hint


def test_a_changed_text_is_refused() -> None:
    sealed = Vault([OLD]).seal("token", "x")
    changed = sealed[:-5] + ("A" if sealed[-5] != "A" else "B") + sealed[-4:]
    with pytest.raises(NotConfigured):
        Vault([OLD]).open(changed, "x")


@pytest.mark.parametrize("keys", [[], ["short"], [OLD, "not a key"], ["é" * 44]])
def test_what_is_no_key_is_refused(keys: list[str]) -> None:
    with pytest.raises(NotConfigured) as refused:
        Vault(keys)
    assert refused.value.code == "secret_keys_invalid"
    assert OLD not in str(refused.value)


def test_keys_given_go_before_the_one_of_this_machine(tmp_path: Path) -> None:
    sealed = open_vault(f" {NEW}, {OLD} ", tmp_path).seal("token", "x")
    assert Vault([NEW]).open(sealed, "x") == "token"
    assert list(tmp_path.iterdir()) == []


def test_the_key_of_a_machine_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "data"
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: open_vault("", home), range(16)))
    sealed = vaults[0].seal("token", "x")
    assert all(vault.open(sealed, "x") == "token" for vault in vaults)
    (file,) = home.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
