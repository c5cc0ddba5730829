"""X: the film is uploaded in numbered segments, and a post that names it is the commit.

X cannot be asked which segments it holds, so each one is written down when it has said that it has
it. A post whose answer was lost is found in the account's posts by the id of its film.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from video_platform.domain.formats import Format
from video_platform.errors import (
    JobFailed,
    OutcomeUnknown,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
    ProviderUnavailable,
)
from video_platform.providers.faults import Codes, message_of
from video_platform.providers.service import Access, Service
from video_platform.providers.transport import Answer, Clock
from video_platform.publishing.answers import count_of, text_of
from video_platform.publishing.asked import (
    SETTLED,
    age,
    is_drafted,
    made_of,
    never_asked,
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
    Published,
    Rules,
)
from video_platform.publishing.oauth import Flow, OAuth
from video_platform.publishing.texts import full_caption
from video_platform.publishing.uploads import Connection, add_once, pieces, read_piece

_MEGABYTE = 1 << 20
_SEGMENTS = 1000
_BEGINNINGS = 3
"""A film whose segments X cannot put together is uploaded so often, and not for ever."""
_RATE_WINDOW_S = 900.0
_SKEW = timedelta(minutes=5)
_POSTS_READ = 100
_PROBLEM = "https://api.x.com/2/problems/"

# A post's length: twitter-text configuration v3. Letters up to U+10FF and some punctuation count
# one, everything else two; an emoji counts two however many characters it is made of; a link 23.
_POST_CHARACTERS = 280
_LINK_CHARACTERS = 23
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_LINK = re.compile(
    r"https?://[^\s<>\"]+|\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|ai|co|app|dev|tv|me|info|edu|fr|ma|uk|de|eu)\b(?:/\S*)?",
    re.IGNORECASE,
)
_PICTOGRAM = (
    "[\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
    "[\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
)
_EMOJI = re.compile(
    f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f?\u20e3|{_PICTOGRAM}(?:\u200d{_PICTOGRAM})*"
)


def weigh(text: str) -> int:
    """Length of a post as X counts it."""
    plain = unicodedata.normalize("NFC", text)
    plain, links = _LINK.subn("", plain)
    plain, emoji = _EMOJI.subn("", plain)
    letters = sum(
        1 if any(first <= ord(letter) <= last for first, last in _LIGHT) else 2 for letter in plain
    )
    return letters + 2 * emoji + _LINK_CHARACTERS * links


def has_link(text: str) -> bool:
    """Whether X takes the price of a post with a link for it: more than ten times the other."""
    return _LINK.search(text) is not None


class X:
    """Posts with a film, by the API v2.

    Args:
        access: ``extra`` holds ``X_CLIENT_ID`` and ``X_CLIENT_SECRET``.
        now: the time, with a zone.
    """

    name: ClassVar[str] = "x"
    rules: ClassVar[Rules] = Rules(
        # docs.x.com/x-api/media: lengths and sizes of accounts without a subscription.
        formats=(Format.WIDE, Format.SQUARE, Format.PORTRAIT, Format.TALL),
        min_ms=500,
        max_ms=140_000,
        max_bytes=512 << 20,
        caption_chars=_POST_CHARACTERS,
        max_fps=60.0,
        takes_captions=True,
        has_disclosure=True,
        weigh=weigh,
    )
    service: ClassVar[Service] = Service(
        name="x",
        base_url="https://api.x.com",
        key_variable="X_CLIENT_ID",
        sign_up_url="https://developer.x.com",
        extra_variables=("X_CLIENT_ID", "X_CLIENT_SECRET"),
    )
    codes: ClassVar[Codes] = {
        f"{_PROBLEM}usage-capped": ProviderQuotaExceeded,
        f"{_PROBLEM}client-forbidden": ProviderQuotaExceeded,
        "client-not-enrolled": ProviderQuotaExceeded,
    }
    flow: ClassVar[Flow] = Flow(
        authorize_url="https://x.com/i/oauth2/authorize",
        token_url="https://api.x.com/2/oauth2/token",  # noqa: S106 - an address
        scopes=("tweet.read", "tweet.write", "users.read", "media.write", "offline.access"),
        id_variable="X_CLIENT_ID",
        secret_variable="X_CLIENT_SECRET",  # noqa: S106 - a variable's name
        has_basic=True,
    )

    def __init__(
        self,
        access: Access,
        *,
        clock: Clock | None = None,
        now: Callable[[], datetime] = system_time,
    ) -> None:
        self._access, self._clock, self._now = access, clock, now
        self._oauth = OAuth(self.service, access, self.codes, self.flow, clock=clock, now=now)

    def prepare(self, post: Post, desk: Desk) -> bool:
        """See ``Platform``."""
        with self._connect(desk.account) as network:
            try:
                is_there = is_drafted(desk, "finalized", _draft(post))
                if not is_there:
                    self._upload(post, desk, network)
                if not self._is_processed(desk, network):
                    return False
            except ProviderRequestInvalid as error:
                if not _may_begin_again(desk):
                    raise
                desk.save(media="", segments=0, finalized="")
                raise _anew(error) from error
            add_once(desk, "captions", lambda: self._add_captions(post, desk, network))
        return True

    def commit(self, post: Post, desk: Desk) -> Published:
        """Post it."""
        content = {
            "text": full_caption(post),
            "media": {"media_ids": [prepared(desk, "media", _draft(post), name=self.name)]},
            "made_with_ai": post.is_synthetic or post.shows_people,
        }
        first_asked_at = desk.handle.get("first_asked_at")
        now = spelled(self._now())
        desk.save(asked_at=now, first_asked_at=first_asked_at or now)
        try:
            with self._connect(desk.account) as network:
                answer = network.commit("/2/tweets", json=content)
        except _Duplicate as error:
            if first_asked_at:
                raise _perhaps_out(error) from error
            raise
        return _published(answer.text_at("data", "id"), spelled(self._now()))

    def look_up(self, post: Post, desk: Desk) -> Finding:
        """See ``Platform``: a post with this upload's film is this post."""
        unsent = never_asked(desk)
        if unsent is not None:
            return unsent
        asked_at, media = str(desk.handle["first_asked_at"]), str(desk.handle["media"])
        answer = self._posts_since(datetime.fromisoformat(asked_at), desk.account)
        for found in _listed(answer):
            if media in _film_ids(found):
                post_id = answer.text_at("id", of=found)
                return Finding(
                    outcome=Outcome.PUBLISHED,
                    why=f"The post {post_id} shows the film {media}.",
                    published=_published(post_id, text_of(found.get("created_at")) or asked_at),
                )
        is_settled = age(desk, "asked_at", self._now()) > SETTLED
        # Should this ever be wrong, X refuses the same text a second time.
        is_over = is_settled and _is_whole(answer)
        return Finding(
            outcome=Outcome.NOT_PUBLISHED if is_over else Outcome.UNCLEAR,
            why=f"No post since {asked_at} shows the film {media}.",
        )

    def metrics(self, published_id: str, account: Account) -> Metrics:
        """See ``Platform``."""
        with self._connect(account) as network:
            answer = network.look(
                "/2/tweets",
                operation="metrics",
                params={"ids": published_id, "post.fields": "public_metrics"},
            )
        found = next(iter(_listed(answer)), {}).get("public_metrics")
        counts = found if isinstance(found, dict) else {}
        # The schema says reposts, what was answered for years says retweets.
        reposts = count_of(counts.get("repost_count", counts.get("retweet_count")))
        quotes = count_of(counts.get("quote_count"))
        return Metrics(
            views=count_of(counts.get("impression_count")),
            likes=count_of(counts.get("like_count")),
            comments=count_of(counts.get("reply_count")),
            shares=None if reposts is None else reposts + (quotes or 0),
        )

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """See ``Connects``."""
        return self._oauth.authorize_url(
            state=state, challenge=challenge, redirect_uri=redirect_uri
        )

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """See ``Connects``."""
        grant = self._oauth.exchange(code=code, verifier=verifier, redirect_uri=redirect_uri)
        answer = self._me(grant.access_token)
        return replace(
            grant,
            external_id=answer.text_at("data", "id"),
            name=answer.text_at("data", "username"),
            facts=_facts(answer),
        )

    def refresh(self, grant: Grant) -> Grant:
        """See ``Connects``. X gives a new refresh token each time, and the old one is used up."""
        return self._oauth.refresh(grant)

    def inspect(self, account: Account) -> Mapping[str, Any]:
        """See ``Connects``: the account's subscription, and whether only followers see it."""
        return _facts(self._me(account.token))

    # The upload.

    def _upload(self, post: Post, desk: Desk, network: Connection) -> None:
        total = post.film.stat().st_size
        if not is_drafted(desk, "media", _draft(post)):
            media = _begin(network, "video/mp4", "tweet_video", total)
            begun = int(desk.handle.get("begun", 0)) + 1
            desk.save(
                media=media, draft=_draft(post), segments=0, begun=begun, finalized="", captions=""
            )
        media, held = str(desk.handle["media"]), int(desk.handle["segments"])
        for number, piece in enumerate(pieces(total, segment_bytes(total))):
            if number < held:
                continue
            desk.progress(piece.first / total, f"{piece.first} of {total} bytes are uploaded.")
            network.renew(desk.account)
            _append(network, media, number, read_piece(post.film, piece))
            desk.save(segments=number + 1)
        network.post(f"/2/media/upload/{media}/finalize", operation="finalize")
        desk.save(finalized=media)

    def _is_processed(self, desk: Desk, network: Connection) -> bool:
        answer = network.look(
            "/2/media/upload",
            operation="status",
            params={"command": "STATUS", "media_id": desk.handle["media"]},
        )
        found = _data(network, answer).get("processing_info")
        processing = found if isinstance(found, dict) else {}
        # What needs no processing has no such entry.
        state = str(processing.get("state", "succeeded"))
        if state == "failed":
            why = message_of(processing.get("error"))
            raise JobFailed(
                f"x could not process the film: {why}.",
                provider=self.name,
                operation="status",
                hint="Change the film, and publish again.",
            )
        return state == "succeeded"

    def _add_captions(self, post: Post, desk: Desk, network: Connection) -> None:
        size = post.srt.stat().st_size
        media = _begin(network, "text/srt", "subtitles", size)
        for number, piece in enumerate(pieces(size, _MEGABYTE)):
            _append(network, media, number, read_piece(post.srt, piece))
        network.post(f"/2/media/upload/{media}/finalize", operation="finalize")
        track = {
            "id": media,
            "language_code": post.language.value.upper(),
            "display_name": post.language.name.title(),
        }
        network.post(
            "/2/media/subtitles",
            operation="captions",
            json={"id": desk.handle["media"], "media_category": "TweetVideo", "subtitles": track},
        )

    # Reading.

    def _posts_since(self, moment: datetime, account: Account) -> Answer:
        """The account's own posts; each one that is read costs money."""
        start = (moment - _SKEW).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._connect(account) as network:
            return network.look(
                f"/2/users/{account.external_id}/tweets",
                operation="look_up",
                params={
                    "max_results": _POSTS_READ,
                    "start_time": start,
                    "exclude": "replies,retweets",
                    "post.fields": "attachments,created_at",
                },
            )

    def _me(self, token: str) -> Answer:
        with self._connect(Account(external_id="", token=token)) as network:
            return network.look(
                "/2/users/me",
                operation="account",
                params={"user.fields": "protected,subscription_type"},
            )

    def _connect(self, account: Account) -> "_XConnection":
        access = replace(self._access, key=account.token)
        return _XConnection(self.service, access, self.codes, clock=self._clock)


