"""What is measured: our API without its limits, and FastAPI doing nothing at the same paths."""

from fastapi import FastAPI
from pydantic import BaseModel


def ours() -> FastAPI:
    """The product's application; a load test would only measure how quickly it says 429."""
    from api import limits

    limits.LIMITS["projects"] = limits.Limit("projects", 10**9, 60)
    from api.app import create_app

    return create_app()


class Wish(BaseModel):
    """As little as a project can be."""

    text: str
    duration_s: int = 60


def nothing() -> FastAPI:
    """The same framework, parsing and answering a constant."""
    app = FastAPI()

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/api/v1/projects", status_code=202)
    def create(wish: Wish) -> dict[str, str]:
        return {"id": "x", "title": wish.text}

    @app.get("/api/v1/projects/{key}")
    def read(key: str) -> dict[str, str]:
        return {"id": key}

    @app.get("/api/v1/projects")
    def listed() -> dict[str, list[str]]:
        return {"items": []}

    return app
