"""Accounts at networks, the queues of their posts, and what each network takes."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import Field, StringConstraints

from api.schemas.base import Input, Output, shown
from api.schemas.publications import PlatformName, Zone
from video_platform.agents.accounts import PlatformOffer, Queue
from video_platform.db.repositories.accounts import Health, StoredAccount
from video_platform.domain.formats import Format
from video_platform.domain.publication import Slot
from video_platform.publishing.base import Privacy, Rules

MAX_SLOTS = 200
AccountId = Annotated[str, Path(pattern=r"^[0-9a-f-]{1,40}$", examples=["3f2c8a4e5b1d4c769a3e"])]
PlatformKey = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$", examples=["youtube"])]
_URI = r"^https?://[^\s\x00]+$"
_MINUTES = 60
_ACCOUNT = {
    "id": "3f2c8a4e5b1d4c769a3e",
    "platform": "youtube",
    "external_id": "UC1",
    "name": "Bee films",
    "health": "ok",
    "health_why": "",
    "scopes": ["https://www.googleapis.com/auth/youtube.upload"],
    "token_expires_at": "2026-11-22T11:00:00Z",
    "connected_at": "2026-11-22T10:00:00Z",
    "checked_at": "2026-11-22T10:00:00Z",
}
_SLOT = {"weekday": 0, "time": "09:00", "zone": "Europe/Paris"}
_RULES = {
    "formats": ["16:9", "9:16"],
    "min_duration_s": 1.0,
    "max_duration_s": 900.0,
    "max_bytes": 274877906944,
    "max_width_px": 7680,
    "min_fps": 1.0,
    "max_fps": 60.0,
    "title_characters": 100,
    "caption_characters": 5000,
    "hashtags": 60,
    "posts_per_day": 0,
    "uploads_at_once": 4,
    "privacies": ["public", "unlisted", "private"],
    "takes_captions": True,
    "takes_thumbnail": True,
    "has_ai_disclosure": True,
}


class ConnectionIn(Input):
    """An account that is to be connected."""

    model_config = shown(platform="youtube", redirect_uri="http://localhost:3000/accounts/callback")

    platform: PlatformName
    redirect_uri: Annotated[str, StringConstraints(max_length=2000, pattern=_URI)] = Field(
        description="A page of this installation, registered with the network: the browser comes "
        "back there with `state` and `code`."
    )


class ConnectionOut(Output):
    """Where the person's browser goes, within ten minutes."""

    model_config = shown(
        platform="youtube",
        url="https://accounts.google.com/o/oauth2/v2/auth?response_type=code&state=...",
    )

    platform: str
    url: str


class CallbackIn(Input):
    """What the network's page came back with."""

    model_config = shown(state="q3bV0z...", code="4/0AX4XfWh...")

    state: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
    code: Annotated[str, StringConstraints(max_length=4000, pattern=r"^[^\x00]*$")] = ""
    error: Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00]*$")] = Field(
        default="", description="What the network said instead of a code."
    )


class AccountOut(Output):
    """An account at a network; its tokens stay here."""

    model_config = shown(**_ACCOUNT)

    id: str
    platform: str
    external_id: str = Field(description="The network's own id of the channel, page or member.")
    name: str
    health: Health = Field(
        description="`needs_reconnect`: until it is connected again its posts fail."
    )
    health_why: str
    scopes: list[str]
    token_expires_at: datetime | None = Field(description="It is renewed by itself before.")
    connected_at: datetime
    checked_at: datetime | None


class SlotIn(Input):
    """A weekly time."""

    model_config = shown(**_SLOT)

    weekday: int = Field(ge=0, le=6, description="0 is Monday.")
    time: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    zone: Zone = "UTC"

    def to_slot(self) -> Slot:
        """The slot; ``InvalidInput`` (``zone_unknown``) when there is no such zone."""
        hours, minutes = self.time.split(":")
        return Slot(self.weekday, int(hours) * _MINUTES + int(minutes), self.zone)


class QueueIn(Input):
    """All weekly times of an account; these take the place of those before."""

    model_config = shown(slots=[_SLOT])

    slots: list[SlotIn] = Field(max_length=MAX_SLOTS)


class SlotOut(Output):
    """A weekly time."""

    model_config = shown(**_SLOT)

    weekday: int
    time: str
    zone: str


class QueueOut(Output):
    """The weekly times of an account."""

    model_config = shown(slots=[_SLOT], next_free_at="2026-11-23T08:00:00Z")

    slots: list[SlotOut]
    next_free_at: datetime | None = Field(description="When the next queued post would go out.")


class RulesOut(Output):
    """What a network takes."""

    model_config = shown(**_RULES)

    formats: list[Format] = Field(description="The one it shows best first.")
    min_duration_s: float
    max_duration_s: float
    max_bytes: int
    max_width_px: int
    min_fps: float
    max_fps: float
    title_characters: int = Field(description="0: posts have no title.")
    caption_characters: int = Field(description="With hashtags, counted as the network counts.")
    hashtags: int
    posts_per_day: int = Field(description="Of one account; 0: no such limit is known.")
    uploads_at_once: int
    privacies: list[Privacy]
    takes_captions: bool
    takes_thumbnail: bool
    has_ai_disclosure: bool = Field(description="Whether AI-made content can be declared there.")


class PlatformOut(Output):
    """A place films are published."""

    model_config = shown(
        name="youtube",
        needs_account=True,
        configured=False,
        missing=["YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET"],
        accounts=0,
        rules=_RULES,
    )

    name: str
    needs_account: bool
    configured: bool
    missing: list[str] = Field(description="Variables the operator has to set.")
    accounts: int = Field(description="How many are connected.")
    rules: RulesOut


def show_account(account: StoredAccount) -> AccountOut:
    """An account, without its secrets."""
    return AccountOut(
        id=account.id,
        platform=account.platform,
        external_id=account.external_id,
        name=account.name,
        health=account.health,
        health_why=account.health_why,
        scopes=list(account.scopes),
        token_expires_at=account.token_expires_at,
        connected_at=account.connected_at,
        checked_at=account.checked_at,
    )


def show_queue(queue: Queue) -> QueueOut:
    """An account's weekly times."""
    slots = [
        SlotOut(
            weekday=slot.weekday,
            time=f"{slot.minute // _MINUTES:02}:{slot.minute % _MINUTES:02}",
            zone=slot.zone,
        )
        for slot in queue.slots
    ]
    return QueueOut(slots=slots, next_free_at=queue.next_free_at)


def show_platform(offer: PlatformOffer) -> PlatformOut:
    """A platform and its rules."""
    return PlatformOut(
        name=offer.name,
        needs_account=offer.needs_account,
        configured=not offer.missing,
        missing=list(offer.missing),
        accounts=offer.accounts,
        rules=_show_rules(offer.rules),
    )


def _show_rules(rules: Rules) -> RulesOut:
    return RulesOut(
        formats=list(rules.formats),
        min_duration_s=rules.min_ms / 1000,
        max_duration_s=rules.max_ms / 1000,
        max_bytes=rules.max_bytes,
        max_width_px=rules.max_width,
        min_fps=rules.min_fps,
        max_fps=rules.max_fps,
        title_characters=rules.title_chars,
        caption_characters=rules.caption_chars,
        hashtags=rules.hashtags,
        posts_per_day=rules.per_day,
        uploads_at_once=rules.at_once,
        privacies=list(rules.privacies),
        takes_captions=rules.takes_captions,
        takes_thumbnail=rules.takes_thumbnail,
        has_ai_disclosure=rules.has_disclosure,
    )
