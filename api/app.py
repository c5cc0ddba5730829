"""Builds the FastAPI application: every module of ``api.routes``, one way to answer errors.

The core is built when the first request needs it, so that a process starts at once and says what
it lacks through ``/readyz``.
"""

import contextlib
import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api import middleware, problems, routes, website
from video_platform.observing.logs import adopt, configure_logs
from video_platform.observing.tracing import configure_traces
from video_platform.settings import Settings

PREFIX = "/api/v1"
VERSION = "0.1.0"
_DESCRIPTION = """
Briefs in, films out. Work that takes time answers 202 with the `Location` of a status resource.
Errors are problems after RFC 9457 with a stable `code`. Give an `Idempotency-Key` to whatever
spends or posts, and it is done once however often it is sent.
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application on these settings, default: those of the environment."""
    app = FastAPI(
        title="Video platform",
        version=VERSION,
        description=_DESCRIPTION.strip(),
        generate_unique_id_function=_operation_id,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    configure_logs("api")
    # The server's own lines of requests hold queries, and tickets in them; ours do not.
    adopt(("uvicorn", "uvicorn.error", "uvicorn.access"))
    configure_traces("api", (settings or Settings()).otlp_endpoint)
    problems.install(app)
    middleware.install(app)
    for module in _route_modules():
        router: APIRouter = module.router
        app.include_router(router, prefix=PREFIX, responses=problems.RESPONSES)
        # The architecture's plain paths: the same routes, documented once.
        app.include_router(router, include_in_schema=False)
    website.install(app)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]  # FastAPI's own way
    return app


def _route_modules() -> Iterator[ModuleType]:
    """Modules of ``api.routes`` that have a router, by name."""
    for found in pkgutil.iter_modules(routes.__path__):
        module = importlib.import_module(f"{routes.__name__}.{found.name}")
        if hasattr(module, "router"):
            yield module


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Enter every route module's own ``lifespan``, and close the database at the end."""
    async with contextlib.AsyncExitStack() as stack:
        for module in _route_modules():
            if hasattr(module, "lifespan"):
                await stack.enter_async_context(module.lifespan(app))
        yield
    installation = getattr(app.state, "installation", None)
    if installation is not None:
        installation.database.engine.dispose()


def _operation_id(route: APIRoute) -> str:
    """The function's name: what generated clients call it."""
    return route.name


def _document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the one schema that no route returns on purpose: problems."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        schema = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update({**schema.pop("$defs"), "Problem": schema})
        app.openapi_schema = document
    return app.openapi_schema