class _Duplicate(ProviderRequestInvalid):
    """The account has a post with this text."""


class _XConnection(Connection):
    """X says some things only in its sentences and headers."""

    def refused(self, answer: Answer, *, is_paid: bool) -> ProviderError:
        error = super().refused(answer, is_paid=is_paid)
        if "duplicate content" in error.message.lower():
            return _Duplicate(
                error.message,
                provider=error.provider,
                operation=error.operation,
                hint="The account has a post with this text: change the caption.",
            )
        if answer.status == 403 and answer.operation == "captions":
            # Not every account may add captions; the token is good for everything else.
            return ProviderRequestInvalid(
                error.message, provider=error.provider, operation=error.operation, hint=error.hint
            )
        if isinstance(error, ProviderRateLimited) and not error.retry_after_s:
            error.retry_after_s = _until_reset_s(answer.headers)
        return error


def _until_reset_s(headers: Mapping[str, str]) -> float:
    """Seconds until requests are taken again, by the server's own clock."""
    reset = headers.get("x-rate-limit-reset", "")
    try:
        now = parsedate_to_datetime(headers.get("date", "")).timestamp()
        return min(max(0.0, float(reset) - now), _RATE_WINDOW_S)
    except ValueError:
        return 0.0


def _draft(post: Post) -> str:
    return made_of(post)


