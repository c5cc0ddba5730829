"""Secrets at rest: tokens of accounts and of webhooks are encrypted, and bound to whose they are.

Several keys may be known: the first encrypts, all decrypt, so that keys can be changed while
everything runs. A sealed text begins with the id of its key. What it is bound to is encrypted with
it: a text moved to another tenant's or account's row cannot be opened there.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from video_platform.disk import storage_errors
from video_platform.errors import NotConfigured

_FILE = "secret-keys"
_SEPARATOR = "."


class Vault:
    """Seals and opens short texts.

    Args:
        keys: 32 bytes each, in URL-safe base64; the first one seals.

    Raises:
        NotConfigured: ``secret_keys_invalid``: there is none, or one of them is no key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        from cryptography.fernet import Fernet, MultiFernet

        try:
            ring = [Fernet(key) for key in keys]
        except ValueError as error:
            raise _invalid("One of the secret keys is not a key") from error
        if not ring:
            raise _invalid("There is no secret key")
        self._ring = MultiFernet(ring)
        self._first = key_id(keys[0])

    def seal(self, text: str, bound_to: str) -> str:
        """Encrypt ``text`` for ``bound_to``; equal texts give different results."""
        inside = json.dumps([bound_to, text]).encode()
        return f"{self._first}{_SEPARATOR}{self._ring.encrypt(inside).decode()}"

    def open(self, sealed: str, bound_to: str) -> str:
        """The text that was sealed for ``bound_to``.

        Raises:
            NotConfigured: ``secret_unreadable``: its key is not known, it was changed, or it was
                sealed for something else.
        """
        from cryptography.fernet import InvalidToken

        name, _, token = sealed.partition(_SEPARATOR)
        try:
            owner, text = json.loads(self._ring.decrypt(token.encode()))
        except (InvalidToken, ValueError, UnicodeEncodeError) as error:
            raise _unreadable(name) from error
        if owner != bound_to:
            raise _unreadable(name)
        return str(text)

    def reseal(self, sealed: str) -> str:
        """The same text, bound to the same, under the first key; errors as ``open``."""
        from cryptography.fernet import InvalidToken

        if self.is_current(sealed):
            return sealed
        name, _, token = sealed.partition(_SEPARATOR)
        try:
            inside = self._ring.decrypt(token.encode())
        except (InvalidToken, UnicodeEncodeError) as error:
            raise _unreadable(name) from error
        return f"{self._first}{_SEPARATOR}{self._ring.encrypt(inside).decode()}"

    def is_current(self, sealed: str) -> bool:
        """Whether a text is under the key that seals now."""
        return sealed.startswith(self._first + _SEPARATOR)


def key_id(key: str) -> str:
    """A short name of a key, which says nothing about it."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def new_key() -> str:
    """A new random key."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


def open_vault(keys: str, home: Path, *, may_generate: bool = True) -> Vault:
    """The vault of these keys, with commas between; without any, of one made once in ``home``.

    Args:
        may_generate: whether one machine is all there is: several would each make their own.

    Raises:
        NotConfigured: ``secret_keys_invalid``, or no keys were given and none may be made.
    """
    given = [key.strip() for key in keys.split(",") if key.strip()]
    if given:
        return Vault(given)
    if not may_generate:
        raise _invalid("There is no secret key, and this installation may be of several machines")
    return Vault(_own_keys(home / _FILE))


def _own_keys(path: Path) -> list[str]:
    """The keys in this machine's file, which is made when there is none."""
    with storage_errors(path.parent):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f"{_FILE}.{secrets.token_hex(8)}")
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as writer:
                writer.write(new_key())
                writer.flush()
                os.fsync(writer.fileno())
            # Of several processes at once one succeeds, and all read what that one wrote.
            with suppress(FileExistsError):
                os.link(part, path)
            part.unlink()
        return path.read_text().split()


def _invalid(what: str) -> NotConfigured:
    return NotConfigured(
        f"{what}.",
        hint="Set VIDEO_PLATFORM_SECRET_KEYS to keys of 32 random bytes in URL-safe base64, "
        "with commas between; the first one encrypts.",
        code="secret_keys_invalid",
    )


def _unreadable(name: str) -> NotConfigured:
    return NotConfigured(
        f"A stored secret (key {name[:8]!r}) cannot be opened.",
        hint="Set VIDEO_PLATFORM_SECRET_KEYS to all keys that were in use, or connect the account "
        "again.",
        code="secret_unreadable",
    )
