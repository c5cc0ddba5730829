"""Keys for tokens: refused when weak, made once for a machine, readable by its owner only."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from video_platform.access.keyring import keyring_of_machine, parse_keyring
from video_platform.errors import NotConfigured

SECRET = base64.urlsafe_b64encode(b"\xff" * 32).decode()


def test_the_first_key_signs_and_the_others_are_kept() -> None:
    keys = parse_keyring(f"new={SECRET}, old={SECRET.rstrip('=')}")
    assert [(key.kid, key.secret) for key in keys] == [("new", b"\xff" * 32), ("old", b"\xff" * 32)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        SECRET,
        f"={SECRET}",
        f"../etc={SECRET}",
        f"a={SECRET},a={SECRET}",
        "a=c2hvcnQ",
        "a=***",
        f"a={SECRET}é",
    ],
)
def test_a_key_that_is_weak_or_malformed_is_refused(text: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        parse_keyring(text)
    assert "VIDEO_PLATFORM_TOKEN_KEYS" in refused.value.hint
    assert SECRET not in str(refused.value)


def test_a_key_does_not_show_in_logs() -> None:
    assert "\\xff" not in repr(parse_keyring(f"a={SECRET}"))


def test_a_machine_makes_its_key_once_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "data" / "token-keys"
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: keyring_of_machine(path), range(8)))
    assert len(made) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["token-keys"]


def test_a_spoilt_file_is_said_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "token-keys"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(NotConfigured, match="token-keys"):
        keyring_of_machine(path)
    assert path.read_bytes() == b"\xff\xfe"
