"""TikTok on loopback: chunks in order, of the announced size, the last with what is left over.

The last chunk commits. Then the post is worked on for a few looks before it is complete.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.publishing.emulators.base import (
    COMMIT,
    LOOK_UP,
    PREPARE,
    Emulator,
    Refused,
    Request,
    Stored,
)
from tests.scenarios.server import Reply, json_reply

MB = 1 << 20
ALLOWED = ("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY")


def said(code: str, status: int, message: str = "") -> Reply:
    """TikTok's envelope of an error."""
    error = {"code": code, "message": message or code, "log_id": "20261122"}
    return json_reply({"data": {}, "error": error}, status)


def ok(data: Mapping[str, Any]) -> Reply:
    return json_reply({"data": data, "error": {"code": "ok", "message": "", "log_id": "1"}})


@dataclass
class Upload:
    """One post under way."""

    size: int
    chunk_size: int
    count: int
    info: dict[str, Any]
    stored: Stored = field(default_factory=Stored)
    received: int = 0
    """Bytes that were sent, also those sent twice."""
    chunks: int = 0
    looks: int = 0
    is_link_good: bool = True

    def wanted(self) -> tuple[int, int]:
        """First and last byte of the chunk that has to come next."""
        first = self.chunks * self.chunk_size
        is_last = self.chunks == self.count - 1
        return first, (self.size if is_last else first + self.chunk_size) - 1

    @property
    def is_whole(self) -> bool:
        return self.stored.size == self.size


