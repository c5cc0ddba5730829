"""LinkedIn: videos in parts with tags, captions, thumbnails, posts, members and tokens."""

import itertools
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.publishing.emulators.base import (
    COMMIT,
    LOOK_UP,
    PREPARE,
    Emulator,
    Refused,
    Request,
    Stored,
)
from tests.scenarios.server import Call, Reply, json_reply

PART = 4 << 20
OLDEST_VERSION = "202512"
MEMBER = "urn:li:person:abc"
_RESERVED = "|{}@[]()<>#*_~"


def _error(status: int, code: str, message: str, number: int = 0) -> Reply:
    said = {"status": status, "code": code, "serviceErrorCode": number, "message": message}
    return json_reply(said, status)


@dataclass
class Video:
    """A video under way: its parts, and what came with it."""

    urn: str
    owner: str
    size: int
    wants_captions: bool
    part: int
    parts: dict[int, Stored] = field(default_factory=dict)
    sent: Counter[int] = field(default_factory=Counter)
    """How often each part arrived whole."""
    captions: dict[str, Any] = field(default_factory=dict)
    thumbnail: int = 0
    status: str = "WAITING_UPLOAD"
    looks: int = 0

    @property
    def received(self) -> int:
        """Bytes that arrived in whole parts, also those that came twice."""
        return sum(self.sizes[index] * times for index, times in self.sent.items())

    @property
    def sizes(self) -> list[int]:
        return [min(self.part, self.size - first) for first in range(0, self.size, self.part)]

    def tag(self, index: int) -> str:
        return f"/ambry/signedId/{self.parts[index].hash[:20]}-{index}"


