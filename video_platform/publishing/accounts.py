"""Accounts at networks: connecting them, and keeping their tokens good, secret, and not used up.

A refresh token often works once. So only one process renews an account's token at a time, and the
others wait for it; what a network leaves out of its answer never overwrites what is known.
"""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from video_platform.db.repositories.accounts import Accounts, Health, StoredAccount
from video_platform.errors import (
    BadProviderAnswer,
    InvalidInput,
    ProviderAuthFailed,
    ProviderUnavailable,
    TransientProviderError,
    VideoPlatformError,
)
from video_platform.publishing.base import Account, Connects, Grant
from video_platform.vault import Vault

CALLBACK_PATH = "/oauth/callback"
"""Below the public address: where networks send the browser back to."""
CONNECTION_LIFE_S = 600.0
_EARLY = timedelta(minutes=5)
"""A token is renewed so long before it ends, so that it does not end during an upload's request."""
_HOLD_S = 60.0
_WAIT_S, _LONGEST_WAIT_S = 0.25, 30.0


class AccountKeeper:
    """Connects a tenant's accounts and opens them.

    Args:
        connects: the OAuth side of a platform by its name; raises where there is none.
        wait: lets seconds pass; tests give their own.
    """

    def __init__(
        self,
        rows: Accounts,
        vault: Vault,
        connects: Callable[[str], Connects],
        *,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rows = rows
        self._vault = vault
        self._connects = connects
        self._wait = wait

    def begin(self, platform: str, *, user: str, redirect_uri: str) -> str:
        """Where a person's browser is sent to connect an account.

        Raises:
            NotConfigured: the platform is not known, or its application is not set up.
            InvalidInput: ``account_not_needed``: the platform has no accounts.
        """
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        digest = hashlib.sha256(verifier.encode()).digest()
        url = self._connects(platform).authorize_url(
            state=state,
            challenge=urlsafe_b64encode(digest).rstrip(b"=").decode(),
            redirect_uri=redirect_uri,
        )
        hashed = _hash(state)
        self.rows.open_connection(
            hashed,
            user=user,
            platform=platform,
            sealed_verifier=self._vault.seal(verifier, self._bound("connection", hashed)),
            redirect_uri=redirect_uri,
            life_s=CONNECTION_LIFE_S,
        )
        return url

    def finish(self, *, user: str, state: str, code: str) -> StoredAccount:
        """Connect the account a network's page came back with.

        Raises:
            InvalidInput: ``connection_invalid``: the state is not this user's, was used before, or
                is older than ten minutes.
            ProviderError: the network refuses the code.
        """
        hashed = _hash(state)
        found = self.rows.use_connection(hashed, user=user)
        if found is None:
            raise InvalidInput(
                "This connection was not begun by you, was used before, or is too old.",
                hint="Begin again: video-platform accounts connect NETWORK.",
                code="connection_invalid",
            )
        verifier = self._vault.open(found.sealed_verifier, self._bound("connection", hashed))
        grant = self._connects(found.platform).exchange(
            code=code, verifier=verifier, redirect_uri=found.redirect_uri
        )
        return self.connect(found.platform, grant)

    def connect(self, platform: str, grant: Grant) -> StoredAccount:
        """Keep an account with its first tokens, or with new ones after it was connected before.

        Raises:
            BadProviderAnswer: the grant does not say whose account it is, or holds no token.
        """
        if not grant.external_id or not grant.access_token:
            raise BadProviderAnswer(
                f"{platform} did not say whose account was connected.",
                provider=platform,
                operation="connect",
                hint="Connect it again; if it stays so, report this.",
            )
        account = self.rows.reserve(platform, grant.external_id)
        self.rows.connected(account, **self._values(account, grant))
        return self.rows.get(account.id)

    def open(self, account_id: str) -> Account:
        """The account with a token that is good now; renewed if it ends soon.

        Raises:
            ProviderAuthFailed: the person has to connect it again.
            TransientProviderError: its token ended, and cannot be renewed now.
        """
        account = self._usable(account_id)
        now, ends = self.rows.now(), account.token_expires_at
        if ends is not None and ends <= now + _EARLY:
            try:
                account = self._renewed(account)
            except TransientProviderError:
                if ends <= now:
                    raise  # until then the old one does
        return Account(
            external_id=account.external_id,
            name=account.name,
            token=self._open(account, "access", account.sealed_access),
            facts=account.facts,
        )

    def refused(self, account_id: str, token: str, why: str, *, again: bool = False) -> bool:
        """The network refused this token: whether there is another one by now, worth a try.

        One that was renewed just before and is refused ``again`` has to be connected by a person.
        """
        account = self.rows.get(account_id)
        if account.health is Health.NEEDS_RECONNECT or not account.sealed_access:
            return False
        if self._open(account, "access", account.sealed_access) != token:
            return True
        if again:
            # Nothing is written when a person connected it anew meanwhile.
            self.rows.set_health(account, Health.NEEDS_RECONNECT, why)
            return False
        try:
            self._renewed(account, why=why)
        except TransientProviderError:
            return True  # the attempt counts, and this is asked again
        except VideoPlatformError:
            return False
        return True

    def _usable(self, account_id: str) -> StoredAccount:
        account = self.rows.get(account_id)
        if account.health in (Health.NEEDS_RECONNECT, Health.DISCONNECTED):
            raise ProviderAuthFailed(
                f"The account {account.name or account.external_id} at {account.platform} is "
                f"{account.health.replace('_', ' ')}: {account.health_why or 'a person ended it'}.",
                provider=account.platform,
                operation="token",
                hint=f"Connect it again: video-platform accounts connect {account.platform}.",
            )
        return account

    def _renewed(self, account: StoredAccount, why: str = "") -> StoredAccount:
        """The account with new tokens, whoever gets them; ``why`` the old one was refused."""
        for _ in range(int(_LONGEST_WAIT_S / _WAIT_S)):
            held = self.rows.begin_refresh(account, hold_s=_HOLD_S)
            if held is not None:
                return self._refresh(held, why)
            self._wait(_WAIT_S)
            now = self._usable(account.id)
            if now.health is Health.OK and now.version != account.version:
                return now
            account = now
        raise ProviderUnavailable(
            f"Another process has been renewing the token of {account.name} for long.",
            provider=account.platform,
            operation="token",
            hint="It goes on by itself later.",
        )

    def _refresh(self, account: StoredAccount, why: str) -> StoredAccount:
        grant = Grant(
            access_token=self._open(account, "access", account.sealed_access),
            refresh_token=self._open(account, "refresh", account.sealed_refresh),
            expires_at=account.token_expires_at,
            scopes=account.scopes,
            external_id=account.external_id,
            name=account.name,
            facts=account.facts,
        )
        try:
            renewed = self._connects(account.platform).refresh(grant)
        except ProviderAuthFailed as error:
            # Nothing is written when a person connected it anew meanwhile.
            self.rows.set_health(account, Health.NEEDS_RECONNECT, why or error.message)
            raise
        except BaseException:
            self.rows.set_health(account, Health.OK)
            raise
        renewed = replace(renewed, external_id="")
        self.rows.refreshed(account, **self._values(account, renewed))
        return self._usable(account.id)

    def _values(self, account: StoredAccount, grant: Grant) -> dict[str, object]:
        """The columns of a grant; empty ones are left out where they are stored."""
        return {
            "access_token": self._seal(account, "access", grant.access_token),
            "refresh_token": self._seal(account, "refresh", grant.refresh_token),
            "token_expires_at": grant.expires_at,
            "scopes": list(grant.scopes),
            "name": grant.name[:255],
            "facts": dict(grant.facts),
        }

    def _seal(self, account: StoredAccount, kind: str, token: str) -> str:
        return self._vault.seal(token, self._bound("account", account.id, kind)) if token else ""

    def _open(self, account: StoredAccount, kind: str, sealed: str) -> str:
        return self._vault.open(sealed, self._bound("account", account.id, kind)) if sealed else ""

    def _bound(self, *what: str) -> str:
        return "/".join((self.rows.tenant, *what))


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
