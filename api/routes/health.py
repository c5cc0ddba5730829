"""Whether the process lives, and whether it can work."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.deps import PUBLIC, installation_of
from api.schemas.base import Output, shown
from video_platform.bootstrap import Installation
from video_platform.errors import VideoPlatformError

router = APIRouter(tags=["health"], dependencies=[PUBLIC])


class Alive(Output):
    """The process answers."""

    model_config = shown(status="ok")

    status: str


class Ready(Output):
    """What the answers of this process need, each `ok` or what is wrong with it."""

    model_config = shown(status="ready", parts={"database": "ok", "store": "ok"})

    status: str
    parts: dict[str, str]


_NOT_READY: dict[int | str, dict[str, type[BaseModel] | str]] = {
    503: {"model": Ready, "description": "Something is out of order; `parts` says what."}
}


@router.get("/healthz", summary="The process is alive")
def healthz() -> Alive:
    """Asks nothing else."""
    return Alive(status="ok")


@router.get("/readyz", summary="The process can work", responses=_NOT_READY)
def readyz(request: Request, response: Response) -> Ready:
    """Asks the database and the media store."""
    parts = _parts(request)
    is_ready = set(parts.values()) == {"ok"}
    if not is_ready:
        response.status_code = 503
        response.headers["Retry-After"] = "5"
    return Ready(status="ready" if is_ready else "not_ready", parts=parts)


def _parts(request: Request) -> dict[str, str]:
    try:
        installation = installation_of(request.app)
    except VideoPlatformError as error:
        return {"settings": error.code}
    checks = {"database": _check_database, "store": _check_store}
    return {name: check(installation) for name, check in checks.items()}


def _check_database(installation: Installation) -> str:
    try:
        with installation.database.system().session() as session:
            session.execute(text("select 1"))
    except SQLAlchemyError:
        return "unavailable"
    return "ok"


def _check_store(installation: Installation) -> str:
    try:
        installation.studio().store.blobs.exists("doctor/probe")
    except VideoPlatformError as error:
        return error.code
    return "ok"
