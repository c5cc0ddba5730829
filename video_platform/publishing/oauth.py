"""OAuth 2 with a code and PKCE: how an account is connected and its token kept good.

Networks differ in names and in where the client's secret stands: that is data, in ``Flow``.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from video_platform.errors import (
    NotConfigured,
    ProviderAuthFailed,
    ProviderRequestInvalid,
)
from video_platform.providers.faults import Codes
from video_platform.providers.service import Access, Service
from video_platform.providers.transport import Answer, Clock
from video_platform.publishing.base import Grant
from video_platform.publishing.uploads import Connection, address

_LONGEST_TOKEN = 8192
_LONGEST_LIFE_S = 10 * 365 * 86_400
_NOT_OURS = ("invalid_client", "unauthorized_client")
"""What a server says when not the person but the registered application is at fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """How a network does OAuth 2.

    Args:
        id_variable, secret_variable: names in ``Access.extra`` of the client's id and secret.
        id_field: what the network calls the client's id.
        has_basic: id and secret go into the Authorization header, not into the form.
        has_pkce: a challenge is sent with the person, and its verifier with the code.
        asked: further parameters of the page the browser is sent to.
    """

    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    id_variable: str
    secret_variable: str
    id_field: str = "client_id"
    scope_separator: str = " "
    has_basic: bool = False
    has_pkce: bool = True
    asked: Mapping[str, str] = field(default_factory=dict)


class OAuth:
    """The token requests of one network.

    Args:
        access: ``extra`` holds the client's id and secret; ``base_url`` stands for all hosts.
        now: the time, with a zone.
    """

    def __init__(
        self,
        service: Service,
        access: Access,
        codes: Codes,
        flow: Flow,
        *,
        clock: Clock | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.service, self.flow = service, flow
        self._access, self._codes, self._clock, self._now = access, codes, clock, now

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """See ``Connects``."""
        asked = {
            "response_type": "code",
            self.flow.id_field: self._setting(self.flow.id_variable),
            "redirect_uri": redirect_uri,
            "scope": self.flow.scope_separator.join(self.flow.scopes),
            "state": state,
            **self.flow.asked,
        }
        if self.flow.has_pkce:
            asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        return f"{address(self._access, self.flow.authorize_url)}?{urlencode(asked)}"

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """The first tokens, without whose account it is.

        Raises:
            ProviderAuthFailed: the code is used up, too old, or was not meant for us.
        """
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
        }
        if self.flow.has_pkce:
            fields["code_verifier"] = verifier
        return self.grant_of(self.ask(fields), Grant(access_token=""))

    def refresh(self, grant: Grant) -> Grant:
        """See ``Connects``."""
        if not grant.refresh_token:
            raise self._reconnect(f"{self.service.name} gave no token to renew this account with.")
        fields = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
        return self.grant_of(self.ask(fields), grant)

    def ask(self, fields: Mapping[str, str]) -> Answer:
        """One request to the token endpoint, sent once: many servers take a code only once.

        Raises:
            ProviderAuthFailed: the person has to connect the account again.
            NotConfigured: the server does not know our client.
        """
        known = self._setting(self.flow.id_variable), self._setting(self.flow.secret_variable)
        form, headers = dict(fields), {"Accept": "application/json"}
        if self.flow.has_basic:
            pair = ":".join(quote(part, safe="") for part in known)
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form["client_secret"] = known[1]
        form[self.flow.id_field] = known[0]
        # All that is sent is secret: an error that repeats it must not show it.
        access = replace(self._access, key="", extra={**self._access.extra, **fields})
        url = address(access, self.flow.token_url)
        try:
            with Connection(self.service, access, self._codes, clock=self._clock) as network:
                return network.post(url, operation="token", data=form, headers=headers)
        except (ProviderRequestInvalid, ProviderAuthFailed) as error:
            if any(word in error.message for word in _NOT_OURS):
                raise self._unknown_client(error.message) from error
            raise self._reconnect(error.message) from error

    def grant_of(self, answer: Answer, before: Grant) -> Grant:
        """The grant in an answer; what it leaves out stays as it was.

        Raises:
            BadProviderAnswer: there is no usable token in it.
        """
        said = answer.json()
        token = answer.text_at("access_token")
        renewal = said.get("refresh_token") or before.refresh_token
        if not isinstance(renewal, str) or max(len(token), len(renewal)) > _LONGEST_TOKEN:
            raise answer.bad("its tokens are not tokens")
        scope = said.get("scope")
        named = scope.replace(",", " ").split() if isinstance(scope, str) else ()
        return replace(
            before,
            access_token=token,
            refresh_token=renewal,
            expires_at=self._until(said.get("expires_in")),
            scopes=tuple(named) or before.scopes or self.flow.scopes,
        )

    def _until(self, life_s: Any) -> datetime | None:
        """When a token ends; some networks write the seconds as text."""
        seconds = int(life_s) if str(life_s).isdecimal() else 0
        if not 0 < seconds <= _LONGEST_LIFE_S:
            return None
        return self._now() + timedelta(seconds=seconds)

    def _setting(self, variable: str) -> str:
        value = self._access.extra.get(variable, "")
        if not value:
            raise NotConfigured(
                f"Accounts of {self.service.name} need {variable}.",
                hint=f"Register an application at {self.service.sign_up_url} and set it.",
            )
        return value

    def _unknown_client(self, said: str) -> NotConfigured:
        return NotConfigured(
            f"{self.service.name} does not know this application: {said}",
            hint=f"Check {self.flow.id_variable} and {self.flow.secret_variable}.",
        )

    def _reconnect(self, said: str) -> ProviderAuthFailed:
        return ProviderAuthFailed(
            said,
            provider=self.service.name,
            operation="token",
            hint="Connect the account again.",
        )
