"""Builds the FastAPI application.

Today: health, readiness, projects (list, create), media with HTTP ranges, and films that can be
watched while they are rendered (HLS). It listens on this machine only (``video-platform up``)
because it knows no users yet.
"""

import re
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from pydantic import BaseModel, Field

from video_platform.agents.studio import Studio
from video_platform.bootstrap import build_studio
from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.media import EXTENSIONS, Media
from video_platform.errors import InvalidInput, MediaMissing, ProjectMissing, VideoPlatformError
from video_platform.montage.hls import MEDIA_TYPES, PLAYLIST, preview_key
from video_platform.settings import Settings

_MEDIA_NAME = re.compile(r"([0-9a-f]{64})\.([a-z0-9]{2,4})")
_PROJECT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FORMATS = {ratio.slug: ratio for ratio in Format}
_LASTING = "public, max-age=31536000, immutable"
_TYPES = {extension: media_type for media_type, extension in EXTENSIONS.items()}
_STATUS: tuple[tuple[type[VideoPlatformError], int], ...] = (
    (InvalidInput, 422),
    (ProjectMissing, 404),
    (MediaMissing, 404),
    (VideoPlatformError, 500),
)


class ProjectWish(BaseModel):
    """Body of ``POST /projects``."""

    text: str = Field(examples=["Why bread rises: the sourdough starter in one minute."])
    language: Language = Language.ENGLISH
    duration_s: int = 60
    formats: list[Format] = [Format.WIDE]
    style: str = "clean"
    voice: str = ""

    def to_brief(self) -> Brief:
        """The wish as a brief; ``BriefError`` when it breaks a rule."""
        return Brief(
            text=self.text,
            language=self.language,
            duration_s=self.duration_s,
            formats=tuple(self.formats),
            style=self.style,
            voice=self.voice,
        )


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application on these settings; the core is built when the first request needs it."""
    app = FastAPI(title="Video platform", version="0.1.0")
    built: list[Studio] = []

    def studio() -> Studio:
        if not built:
            built.append(build_studio(settings))
        return built[0]

    UsesStudio = Annotated[Studio, Depends(studio)]  # noqa: N806 - an alias for annotations

    @app.exception_handler(VideoPlatformError)
    def problem(_request: Request, error: VideoPlatformError) -> JSONResponse:
        status = next(code for kind, code in _STATUS if isinstance(error, kind))
        body = {"type": error.code, "title": error.message, "status": status, "detail": error.hint}
        return JSONResponse(body, status_code=status, media_type="application/problem+json")

    @app.get("/healthz", summary="The process is alive")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="Database and media store answer")
    def readyz(core: UsesStudio) -> dict[str, str]:
        core.projects.list_keys()
        core.store.blobs.exists("doctor/probe")
        return {"status": "ready"}

    @app.get("/projects", summary="All projects, newest first")
    @app.get("/api/v1/projects", summary="All projects, newest first")
    def projects(core: UsesStudio) -> list[dict[str, Any]]:
        found = [core.projects.get(key) for key in core.projects.list_keys()]
        return [
            {"id": p.key, "title": p.title, "language": p.brief.language.value, "at": p.created_at}
            for p in found
        ]

    @app.post("/projects", status_code=202, summary="Ask for a film")
    @app.post("/api/v1/projects", status_code=202, summary="Ask for a film")
    def create_project(wish: ProjectWish, core: UsesStudio) -> dict[str, str]:
        project = core.open_project(wish.to_brief(), command="build_project")
        return {"id": project.key, "title": project.title, "status": "draft"}

    @app.get("/media/{name}", summary="Stored media, with HTTP ranges")
    def media(name: str, core: UsesStudio) -> FileResponse:
        match = _MEDIA_NAME.fullmatch(name)
        if match is None or match[2] not in _TYPES:
            raise HTTPException(404, "No such media.")
        wanted = Media(sha256=match[1], media_type=_TYPES[match[2]], size_bytes=0)
        return FileResponse(
            core.store.path(wanted),
            media_type=wanted.media_type,
            headers={
                "Cache-Control": _LASTING,
                "X-Content-Type-Options": "nosniff",
            },
        )

    @app.get(
        "/api/v1/projects/{key}/preview/{slug}/{name}",
        summary="The film as far as it is rendered: an HLS playlist and its parts",
    )
    def preview(key: str, slug: str, name: str, core: UsesStudio) -> Response:
        stored = None
        if _PROJECT.fullmatch(key) and slug in _FORMATS:
            stored = core.store.blobs.read(preview_key(key, _FORMATS[slug], name))
        if stored is None:
            raise MediaMissing(
                f"There is no {name} of a {slug} preview of {key}.",
                hint="A preview begins with the first seconds of the montage; ask again later.",
            )
        return Response(
            stored,
            media_type=MEDIA_TYPES[name.rpartition(".")[2]],
            headers={
                "Cache-Control": "no-cache" if name == PLAYLIST else _LASTING,
                "X-Content-Type-Options": "nosniff",
            },
        )

    return app
