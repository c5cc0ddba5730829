"""YouTube: the film is uploaded as a private video; making it visible is the commit.

The resumable session says how far the upload is. It ends with the video's id, also when asked
again after an answer was lost, so that a video is found by its id from then on.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from video_platform.domain.formats import Format
from video_platform.errors import (
    ContentRefused,
    JobFailed,
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
from video_platform.publishing.asked import (
    SETTLED,
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
from video_platform.publishing.texts import full_caption
from video_platform.publishing.uploads import (
    Connection,
    Piece,
    add_once,
    advised,
    byte_after,
    piece_at,
    read_small,
    stream,
)

_GRANULE = 262_144
"""Every piece but the last is a multiple of this (developers.google.com/youtube/v3/guides)."""
CHUNK = 32 * _GRANULE
_GO_ON, _GONE = 308, frozenset({404, 410})
_UPLOAD = "/upload/youtube/v3/videos"
_VIDEOS = "/youtube/v3/videos"
_TAG_CHARACTERS = 500
_PEOPLE_AND_BLOGS = "22"
_LONG_UPLOADS_MS = 12 * 3_600_000


def _bytes(text: str) -> int:
    return len(text.encode())


class YouTube:
    """Videos of a channel, by the Data API v3.

    Args:
        access: ``extra`` holds ``YOUTUBE_CLIENT_ID`` and ``YOUTUBE_CLIENT_SECRET``.
        now: the time, with a zone.
    """

    name: ClassVar[str] = "youtube"
    rules: ClassVar[Rules] = Rules(
        # Lengths and sizes: youtube-v3-discovery and support.google.com/youtube/answer/71673.
        # Longer films need a verified account: `inspect` says so in `max_ms`.
        formats=(Format.WIDE, Format.TALL, Format.SQUARE, Format.PORTRAIT),
        max_ms=900_000,
        max_bytes=256 << 30,
        title_chars=100,
        caption_chars=5000,
        hashtags=60,
        max_width=7680,
        takes_captions=True,
        takes_thumbnail=True,
        has_disclosure=True,
        privacies=tuple(Privacy),
        weigh=_bytes,
    )
    service: ClassVar[Service] = Service(
        name="youtube",
        base_url="https://www.googleapis.com",
        key_variable="YOUTUBE_CLIENT_ID",
        sign_up_url="https://console.cloud.google.com/apis/credentials",
        extra_variables=("YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET"),
    )
    codes: ClassVar[Codes] = {
        "quotaexceeded": ProviderQuotaExceeded,
        "dailylimitexceeded": ProviderQuotaExceeded,
        "uploadlimitexceeded": ProviderQuotaExceeded,
        "ratelimitexceeded": ProviderRateLimited,
        "userratelimitexceeded": ProviderRateLimited,
        # A 403 that no new token would change.
        "forbidden": ProviderRequestInvalid,
        "forbiddenprivacysetting": ProviderRequestInvalid,
        "captionexists": ProviderRequestInvalid,
    }
    flow: ClassVar[Flow] = Flow(
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        scopes=(
            "https://www.googleapis.com/auth/youtube.upload",
            "https://www.googleapis.com/auth/youtube",
            # Captions want this one.
            "https://www.googleapis.com/auth/youtube.force-ssl",
        ),
        id_variable="YOUTUBE_CLIENT_ID",
        secret_variable="YOUTUBE_CLIENT_SECRET",  # noqa: S106 - a variable's name
        # Google gives a refresh token only to who asks for it, and only with fresh consent.
        asked={"access_type": "offline", "prompt": "consent"},
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
        """See ``Platform``. The video is private when this is done, whatever was asked."""
        with self._connect(desk.account) as network:
            if not is_drafted(desk, "video", _draft(post)):
                desk.save(video=self._upload(post, desk, network), thumbnail="", captions="")
                network.renew(desk.account)
            video = prepared(desk, "video", _draft(post), name=self.name)
            # A thumbnail needs a channel with a verified telephone number.
            add_once(desk, "thumbnail", lambda: _set_thumbnail(network, video, post))
            add_once(desk, "captions", lambda: _insert_captions(network, video, post))
            return _is_processed(network, video)

    def commit(self, post: Post, desk: Desk) -> Published:
        """Make the video visible, with the words it has now. Sent again, it would change nothing;
        it is not sent again all the same."""
        video = prepared(desk, "video", _draft(post), name=self.name)
        note_asking(desk, self._now())
        with self._connect(desk.account) as network:
            answer = network.commit(
                _VIDEOS,
                method="PUT",
                params={"part": "snippet,status"},
                json={"id": video, **metadata(post, post.privacy)},
            )
        granted = answer.text_at("status", "privacyStatus")
        if granted != post.privacy.value:
            raise ProviderRequestInvalid(
                f"youtube left the video {granted} instead of {post.privacy.value}.",
                provider=self.name,
                operation="submit",
                hint="The application has to pass Google's audit before its videos may be public.",
            )
        return _published(video, spelled(self._now()))

    def look_up(self, post: Post, desk: Desk) -> Finding:
        """See ``Platform``: the video is known by its id, and says who may see it."""
        unsent = never_asked(desk)
        if unsent is not None:
            return unsent
        video = str(desk.handle["video"])
        with self._connect(desk.account) as network:
            found = _video(network, video, "status")
        if found is None:
            return Finding(outcome=Outcome.NOT_PUBLISHED, why=f"There is no video {video}.")
        answer, resource = found
        privacy = answer.text_at("status", "privacyStatus", of=resource)
        if privacy != post.privacy.value:
            is_settled = age(desk, "asked_at", self._now()) > SETTLED
            outcome = Outcome.NOT_PUBLISHED if is_settled else Outcome.UNCLEAR
            return Finding(outcome=outcome, why=f"The video {video} is still {privacy}.")
        return Finding(
            outcome=Outcome.PUBLISHED,
            why=f"The video {video} is {privacy}.",
            published=_published(video, str(desk.handle["asked_at"])),
        )

    def metrics(self, published_id: str, account: Account) -> Metrics:
        """See ``Platform``. YouTube counts shares only in Analytics, days later."""
        with self._connect(account) as network:
            found = _video(network, published_id, "statistics")
        if found is None:
            return Metrics()
        counted = found[1].get("statistics")
        counts = counted if isinstance(counted, dict) else {}
        return Metrics(
            views=_count(counts.get("viewCount")),
            likes=_count(counts.get("likeCount")),
            comments=_count(counts.get("commentCount")),
        )

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """See ``Connects``."""
        return self._oauth.authorize_url(
            state=state, challenge=challenge, redirect_uri=redirect_uri
        )

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """See ``Connects``."""
        grant = self._oauth.exchange(code=code, verifier=verifier, redirect_uri=redirect_uri)
        answer, channel = self._channel(grant.access_token)
        return replace(
            grant,
            external_id=answer.text_at("id", of=channel),
            name=answer.text_at("snippet", "title", of=channel),
            facts=_facts(channel),
        )

    def refresh(self, grant: Grant) -> Grant:
        """See ``Connects``."""
        return self._oauth.refresh(grant)

    def inspect(self, account: Account) -> Mapping[str, Any]:
        """See ``Connects``: ``max_ms``, the longest film the channel may upload."""
        return _facts(self._channel(account.token)[1])

    def _upload(self, post: Post, desk: Desk, api: Connection) -> str:
        """Send what the session does not hold yet; gives the finished video's id."""
        total = post.film.stat().st_size
        session = _session(post, desk, total, api)
        # The session's address is all it needs: the token is not shown to it.
        with self._connect(Account(external_id=""), answers=_GONE | {_GO_ON}) as network:
            where = {"Content-Range": f"bytes */{total}"}
            answer = network.put(session, operation="resume", content=b"", headers=where)
            held = -1
            while answer.status == _GO_ON:
                held = _held(answer, held, total)
                desk.progress(held / total, f"{held} of {total} bytes are uploaded.")
                answer = _send(network, session, post, piece_at(held, CHUNK, total))
        if answer.status in _GONE:
            desk.save(session="")
            raise _later("the upload session is gone; a new one begins")
        return answer.text_at("id")

    def _channel(self, token: str) -> tuple[Answer, dict[str, Any]]:
        with self._connect(Account(external_id="", token=token)) as network:
            answer = network.look(
                "/youtube/v3/channels",
                operation="account",
                params={"part": "snippet,status", "mine": "true"},
            )
        found = _first(answer)
        if found is None:
            raise ProviderAuthFailed(
                "This Google account has no YouTube channel.",
                provider=self.name,
                operation="account",
                hint="Create a channel at youtube.com, and connect the account again.",
            )
        return found

    def _connect(self, account: Account, *, answers: frozenset[int] = frozenset()) -> Connection:
        access = replace(self._access, key=account.token)
        return _Network(self.service, access, self.codes, clock=self._clock, answers=answers)


