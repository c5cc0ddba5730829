"""TikTok: a post begins with an upload and is published by the upload's last chunk.

So ``prepare`` sends all chunks but the last, and ``commit`` sends that one. TikTok then works on
the film for a while; until its status says so, nothing is called published.
"""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
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
from video_platform.providers.faults import Codes, message_of
from video_platform.providers.service import Access, Service
from video_platform.providers.transport import Answer, Clock
from video_platform.publishing.answers import count_of, object_at, objects_in, text_of, texts_in
from video_platform.publishing.asked import (
    age,
    is_drafted,
    made_of,
    never_asked,
    note_asking,
    prepared,
    spelled,
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
    Privacy,
    Published,
    Rules,
)
from video_platform.publishing.oauth import Flow, OAuth
from video_platform.publishing.texts import full_caption, utf16_units
from video_platform.publishing.uploads import Connection, Piece, stream

CHUNK_BYTES = 5 << 20
"""The smallest chunk TikTok takes: the last one, which publishes, is to be small."""
_LINK_LIFE = timedelta(hours=1)
_COVER_MS = 1000
_LINK_REFUSED = frozenset({403, 404, 410, 416})
_COUNTED = ("view", "like", "comment", "share")
_PRIVACIES = {Privacy.PUBLIC: "PUBLIC_TO_EVERYONE", Privacy.PRIVATE: "SELF_ONLY"}
_CODES: Codes = {
    "access_token_invalid": ProviderAuthFailed,
    "scope_not_authorized": ProviderAuthFailed,
    "rate_limit_exceeded": ProviderRateLimited,
    "internal_error": ProviderUnavailable,
    "spam_risk_too_many_posts": ProviderQuotaExceeded,
    "spam_risk_too_many_pending_share": ProviderQuotaExceeded,
    "reached_active_user_cap": ProviderQuotaExceeded,
    "spam_risk_user_banned_from_posting": ContentRefused,
    "spam_risk": ContentRefused,
    "unaudited_client_can_only_post_to_private_accounts": ProviderRequestInvalid,
    "privacy_level_option_mismatch": ProviderRequestInvalid,
    "url_ownership_unverified": ProviderRequestInvalid,
    "invalid_params": ProviderRequestInvalid,
    "invalid_publish_id": ProviderRequestInvalid,
}
_FAILURES: Mapping[str, type[ProviderError]] = {
    "auth_removed": ProviderAuthFailed,
    "spam_risk_too_many_posts": ProviderQuotaExceeded,
    "spam_risk_user_banned_from_posting": ContentRefused,
    "spam_risk_text": ContentRefused,
    "spam_risk": ContentRefused,
    "internal": ProviderUnavailable,
}
"""What a post that TikTok gave up on died of, where it is not the film itself."""