class TikTokEmulator(Emulator):
    """See ``Emulator``. Posts are complete at the ``looks_until_done``-th look at them."""

    name = "tiktok"
    refusals = {  # noqa: RUF012 - a table
        "token_expired": said("access_token_invalid", 401, "The access token has expired."),
        "token_revoked": said("access_token_invalid", 401, "The access token was revoked."),
        "duplicate": said("spam_risk", 403, "The post looks like an earlier one."),
        "quota": said("spam_risk_too_many_posts", 403),
        "wrong_media": said("invalid_params", 400, "The file's format is not supported."),
        "unaudited": said("unaudited_client_can_only_post_to_private_accounts", 403),
        "link_over": Reply(403, b"", {}),
    }
    rate_limited = json_reply(
        {"data": {}, "error": {"code": "rate_limit_exceeded", "message": "Slow down."}},
        429,
        {"Retry-After": "7"},
    )

    def __init__(self) -> None:
        super().__init__()
        self.uploads: dict[str, Upload] = {}
        self.looks_until_done = 2
        self.smallest_chunk = 5 * MB
        self.videos: dict[str, dict[str, int]] = {}
        self.creator: dict[str, Any] = {
            "creator_username": "bee.film",
            "creator_nickname": "Bee Film",
            "privacy_level_options": list(ALLOWED),
            "comment_disabled": False,
            "duet_disabled": True,
            "stitch_disabled": False,
            "max_video_post_duration_sec": 600,
        }
        self.grants: list[dict[str, str]] = []

    def wrong(self, said_: str) -> Reply:
        return said("invalid_params", 400, said_)

    def holds(self, fault: str) -> bool:
        """Whether a fault of state holds: before a commit was tried, or from then on."""
        return self.is_armed(fault, *((COMMIT, LOOK_UP) if self.commit_attempts else (PREPARE,)))

    def is_commit(self, request: Request) -> bool:
        upload = self.uploads.get(request.query.get("upload_id", ""))
        if request.method != "PUT" or upload is None:
            return False
        found = re.fullmatch(r"bytes \d+-(\d+)/(\d+)", request.headers.get("content-range", ""))
        return found is not None and int(found[1]) + 1 == int(found[2])

    def answer(self, request: Request) -> Reply:
        if request.path == "/video/":
            assert request.method == "PUT", request.method
            return self._put(request)
        assert request.method == "POST", request.method
        if request.path == "/v2/oauth/token/":
            return self._token(request)
        self.check_token(request)
        assert request.headers["content-type"] == "application/json; charset=UTF-8"
        ways = {
            "/v2/post/publish/creator_info/query/": self._creator,
            "/v2/post/publish/video/init/": self._init,
            "/v2/post/publish/status/fetch/": self._status,
            "/v2/video/query/": self._query,
        }
        return ways[request.path](request)

    def _creator(self, request: Request) -> Reply:
        request.body()
        return ok(self.creator)

    def _init(self, request: Request) -> Reply:
        asked = request.json()
        info, source = asked["post_info"], asked["source_info"]
        assert source["source"] == "FILE_UPLOAD"
        size, chunk, count = (
            source[name] for name in ("video_size", "chunk_size", "total_chunk_count")
        )
        assert 0 < size <= 4 << 30
        assert count == size // chunk, "total_chunk_count is the size by chunk_size, rounded down"
        assert 1 <= count <= 1000
        if count == 1:
            assert chunk == size <= 64 * MB, "one chunk is the whole film"
        else:
            assert self.smallest_chunk <= chunk <= 64 * MB, "chunks have 5 to 64 MB"
        if info["privacy_level"] not in self.creator["privacy_level_options"]:
            raise Refused(said("privacy_level_option_mismatch", 403))
        assert len(info["title"].encode("utf-16-le")) <= 4400
        publish_id = f"v_pub~{len(self.uploads) + 1}"
        self.uploads[publish_id] = Upload(size, chunk, count, info)
        link = f"{self.url}/video/?upload_id={publish_id}&upload_token=secret"
        return ok({"publish_id": publish_id, "upload_url": link})

    def _put(self, request: Request) -> Reply:
        upload = self.uploads.get(request.query["upload_id"])
        if upload is None:
            return Reply(404, b"", {})
        assert request.query["upload_token"] == "secret"
        assert "authorization" not in request.headers, "the link is its own key"
        assert request.headers["content-type"] == "video/mp4"
        if not upload.is_link_good or upload.is_whole or self.holds("expired"):
            return Reply(403, b"", {})
        first, last = upload.wanted()
        if request.headers["content-range"] != f"bytes {first}-{last}/{upload.size}":
            return Reply(416, b"", {})
        assert request.body_size == last - first + 1
        return self._store(request, upload, last)

    def _store(self, request: Request, upload: Upload, last: int) -> Reply:
        before = upload.stored.sha.copy(), upload.stored.size
        for piece in request.pieces():
            upload.stored.add(piece)
            upload.received += len(piece)
        if request.is_cut:
            upload.stored.sha, upload.stored.size = before
            return Reply(400, b"", {})
        upload.chunks += 1
        if not upload.is_whole:
            return Reply(206, b"", {})
        publish_id = request.query["upload_id"]
        self.publish(publish_id, sha=upload.stored.hash, info=upload.info, size=upload.size)
        return Reply(201, b"", {})

    def _status(self, request: Request) -> Reply:
        publish_id = request.json()["publish_id"]
        upload = self.uploads.get(publish_id)
        if upload is None:
            raise Refused(said("invalid_publish_id", 400))
        upload.looks += upload.is_whole
        data: dict[str, Any] = {"status": "PROCESSING_UPLOAD", "uploaded_bytes": upload.stored.size}
        if self.holds("failed"):
            data |= {"status": "FAILED", "fail_reason": "file_format_check_failed"}
        elif upload.looks >= self.looks_until_done and not self.holds("never_ready"):
            data |= {"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": []}
            is_named = upload.info["privacy_level"] != "SELF_ONLY"
            if is_named and not self.holds("published_without_id"):
                data["publicaly_available_post_id"] = [self.post_id(publish_id)]
        return ok(data)

    def post_id(self, publish_id: str) -> int:
        """The number of the post that an upload became."""
        return 7_000_000_000_000_000_000 + int(publish_id.partition("~")[2])

    def _query(self, request: Request) -> Reply:
        names = request.query["fields"].split(",")
        assert "id" in names
        wanted = request.json()["filters"]["video_ids"]
        assert len(wanted) <= 20
        videos = [{"id": one, **self.videos[one]} for one in wanted if one in self.videos]
        return ok({"videos": [{name: video.get(name) for name in names} for video in videos]})

    def _token(self, request: Request) -> Reply:
        form = request.form()
        self.grants.append(form)
        is_ours = form["client_key"] == "client" and form["client_secret"] == "client-secret"
        code_is_good = form.get("code") == "good-code" and form.get("code_verifier")
        if not is_ours or not (code_is_good or form.get("refresh_token") == "renew-1"):
            return json_reply({"error": "invalid_grant", "error_description": "It is used up."})
        answer = {
            "access_token": self.token,
            "expires_in": 86_400,
            "open_id": "open-1",
            "refresh_token": "renew-2",
            "refresh_expires_in": 31_536_000,
            "scope": "user.info.basic,video.publish",
            "token_type": "Bearer",
        }
        return json_reply(answer)


def hex_digest(verifier: str) -> str:
    """The challenge as TikTok compares it."""
    return hashlib.sha256(verifier.encode()).hexdigest()
