"""What the event stream sends and takes."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from video_platform.domain.events import EventKind


class EventView(BaseModel):
    """One event: a line of the stream, and what a webhook gets."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 42,
                    "kind": "stage.progress",
                    "project": "why-bread-rises-3f9a1c2e07",
                    "at": "2026-11-22T20:00:00+00:00",
                    "data": {
                        "stage": "clips",
                        "done": 4,
                        "total": 9,
                        "progress": 0.57,
                        "sentence": "clip 4 of 9, about 2 min",
                    },
                }
            ]
        }
    )

    id: int = Field(ge=1, description="Counts within the tenant, from 1 without a gap.")
    kind: EventKind
    project: str | None
    at: datetime
    data: dict[str, Any]


class Ticket(BaseModel):
    """What opens a stream where no header can be sent."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ticket": "eyJhbGciOi...", "expires_in": 60}]}
    )

    ticket: str
    expires_in: int = Field(description="Seconds; opening the stream in time is enough.")
