"""Music through gateways that no maker of the model stands behind: only for those who say so.

Suno and Udio have no developer interface of their own. What the gateways share is here: the
permission, and answers that say no with a 200.
"""

from dataclasses import replace
from typing import ClassVar, Final

from video_platform.domain.generation import Capability, MusicRequest
from video_platform.errors import ContentRefused, JobFailed, NotConfigured
from video_platform.providers.jobs import Job
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.transport import Answer

ALLOW_VARIABLE: Final = "VIDEO_PLATFORM_ALLOW_UNOFFICIAL"
_INVALID: Final = 422


class UnofficialMusic(RemoteProvider[MusicRequest]):
    """A composer behind a third party's gateway."""

    capability: ClassVar[Capability] = Capability.MUSIC

    @property
    def is_allowed(self) -> bool:
        """Whether the operator took the risk in so many words."""
        return self.access.extra.get(ALLOW_VARIABLE, "").strip().lower() == "true"

    def missing(self) -> tuple[str, ...]:
        return (*super().missing(), *(() if self.is_allowed else (ALLOW_VARIABLE,)))

    def examine(self, request: MusicRequest) -> None:
        if not self.is_allowed:
            raise NotConfigured(
                f"{self.name} is off: {self.service.notice}",
                hint=f"Set {ALLOW_VARIABLE}=true to use it nevertheless.",
            )
        super().examine(request)

    def amounts(self, request: MusicRequest) -> dict[str, float]:
        return {"call": 1.0}

    def accepted(self, answer: Answer, *, is_paid: bool = False) -> Answer:
        """The answer, unless its ``code`` says no: it means what an HTTP status would mean."""
        code = answer.text_at("code")
        if code == "200":
            return answer
        if not code.lstrip("-").isdigit():
            raise answer.bad("its code is not a number")
        # Only what looks like a fault of a server leaves open whether the work began.
        status = int(code) if code.isdigit() and 400 <= int(code) <= 599 else _INVALID
        raise self.http.refused(replace(answer, status=status), is_paid=is_paid)

    def ended(self, job: Job, said: str, *, is_refused: bool) -> ContentRefused | JobFailed:
        """The error of a job without a song."""
        kind = ContentRefused if is_refused else JobFailed
        return kind(
            f"{self.name} ended job {job.id} without a song: {said[:300]}.",
            provider=self.name,
            operation="check",
            hint="Change the film's mood." if is_refused else "Run the same command again.",
        )
