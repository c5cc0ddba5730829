"""Instagram: a container is made, filled and worked on; one word publishes it as a reel.

The container's status is the judge: it says how much of the film arrived, whether the film is good,
and whether it became a post. A container can become one post only.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote

from video_platform.domain.formats import Format
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
    ProviderUnavailable,
)
from video_platform.providers.faults import Codes
from video_platform.providers.service import Access, Service
from video_platform.providers.transport import Answer, Clock
from video_platform.publishing.answers import count_of, object_at, objects_in, text_of
from video_platform.publishing.asked import (
    SETTLED,
    age,
    is_drafted,
    made_of,
    never_asked,
    note_asking,
    prepared,
    system_time,
)
from video_platform.publishing.base import (
    Account,
    Desk,
    Finding,
    Grant,
    Metrics,
    Outcome,
    Post,
    Published,
    Rules,
)
from video_platform.publishing.oauth import Flow, OAuth
from video_platform.publishing.texts import full_caption
from video_platform.publishing.uploads import Connection, Piece, pieces, stream

_VERSION = "v26.0"
_COVER_MS = 1000
_STEP_BYTES = 8 << 20
"""The film goes in one request; the desk hears of it this often."""
_METRICS = ("views", "likes", "comments", "shares")
_CODES: Codes = {
    # developers.facebook.com: error handling, and error codes of content publishing.
    "1": ProviderUnavailable,
    "2": ProviderUnavailable,
    "4": ProviderRateLimited,
    "17": ProviderRateLimited,
    "32": ProviderRateLimited,
    "613": ProviderRateLimited,
    "9": ProviderQuotaExceeded,
    "2207042": ProviderQuotaExceeded,
    "10": ProviderAuthFailed,
    "102": ProviderAuthFailed,
    "190": ProviderAuthFailed,
    "200": ProviderAuthFailed,
    "2207050": ProviderAuthFailed,
    "9007": ProviderUnavailable,
    "2207027": ProviderUnavailable,
    "2207001": ProviderUnavailable,
    "2207003": ProviderUnavailable,
    "2207032": ProviderUnavailable,
    "2207053": ProviderUnavailable,
    "352": ProviderRequestInvalid,
    "2207026": ProviderRequestInvalid,
    "36003": ProviderRequestInvalid,
    "2207009": ProviderRequestInvalid,
    "368": ContentRefused,
    "2207051": ContentRefused,
    "retriable": ProviderUnavailable,
}
# Whoever answers that something went wrong may have published all the same.
_WENT_WRONG = ("1", "2", "2207001", "2207003", "2207032", "2207053")
_COMMIT_CODES: Codes = {**_CODES, **dict.fromkeys(_WENT_WRONG, OutcomeUnknown)}


class Instagram:
    """Posts reels of professional accounts, reached by a login at Facebook.

    Args:
        access: ``extra`` holds ``INSTAGRAM_CLIENT_ID`` and ``INSTAGRAM_CLIENT_SECRET``, and where
            wanted ``INSTAGRAM_API_VERSION``.
        now: the time, with a zone.
    """

    name: ClassVar[str] = "instagram"
    # developers.facebook.com: reels specifications of /media, read 2026-11-22. The size differs
    # by account from 300 MB to 1 GB.
    rules: ClassVar[Rules] = Rules(
        formats=(Format.TALL, Format.PORTRAIT, Format.SQUARE, Format.WIDE),
        min_ms=3000,
        max_ms=900_000,
        max_bytes=300_000_000,
        caption_chars=2200,
        hashtags=30,
        min_fps=23.0,
        max_fps=60.0,
        max_width=1920,
        per_day=50,
    )
    service: ClassVar[Service] = Service(
        name="instagram",
        base_url="https://graph.facebook.com",
        key_variable="INSTAGRAM_CLIENT_SECRET",
        sign_up_url="https://developers.facebook.com",
        extra_variables=(
            "INSTAGRAM_CLIENT_ID",
            "INSTAGRAM_CLIENT_SECRET",
            "INSTAGRAM_API_VERSION",
        ),
    )
    upload_service: ClassVar[Service] = Service(
        name="instagram",
        base_url="https://rupload.facebook.com",
        key_variable="INSTAGRAM_CLIENT_SECRET",
        key_form="OAuth {key}",
        # The whole film is one request.
        submit_timeout_s=900.0,
    )
    flow: ClassVar[Flow] = Flow(
        authorize_url=f"https://www.facebook.com/{_VERSION}/dialog/oauth",
        token_url=f"https://graph.facebook.com/{_VERSION}/oauth/access_token",
        scopes=(
            "instagram_basic",
            "instagram_content_publish",
            "instagram_manage_insights",
            "pages_show_list",
            "pages_read_engagement",
        ),
        id_variable="INSTAGRAM_CLIENT_ID",
        secret_variable="INSTAGRAM_CLIENT_SECRET",  # noqa: S106 - a name
        scope_separator=",",
    )

    def __init__(
        self,
        access: Access,
        *,
        clock: Clock | None = None,
        now: Callable[[], datetime] = system_time,
    ) -> None:
        self._access, self._clock, self._now = access, clock, now
        self._oauth = OAuth(self.service, access, _CODES, self.flow, clock=clock, now=now)
        self._root = f"/{access.extra.get('INSTAGRAM_API_VERSION') or _VERSION}"

    def prepare(self, post: Post, desk: Desk) -> bool:
        """See ``Platform``; ready when the container is finished."""
        size = post.film.stat().st_size
        if not is_drafted(desk, "container", _draft(post)):
            self._begin(post, desk)
        state = self._state(desk)
        match state.get("status_code"):
            case "FINISHED" | "PUBLISHED":
                return True
            case "ERROR" | "EXPIRED":
                desk.save(container="", asked_at="")
                raise self._ended(state)
        first = _transferred(state)
        if first < size:
            self._upload(post, desk, Piece(first, size - first, size))
        return False

    def commit(self, post: Post, desk: Desk) -> Published:
        """See ``Platform``; publishes the container."""
        container = prepared(desk, "container", _draft(post), name=self.name)
        note_asking(desk, self._now())
        with self._graph(desk.account.token, _COMMIT_CODES) as graph:
            answer = graph.commit(
                f"{self._root}/{_id(desk.account)}/media_publish", data={"creation_id": container}
            )
        media = answer.text_at("id")
        desk.save(media=media)
        return self._published(desk, media)

    def look_up(self, post: Post, desk: Desk) -> Finding:
        """See ``Platform``; asks by the container, or by the id of the post it became."""
        unsent = never_asked(desk)
        if unsent is not None:
            return unsent
        media = text_of(desk.handle.get("media"))
        if media:
            published = self._published(desk, media)
            return _finding(Outcome.PUBLISHED, f"Instagram named the post {media}.", published)
        state = self._state(desk)
        match state.get("status_code"):
            case "PUBLISHED":
                # The newest post of the account may be another one: this one has no id.
                published = self._published(desk, "")
                return _finding(Outcome.PUBLISHED, "The container was published.", published)
            case "ERROR" | "EXPIRED":
                return _finding(Outcome.NOT_PUBLISHED, self._ended(state).message)
        is_settled = age(desk, "asked_at", self._now()) > SETTLED
        outcome = Outcome.NOT_PUBLISHED if is_settled else Outcome.UNCLEAR
        return _finding(outcome, f"The container is not published: {state.get('status_code')}.")

    def metrics(self, published_id: str, account: Account) -> Metrics:
        """See ``Platform``; nothing of a post whose id was not heard."""
        if not published_id:
            return Metrics()
        with self._graph(account.token) as graph:
            answer = graph.look(
                f"{self._root}/{quote(published_id, safe='')}/insights",
                operation="metrics",
                params={"metric": ",".join(_METRICS)},
            )
        found = {text_of(one.get("name")): one for one in objects_in(answer.at("data"))}
        counts = {name: _latest(found.get(name, {})) for name in _METRICS}
        return Metrics(**counts)

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """See ``Connects``."""
        return self._oauth.authorize_url(
            state=state, challenge=challenge, redirect_uri=redirect_uri
        )

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """See ``Connects``. The account is the first one that is joined to a page; all of them
        stand in ``facts["accounts"]``."""
        grant = self._oauth.exchange(code=code, verifier=verifier, redirect_uri=redirect_uri)
        grant = self.refresh(grant)
        accounts = self._accounts(grant.access_token)
        if not accounts:
            raise ProviderAuthFailed(
                "No professional Instagram account is joined to a page of this person.",
                provider=self.name,
                operation="account",
                hint="Join the account to a Facebook page and connect it again.",
            )
        return replace(
            grant,
            external_id=accounts[0]["id"],
            name=accounts[0]["username"],
            facts={"accounts": accounts, "username": accounts[0]["username"]},
        )

    def refresh(self, grant: Grant) -> Grant:
        """See ``Connects``. There is no token to renew with: a good one is changed for a longer."""
        fields = {"grant_type": "fb_exchange_token", "fb_exchange_token": grant.access_token}
        return self._oauth.grant_of(self._oauth.ask(fields), grant)

    def inspect(self, account: Account) -> Mapping[str, Any]:
        """``username``; ``posts_left``: how many more the account may publish now."""
        with self._graph(account.token) as graph:
            path = f"{self._root}/{_id(account)}"
            who = graph.look(path, operation="account", params={"fields": "username"})
            limit = graph.look(
                f"{path}/content_publishing_limit",
                operation="account",
                params={"fields": "quota_usage,config"},
            )
        used = count_of(limit.at("data", 0, "quota_usage")) or 0
        total = count_of(limit.at("data", 0, "config", "quota_total")) or self.rules.per_day
        return {"username": who.text_at("username"), "posts_left": max(0, total - used)}

    def _begin(self, post: Post, desk: Desk) -> None:
        fields = {
            "media_type": "REELS",
            "upload_type": "resumable",
            "caption": full_caption(post),
            "share_to_feed": "true",
            "thumb_offset": str(min(_COVER_MS, post.duration_ms // 2)),
        }
        with self._graph(desk.account.token) as graph:
            answer = graph.post(
                f"{self._root}/{_id(desk.account)}/media", operation="begin upload", data=fields
            )
        desk.save(
            container=answer.text_at("id"),
            upload_url=answer.text_at("uri"),
            draft=_draft(post),
            media="",
            asked_at="",
        )

    def _upload(self, post: Post, desk: Desk, rest: Piece) -> None:
        """Send the film from where the container ends."""
        access = replace(self._access, key=desk.account.token)
        with _Graph(self.upload_service, access, _CODES, clock=self._clock) as uploads:
            answer = uploads.post(
                desk.handle["upload_url"],
                operation="upload",
                content=_told(post, desk, rest),
                headers={
                    "Content-Type": "application/octet-stream",
                    "Content-Length": str(rest.size),
                    "offset": str(rest.first),
                    "file_size": str(rest.total),
                },
            )
            if answer.at("success") is not True:
                raise answer.bad("it says that the upload failed, and not why")

    def _state(self, desk: Desk) -> dict[str, Any]:
        with self._graph(desk.account.token) as graph:
            answer = graph.look(
                f"{self._root}/{quote(str(desk.handle['container']), safe='')}",
                operation="check",
                params={"fields": "status_code,status,video_status"},
            )
        answer.text_at("status_code")
        return object_at(answer)

    def _published(self, desk: Desk, media: str) -> Published:
        """The post with its link; where that cannot be had, with the account's."""
        username = text_of(desk.account.facts.get("username")) or desk.account.name
        url = f"https://www.instagram.com/{quote(username)}"
        if media:
            url = self._permalink(desk, media) or url
        return Published(url=url, published_at=desk.handle["asked_at"], external_id=media)

    def _permalink(self, desk: Desk, media: str) -> str:
        # The post is out: a look that fails must not sound as if it were not.
        try:
            with self._graph(desk.account.token) as graph:
                path = f"{self._root}/{quote(media, safe='')}"
                answer = graph.look(path, operation="link", params={"fields": "permalink"})
                return answer.text_at("permalink")
        except ProviderError:
            return ""

    def _accounts(self, token: str) -> list[dict[str, str]]:
        """Instagram accounts of the person's pages: ``id``, ``username`` and ``page``."""
        fields = "name,instagram_business_account{id,username}"
        with self._graph(token) as graph:
            path = f"{self._root}/me/accounts"
            answer = graph.look(path, operation="account", params={"fields": fields})
        found = []
        for page in objects_in(answer.at("data")):
            joined = objects_in([page.get("instagram_business_account")])
            found += [
                {
                    "id": text_of(one.get("id")),
                    "username": text_of(one.get("username")),
                    "page": text_of(page.get("name")),
                }
                for one in joined
            ]
        return [one for one in found if one["id"]]

    def _graph(self, token: str, codes: Codes = _CODES) -> "_Graph":
        access = replace(self._access, key=token)
        return _Graph(self.service, access, codes, clock=self._clock)

    def _ended(self, state: Mapping[str, Any]) -> ProviderError:
        """What a container died of; the code of the reason stands in its status text."""
        if state.get("status_code") == "EXPIRED":
            return ProviderUnavailable(
                "Instagram threw the container away: it was not published within a day.",
                provider=self.name,
                operation="check",
                hint="The upload begins again by itself.",
            )
        said = text_of(state.get("status")) or "no reason given"
        code = re.search(r"\b2207\d{3}\b", said)
        kind = _CODES.get(code.group() if code else "", JobFailed)
        return kind(
            f"Instagram cannot use the film: {said[:300]}",
            provider=self.name,
            operation="check",
            hint="Change what it objects to and publish again.",
        )


