"""What people asked for and a sensor has to start."""

from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from video_platform.db.models import CommandRow


@dataclass(frozen=True, slots=True)
class Command:
    """One wish; ``id`` grows, and a run carries it as its key, so that it is started once."""

    id: int
    project: str
    kind: str


class Commands:
    """Repository of commands."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def after(self, last_id: int, *, limit: int) -> list[Command]:
        """The oldest commands after ``last_id``, at most ``limit``."""
        wanted = (
            select(CommandRow).where(CommandRow.id > last_id).order_by(CommandRow.id).limit(limit)
        )
        with Session(self._engine) as session:
            return [Command(row.id, row.project, row.kind) for row in session.scalars(wanted)]
