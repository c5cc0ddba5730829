"""Passwords as Argon2id hashes. A check costs the same whether or not there is such a person."""

import logging
from functools import cached_property
from typing import TYPE_CHECKING

from video_platform.errors import InvalidInput

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST = 12
LONGEST = 128
"""Longer ones would only make hashing dearer for us."""
# OWASP's password storage cheat sheet, read 2026-11-22: 19 MiB, 2 passes, 1 lane.
_MEMORY_KIB = 19_456
_PASSES = 2
_log = logging.getLogger(__name__)


class Passwords:
    """Hashes and checks passwords."""

    def hash(self, password: str) -> str:
        """The hash to store.

        Raises:
            InvalidInput: ``password_invalid``, it is too short or too long.
        """
        if not SHORTEST <= len(password) <= LONGEST:
            raise InvalidInput(
                f"The password has {len(password)} characters.",
                hint=f"Use {SHORTEST} to {LONGEST}; a few words are easy to keep in mind.",
                code="password_invalid",
            )
        return self._hasher.hash(password)

    def check(self, password: str, known: str | None, *, user: str = "") -> bool:
        """Whether ``password`` is the one behind the hash ``known``; None: there is nobody.

        A hash that cannot be read is nobody's, too; the log names its ``user``.
        """
        from pwdlib.exceptions import UnknownHashError

        tried = password[: LONGEST + 1]
        if known is not None:
            try:
                return self._hasher.verify(tried, known)
            except UnknownHashError:
                _log.error("The stored password of user %s is no hash of ours.", user or "?")
        self._hasher.verify(tried, self._nobody)
        return False

    @cached_property
    def _hasher(self) -> "PasswordHash":
        from pwdlib import PasswordHash
        from pwdlib.hashers.argon2 import Argon2Hasher

        return PasswordHash(
            [Argon2Hasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1)]
        )

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("the hash that is checked when there is nobody")