def segment_bytes(total: int) -> int:
    """A whole number of megabytes, so that a thousand segments hold the film."""
    return _MEGABYTE * max(1, -(-total // (_SEGMENTS * _MEGABYTE)))


def _perhaps_out(error: _Duplicate) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{error.message} An earlier try may have published it.",
        provider=error.provider,
        operation=error.operation,
        hint="It is not sent again: a look at the network decides, or you do.",
    )


def _may_begin_again(desk: Desk) -> bool:
    """Whether an upload that X knows no more, or cannot put together, is dropped for a new one."""
    return bool(desk.handle.get("media")) and int(desk.handle.get("begun", 0)) < _BEGINNINGS


def _anew(error: ProviderRequestInvalid) -> ProviderUnavailable:
    return ProviderUnavailable(
        f"{error.message} The film is uploaded anew.",
        provider=error.provider,
        operation=error.operation,
        hint="It goes on by itself later.",
    )


def _begin(network: Connection, media_type: str, category: str, total: int) -> str:
    answer = network.post(
        "/2/media/upload/initialize",
        operation="begin",
        json={"media_type": media_type, "media_category": category, "total_bytes": total},
    )
    media = answer.text_at("id", of=_data(network, answer))
    if not media.isdecimal():
        raise answer.bad("its id is no number")
    return media


def _append(network: Connection, media: str, number: int, content: bytes) -> None:
    network.post(
        f"/2/media/upload/{media}/append",
        operation="upload",
        data={"segment_index": str(number)},
        files={"media": ("segment", content, "application/octet-stream")},
    )


def _data(network: Connection, answer: Answer) -> dict[str, Any]:
    """What an answer holds; a 200 may hold errors instead."""
    data = answer.json().get("data")
    if isinstance(data, dict):
        return data
    if answer.json().get("errors"):
        raise network.refused(answer, is_paid=False)
    raise answer.bad("it has no data")


def _listed(answer: Answer) -> list[dict[str, Any]]:
    """Posts of an answer; the entry is left out when there are none."""
    found = answer.json().get("data", [])
    if not isinstance(found, list) or not all(isinstance(post, dict) for post in found):
        raise answer.bad("its data is no list of objects")
    return found


def _is_whole(answer: Answer) -> bool:
    """Whether these are all posts, and not the first page of them."""
    meta = answer.json().get("meta")
    return isinstance(meta, dict) and not meta.get("next_token")


def _film_ids(post: Mapping[str, Any]) -> set[str]:
    """Ids in the media keys of a post: ``13_188`` is the film 188."""
    attached = post.get("attachments")
    keys = attached.get("media_keys") if isinstance(attached, dict) else None
    return {str(key).rpartition("_")[2] for key in keys or ()}


def _facts(answer: Answer) -> dict[str, Any]:
    return {
        "is_protected": answer.at("data").get("protected") is True,
        "subscription": str(answer.at("data").get("subscription_type") or "None"),
    }


def _published(post_id: str, moment: str) -> Published:
    return Published(
        url=f"https://x.com/i/status/{post_id}", published_at=moment, external_id=post_id
    )
