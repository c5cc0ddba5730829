"""Rows of the generation ledger."""

import json
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from video_platform.db.models import GenerationRow
from video_platform.domain.codec import from_json, to_json
from video_platform.domain.generation import Generation


class Generations:
    """Repository of generations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_stored(self, key: str) -> Generation | None:
        """The finished generation of this request, if there is one."""
        with Session(self._engine) as session:
            row = session.get(GenerationRow, key)
            if row is None or row.state != "stored":
                return None
            return from_json(Generation, json.dumps(row.result).encode())

    def reserve(self, key: str, *, provider: str, capability: str, request: bytes) -> None:
        """Commit the intent to call a provider, before the call."""
        with Session(self._engine) as session, session.begin():
            row = session.get(GenerationRow, key)
            session.merge(
                GenerationRow(
                    key=key,
                    provider=provider,
                    capability=capability,
                    request=json.loads(request),
                    state="reserved",
                    attempts=(row.attempts if row else 0) + 1,
                    reserved_at=datetime.now(UTC),
                )
            )

    def finish(self, generation: Generation) -> None:
        """Record the stored result."""
        self._close(generation.key, "stored", result=to_json(generation))

    def fail(self, key: str, reason: str) -> None:
        """Record why a generation gave nothing."""
        self._close(key, "failed", error=reason)

    def _close(self, key: str, state: str, *, result: bytes = b"null", error: str = "") -> None:
        with Session(self._engine) as session, session.begin():
            row = session.get_one(GenerationRow, key)
            row.state = state
            row.result = json.loads(result)
            row.error = error or None
            row.finished_at = datetime.now(UTC)
