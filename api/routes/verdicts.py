"""The film gate's verdicts, and people's decisions to let a film pass."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.deps import Editor, TheAuthority, TheInstallation, Viewer
from api.idempotency import ONCE, IdempotentRoute
from api.schemas.base import ProjectKey
from api.schemas.verdicts import FilmVerdictOut, OverrideIn, VerdictOut, show_verdict
from video_platform.agents.verdicts import VerdictDesk

router = APIRouter(prefix="/projects", tags=["quality"], route_class=IdempotentRoute)


def _to_read(who: Viewer, installation: TheInstallation) -> VerdictDesk:
    return VerdictDesk(installation.studio(who.tenant))


ReadingDesk = Annotated[VerdictDesk, Depends(_to_read)]


@router.get("/{key}/verdict", summary="What the gate found in a project's films")
def read_verdict(key: ProjectKey, desk: ReadingDesk) -> VerdictOut:
    """Of the latest montage, each with what would mend it; a film is judged once it is rendered."""
    return VerdictOut(project=key, films=[show_verdict(key, one) for one in desk.verdicts(key)])


@router.post(
    "/{key}/overrides", status_code=201, summary="Let a film pass a rule", dependencies=[ONCE]
)
def override_rule(
    key: ProjectKey,
    wish: OverrideIn,
    who: Editor,
    authority: TheAuthority,
    installation: TheInstallation,
) -> FilmVerdictOut:
    """It counts for this very file; some rules are the owner's to decide, some nobody's.

    `POST /projects/{key}/build` goes on with what the gate had stopped.
    """
    desk = VerdictDesk(installation.studio(who.tenant))
    verdict = desk.override(
        key,
        film=wish.film,
        check=wish.check,
        by=authority.user(who).email,
        role=who.role,
        reason=wish.reason,
    )
    return show_verdict(key, verdict)
