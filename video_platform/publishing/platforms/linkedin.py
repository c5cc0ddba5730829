"""LinkedIn: a video is uploaded in the parts LinkedIn asks for; a post then shows it.

Each part has an address of its own and is answered with a tag. The tags are what finishes the
upload, so they are kept one by one: no part is sent twice. The post's id comes in a header.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar, NoReturn
from urllib.parse import quote

from video_platform.domain.formats import Format
from video_platform.domain.language import Language
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
from video_platform.publishing.answers import count_of, object_at, objects_in, text_of
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
    Published,
    Rules,
)
from video_platform.publishing.oauth import Flow, OAuth
from video_platform.publishing.texts import full_caption
from video_platform.publishing.uploads import (
    LONGEST_PIECE,
    Connection,
    Piece,
    advised,
    read_small,
    stream,
)

_VERSION = "202607"
_GONE = frozenset({403, 404, 410})
_RECENT_POSTS = 50
_PLACES = {Language.ENGLISH: "US", Language.FRENCH: "FR", Language.ARABIC: "SA"}
"""LinkedIn wants a country with the language of captions."""
_CODES: Codes = {
    "revoked_access_token": ProviderAuthFailed,
    "expired_access_token": ProviderAuthFailed,
    "duplicate_post": ContentRefused,
}
# Reading a member's posts wants a permission that few applications have: no reason to reconnect.
_LOOK_CODES: Codes = {**_CODES, "access_denied": ProviderRequestInvalid}
_SPECIAL = re.compile(r"([\\|{}@\[\]()<>#*_~])")
_HASHTAG = re.compile(r"(?<![\w&])#(?=\w*[^\W\d])(\w+)")


def little_text(text: str) -> str:
    """A text as LinkedIn spells it: special characters escaped, hashtags as templates.

    Unescaped, the text would be cut at the first special character.
    """
    parts, end = [], 0
    for found in _HASHTAG.finditer(text):
        parts += [_escaped(text[end : found.start()]), _template(found.group(1))]
        end = found.end()
    return "".join((*parts, _escaped(text[end:])))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _template(tag: str) -> str:
    return rf"{{hashtag|\#|{_escaped(tag)}}}"


def _weigh(text: str) -> int:
    return len(little_text(text))


class LinkedIn:
    """Posts videos as a member or as an organisation.

    Args:
        access: ``extra`` holds ``LINKEDIN_CLIENT_ID`` and ``LINKEDIN_CLIENT_SECRET``, and where
            wanted ``LINKEDIN_API_VERSION``, a month like ``202607``.
        now: the time, with a zone.
    """

    name: ClassVar[str] = "linkedin"
    # learn.microsoft.com/linkedin: Videos API and Posts API, read 2026-11-22.
    rules: ClassVar[Rules] = Rules(
        formats=(Format.WIDE, Format.SQUARE, Format.TALL, Format.PORTRAIT),
        min_ms=3000,
        max_ms=1_800_000,
        max_bytes=500_000_000,
        title_chars=400,
        caption_chars=3000,
        min_fps=10.0,
        max_fps=60.0,
        per_day=100,
        takes_captions=True,
        takes_thumbnail=True,
        weigh=_weigh,
    )
    service: ClassVar[Service] = Service(
        name="linkedin",
        base_url="https://api.linkedin.com",
        key_variable="LINKEDIN_CLIENT_SECRET",
        sign_up_url="https://www.linkedin.com/developers",
        headers={"X-Restli-Protocol-Version": "2.0.0", "LinkedIn-Version": _VERSION},
        extra_variables=("LINKEDIN_CLIENT_ID", "LINKEDIN_CLIENT_SECRET", "LINKEDIN_API_VERSION"),
    )
    flow: ClassVar[Flow] = Flow(
        authorize_url="https://www.linkedin.com/oauth/v2/authorization",
        token_url="https://www.linkedin.com/oauth/v2/accessToken",  # noqa: S106 - an address
        scopes=("openid", "profile", "w_member_social"),
        id_variable="LINKEDIN_CLIENT_ID",
        secret_variable="LINKEDIN_CLIENT_SECRET",  # noqa: S106 - a name
        # LinkedIn's client authentication fails as soon as a verifier comes with a secret: the
        # state alone binds the answer.
        has_pkce=False,
    )

    def __init__(
        self,
        access: Access,
        *,
        clock: Clock | None = None,
        now: Callable[[], datetime] = system_time,
    ) -> None:
        self._access, self._clock, self._now = access, clock, now
        version = access.extra.get("LINKEDIN_API_VERSION") or _VERSION
        headers = {**self.service.headers, "LinkedIn-Version": version}
        self._service = replace(self.service, headers=headers)
        self._oauth = OAuth(self._service, access, _CODES, self.flow, clock=clock, now=now)

    def prepare(self, post: Post, desk: Desk) -> bool:
        """See ``Platform``; ready when LinkedIn calls the video available."""
        if not is_drafted(desk, "video", _draft(post)):
            self._begin(post, desk)
        with self._uploads(desk.account.token) as uploads:
            self._send_additions(post, desk, uploads)
            self._send_parts(post, desk, uploads)
        with self._rest(desk.account.token) as rest:
            state = _state(rest, desk.handle["video"])
            if state.get("status") == "WAITING_UPLOAD":
                self._finish(desk, rest)
                return False
        if state.get("status") == "PROCESSING_FAILED":
            self._drop(desk)
            raise self._failed(state)
        return state.get("status") == "AVAILABLE"

    def commit(self, post: Post, desk: Desk) -> Published:
        """See ``Platform``; makes the post that shows the video."""
        video = prepared(desk, "video", _draft(post), name=self.name)
        note_asking(desk, self._now())
        with self._rest(desk.account.token) as rest:
            answer = rest.commit("/rest/posts", json=_post(post, desk.account, video))
        urn = answer.headers.get("x-restli-id", "")
        if not urn:
            raise answer.bad("it has no x-restli-id")
        desk.save(post=urn)
        return _published(urn, desk.handle["asked_at"])

    def look_up(self, post: Post, desk: Desk) -> Finding:
        """See ``Platform``; the post is the one that shows the very video that was uploaded."""
        unsent = never_asked(desk)
        if unsent is not None:
            return unsent
        urn = text_of(desk.handle.get("post"))
        if urn:
            return _out(_published(urn, desk.handle["asked_at"]), f"LinkedIn named the post {urn}.")
        try:
            posts = self._recent_posts(desk.account)
        except ProviderRequestInvalid as error:
            why = f"LinkedIn does not let us see whether the post is there: {error.message}"
            return Finding(outcome=Outcome.UNCLEAR, why=why)
        shown = [one for one in posts if _video_of(one) == desk.handle["video"]]
        if shown:
            return _out(_seen(shown[0], desk), "A post of the account shows the uploaded video.")
        is_certain = age(desk, "asked_at", self._now()) > SETTLED and _reach_back(posts, desk)
        outcome = Outcome.NOT_PUBLISHED if is_certain else Outcome.UNCLEAR
        return Finding(outcome=outcome, why="No post of the account shows the uploaded video.")

    def metrics(self, published_id: str, account: Account) -> Metrics:
        """See ``Platform``. LinkedIn tells only of posts of organisations."""
        if not account.external_id.startswith("urn:li:organization:"):
            return Metrics()
        kind = "ugcPosts" if ":ugcPost:" in published_id else "shares"
        # The list's brackets belong to the protocol and must not be encoded.
        path = (
            "/rest/organizationalEntityShareStatistics?q=organizationalEntity"
            f"&organizationalEntity={_encoded(account.external_id)}"
            f"&{kind}=List({_encoded(published_id)})"
        )
        with self._rest(account.token) as rest:
            answer = rest.look(path, operation="metrics")
        found = objects_in(answer.at("elements"))
        counts = found[0].get("totalShareStatistics") if found else None
        if not isinstance(counts, dict):
            return Metrics()
        return Metrics(
            likes=count_of(counts.get("likeCount")),
            comments=count_of(counts.get("commentCount")),
            shares=count_of(counts.get("shareCount")),
        )

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """See ``Connects``."""
        return self._oauth.authorize_url(
            state=state, challenge=challenge, redirect_uri=redirect_uri
        )

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """See ``Connects``."""
        grant = self._oauth.exchange(code=code, verifier=verifier, redirect_uri=redirect_uri)
        who = self._who(grant.access_token)
        return replace(
            grant,
            external_id=f"urn:li:person:{who.text_at('sub')}",
            name=text_of(who.json().get("name")),
        )

    def refresh(self, grant: Grant) -> Grant:
        """See ``Connects``. Few applications are given a token to renew with."""
        return self._oauth.refresh(grant)

    def inspect(self, account: Account) -> Mapping[str, Any]:
        """``name`` of the member behind the token."""
        return {"name": text_of(self._who(account.token).json().get("name"))}

    def _begin(self, post: Post, desk: Desk) -> None:
        size = post.film.stat().st_size
        request = {
            "owner": desk.account.external_id,
            "fileSizeBytes": size,
            "uploadCaptions": not desk.handle.get("captions_refused"),
            "uploadThumbnail": not desk.handle.get("thumbnail_refused"),
        }
        with self._rest(desk.account.token) as rest:
            answer = rest.post(
                "/rest/videos?action=initializeUpload",
                operation="begin upload",
                json={"initializeUploadRequest": request},
            )
        value = object_at(answer, "value")
        desk.save(
            video=answer.text_at("value", "video"),
            token=text_of(value.get("uploadToken")),
            parts=_parts(answer, size),
            tags=[],
            thumbnail=text_of(value.get("thumbnailUploadUrl")),
            captions=text_of(value.get("captionsUploadUrl")),
            draft=_draft(post),
            film_bytes=size,
            post="",
            asked_at="",
        )

    def _send_parts(self, post: Post, desk: Desk, uploads: Connection) -> None:
        """Send the parts that have no tag yet, in order."""
        parts, tags = desk.handle["parts"], list(desk.handle["tags"])
        for part in parts[len(tags) :]:
            piece = Piece(part["first"], part["size"], desk.handle["film_bytes"])
            answer = uploads.put(
                part["url"],
                operation="upload",
                content=stream(post.film, piece),
                headers={
                    "Content-Type": "application/octet-stream",
                    "Content-Length": str(piece.size),
                },
            )
            # HTTP puts tags in quotes, LinkedIn's list of parts does not.
            tag = answer.headers.get("etag", "").strip('"')
            if answer.status in _GONE:
                self._drop(desk)
                raise self._gone(answer)
            if not tag:
                raise answer.bad("it has no ETag")
            tags.append(tag)
            desk.save(tags=list(tags))
            share = piece.end / piece.total
            desk.progress(share, f"{share:.0%} of the film is at LinkedIn.")

    def _send_additions(self, post: Post, desk: Desk, uploads: Connection) -> None:
        """Thumbnail and captions, once each. LinkedIn may wait for what was announced, so what it
        refuses makes the upload begin anew without it; no part of the film is there yet."""
        for what, send in (("thumbnail", _send_thumbnail), ("captions", _send_captions)):
            url = desk.handle.get(what)
            if not url:
                continue
            try:
                answer = send(post, uploads, url)
            except (ProviderRequestInvalid, ContentRefused) as error:
                self._leave_out(desk, what, error.message)
            if answer.status in _GONE:
                self._leave_out(desk, what, f"LinkedIn answered {answer.status}.")
            desk.save(**{what: ""})

    def _leave_out(self, desk: Desk, what: str, why: str) -> NoReturn:
        desk.save(video="", asked_at="", **{f"{what}_refused": why})
        raise ProviderUnavailable(
            f"LinkedIn refused the {what}: {why}",
            provider=self.name,
            operation=what,
            hint="The upload begins again by itself without it; nothing was published.",
        )

    def _finish(self, desk: Desk, rest: "_Rest") -> None:
        request = {
            "video": desk.handle["video"],
            "uploadToken": desk.handle["token"],
            "uploadedPartIds": desk.handle["tags"],
        }
        rest.post(
            "/rest/videos?action=finalizeUpload",
            operation="finish upload",
            json={"finalizeUploadRequest": request},
        )

    def _recent_posts(self, account: Account) -> list[dict[str, Any]]:
        path = (
            f"/rest/posts?author={_encoded(account.external_id)}&q=author"
            f"&count={_RECENT_POSTS}&sortBy=CREATED"
        )
        with self._rest(account.token, _LOOK_CODES) as rest:
            answer = rest.look(path, operation="look up", headers={"X-RestLi-Method": "FINDER"})
        return objects_in(answer.at("elements"))

    def _who(self, token: str) -> Answer:
        with self._rest(token) as rest:
            return rest.look("/v2/userinfo", operation="account")

    def _rest(self, token: str, codes: Codes = _CODES) -> "_Rest":
        access = replace(self._access, key=token)
        return _Rest(self._service, access, codes, clock=self._clock)

    def _uploads(self, token: str) -> Connection:
        access = replace(self._access, key=token)
        return Connection(self._service, access, _CODES, clock=self._clock, answers=_GONE)

    def _drop(self, desk: Desk) -> None:
        """Forget a video that cannot be posted; the next one begins anew."""
        desk.save(video="", asked_at="")

    def _failed(self, state: Mapping[str, Any]) -> ProviderError:
        reason = text_of(state.get("processingFailureReason")) or "no reason given"
        return JobFailed(
            f"LinkedIn cannot use the film: {reason[:300]}",
            provider=self.name,
            operation="check",
            hint="Change what it objects to and publish again.",
        )

    def _gone(self, answer: Answer) -> ProviderError:
        return ProviderUnavailable(
            f"LinkedIn answered {answer.status} to a part: the upload's links are no longer good.",
            provider=self.name,
            operation=answer.operation,
            hint="The upload begins again by itself; nothing was published.",
        )


class _Rest(Connection):
    """What LinkedIn's statuses leave open: versions end after about a year, and every request then
    fails; a limit of the day looks like one of the minute."""

    def refused(self, answer: Answer, *, is_paid: bool) -> ProviderError:
        error = super().refused(answer, is_paid=is_paid)
        kind, message = type(error), error.message
        if isinstance(error, ProviderRateLimited) and "DAY limit" in message:
            kind = ProviderQuotaExceeded
        elif answer.status == 426:
            message += " Set LINKEDIN_API_VERSION to a month of this year, e.g. 202611."
        else:
            return error
        return advised(kind(message, provider=error.provider, operation=error.operation))


def _draft(post: Post) -> str:
    """All that cannot be changed once the upload has begun; the words go with the post."""
    return made_of(post)


def _parts(answer: Answer, size: int) -> list[dict[str, Any]]:
    """The parts LinkedIn asks for: ``url``, ``first`` and ``size``, which must make the film."""
    parts: list[dict[str, Any]] = []
    end = 0
    for asked in objects_in(answer.at("value", "uploadInstructions")):
        url = answer.text_at("uploadUrl", of=asked)
        first, last = count_of(asked.get("firstByte")), count_of(asked.get("lastByte"))
        if first != end or last is None or not first <= last < min(size, first + LONGEST_PIECE):
            raise answer.bad(f"its part {len(parts)} is from {first} to {last}, after {end}")
        end = last + 1
        parts.append({"url": url, "first": first, "size": end - first})
    if end != size:
        raise answer.bad(f"its parts make {end} bytes of {size}")
    return parts


def _state(rest: _Rest, video: str) -> dict[str, Any]:
    return object_at(rest.look(f"/rest/videos/{_encoded(video)}", operation="check"))


def _send_thumbnail(post: Post, uploads: Connection, url: str) -> Answer:
    headers = {"Content-Type": "application/octet-stream", "media-type-family": "STILLIMAGE"}
    return uploads.put(url, operation="thumbnail", content=read_small(post.poster), headers=headers)


def _send_captions(post: Post, uploads: Connection, url: str) -> Answer:
    facts = {
        "format": "SRT",
        "formattedForEasyReader": True,
        "largeText": True,
        "source": "USER_PROVIDED",
        "transcriptType": "CLOSED_CAPTION",
        "locale": {
            "language": post.language.value.upper(),
            "country": _PLACES[post.language],
            "variant": "",
        },
    }
    files = {
        "metadata": (None, json.dumps(facts), "application/json"),
        "file": ("captions.srt", read_small(post.srt), "application/x-subrip"),
    }
    return uploads.post(url, operation="captions", files=files)


def _post(post: Post, account: Account, video: str) -> dict[str, Any]:
    return {
        "author": account.external_id,
        "commentary": little_text(full_caption(post)),
        "visibility": post.options.get("visibility", "PUBLIC"),
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "content": {"media": {"id": video, "title": post.title}},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
    }


def _video_of(post: Mapping[str, Any]) -> str:
    """The video a post shows; empty when it shows none."""
    content = post.get("content")
    media = content.get("media") if isinstance(content, dict) else None
    return text_of(media.get("id")) if isinstance(media, dict) else ""


def _reach_back(posts: list[dict[str, Any]], desk: Desk) -> bool:
    """Whether the list goes back to before the request: a full page of younger posts does not."""
    asked_at_ms = datetime.fromisoformat(desk.handle["asked_at"]).timestamp() * 1000
    moments = (count_of(one.get("createdAt")) for one in posts)
    return len(posts) < _RECENT_POSTS or any(at and at < asked_at_ms for at in moments)


def _seen(post: Mapping[str, Any], desk: Desk) -> Published:
    """A post that was found, with LinkedIn's own time of it."""
    at_ms = count_of(post.get("publishedAt"))
    moment = spelled(datetime.fromtimestamp(at_ms / 1000, UTC)) if at_ms else ""
    return _published(text_of(post.get("id")), moment or desk.handle["asked_at"])


def _published(urn: str, moment: str) -> Published:
    url = f"https://www.linkedin.com/feed/update/{quote(urn, safe=':')}"
    return Published(url=url, published_at=moment, external_id=urn)


def _out(published: Published, why: str) -> Finding:
    return Finding(outcome=Outcome.PUBLISHED, why=why, published=published)


def _encoded(urn: str) -> str:
    return quote(urn, safe="")
