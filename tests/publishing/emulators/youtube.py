"""YouTube: resumable sessions, videos, thumbnails, captions, channels and Google's tokens."""

import email
import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.publishing.emulators.base import Emulator, Refused, Request, Stored
from tests.scenarios.server import Reply, json_reply

GRANULE = 262_144
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+)")


def _error(status: int, reason: str, message: str, **headers: str) -> Reply:
    inner = {"domain": "youtube", "reason": reason, "message": message}
    said = {"error": {"code": status, "message": message, "errors": [inner]}}
    return json_reply(said, status, headers)


@dataclass
class Session:
    """An upload: what arrived, and the video it became."""

    total: int
    metadata: dict[str, Any]
    stored: Stored = field(default_factory=Stored)
    received: int = 0
    """Bytes that were sent, also those sent twice."""
    video: str = ""


class YouTubeEmulator(Emulator):
    """The parts of the Data API that publishing uses.

    Args:
        polls: looks at a video until it is processed.
    """

    name = "youtube"
    rate_limited = _error(429, "rateLimitExceeded", "Too many requests.", **{"Retry-After": "7"})
    unavailable = _error(503, "backendError", "Backend error.")
    refusals = {  # noqa: RUF012 - a table
        "token_expired": _error(401, "authError", "Invalid Credentials"),
        "token_revoked": _error(401, "authError", "Token has been expired or revoked."),
        "quota": _error(403, "quotaExceeded", "The request cannot be completed: quota."),
        "duplicate": _error(409, "duplicate", "The video is a duplicate."),
        "wrong_media": _error(400, "mediaBodyRequired", "The media is not a video."),
    }

    def __init__(self, *, polls: int = 1) -> None:
        super().__init__()
        self.polls = polls
        self.sessions: dict[str, Session] = {}
        self.videos: dict[str, dict[str, Any]] = {}
        self.looks: dict[str, int] = {}
        self.thumbnails: dict[str, int] = {}
        self.captions: list[dict[str, Any]] = []
        self.thumbnail_reply: Reply | None = None
        self.refresh_reply: dict[str, Any] = {"access_token": self.token, "expires_in": 3599}
        self.stores_at_most = 1 << 62
        """Of one piece; a server may keep less than it was sent."""
        self.is_audited = True
        """Videos of applications that are not stay private."""
        self._numbers = itertools.count(1)

    def is_commit(self, request: Request) -> bool:
        return request.method == "PUT" and request.path == "/youtube/v3/videos"

    def wrong(self, said: str) -> Reply:
        return _error(400, "badRequest", said)

    def answer(self, request: Request) -> Reply:
        if request.path == "/token":
            return self._token(request)
        if request.path.startswith("/session/"):
            return self._piece(request)
        self.check_token(request)
        routes = {
            ("POST", "/upload/youtube/v3/videos"): self._begin,
            ("POST", "/upload/youtube/v3/thumbnails/set"): self._thumbnail,
            ("POST", "/upload/youtube/v3/captions"): self._caption,
            ("GET", "/youtube/v3/videos"): self._list,
            ("PUT", "/youtube/v3/videos"): self._update,
            ("GET", "/youtube/v3/channels"): self._channels,
        }
        return routes[request.method, request.path](request)

    def _begin(self, request: Request) -> Reply:
        assert request.query["uploadType"] == "resumable"
        assert set(request.query["part"].split(",")) == set(request.json())
        assert request.headers["x-upload-content-type"].startswith("video/")
        self._check_metadata(request.json())
        number = f"s{next(self._numbers)}"
        total = int(request.headers["x-upload-content-length"])
        self.sessions[number] = Session(total, request.json())
        return Reply(200, b"", {"Location": f"{self.url}/session/{number}?upload_id={number}"})

    def _check_metadata(self, found: dict[str, Any]) -> None:
        title, description = found["snippet"]["title"], found["snippet"]["description"]
        assert 0 < len(title) <= 100, "invalidTitle"
        assert not set("<>") & set(title + description), "invalidDescription"
        assert len(description.encode()) <= 5000, "invalidDescription"
        assert found["snippet"]["categoryId"].isdecimal()

    def _piece(self, request: Request) -> Reply:
        assert "authorization" not in request.headers, "a session needs no token"
        session = self.sessions.get(request.path.rpartition("/")[2])
        if session is None or self.is_armed("expired"):
            return Reply(404, b"Not Found", {"Content-Type": "text/plain"})
        found = _RANGE.fullmatch(request.headers["content-range"])
        assert found, "Content-Range"
        assert int(found[3]) == session.total, "the total changed"
        if found[1] and not session.video:
            self._store(request, session, int(found[1]), int(found[2]))
        if session.stored.size < session.total:
            size = session.stored.size
            return Reply(308, b"", {"Range": f"bytes=0-{size - 1}"} if size else {})
        return json_reply(self._finished(session), 201)

    def _store(self, request: Request, session: Session, first: int, last: int) -> None:
        size = last - first + 1
        assert request.body_size == size, "Content-Length is not what Content-Range says"
        assert first == session.stored.size, f"{first} comes, {session.stored.size} is awaited"
        is_last = last + 1 == session.total
        assert is_last or size % GRANULE == 0, f"{size} is no multiple of {GRANULE}"
        room, waiting = self.stores_at_most, b""
        for piece in request.pieces():
            session.received += len(piece)
            waiting += piece
            while len(waiting) >= GRANULE and room >= GRANULE:
                session.stored.add(waiting[:GRANULE])
                waiting, room = waiting[GRANULE:], room - GRANULE
        if is_last and not request.is_cut and room >= len(waiting):
            session.stored.add(waiting)

    def _finished(self, session: Session) -> dict[str, Any]:
        with self.lock:
            if not session.video:
                session.video = f"video-{next(self._numbers)}"
                metadata = session.metadata
                self.videos[session.video] = {
                    "kind": "youtube#video",
                    "id": session.video,
                    "snippet": {**metadata["snippet"], "publishedAt": "2026-11-22T10:00:00Z"},
                    "status": {**metadata["status"], "uploadStatus": "uploaded"},
                    "statistics": {"viewCount": "12", "likeCount": "3", "commentCount": "1"},
                }
        return {**self.videos[session.video], "status": {"uploadStatus": "uploaded"}}

    def _list(self, request: Request) -> Reply:
        video = self.videos.get(request.query["id"])
        if video is None:
            return json_reply({"items": []})
        looks = self.looks[video["id"]] = self.looks.get(video["id"], 0) + 1
        if looks >= self.polls and not self.is_armed("never_ready"):
            video["status"]["uploadStatus"] = "processed"
        if self.is_armed("failed"):
            video["status"] |= {"uploadStatus": "failed", "failureReason": "codec"}
        asked = {"id", "kind", *request.query["part"].split(",")}
        return json_reply({"items": [{key: video[key] for key in asked & set(video)}]})

    def _update(self, request: Request) -> Reply:
        asked = request.json()
        video = self.videos.get(asked["id"])
        if video is None:
            raise Refused(_error(404, "videoNotFound", "The video cannot be found."))
        self._check_metadata(asked)
        if self.is_audited:
            video["status"] |= asked["status"]
            video["snippet"] |= asked["snippet"]
            self.publish(asked["id"], **asked["status"])
        if self.is_armed("published_without_id"):
            return json_reply({})
        return json_reply({part: video[part] for part in ("kind", "id", "snippet", "status")})

    def _thumbnail(self, request: Request) -> Reply:
        assert request.query["videoId"] in self.videos
        assert request.headers["content-type"] in ("image/jpeg", "image/png")
        assert request.body()
        if self.thumbnail_reply:
            return self.thumbnail_reply
        self.thumbnails[request.query["videoId"]] = request.body_size
        return json_reply({"items": []})

    def _caption(self, request: Request) -> Reply:
        assert request.query == {"part": "snippet", "uploadType": "multipart"}
        kind = request.headers["content-type"]
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        message = email.message_from_bytes(head + request.body())
        assert message.get_content_type() == "multipart/related"
        facts, subtitles = message.get_payload()
        snippet = json.loads(facts.get_payload(decode=True))["snippet"]
        if any(snippet == known["snippet"] for known in self.captions):
            raise Refused(_error(409, "captionExists", "The video has such captions."))
        self.captions.append({"snippet": snippet, "srt": subtitles.get_payload(decode=True)})
        return json_reply({"snippet": snippet})

    def _channels(self, request: Request) -> Reply:
        assert request.query["mine"] == "true"
        channel = {
            "id": "UC1",
            "snippet": {"title": "Bee films"},
            "status": {"longUploadsStatus": "allowed"},
        }
        return json_reply({"items": [channel]})

    def _token(self, request: Request) -> Reply:
        form = request.form()
        assert form["client_id"] == "client-id"
        if form["client_secret"] != "client-secret":
            return json_reply({"error": "invalid_client"}, 401)
        wanted = {"code": "good-code", "code_verifier": "verifier"}
        if form["grant_type"] == "refresh_token":
            wanted = {"refresh_token": "good-refresh-token"}
        if any(form[name] != value for name, value in wanted.items()):
            said = {"error": "invalid_grant", "message": f"Bad: {form}"}
            return json_reply(said, 400)
        return json_reply(self.refresh_reply)
