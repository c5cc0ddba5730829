"""The secrets tokens are signed with: given by the operator, or made once for this machine."""

import base64
import binascii
import contextlib
import os
import re
import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from video_platform.errors import NotConfigured

_SHORTEST_BYTES = 32
_KID = re.compile(r"[A-Za-z0-9-]{1,32}")
_HINT = (
    "Set VIDEO_PLATFORM_TOKEN_KEYS to NAME=SECRET, the secret 32 random bytes in base64; "
    "after a comma, older keys that are still accepted."
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret and the name tokens call it by."""

    kid: str
    secret: bytes = field(repr=False)


def parse_keyring(text: str) -> tuple[SigningKey, ...]:
    """Keys from ``name=secret,name=secret``; the first signs, the others are only accepted.

    Raises:
        NotConfigured: there is none, or one is malformed, too short, or named twice.
    """
    keys = tuple(_parse(part.strip()) for part in text.split(",") if part.strip())
    if not keys or len({key.kid for key in keys}) != len(keys):
        raise NotConfigured("The keys for tokens are missing or named twice.", hint=_HINT)
    return keys


def _parse(part: str) -> SigningKey:
    kid, _, encoded = part.partition("=")
    try:
        padded = encoded + "=" * (-len(encoded) % 4)
        secret = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if not _KID.fullmatch(kid) or len(secret) < _SHORTEST_BYTES:
        raise NotConfigured(
            f"The key {kid[:32]!r} for tokens is malformed or shorter than 32 bytes.", hint=_HINT
        )
    return SigningKey(kid, secret)


def keyring_of_machine(path: Path) -> tuple[SigningKey, ...]:
    """The keys kept at ``path``, made now when there are none; only the owner can read them.

    Raises:
        NotConfigured: the file cannot be written, or holds something else.
    """
    try:
        if not path.exists():
            _make(path)
        return parse_keyring(path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise NotConfigured(f"{path} cannot be used: {error}.", hint=_HINT) from error


def _make(path: Path) -> None:
    secret = base64.urlsafe_b64encode(secrets.token_bytes(_SHORTEST_BYTES)).decode("ascii")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(4)}={secret.rstrip('=')}\n")
        # A link fails when another process was first; then its keys are the ones.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