class _Network(Connection):
    """YouTube counts uploads by the day, and says 429 to the one too many: no pause helps then."""

    def refused(self, answer: Answer, *, is_paid: bool) -> ProviderError:
        error = super().refused(answer, is_paid=is_paid)
        if isinstance(error, ProviderRateLimited) and "per day" in error.message.lower():
            quota = ProviderQuotaExceeded(
                error.message, provider=error.provider, operation=error.operation
            )
            return advised(quota)
        return error


def _draft(post: Post) -> str:
    return made_of(post)


def _session(post: Post, desk: Desk, total: int, api: Connection) -> str:
    """The address the film is sent to, of this upload or of a new one."""
    if is_drafted(desk, "session", _draft(post)):
        return str(desk.handle["session"])
    answer = api.post(
        _UPLOAD,
        operation="begin",
        params={"uploadType": "resumable", "part": "snippet,status"},
        headers={"X-Upload-Content-Length": str(total), "X-Upload-Content-Type": "video/mp4"},
        json=metadata(post, Privacy.PRIVATE),
    )
    session = answer.headers.get("location", "")
    if not session:
        raise answer.bad("it has no Location")
    desk.save(session=session, draft=_draft(post), video="")
    return session


def _set_thumbnail(network: Connection, video: str, post: Post) -> None:
    kind = "image/png" if post.poster.suffix == ".png" else "image/jpeg"
    network.post(
        "/upload/youtube/v3/thumbnails/set",
        operation="thumbnail",
        params={"videoId": video, "uploadType": "media"},
        headers={"Content-Type": kind},
        content=read_small(post.poster),
    )