class LinkedInEmulator(Emulator):
    """The Videos and Posts APIs, with the headers they want.

    Args:
        polls: looks at a finished upload until it is available.
        part: bytes of a part.
    """

    name = "linkedin"
    rate_limited = _error(429, "TOO_MANY_REQUESTS", "Too many calls in this minute.", 101)
    unavailable = _error(503, "SERVICE_UNAVAILABLE", "Try again later.")
    refusals = {  # noqa: RUF012 - a table
        "token_expired": _error(401, "EXPIRED_ACCESS_TOKEN", "The token has expired.", 65602),
        "token_revoked": _error(401, "REVOKED_ACCESS_TOKEN", "The token was revoked.", 65601),
        "quota": _error(
            429,
            "TOO_MANY_REQUESTS",
            "Resource level throttle APPLICATION_AND_MEMBER DAY limit for calls is reached.",
            101,
        ),
        "duplicate": _error(
            422, "DUPLICATE_POST", "Content is a duplicate of urn:li:share:99", 100
        ),
        "wrong_media": _error(400, "INVALID_VIDEO", "The media is not a video LinkedIn takes."),
    }

    def __init__(self, *, polls: int = 1, part: int = PART) -> None:
        super().__init__()
        self.polls, self.part = polls, part
        self.videos: dict[str, Video] = {}
        self.posts: list[dict[str, Any]] = []
        self.links_live_s = 3600
        self.refuses_captions = False
        self.lets_posts_be_read = True
        self._numbers = itertools.count(1)

    def is_commit(self, request: Request) -> bool:
        return request.method == "POST" and request.path == "/rest/posts"

    def wrong(self, said: str) -> Reply:
        return _error(400, "ILLEGAL_ARGUMENT", said)

    def answer(self, request: Request) -> Reply:
        if request.path == "/oauth/v2/accessToken":
            return self._token(request)
        if request.path.startswith("/dms-uploads/"):
            return self._upload(request)
        self.check_token(request)
        if request.path == "/v2/userinfo":
            return json_reply({"sub": MEMBER.rpartition(":")[2], "name": "Ada Bee"})
        self._check_version(request)
        if request.method == "GET" and request.path.startswith("/rest/videos/"):
            return self._look(request)
        routes = {
            ("POST", "/rest/videos"): self._video_action,
            ("POST", "/rest/posts"): self._post,
            ("GET", "/rest/posts"): self._posts_of,
            ("GET", "/rest/organizationalEntityShareStatistics"): self._statistics,
        }
        return routes[request.method, request.path](request)

    def _check_version(self, request: Request) -> None:
        version = request.headers.get("linkedin-version", "")
        if not (len(version) == 6 and version.isdecimal()):
            raise Refused(_error(400, "VERSION_MISSING", "A version must be present."))
        if version < OLDEST_VERSION:
            raise Refused(_error(426, "NONEXISTENT_VERSION", f"{version} is not active."))
        assert request.headers.get("x-restli-protocol-version") == "2.0.0"

    # The upload.

    def _video_action(self, request: Request) -> Reply:
        actions = {"initializeUpload": self._begin, "finalizeUpload": self._finalize}
        return actions[request.query["action"]](request.json())

    def _begin(self, body: dict[str, Any]) -> Reply:
        asked = body["initializeUploadRequest"]
        number = next(self._numbers)
        video = Video(
            f"urn:li:video:V{number}",
            asked["owner"],
            asked["fileSizeBytes"],
            asked["uploadCaptions"],
            self.part,
        )
        assert video.owner.startswith(("urn:li:person:", "urn:li:organization:"))
        assert video.size > 0
        self.videos[video.urn] = video
        base, first, instructions = f"{self.url}/dms-uploads/V{number}", 0, []
        for index, size in enumerate(video.sizes):
            instruction = {"uploadUrl": f"{base}/part/{index}?sign=s{index}"}
            instructions.append(
                {**instruction, "firstByte": first, "lastByte": first + size - 1},
            )
            first += size
        value = {
            "video": video.urn,
            "uploadToken": f"upload-token-{number}",
            "uploadUrlsExpireAt": int((time.time() + self.links_live_s) * 1000),
            "uploadInstructions": instructions,
        }
        if video.wants_captions:
            value["captionsUploadUrl"] = f"{base}/captions/0"
        if asked["uploadThumbnail"]:
            value["thumbnailUploadUrl"] = f"{base}/thumbnail/0"
        return json_reply({"value": value})

    def _upload(self, request: Request) -> Reply:
        _, _, name, what, index = request.path.split("/")
        video = self.videos[f"urn:li:video:{name}"]
        if self.is_armed("expired", PREPARE):
            return Reply(403, b"", {})
        if what == "captions":
            return self._captions(request, video)
        assert request.method == "PUT"
        assert request.headers["content-type"] == "application/octet-stream"
        if what == "thumbnail":
            assert request.headers["media-type-family"] == "STILLIMAGE"
            video.thumbnail = len(request.body())
            return Reply(201, b"", {})
        return self._part(request, video, int(index))

    def _part(self, request: Request, video: Video, index: int) -> Reply:
        assert request.query["sign"] == f"s{index}", "the address was changed"
        size = video.sizes[index]
        assert request.body_size == size, f"part {index} has {size} bytes, not {request.body_size}"
        stored = Stored()
        for piece in request.pieces():
            stored.add(piece)
        if not request.is_cut:
            video.parts[index] = stored
            video.sent[index] += 1
        return Reply(200, b"", {"ETag": f'"{video.tag(index)}"' if index % 2 else video.tag(index)})

    def _captions(self, request: Request, video: Video) -> Reply:
        if self.refuses_captions:
            return _error(400, "INVALID_CAPTIONS", "The language is not supported.")
        self.check_token(request)
        assert request.method == "POST"
        call = Call("POST", request.path, request.query, request.headers, request.body())
        form = call.form()
        facts = json.loads(form["metadata"])
        assert facts["format"] == "SRT"
        assert facts["transcriptType"] == "CLOSED_CAPTION"
        video.captions = {**facts, "text": form["file"]}
        return Reply(201, b"", {})

    def _finalize(self, body: dict[str, Any]) -> Reply:
        asked = body["finalizeUploadRequest"]
        video = self.videos[asked["video"]]
        assert asked["uploadToken"] == f"upload-token-{video.urn.rpartition('V')[2]}"
        tags = [video.tag(index) for index in range(len(video.sizes))]
        assert asked["uploadedPartIds"] == tags, "the tags are not those of the parts, in order"
        assert not video.wants_captions or video.captions or self.refuses_captions
        if video.status == "WAITING_UPLOAD":
            video.status = "PROCESSING"
        return Reply(200, b"", {})

    def _look(self, request: Request) -> Reply:
        encoded = request.path.removeprefix("/rest/videos/")
        assert ":" not in encoded, "a URN in a path is encoded"
        video = self.videos[unquote(encoded)]
        reasons = {}
        if video.status == "PROCESSING":
            video.looks += 1
            if self.is_armed("failed", PREPARE):
                video.status = "PROCESSING_FAILED"
            elif video.looks >= self.polls and not self.is_armed("never_ready", PREPARE):
                video.status = "AVAILABLE"
        if video.status == "PROCESSING_FAILED":
            reasons = {"processingFailureReason": "The codec is not supported."}
        return json_reply(
            {"id": video.urn, "owner": video.owner, "status": video.status, **reasons}
        )

    # The posts.

    def _post(self, request: Request) -> Reply:
        body = request.json()
        video = self.videos.get(body["content"]["media"]["id"])
        is_ready = video is not None and video.status == "AVAILABLE"
        is_lost = any(self.is_armed(how, COMMIT) for how in ("expired", "failed", "never_ready"))
        if is_lost or not is_ready:
            raise Refused(_error(400, "MEDIA_ASSET_PROCESSING", "The video is not available."))
        assert body["author"] == video.owner, "the video belongs to somebody else"
        assert body["lifecycleState"] == "PUBLISHED"
        assert len(body["commentary"]) <= 3000
        assert _is_little_text(body["commentary"]), "the text would be cut"
        urn = f"urn:li:share:{7000 + next(self._numbers)}"
        moment = int(time.time() * 1000)
        with self.lock:
            self.posts.insert(0, {"id": urn, "createdAt": moment, "publishedAt": moment, **body})
        self.publish(urn, video=video.urn)
        is_silent = self.is_armed("published_without_id", COMMIT)
        return Reply(201, b"", {} if is_silent else {"x-restli-id": urn})

    def _posts_of(self, request: Request) -> Reply:
        assert request.headers.get("x-restli-method") == "FINDER"
        assert request.query["q"] == "author"
        if not self.lets_posts_be_read:
            raise Refused(_error(403, "ACCESS_DENIED", "Not enough permissions.", 100))
        if self.is_armed("never_ready", LOOK_UP):
            return json_reply({"elements": []})
        found = [one for one in self.posts if one["author"] == request.query["author"]]
        return json_reply(
            {"paging": {"start": 0}, "elements": found[: int(request.query["count"])]}
        )

    def _statistics(self, request: Request) -> Reply:
        assert request.query["organizationalEntity"].startswith("urn:li:organization:")
        named = request.query["shares"]
        assert named.startswith("List(urn:li:share:"), named
        counts = {"impressionCount": 90, "likeCount": 3, "commentCount": 2, "shareCount": 1}
        return json_reply({"elements": [{"totalShareStatistics": counts}]})

    def _token(self, request: Request) -> Reply:
        form = request.form()
        if form["client_secret"] != "client-secret":
            return json_reply({"error": "invalid_client"}, 401)
        assert "code_verifier" not in form, "LinkedIn takes a secret or a verifier"
        wanted = {"code": "good-code"}
        if form["grant_type"] == "refresh_token":
            wanted = {"refresh_token": "good-refresh-token"}
        if any(form[name] != value for name, value in wanted.items()):
            return json_reply({"error": "invalid_request", "error_description": "no grant"}, 400)
        return json_reply(
            {"access_token": self.token, "expires_in": 5184000, "scope": "openid,profile"}
        )


def _is_little_text(text: str) -> bool:
    """Whether all reserved characters are escaped, or part of a hashtag template."""
    at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text.startswith("{hashtag|\\#|", at):
            at = text.index("}", at) + 1
        elif text[at] in _RESERVED:
            return False
        else:
            at += 1
    return True