class TikTok:
    """Posts films to a creator's profile.

    Args:
        access: ``extra`` holds ``TIKTOK_CLIENT_ID`` (TikTok says client key) and
            ``TIKTOK_CLIENT_SECRET``.
        now: the time, with a zone.
    """

    name: ClassVar[str] = "tiktok"
    # developers.tiktok.com: content posting and media transfer guides, read 2026-11-22.
    rules: ClassVar[Rules] = Rules(
        formats=(Format.TALL, Format.PORTRAIT, Format.SQUARE, Format.WIDE),
        min_ms=3000,
        max_ms=600_000,
        max_bytes=4 << 30,
        caption_chars=2200,
        min_fps=23.0,
        max_fps=60.0,
        max_width=4096,
        per_day=15,
        has_disclosure=True,
        privacies=(Privacy.PUBLIC, Privacy.PRIVATE),
        weigh=utf16_units,
    )
    service: ClassVar[Service] = Service(
        name="tiktok",
        base_url="https://open.tiktokapis.com",
        key_variable="TIKTOK_CLIENT_SECRET",
        sign_up_url="https://developers.tiktok.com",
        per_minute=6,
        extra_variables=("TIKTOK_CLIENT_ID", "TIKTOK_CLIENT_SECRET"),
    )
    flow: ClassVar[Flow] = Flow(
        authorize_url="https://www.tiktok.com/v2/auth/authorize/",
        token_url="https://open.tiktokapis.com/v2/oauth/token/",  # noqa: S106 - an address
        scopes=("user.info.basic", "video.publish", "video.list"),
        id_variable="TIKTOK_CLIENT_ID",
        secret_variable="TIKTOK_CLIENT_SECRET",  # noqa: S106 - a name
        id_field="client_key",
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
        self._oauth = _OAuth(self.service, access, _CODES, self.flow, clock=clock, now=now)

    def prepare(self, post: Post, desk: Desk) -> bool:
        """See ``Platform``; ready when all chunks but the last are over."""
        if not is_drafted(desk, "publish_id", _draft(post)):
            self._begin(post, desk)
        state = self._status(desk)
        if state["status"] == "FAILED":
            self._drop(desk)
            raise self._failed(state)
        if state["status"] == "PROCESSING_UPLOAD":
            self._send_chunks(post, desk, _uploaded(state))
        return True

    def commit(self, post: Post, desk: Desk) -> Published:
        """See ``Platform``; sends the last chunk."""
        url = prepared(desk, "upload_url", _draft(post), name=self.name)
        last = _chunks(desk.handle["film_bytes"], desk.handle["chunk_bytes"])[-1]
        note_asking(desk, self._now())
        with self._upload_host() as uploads:
            answer = uploads.commit(url, method="PUT", **_chunk_request(post, last))
        if answer.status in _LINK_REFUSED:
            raise self._refused_at_last(desk, answer)
        try:
            finding = self.look_up(post, desk)
        except ProviderError as error:
            raise self._undecided(f"TikTok took the film; then: {error.message}") from error
        if finding.published is None:
            raise self._undecided(finding.why)
        return finding.published

    def look_up(self, post: Post, desk: Desk) -> Finding:
        """See ``Platform``; asks by the id that TikTok gave the upload."""
        unsent = never_asked(desk)
        if unsent is not None:
            return unsent
        state = self._status(desk)
        match state["status"]:
            case "PUBLISH_COMPLETE":
                return self._out(desk, state)
            case "FAILED":
                return Finding(outcome=Outcome.NOT_PUBLISHED, why=self._failed(state).message)
            case "PROCESSING_UPLOAD" if _uploaded(state) < desk.handle["film_bytes"]:
                return self._incomplete(desk, _uploaded(state))
        why = f"TikTok has the film and is not done with it: {state['status']}."
        return Finding(outcome=Outcome.UNCLEAR, why=why)

    def metrics(self, published_id: str, account: Account) -> Metrics:
        """See ``Platform``; nothing while the post has no number."""
        post = self._number(published_id, account.token)
        if not post:
            return Metrics()
        fields = ",".join(("id", *(f"{name}_count" for name in _COUNTED)))
        answer = self._ask(
            account.token,
            f"/v2/video/query/?fields={fields}",
            "metrics",
            {"filters": {"video_ids": [post]}},
        )
        videos = objects_in(answer.at("data", "videos"))
        found = [video for video in videos if str(video.get("id")) == post] or [{}]
        counts = {name: count_of(found[0].get(f"{name}_count")) for name in _COUNTED}
        return Metrics(
            views=counts["view"],
            likes=counts["like"],
            comments=counts["comment"],
            shares=counts["share"],
        )

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """See ``Connects``."""
        # TikTok wants the digest in hexadecimal where RFC 7636 says base64url.
        digest = urlsafe_b64decode(challenge + "=" * (-len(challenge) % 4)).hex()
        return self._oauth.authorize_url(state=state, challenge=digest, redirect_uri=redirect_uri)

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """See ``Connects``."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        answer = self._oauth.ask(fields)
        grant = self._oauth.grant_of(answer, Grant(access_token=""))
        open_id = answer.text_at("open_id")
        try:
            facts = self.inspect(Account(external_id=open_id, token=grant.access_token))
        except ProviderError:
            facts = {}  # The code is used up: an account without a name is better than none.
        return replace(grant, external_id=open_id, name=facts.get("nickname", ""), facts=facts)

    def refresh(self, grant: Grant) -> Grant:
        """See ``Connects``."""
        return self._oauth.refresh(grant)

    def inspect(self, account: Account) -> Mapping[str, Any]:
        """``username``, ``nickname``, ``privacy_levels``, ``max_ms`` and what the creator
        switched off: ``comment``, ``duet``, ``stitch``."""
        answer = self._ask(account.token, "/v2/post/publish/creator_info/query/", "creator info")
        data = object_at(answer, "data")
        return {
            "username": text_of(data.get("creator_username")),
            "nickname": text_of(data.get("creator_nickname")),
            "privacy_levels": texts_in(data.get("privacy_level_options")),
            "max_ms": 1000 * (count_of(data.get("max_video_post_duration_sec")) or 0),
            **{name: bool(data.get(f"{name}_disabled")) for name in ("comment", "duet", "stitch")},
        }

    def _begin(self, post: Post, desk: Desk) -> None:
        """Ask what the creator allows, as TikTok wants it, and begin the upload."""
        if not _size(post):
            raise self._unfit(f"The film {post.film.name} is empty.")
        creator = self.inspect(desk.account)
        body = {
            "post_info": self._post_info(post, creator),
            "source_info": _source_info(_size(post)),
        }
        answer = self._ask(desk.account.token, "/v2/post/publish/video/init/", "begin upload", body)
        desk.save(
            publish_id=answer.text_at("data", "publish_id"),
            upload_url=answer.text_at("data", "upload_url"),
            draft=_draft(post),
            film_bytes=_size(post),
            chunk_bytes=body["source_info"]["chunk_size"],
            username=creator["username"],
            begun_at=spelled(self._now()),
            asked_at="",
        )

    def _post_info(self, post: Post, creator: Mapping[str, Any]) -> dict[str, Any]:
        level = post.options.get("privacy_level") or _PRIVACIES.get(post.privacy, "")
        if level not in creator["privacy_levels"]:
            raise self._unfit(
                f"TikTok does not let {creator['username']} post as {level or post.privacy}; "
                f"it offers {', '.join(creator['privacy_levels']) or 'nothing'}."
            )
        if 0 < creator["max_ms"] < post.duration_ms:
            raise self._unfit(
                f"TikTok takes {creator['max_ms'] // 1000} s from {creator['username']}, "
                f"and the film has {post.duration_ms / 1000:.1f} s."
            )
        return {
            "title": full_caption(post),
            "privacy_level": level,
            **{f"disable_{name}": creator[name] for name in ("comment", "duet", "stitch")},
            "video_cover_timestamp_ms": min(_COVER_MS, post.duration_ms // 2),
            "is_aigc": post.is_synthetic or post.shows_people,
        }

    def _send_chunks(self, post: Post, desk: Desk, uploaded: int) -> None:
        """Send what TikTok does not have yet, but for the last chunk."""
        url, chunk_bytes = desk.handle["upload_url"], desk.handle["chunk_bytes"]
        chunks = _chunks(desk.handle["film_bytes"], chunk_bytes)
        with self._upload_host() as uploads:
            for chunk in chunks[uploaded // chunk_bytes : -1]:
                answer = uploads.put(url, operation="upload", **_chunk_request(post, chunk))
                if answer.status in _LINK_REFUSED:
                    self._drop(desk)
                    raise self._link_over(answer)
                share = chunk.end / chunk.total
                desk.progress(share, f"{share:.0%} of the film is at TikTok.")

    def _refused_at_last(self, desk: Desk, answer: Answer) -> ProviderError:
        """The link is over: either because the film is complete, or with nothing published."""
        state = self._status(desk)
        if state["status"] != "PROCESSING_UPLOAD" or _uploaded(state) >= desk.handle["film_bytes"]:
            return self._undecided(f"TikTok takes no more of this film: {state['status']}.")
        self._drop(desk)
        return self._link_over(answer)

    def _number(self, published_id: str, token: str) -> str:
        """The post's number, also of a post that had none when it came out."""
        if published_id.isdecimal() or not published_id:
            return published_id
        ids = texts_in(self._state_of(published_id, token).get("publicaly_available_post_id"))
        return ids[0] if ids else ""

    def _status(self, desk: Desk) -> dict[str, Any]:
        return self._state_of(str(desk.handle["publish_id"]), desk.account.token)

    def _state_of(self, publish_id: str, token: str) -> dict[str, Any]:
        path = "/v2/post/publish/status/fetch/"
        answer = self._ask(token, path, "check", {"publish_id": publish_id})
        answer.text_at("data", "status")
        return object_at(answer, "data")

    def _ask(self, token: str, path: str, operation: str, body: Any = None) -> Answer:
        """A request that publishes nothing. TikTok says no with 200, too."""
        access = replace(self._access, key=token)
        with Connection(self.service, access, _CODES, clock=self._clock) as network:
            answer = network.post(
                path,
                operation=operation,
                json={} if body is None else body,
                headers={"Content-Type": "application/json; charset=UTF-8"},
            )
            if answer.at("error", "code") != "ok":
                error = network.refused(answer, is_paid=False)
                error.hint = "Do what TikTok's message asks for, and publish again."
                raise error
        return answer

    def _upload_host(self) -> Connection:
        """The upload's link is its own key: the account's token does not go there."""
        access = replace(self._access, key="")
        return Connection(self.service, access, _CODES, clock=self._clock, answers=_LINK_REFUSED)

    def _out(self, desk: Desk, state: Mapping[str, Any]) -> Finding:
        # None for private posts, and for public ones until they were looked over: the upload's id
        # stands for the post's, and ``metrics`` asks again.
        ids = texts_in(state.get("publicaly_available_post_id"))
        profile = f"https://www.tiktok.com/@{quote(desk.handle.get('username', ''))}"
        published = Published(
            url=f"{profile}/video/{quote(ids[0])}" if ids else profile,
            published_at=desk.handle["asked_at"],
            external_id=ids[0] if ids else str(desk.handle["publish_id"]),
        )
        why = "TikTok says that the post is complete."
        return Finding(outcome=Outcome.PUBLISHED, why=why, published=published)

    def _incomplete(self, desk: Desk, uploaded: int) -> Finding:
        """The last chunk is not there; while the link is good it may still arrive."""
        is_over = age(desk, "begun_at", self._now()) > _LINK_LIFE
        outcome = Outcome.NOT_PUBLISHED if is_over else Outcome.UNCLEAR
        why = f"TikTok has {uploaded} of {desk.handle['film_bytes']} bytes of the film."
        return Finding(outcome=outcome, why=why)

    def _drop(self, desk: Desk) -> None:
        """Forget an upload that can no longer become a post; the next one begins anew."""
        desk.save(publish_id="", upload_url="", asked_at="")

    def _failed(self, state: Mapping[str, Any]) -> ProviderError:
        reason = str(state.get("fail_reason") or "no reason given")
        return _FAILURES.get(reason, JobFailed)(
            f"TikTok gave the post up: {reason}.",
            provider=self.name,
            operation="check",
            hint="Change what it objects to and publish again.",
        )

    def _link_over(self, answer: Answer) -> ProviderError:
        return ProviderUnavailable(
            f"TikTok answered {answer.status} to a chunk: the upload's link is no longer good.",
            provider=self.name,
            operation=answer.operation,
            hint="The upload begins again by itself; nothing was published.",
        )

    def _undecided(self, why: str) -> ProviderError:
        return OutcomeUnknown(
            why,
            provider=self.name,
            operation="submit",
            hint="TikTok is asked again until it says what became of the post.",
        )

    def _unfit(self, why: str) -> ProviderError:
        return ProviderRequestInvalid(
            why, provider=self.name, operation="begin upload", hint="Change the post's settings."
        )


class _OAuth(OAuth):
    """TikTok refuses a token with 200 and an ``error`` beside it."""

    def grant_of(self, answer: Answer, before: Grant) -> Grant:
        if answer.json().get("error"):
            raise self._reconnect(f"TikTok gave no token: {message_of(answer.json())}")
        return super().grant_of(answer, before)


def _size(post: Post) -> int:
    return post.film.stat().st_size


def _draft(post: Post) -> str:
    """All that cannot be changed once the upload has begun."""
    text, is_synthetic = full_caption(post), post.is_synthetic or post.shows_people
    return made_of(post, text, post.privacy, post.options.get("privacy_level"), is_synthetic)


def _source_info(size: int) -> dict[str, Any]:
    """A film of less than two chunks goes as one."""
    chunk_bytes = size if size < 2 * CHUNK_BYTES else CHUNK_BYTES
    return {
        "source": "FILE_UPLOAD",
        "video_size": size,
        "chunk_size": chunk_bytes,
        "total_chunk_count": len(_chunks(size, chunk_bytes)),
    }


def _chunks(size: int, chunk_bytes: int) -> list[Piece]:
    """TikTok's chunks: as many whole ones as there are, the last with what is left over."""
    firsts = range(0, size - chunk_bytes + 1, chunk_bytes)
    ends = (*firsts[1:], size)
    return [Piece(first, end - first, size) for first, end in zip(firsts, ends, strict=True)]


def _chunk_request(post: Post, chunk: Piece) -> dict[str, Any]:
    headers = {
        "Content-Type": "video/mp4",
        "Content-Length": str(chunk.size),
        "Content-Range": chunk.content_range,
    }
    return {"content": stream(post.film, chunk), "headers": headers}


def _uploaded(state: Mapping[str, Any]) -> int:
    """How many bytes TikTok says it has."""
    return count_of(state.get("uploaded_bytes")) or 0