class _Graph(Connection):
    """Errors of Meta's hosts: the more precise code stands in ``error_subcode``, and the upload
    host has a form of its own."""

    def refused(self, answer: Answer, *, is_paid: bool) -> ProviderError:
        try:
            body = object_at(answer)
        except ProviderError:
            return super().refused(answer, is_paid=is_paid)
        error = body.get("error") or body.get("debug_info")
        if isinstance(error, dict):
            content = json.dumps({"error": {**error, "code": _code(error)}})
            answer = replace(answer, content=content.encode())
        return super().refused(answer, is_paid=is_paid)


def _code(error: Mapping[str, Any]) -> str:
    if error.get("retriable") is True:
        return "retriable"
    named = (str(error.get("error_subcode")), str(error.get("code")))
    known = next((code for code in named if code in _CODES), "")
    # Of codes that are in no list, this says whether something went wrong on their side.
    return known or ("2" if error.get("is_transient") is True else named[1])


def _told(post: Post, desk: Desk, rest: Piece) -> Iterator[bytes]:
    """The bytes of the film, and now and then a word to the desk."""
    for step in pieces(rest.size, _STEP_BYTES):
        part = Piece(rest.first + step.first, step.size, rest.total)
        yield from stream(post.film, part)
        share = part.end / part.total
        desk.progress(share, f"{share:.0%} of the film is at Instagram.")


def _draft(post: Post) -> str:
    """All that cannot be changed once the container is there."""
    return made_of(post, full_caption(post))


def _id(account: Account) -> str:
    return quote(account.external_id, safe="")


def _transferred(state: Mapping[str, Any]) -> int:
    """How many bytes of the film the container says it has."""
    video = state.get("video_status")
    phase = video.get("uploading_phase") if isinstance(video, dict) else None
    return count_of(phase.get("bytes_transferred")) or 0 if isinstance(phase, dict) else 0


def _latest(metric: Mapping[str, Any]) -> int | None:
    values = objects_in(metric.get("values"))
    return count_of(values[-1].get("value")) if values else None


def _finding(outcome: Outcome, why: str, published: Published | None = None) -> Finding:
    return Finding(outcome=outcome, why=why, published=published)
