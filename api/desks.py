"""The caller's desk: use cases of the core on behalf of whoever asks, by the role it takes."""

from typing import Annotated

from fastapi import Depends

from api.deps import Editor, TheInstallation, Viewer, Watcher
from video_platform.agents.desk import Desk
from video_platform.agents.intake import Intake


def _to_read(who: Viewer, installation: TheInstallation) -> Desk:
    return Desk(installation.studio(who.tenant), who.user_id)


def _to_write(who: Editor, installation: TheInstallation) -> Desk:
    return Desk(installation.studio(who.tenant), who.user_id)


def _to_watch(who: Watcher, installation: TheInstallation) -> Desk:
    return Desk(installation.studio(who.tenant), who.user_id)


def _to_take_in(who: Editor, installation: TheInstallation) -> Intake:
    return Intake(installation.studio(who.tenant), installation.settings.home / "uploads")


ReadingDesk = Annotated[Desk, Depends(_to_read)]
"""For routes every role may use."""
WritingDesk = Annotated[Desk, Depends(_to_write)]
"""For routes of editors and owners."""
WatchingDesk = Annotated[Desk, Depends(_to_watch)]
"""For what a browser fetches by itself and sends no header for: films, pictures, previews."""
TheIntake = Annotated[Intake, Depends(_to_take_in)]
"""For uploads, which editors and owners send."""
