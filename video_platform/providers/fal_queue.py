"""fal's queue: one protocol for every model that is rented there.

A request is put into the queue of its endpoint and answered with URLs. Those URLs are followed as
they are: they are shorter than the endpoint. ``COMPLETED`` means that the work ended, not that it
succeeded; whether there is a result is said by the result itself.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from video_platform.errors import (
    ContentRefused,
    JobFailed,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
)
from video_platform.providers.faults import Codes, message_of
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.pictures import meant
from video_platform.providers.remote import RemoteProvider, RequestT
from video_platform.providers.service import Service
from video_platform.providers.transport import Answer

_WAITING = ("IN_QUEUE", "IN_PROGRESS")
_PHRASES = {
    "exhausted balance": ProviderQuotaExceeded,
    "reason: top_up": ProviderQuotaExceeded,
}
"""fal locks an account without money and answers 403, as for a wrong key."""


class FalProvider(RemoteProvider[RequestT]):
    """A model on fal's queue. A vendor says which endpoint, which input, and what the result holds.

    Media go in by ``data_url``, which fal takes wherever it takes a URL. ``model`` is the endpoint.
    """

    service: ClassVar[Service] = Service(
        name="fal",
        base_url="https://queue.fal.run",
        key_variable="FAL_KEY",
        key_form="Key {key}",
        sign_up_url="https://fal.ai/dashboard/keys",
        pause_s=1.0,
    )
    codes: ClassVar[Codes] = {"content_policy_violation": ContentRefused}

    def submit_to(
        self, endpoint: str, payload: Mapping[str, Any], details: Mapping[str, Any] | None = None
    ) -> Job:
        """Put ``payload``, the whole input, into the queue of ``endpoint``.

        Raises:
            ProviderQuotaExceeded: the account is locked because its balance is used up.
            ProviderError: see ``Transport.submit``.
        """
        try:
            answer = self.http.submit(f"/{endpoint}", json=dict(payload))
        except ProviderAuthFailed as error:
            raise meant(error, _PHRASES) from error
        return Job(
            id=answer.text_at("request_id"),
            handles={
                "status": answer.text_at("status_url"),
                "response": answer.text_at("response_url"),
            },
            details=details or {},
        )

    def check(self, job: Job) -> JobState:
        """Look once; see ``SlowProvider.check``."""
        answer = self.http.read(job.handles["status"])
        status = answer.text_at("status")
        if status in _WAITING:
            return JobState(is_done=False)
        if status != "COMPLETED":
            raise answer.bad(f"its status is {status!r}")
        if answer.json().get("error"):
            raise self._failed(answer)
        return JobState(is_done=True)

    def result(self, job: Job) -> Answer:
        """What the model returned; the links in it are fresh.

        Raises:
            ContentRefused: its content rules refused the input or the result.
            ProviderError: the work ended without a result.
        """
        return self.http.read(job.handles["response"], operation="result")

    def _failed(self, answer: Answer) -> ProviderError:
        """The error of work that is completed and failed."""
        body = answer.json()
        kind = self.codes.get(str(body.get("error_type", "")).lower(), JobFailed)
        return kind(
            f"{self.name} ended without a result: {message_of(body)}",
            provider=self.service.name,
            operation="check",
            hint="Change the scene's prompt, or choose another provider.",
        )
