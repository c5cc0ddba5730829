"""Instagram on loopback: the Graph API and the upload host, which wants the word OAuth.

A container takes its film in one stream from the offset it names, is worked on for a few looks and
can be published once.
"""

import threading
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

ACCOUNT = "1784"
VERSION = "v26.0"


def said(code: int, message: str, *, subcode: int = 0, status: int = 400, **more: Any) -> Reply:
    """An error of the Graph API."""
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
    return json_reply({"error": error | ({"error_subcode": subcode} if subcode else {})}, status)


@dataclass
class Container:
    """A reel under way."""

    fields: dict[str, str]
    stored: Stored = field(default_factory=Stored)
    size: int = 0
    received: int = 0
    """Bytes that were sent, also those sent twice."""
    looks: int = 0
    media: str = ""
    stream: Request | None = None
    """Whose bytes count: a dead sender's end when somebody asks how far it came."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, request: Request, piece: bytes) -> bool:
        """Keep a piece; says whether the upload is still the one."""
        with self.lock:
            if self.stream is request:
                self.stored.add(piece)
                self.received += len(piece)
            return self.stream is request

    def cut(self) -> int:
        """Let no upload under way add more; the bytes that are there."""
        with self.lock:
            self.stream = None
            return self.stored.size

    @property
    def is_whole(self) -> bool:
        return 0 < self.size == self.stored.size


class InstagramEmulator(Emulator):
    """See ``Emulator``. Containers are finished at the ``looks_until_done``-th look at them."""

    name = "instagram"
    refusals = {  # noqa: RUF012 - a table
        "token_expired": said(190, "The session has expired.", subcode=463),
        "token_revoked": said(190, "The person removed the app.", subcode=458),
        "duplicate": said(4, "The action was blocked.", subcode=2207051, status=403),
        "quota": said(9, "The limit of posts is reached.", subcode=2207042, status=403),
        "wrong_media": said(352, "The format is not supported.", subcode=2207026),
        "not_ready": said(9007, "The media is not ready.", subcode=2207027),
        "unknown": said(1, "An unknown error occurred.", is_transient=True, status=500),
        "server_error": said(-1, "Instagram server error.", subcode=2207001),
        "unlisted": said(-5, "Please try again.", is_transient=True),
        "unknown_400": said(2, "Service temporarily unavailable.", is_transient=True),
    }
    rate_limited = json_reply(
        {"error": {"message": "Request limit reached.", "type": "OAuthException", "code": 4}},
        403,
        {"Retry-After": "7"},
    )

    def __init__(self) -> None:
        super().__init__()
        self.containers: dict[str, Container] = {}
        self.looks_until_done = 2
        self.cut_after: int | None = None
        """The upload host goes away after so many bytes, keeping them."""
        self.insights: dict[str, dict[str, int]] = {}
        self.pages: list[dict[str, Any]] = [
            {"id": "p0", "name": "A page without"},
            {
                "id": "p1",
                "name": "Bees",
                "instagram_business_account": {"id": ACCOUNT, "username": "bee.film"},
            },
        ]
        self.quota: dict[str, Any] = {"quota_usage": 2, "config": {"quota_total": 50}}
        self.grants: list[dict[str, str]] = []
        self.has_permalinks = True

    def wrong(self, said_: str) -> Reply:
        return said(100, said_)

    def holds(self, fault: str) -> bool:
        """Whether a fault of state holds: before a commit was tried, or from then on."""
        return self.is_armed(fault, *((COMMIT, LOOK_UP) if self.commit_attempts else (PREPARE,)))

    def is_commit(self, request: Request) -> bool:
        return request.method == "POST" and request.path.endswith("/media_publish")

    def answer(self, request: Request) -> Reply:
        if request.path.startswith("/ig-api-upload/"):
            return self._upload(request)
        version, _, path = request.path.lstrip("/").partition("/")
        assert version == VERSION, request.path
        if path == "oauth/access_token":
            return self._token(request)
        self.check_token(request)
        assert "access_token" not in request.query
        ways = {
            ("POST", f"{ACCOUNT}/media"): self._create,
            ("POST", f"{ACCOUNT}/media_publish"): self._publish,
            ("GET", f"{ACCOUNT}/content_publishing_limit"): self._limit,
            ("GET", ACCOUNT): self._who,
            ("GET", "me/accounts"): self._pages,
        }
        way = ways.get((request.method, path))
        if way is not None:
            return way(request)
        assert request.method == "GET", request.method
        return self._read(request, path)

    def _create(self, request: Request) -> Reply:
        fields = request.form()
        assert fields["media_type"] == "REELS"
        assert fields["upload_type"] == "resumable"
        assert len(fields["caption"]) <= 2200
        assert int(fields["thumb_offset"]) >= 0
        name = f"c{len(self.containers) + 1}"
        self.containers[name] = Container(fields)
        return json_reply({"id": name, "uri": f"{self.url}/ig-api-upload/{VERSION}/{name}"})

    def _upload(self, request: Request) -> Reply:
        self.check_token(request, "OAuth {token}")
        container = self.containers[request.path.rpartition("/")[2]]
        offset, size = int(request.headers["offset"]), int(request.headers["file_size"])
        if offset != container.stored.size or request.body_size != size - offset:
            return self._refused_upload("OffsetInvalidError", is_retriable=True)
        container.size = size
        container.stream = request
        for piece in request.pieces():
            if self.cut_after is not None:
                piece = piece[: max(0, self.cut_after - container.stored.size)]
            if not container.add(request, piece):
                break
        if request.is_cut or not container.is_whole:
            return self._refused_upload("PartialRequestError", is_retriable=True)
        return json_reply({"success": True, "message": "Upload successful."})

    def _refused_upload(self, kind: str, *, is_retriable: bool) -> Reply:
        info = {"retriable": is_retriable, "type": kind, "message": f"{kind} at the upload."}
        return json_reply({"debug_info": info}, 400)

    def _status(self, container: Container) -> tuple[str, str]:
        if container.media:
            return "PUBLISHED", "Published"
        if self.holds("expired"):
            return "EXPIRED", "Expired"
        if self.holds("failed"):
            return "ERROR", "Error: 2207026: the video format is not supported."
        if container.looks >= self.looks_until_done and not self.holds("never_ready"):
            return "FINISHED", "Finished: it can be published."
        return "IN_PROGRESS", "In Progress"

    def _read(self, request: Request, path: str) -> Reply:
        name, _, part = path.partition("/")
        if part == "insights":
            return self._insights(request, name)
        if name not in self.containers:
            return self._media(request, name)
        container = self.containers[name]
        received = container.cut()
        container.looks += container.is_whole
        code, text = self._status(container)
        uploading = {"status": "in_progress", "bytes_transferred": received}
        return json_reply(
            {
                "id": name,
                "status_code": code,
                "status": text,
                "video_status": {"uploading_phase": uploading},
            }
        )

    def _publish(self, request: Request) -> Reply:
        name = request.form()["creation_id"]
        container = self.containers[name]
        with self.lock:
            if container.media:
                raise Refused(said(100, "The container was published before.", subcode=2207008))
            if self._status(container)[0] != "FINISHED":
                raise Refused(self.refusals["not_ready"])
            container.media = f"m{len(self.commits) + 1}"
            self.publish(container.media, sha=container.stored.hash, fields=container.fields)
        if self.is_armed("published_without_id", COMMIT):
            return json_reply({})
        return json_reply({"id": container.media})

    def _media(self, request: Request, name: str) -> Reply:
        known = {container.media for container in self.containers.values()} - {""}
        if name not in known or not self.has_permalinks:
            raise Refused(said(100, f"Object {name} does not exist.", subcode=33))
        assert request.query["fields"] == "permalink"
        return json_reply({"id": name, "permalink": f"https://www.instagram.com/reel/{name}/"})

    def _insights(self, request: Request, name: str) -> Reply:
        values = self.insights[name]
        asked = request.query["metric"].split(",")
        assert not {"plays", "impressions"} & set(asked), "no longer there"
        data = [
            {"name": one, "period": "lifetime", "values": [{"value": values[one]}]}
            for one in asked
            if one in values
        ]
        return json_reply({"data": data})

    def _limit(self, request: Request) -> Reply:
        assert request.query["fields"] == "quota_usage,config"
        return json_reply({"data": [self.quota]})

    def _who(self, request: Request) -> Reply:
        return json_reply({"id": ACCOUNT, "username": "bee.film"})

    def _pages(self, request: Request) -> Reply:
        return json_reply({"data": self.pages})

    def _token(self, request: Request) -> Reply:
        form = request.form()
        self.grants.append(form)
        if (form["client_id"], form["client_secret"]) != ("client", "client-secret"):
            return said(101, "Error validating client secret.")
        if form["grant_type"] == "fb_exchange_token":
            if form["fb_exchange_token"] not in ("short-token", self.token):
                raise Refused(self.refusals["token_expired"])
            return json_reply(
                {"access_token": self.token, "token_type": "bearer", "expires_in": 5_183_944}
            )
        if form["code"] != "good-code" or not form["code_verifier"]:
            return said(100, "This authorization code has been used.", subcode=36009)
        return json_reply({"access_token": "short-token", "token_type": "bearer"})