def _insert_captions(network: Connection, video: str, post: Post) -> None:
    snippet = {"videoId": video, "language": post.language.value, "name": "", "isDraft": False}
    content_type, body = _related({"snippet": snippet}, read_small(post.srt))
    network.post(
        "/upload/youtube/v3/captions",
        operation="captions",
        params={"part": "snippet", "uploadType": "multipart"},
        headers={"Content-Type": content_type},
        content=body,
    )


def _is_processed(network: Connection, video: str) -> bool:
    found = _video(network, video, "status,processingDetails")
    if found is None:
        raise _ended(f"the video {video} is not there any more", JobFailed)
    answer, resource = found
    status = answer.at("status", of=resource)
    state = answer.text_at("uploadStatus", of=status)
    if state == "rejected":
        raise _ended(f"rejected: {status.get('rejectionReason', 'no reason')}", ContentRefused)
    if state in ("failed", "deleted"):
        raise _ended(f"{state}: {status.get('failureReason', 'no reason')}", JobFailed)
    return state == "processed"


def _video(network: Connection, video: str, parts: str) -> tuple[Answer, dict[str, Any]] | None:
    """A video by its id, or nothing when there is none."""
    asked = {"part": parts, "id": video}
    return _first(network.look(_VIDEOS, operation="look_up", params=asked))


