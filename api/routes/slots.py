"""Queues: the weekly times at which an account publishes what waits in turn."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from api.deps import Editor, TheInstallation
from api.routes.accounts import ReadingDesk, build_desk
from api.schemas.accounts import AccountId, QueueIn, QueueOut, show_queue
from video_platform.agents.accounts import AccountDesk

router = APIRouter(prefix="/accounts/{account_id:hex}/slots", tags=["accounts"])


def _to_plan(who: Editor, installation: TheInstallation, request: Request) -> AccountDesk:
    return build_desk(who, installation, request)


PlanningDesk = Annotated[AccountDesk, Depends(_to_plan)]


@router.get("", summary="The weekly times of an account's queue")
def read_slots(account_id: AccountId, desk: ReadingDesk) -> QueueOut:
    """And the first of them that nothing is planned for."""
    return show_queue(desk.queue(account_id))


@router.put("", summary="Replace the weekly times of an account's queue")
def replace_slots(account_id: AccountId, queue: QueueIn, desk: PlanningDesk) -> QueueOut:
    """What is planned already stays at its time."""
    slots = [slot.to_slot() for slot in queue.slots]
    return show_queue(desk.set_queue(account_id, slots))
