"""X: media uploads in segments, posts, the account and its tokens."""

import base64
import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.publishing.emulators.base import Emulator, Refused, Request, Stored
from tests.scenarios.server import Reply, json_reply

LARGEST_SEGMENT = 4 << 20
_PROBLEMS = "https://api.x.com/2/problems/"
_MEDIA_TYPES = {"tweet_video": "video/mp4", "subtitles": "text/srt"}


def _problem(status: int, kind: str, title: str, detail: str) -> Reply:
    said = {"title": title, "detail": detail, "type": kind, "status": status}
    return json_reply(said, status, {"Content-Type": "application/problem+json"})


@dataclass
class Upload:
    """A medium: its segments as they arrived first, and how far it is."""

    total: int
    category: str
    stored: Stored = field(default_factory=Stored)
    segments: list[str] = field(default_factory=list)
    """A hash of each."""
    received: int = 0
    """Bytes that were sent, also those sent twice."""
    state: str = "uploading"
    looks: int = 0


class XEmulator(Emulator):
    """The parts of the API v2 that publishing uses.

    Args:
        polls: looks at a film until it is processed.
        max_bytes: of a film; more is for tests of size.
    """

    name = "x"
    unavailable = _problem(503, "about:blank", "Service Unavailable", "Over capacity.")
    refusals = {  # noqa: RUF012 - a table
        "token_expired": _problem(401, "about:blank", "Unauthorized", "Unauthorized"),
        "token_revoked": _problem(401, "about:blank", "Unauthorized", "Unauthorized"),
        "quota": _problem(429, f"{_PROBLEMS}usage-capped", "UsageCapExceeded", "Cap exceeded."),
        "no_money": _problem(402, "about:blank", "Payment Required", "No credits are left."),
        "duplicate": _problem(
            403,
            "about:blank",
            "Forbidden",
            "You are not allowed to create a Tweet with duplicate content.",
        ),
        "wrong_media": _problem(
            400, f"{_PROBLEMS}invalid-request", "Invalid Request", "The media is not a video."
        ),
    }

    def __init__(self, *, polls: int = 1, max_bytes: int = 512 << 20) -> None:
        super().__init__()
        self.polls, self.max_bytes = polls, max_bytes
        self.uploads: dict[str, Upload] = {}
        self.posts: list[dict[str, Any]] = []
        self.subtitles: list[dict[str, Any]] = []
        self.subtitles_reply: Reply | None = None
        self.has_more_posts = False
        """Whether the account made more posts than are listed at once."""
        self.refresh_token = "good-refresh-token"
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        self._numbers = itertools.count(100)

    @property
    def rate_limited(self) -> Reply:  # type: ignore[override]
        """X names the end of the window, and no pause."""
        headers = {
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(int((self.now + timedelta(seconds=600)).timestamp())),
            "Date": self.now.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        }
        said = {"title": "Too Many Requests", "status": 429, "type": "about:blank"}
        return json_reply(said, 429, headers)

    def is_commit(self, request: Request) -> bool:
        return request.method == "POST" and request.path == "/2/tweets"

    def wrong(self, said: str) -> Reply:
        return _problem(400, f"{_PROBLEMS}invalid-request", "Invalid Request", said)

    def answer(self, request: Request) -> Reply:
        if request.path == "/2/oauth2/token":
            return self._token(request)
        self.check_token(request)
        routes = {
            ("POST", "/2/media/upload/initialize"): self._initialize,
            ("GET", "/2/media/upload"): self._status,
            ("POST", "/2/media/subtitles"): self._subtitles,
            ("POST", "/2/tweets"): self._create,
            ("GET", "/2/tweets"): self._lookup,
            ("GET", "/2/users/me"): self._me,
            ("GET", "/2/users/42/tweets"): self._timeline,
        }
        part = re.fullmatch(r"/2/media/upload/(\d+)/(append|finalize)", request.path)
        if part and request.method == "POST":
            step = self._append if part[2] == "append" else self._finalize
            return step(request, self._upload(part[1]))
        return routes[request.method, request.path](request)

    def _upload(self, media: str) -> Upload:
        if media not in self.uploads or self.is_armed("expired"):
            said = f"The media {media} does not exist."
            kind = f"{_PROBLEMS}resource-not-found"
            raise Refused(_problem(404, kind, "Not Found Error", said))
        return self.uploads[media]

    def _initialize(self, request: Request) -> Reply:
        asked = request.json()
        assert asked["media_type"] == _MEDIA_TYPES[asked["media_category"]]
        assert 0 < asked["total_bytes"] <= self.max_bytes, "the file is too large"
        media = str(next(self._numbers))
        self.uploads[media] = Upload(asked["total_bytes"], asked["media_category"])
        said = {"id": media, "media_key": f"13_{media}", "expires_after_secs": 86_400}
        return json_reply({"data": said})

    def _append(self, request: Request, upload: Upload) -> Reply:
        assert upload.state == "uploading", "the upload is finalized"
        fields = _multipart(request)
        number, content = int(fields["segment_index"]), fields["media"]
        assert 0 <= number <= 999, "segment_index"
        assert 0 < len(content) <= LARGEST_SEGMENT, "a segment has at most 4 MB"
        if request.is_cut:
            return self.wrong("the segment was cut")
        piece = Stored()
        piece.add(content)
        upload.received += len(content)
        if number < len(upload.segments):
            assert upload.segments[number] == piece.hash, f"segment {number} changed"
        else:
            assert number == len(upload.segments), f"{number} before {len(upload.segments)}"
            upload.segments.append(piece.hash)
            upload.stored.add(content)
        return json_reply({"data": {"expires_at": int(self.now.timestamp()) + 86_400}})

    def _finalize(self, request: Request, upload: Upload) -> Reply:
        assert upload.stored.size == upload.total, (
            "Segments do not add up to provided total file size."
        )
        upload.state = "succeeded" if upload.category == "subtitles" else "pending"
        media = request.path.split("/")[4]
        said: dict[str, Any] = {"id": media, "media_key": f"13_{media}", "size": upload.total}
        if upload.state == "pending":
            said["processing_info"] = {"state": "pending", "check_after_secs": 1}
        return json_reply({"data": said})

    def _status(self, request: Request) -> Reply:
        assert request.query["command"] == "STATUS"
        media = request.query["media_id"]
        upload = self._upload(media)
        assert upload.state != "uploading", "the upload is not finalized"
        upload.looks += 1
        upload.state = "in_progress"
        if upload.looks >= self.polls and not self.is_armed("never_ready"):
            upload.state = "succeeded"
        processing: dict[str, Any] = {"state": upload.state, "progress_percent": 50}
        if self.is_armed("failed"):
            processing = {"state": "failed", "error": {"name": "InvalidMedia", "message": "codec"}}
        return json_reply({"data": {"id": media, "processing_info": processing}})

    def _subtitles(self, request: Request) -> Reply:
        asked = request.json()
        assert self._upload(asked["subtitles"]["id"]).category == "subtitles"
        assert self._upload(asked["id"]).category == "tweet_video"
        if self.subtitles_reply:
            return self.subtitles_reply
        self.subtitles.append(asked)
        return json_reply({"data": {"id": asked["id"]}})

    def _create(self, request: Request) -> Reply:
        asked = request.json()
        (media,) = asked["media"]["media_ids"]
        assert self._upload(media).state == "succeeded", "your media IDs are invalid"
        post_id = str(next(self._numbers))
        self.posts.append(
            {
                "id": post_id,
                "text": asked["text"],
                "created_at": self.now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "attachments": {"media_keys": [f"13_{media}"]},
            }
        )
        self.publish(post_id, media=media, made_with_ai=asked.get("made_with_ai"))
        said = {} if self.is_armed("published_without_id") else {"id": post_id}
        return json_reply({"data": {**said, "text": asked["text"]}}, 201)

    def _lookup(self, request: Request) -> Reply:
        assert request.query["post.fields"] == "public_metrics"
        counts = {
            "impression_count": 90,
            "like_count": 7,
            "reply_count": 2,
            "repost_count": 3,
            "quote_count": 1,
            "bookmark_count": 0,
        }
        found = [
            {"id": post["id"], "text": post["text"], "public_metrics": counts}
            for post in self.posts
            if post["id"] in request.query["ids"].split(",")
        ]
        if found:
            return json_reply({"data": found})
        return json_reply({"errors": [{"title": "Not Found Error", "detail": "No such post."}]})

    def _timeline(self, request: Request) -> Reply:
        assert 5 <= int(request.query["max_results"]) <= 100
        since = request.query["start_time"].replace("Z", ".000Z")
        asked = {"id", "text", *request.query["post.fields"].split(",")}
        found = [post for post in reversed(self.posts) if post["created_at"] >= since]
        shown = [{key: post[key] for key in asked & set(post)} for post in found]
        meta: dict[str, Any] = {"result_count": len(shown)}
        if self.has_more_posts:
            meta["next_token"] = "more"
        return json_reply({"meta": meta, "data": shown} if shown else {"meta": meta})

    def _me(self, request: Request) -> Reply:
        said = {
            "id": "42",
            "name": "Bee films",
            "username": "beefilms",
            "protected": False,
            "subscription_type": "Premium",
        }
        return json_reply({"data": said})

    def _token(self, request: Request) -> Reply:
        form = request.form()
        pair = base64.b64encode(b"client-id:client-secret").decode()
        if request.headers.get("authorization") != f"Basic {pair}":
            return json_reply({"error": "unauthorized_client"}, 401)
        wanted = {"code": "good-code", "code_verifier": "verifier"}
        if form["grant_type"] == "refresh_token":
            wanted = {"refresh_token": self.refresh_token}
        if any(form[name] != value for name, value in wanted.items()):
            said = {"error": "invalid_request", "error_description": "The token was invalid."}
            return json_reply(said, 400)
        self.refresh_token += "+"
        said = {
            "token_type": "bearer",
            "access_token": self.token,
            "refresh_token": self.refresh_token,
            "expires_in": 7200,
            "scope": "tweet.read tweet.write",
        }
        return json_reply(said)


def _multipart(request: Request) -> dict[str, bytes]:
    """Fields of a multipart body, which may be megabytes: split, not parsed."""
    kind, _, boundary = request.headers["content-type"].partition("; boundary=")
    assert kind == "multipart/form-data", kind
    fields = {}
    for part in request.body().split(f"--{boundary}".encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        found = re.search(rb'name="([^"]+)"', head)
        assert found, "a field without a name"
        fields[found[1].decode()] = content[: -len(b"\r\n")]
    return fields
