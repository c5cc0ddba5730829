"""The account desk: accounts people connect, the times of their queues, and what networks take."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from video_platform.agents.publications import errors_sorted, require_platform
from video_platform.agents.studio import Studio
from video_platform.db.repositories.accounts import StoredAccount
from video_platform.domain.publication import Slot, next_free
from video_platform.errors import (
    Conflict,
    InvalidInput,
    NotConfigured,
    PermanentProviderError,
    ProviderError,
)
from video_platform.publishing.base import Rules
from video_platform.publishing.registry import AccessOf, platform_class, platform_names

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformOffer:
    """A platform as this installation has it.

    Args:
        missing: variables the operator has to set before accounts can be connected.
        accounts: how many are connected.
    """

    name: str
    needs_account: bool
    missing: tuple[str, ...]
    accounts: int
    rules: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """An account's weekly times, and the first of them that is free."""

    slots: Sequence[Slot]
    next_free_at: datetime | None


class AccountDesk:
    """Use cases of one tenant's accounts, on behalf of one user.

    Args:
        origins: of pages networks may send the browser back to, beside those of this machine.
    """

    def __init__(self, studio: Studio, user: str, origins: Collection[str]) -> None:
        self._agent = studio.publish
        self._keeper = studio.publish.accounts
        self._rows = studio.publish.accounts.rows
        self._user = user
        self._origins = {_origin(one) for one in origins}

    def platforms(self, access_of: AccessOf) -> list[PlatformOffer]:
        """Every platform there is, by name."""
        accounts = [account.platform for account in self._rows.all()]
        return [
            PlatformOffer(
                name=name,
                needs_account=self._agent.platforms.needs_account(name),
                missing=self._missing(name, access_of),
                accounts=accounts.count(name),
                rules=self._agent.platforms.find(name).rules,
            )
            for name in platform_names()
        ]

    def _missing(self, name: str, access_of: AccessOf) -> tuple[str, ...]:
        if not self._agent.platforms.needs_account(name):
            return ()
        given = access_of(platform_class(name)).extra
        return tuple(sorted(variable for variable, value in given.items() if not value))

    def all(self, platform: str = "") -> list[StoredAccount]:
        """Connected accounts, by platform and name."""
        return self._rows.all(platform=platform)

    def get(self, account_id: str) -> StoredAccount:
        """One account, connected or not any more.

        Raises:
            NotFound: there is none.
        """
        with errors_sorted():
            return self._rows.get(account_id)

    def connect(self, platform: str, redirect_uri: str) -> str:
        """Where the person's browser is sent to allow access.

        Raises:
            InvalidInput: ``platform_unknown``, ``account_not_needed``, ``redirect_refused``.
            Conflict: ``platform_not_configured``: the operator has not registered with it.
        """
        require_platform(platform)
        self._check_redirect(redirect_uri)
        try:
            return self._keeper.begin(platform, user=self._user, redirect_uri=redirect_uri)
        except NotConfigured as error:
            raise Conflict(
                error.message, hint=error.hint, code="platform_not_configured"
            ) from error

    def finish(self, state: str, code: str) -> StoredAccount:
        """Connect the account that the network's page came back with.

        Raises:
            InvalidInput: ``connection_invalid``; ``connection_refused``: the network says no.
            Conflict: ``network_unavailable``, ``platform_not_configured``: begin again later.
        """
        try:
            return self._keeper.finish(user=self._user, state=state, code=code)
        except PermanentProviderError as error:
            raise InvalidInput(
                error.message, hint="Begin again: POST /accounts/connect.", code=_REFUSED
            ) from error
        except ProviderError as error:
            raise Conflict(
                error.message,
                hint="Begin again in a while: POST /accounts/connect.",
                code="network_unavailable",
            ) from error
        except NotConfigured as error:
            raise Conflict(
                error.message, hint=error.hint, code="platform_not_configured"
            ) from error

    def disconnect(self, account_id: str) -> None:
        """Forget its tokens; what it published stays known.

        Raises:
            NotFound: there is none.
        """
        with errors_sorted():
            self._rows.disconnect(account_id)

    def queue(self, account_id: str) -> Queue:
        """The account's weekly times.

        Raises:
            NotFound: there is no such account.
        """
        self.get(account_id)
        slots, publications = self._rows.slots(account_id), self._agent.rows
        taken = publications.times_of(account_id)
        try:
            free = next_free(slots, taken, publications.now())
        except InvalidInput:
            return Queue(slots=slots, next_free_at=None)
        return Queue(slots=slots, next_free_at=free)

    def set_queue(self, account_id: str, slots: Sequence[Slot]) -> Queue:
        """Replace the account's weekly times; posts that are planned stay where they are.

        Raises:
            NotFound: there is no such account.
        """
        with errors_sorted():
            self._rows.set_slots(account_id, list(slots))
        return self.queue(account_id)

    def _check_redirect(self, uri: str) -> None:
        """Only to pages of ours: a code must not be carried elsewhere."""
        try:
            parts = urlsplit(uri)
            is_here = parts.scheme == "http" and parts.hostname in _LOOPBACK
            is_ours = is_here or _origin(uri) in self._origins
        except ValueError:
            is_ours = False
        if not is_ours or "#" in uri or "@" in uri:
            raise InvalidInput(
                f"Networks do not send browsers back to {uri[:200]!r}.",
                hint="Give an address of this installation's pages, or of this machine.",
                code="redirect_refused",
            )


_REFUSED = "connection_refused"


def refused_by_person(said: str) -> InvalidInput:
    """What a network's page came back with instead of a code."""
    return InvalidInput(
        f"The account was not connected: {said[:200] or 'the network gave no code'}.",
        hint="Begin again: POST /accounts/connect, and allow access.",
        code=_REFUSED,
    )


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