def metadata(post: Post, privacy: Privacy) -> dict[str, Any]:
    """``snippet`` and ``status`` of a video. An update has to repeat what it does not change."""
    return {
        "snippet": {
            "title": _plain(post.title),
            "description": _plain(full_caption(post)),
            "tags": _tags(post.hashtags),
            "categoryId": str(post.options.get("category", _PEOPLE_AND_BLOGS)),
            "defaultLanguage": post.language.value,
            "defaultAudioLanguage": post.language.value,
        },
        "status": {
            "privacyStatus": privacy.value,
            "selfDeclaredMadeForKids": bool(post.options.get("made_for_kids", False)),
            "containsSyntheticMedia": post.is_synthetic or post.shows_people,
        },
    }


def _plain(text: str) -> str:
    """Titles and descriptions may not hold angle brackets; these look the same."""
    return text.translate({ord("<"): "‹", ord(">"): "›"})


def _tags(hashtags: tuple[str, ...]) -> list[str]:
    """As many as fit; a tag with a space counts its quotation marks, too."""
    tags, left = [], _TAG_CHARACTERS
    for tag in hashtags:
        left -= len(tag) + 1 + 2 * (" " in tag)
        if left < 0:
            break
        tags.append(tag)
    return tags


def _held(answer: Answer, before: int, total: int) -> int:
    """How many bytes the session holds, which must have become more."""
    held = byte_after(answer.headers.get("range", ""))
    if held > total:
        raise answer.bad(f"it holds {held} of {total} bytes")
    if held <= before or held == total:
        raise _later(f"the upload stands still at {held} of {total} bytes")
    return held


def _send(network: Connection, session: str, post: Post, piece: Piece) -> Answer:
    return network.put(
        session,
        operation="upload",
        content=stream(post.film, piece),
        headers={
            "Content-Range": piece.content_range,
            "Content-Length": str(piece.size),
            "Content-Type": "video/mp4",
        },
    )


def _related(facts: Mapping[str, Any], subtitles: bytes) -> tuple[str, bytes]:
    """A multipart/related body of metadata and content, and its content type."""
    boundary = hashlib.sha256(subtitles).hexdigest()
    lines = (
        f"--{boundary}",
        "Content-Type: application/json; charset=UTF-8",
        "",
        json.dumps(facts),
        f"--{boundary}",
        "Content-Type: application/octet-stream",
        "",
        "",
    )
    body = "\r\n".join(lines).encode() + subtitles + f"\r\n--{boundary}--\r\n".encode()
    return f"multipart/related; boundary={boundary}", body


def _first(answer: Answer) -> tuple[Answer, dict[str, Any]] | None:
    items = answer.json().get("items") or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise answer.bad("its items are no list of objects")
    return (answer, items[0]) if items else None


def _facts(channel: Mapping[str, Any]) -> dict[str, Any]:
    status = channel.get("status")
    is_long = isinstance(status, dict) and status.get("longUploadsStatus") == "allowed"
    return {"max_ms": _LONG_UPLOADS_MS if is_long else YouTube.rules.max_ms}


def _count(text: object) -> int | None:
    """Google writes large numbers as text."""
    return int(text) if isinstance(text, str) and text.isdecimal() else None


def _published(video: str, moment: str) -> Published:
    return Published(
        url=f"https://www.youtube.com/watch?v={video}", published_at=moment, external_id=video
    )


def _later(why: str) -> ProviderUnavailable:
    return ProviderUnavailable(
        f"youtube: {why}.",
        provider=YouTube.name,
        operation="upload",
        hint="It goes on by itself later.",
    )


def _ended(why: str, kind: type[JobFailed] | type[ContentRefused]) -> JobFailed | ContentRefused:
    return kind(
        f"youtube: {why}.",
        provider=YouTube.name,
        operation="process",
        hint="Change the film, and publish again.",
    )
