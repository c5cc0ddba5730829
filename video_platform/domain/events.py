"""What happens, in words that others can rely on: streams and webhooks carry these.

An event's ``data`` is small: ids and a sentence, never what it is about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """Names of events. Data in brackets; ``project`` stands beside them."""

    PROJECT_CREATED = "project.created"  # title, status
    PROJECT_CHANGED = "project.changed"  # fields
    PROJECT_STATUS = "project.status"  # status, from
    PROJECT_FAILED = "project.failed"  # code, message, hint, stage
    COMMAND_STARTED = "command.started"  # command, kind, run
    COMMAND_ENDED = "command.ended"  # command, kind, state
    STAGE_PROGRESS = "stage.progress"  # stage, done, total, progress, sentence
    STAGE_ENDED = "stage.ended"  # stage, status, seconds, provider_calls, cost_usd
    SCRIPT_READY = "script.ready"  # scenes
    APPROVAL_WANTED = "approval.wanted"  # stage
    VIDEO_RENDERED = "video.rendered"  # format, asset
    ASSET_ADDED = "asset.added"  # asset, kind
    PUBLICATION_STATE = "publication.state"  # publication, state, from, platform
    PUBLICATION_UNCONFIRMED = "publication.unconfirmed"  # publication, platform, why
    GENERATION_UNKNOWN = "generation.unknown"  # generation, provider
    BUDGET_REACHED = "budget.reached"  # scope, cap_usd
    ACCOUNT_HEALTH = "account.health"  # account, platform, health
    WEBHOOK_PING = "webhook.ping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; ``seq`` counts within a tenant from 1 without a gap."""

    tenant: str
    seq: int
    kind: EventKind
    project: str | None
    data: Mapping[str, Any]
    at: datetime
