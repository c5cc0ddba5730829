"""``Idempotency-Key``: what spends or posts is done once, however often it is sent.

A key holds for what a call does, not for where it was sent: routes that do the same share an act,
so a request that comes again by another path does nothing twice.

A route that depends on ``ONCE`` begins its request under the caller's key; its router's
``IdempotentRoute`` keeps the answer, and gives the same one to whoever sends the request again.
Refusals are not kept: nothing was done, the key may be used again. A request that ended without an
answer (its process died) is never repeated by itself, for it may have been done.
"""

import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from api.deps import CurrentPrincipal, TenantDatabase
from api.problems import ApiError
from video_platform.db.repositories.idempotency import IdempotencyKeys, KeptAnswer
from video_platform.errors import VideoPlatformError

_KEPT_HEADERS = ("content-type", "location", "etag")
_WAIT_S = 2

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Names this request: sent again within a day, it is answered again, not done.",
        examples=["6c1f5a0e-film-1"],
    ),
]


@dataclass(frozen=True, slots=True)
class Claim:
    """A request begun under a key."""

    keys: IdempotencyKeys
    key: str
    route: str


class Replay(Exception):
    """The request was answered before."""

    def __init__(self, kept: KeptAnswer) -> None:
        super().__init__("answered before")
        self.kept = kept


@dataclass(frozen=True)
class _Once:
    act: str = ""

    async def __call__(
        self,
        request: Request,
        who: CurrentPrincipal,
        database: TenantDatabase,
        idempotency_key: Key = None,
    ) -> None:
        """Begin the request under its key; nothing when it has none.

        Raises:
            ApiError: the key was used for another request, or the first one is still worked on.
            Replay: it was answered before.
        """
        # Not called ``key``: that is a part of many paths.
        key = idempotency_key
        if key is None:
            return
        function = request.scope["endpoint"].__name__
        scope = _digest(who.user_id, self.act or function)
        parts = (function, sorted(request.path_params.items()), request.url.query)
        asked = _digest(*parts, (await request.body()).hex())
        keys = IdempotencyKeys(database)
        known = await run_in_threadpool(keys.claim, key, scope, asked)
        if known is not None:
            raise _refusal(known, asked) or Replay(known)
        request.state.claim = Claim(keys, key, scope)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def once(act: str) -> Any:
    """As ``ONCE``, for one of several routes that do the same: their keys are of one ``act``.

    Where they are told it in different words, the second is refused as another request.
    """
    return Depends(_Once(act))


ONCE: Any = Depends(_Once())
"""For ``dependencies=[ONCE]`` of a route whose router makes ``IdempotentRoute``."""


def _refusal(known: KeptAnswer, asked: str) -> ApiError | None:
    if known.is_running:
        return ApiError(
            409,
            "idempotency_in_progress",
            "A request with this Idempotency-Key is being worked on.",
            hint="Wait a moment, and send the same request again.",
            headers={"Retry-After": str(_WAIT_S)},
        )
    if known.request_hash != asked:
        return ApiError(
            422,
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request.",
            hint="Give every new request a new key.",
        )
    if known.body is None:
        return ApiError(
            409,
            "idempotency_outcome_unknown",
            "The first request with this Idempotency-Key ended without an answer.",
            hint="Look whether it was done; if not, ask again with a new key.",
        )
    return None


class IdempotentRoute(APIRoute):
    """Keeps the answers of requests that were begun under a key."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, with its answers kept and replayed."""
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            try:
                response = await handle(request)
            except Replay as replay:
                kept = replay.kept
                headers = {**kept.headers, "Idempotent-Replayed": "true"}
                return Response(kept.body, status_code=kept.status, headers=headers)
            except (HTTPException, RequestValidationError, VideoPlatformError):
                # A refusal; after any other end nobody knows whether it was done.
                claim: Claim | None = getattr(request.state, "claim", None)
                if claim is not None:
                    await run_in_threadpool(claim.keys.let_go, claim.key, claim.route)
                raise
            claim = getattr(request.state, "claim", None)
            if claim is not None:
                await _keep(claim, response)
            return response

        return handle_once


async def _keep(claim: Claim, response: Response) -> None:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    await run_in_threadpool(
        claim.keys.keep,
        claim.key,
        claim.route,
        status=response.status_code,
        headers=headers,
        body=bytes(response.body).decode(),
    )
