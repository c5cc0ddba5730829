"""Predictions at Replicate: any of its models is one request, one job, one or more links.

A vendor over Replicate names its model and builds the input; submitting, looking and fetching are
here. The official package is not used: it opens its own connections, past the transport's checks.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar
from urllib.parse import quote

from video_platform.domain.media import Media
from video_platform.errors import ContentRefused, JobFailed
from video_platform.providers.base import Produced
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.prices import cost_usd
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Service
from video_platform.providers.transport import Answer

RequestT = TypeVar("RequestT")

DATA_URL_BYTES: Final = 190_000
"""Larger inputs are uploaded: Replicate takes data URLs of at most 256 kB."""
_CANCEL_AFTER: Final = "30m"
"""What hangs is ended there, so that it is not paid for by the hour."""
_ENDED: Final = frozenset({"failed", "canceled", "aborted"})
_REFUSED: Final = re.compile(r"nsfw|flagged|sensitive|content polic|moderation", re.IGNORECASE)


def replicate_service(*, notice: str = "") -> Service:
    """Replicate as a service; ``notice`` is what to know of one of its models."""
    return Service(
        name="replicate",
        base_url="https://api.replicate.com/v1",
        key_variable="REPLICATE_API_TOKEN",
        sign_up_url="https://replicate.com/account/api-tokens",
        pause_s=2.0,
        ends_within_s=7200.0,
        at_once=8,
        per_minute=600,
        notice=notice,
    )


class ReplicateProvider(RemoteProvider[RequestT]):
    """A model at Replicate.

    ``model`` is ``owner/name:version`` for a community model, ``owner/name`` for an official one.
    """

    service: ClassVar[Service] = replicate_service()
    result_type: ClassVar[str] = "video/mp4"
    """What the result is where its first bytes do not say."""

    def price_usd(self, request: RequestT) -> Decimal | None:
        """The list price, which is the same for all versions of a model."""
        return cost_usd(self.service.name, self.model.partition(":")[0], self.amounts(request))

    def predict(self, model: str, given: Mapping[str, Any], **details: Any) -> Job:
        """Begin a prediction; it answers at once, so that its id is kept before anything else."""
        name, _, version = model.partition(":")
        path = "/predictions" if version else f"/models/{quote(name)}/predictions"
        body: dict[str, Any] = {"input": dict(given)}
        if version:
            body["version"] = model
        answer = self.http.submit(path, json=body, headers={"Cancel-After": _CANCEL_AFTER})
        return Job(id=answer.text_at("id"), details={"model": name, **details})

    def check(self, job: Job) -> JobState:
        # By the id, as Replicate's own client does: the key goes to no returned address.
        answer = self.http.read(f"/predictions/{quote(job.id, safe='')}")
        status = answer.text_at("status")
        if status in _ENDED:
            raise self._ended(status, answer)
        if status != "succeeded":
            return JobState(is_done=False)
        links = output_links(answer.json().get("output"))
        if not links:
            raise self._without_result(answer)
        return JobState(is_done=True, handles={"result": links[0]})

    def cancel(self, job: Job) -> None:
        """Give a prediction up; one that has ended stays as it is."""
        self.http.post(f"/predictions/{quote(job.id, safe='')}/cancel", operation="cancel")

    def fetch(self, job: Job, state: JobState, directory: Path) -> Produced:
        return self.fetch_link(state.handles["result"], directory, self.result_type, job.details)

    def input_url(self, media: Media) -> str:
        """Where the model can read a medium: in the request when it is small, else uploaded."""
        path = self.media_path(media)
        if path.stat().st_size <= DATA_URL_BYTES:
            return self.data_url(media)
        with path.open("rb") as reader:
            answer = self.http.post(
                "/files",
                operation="upload",
                files={"content": (f"input.{media.extension}", reader, media.media_type)},
            )
        return answer.text_at("urls", "get")

    def _ended(self, status: str, answer: Answer) -> JobFailed | ContentRefused:
        said = re.sub(r"\s+", " ", str(answer.json().get("error") or "no reason given"))[:300]
        if _REFUSED.search(said):
            return ContentRefused(
                f"{self.name} refused the content: {said}.",
                provider=self.name,
                operation="check",
                hint="Change the scene's prompt or picture.",
            )
        failed = JobFailed(
            f"{self.name} ended as {status}: {said}.",
            provider=self.name,
            operation="check",
            hint="Run the same command again, or choose another provider.",
        )
        # The time a prediction ran before it was given up is paid.
        failed.was_billed = status == "canceled" and bool(_predict_time(answer))
        return failed

    def _without_result(self, answer: Answer) -> Exception:
        if answer.json().get("data_removed"):
            return JobFailed(
                f"{self.name} made it, and its result is deleted: Replicate keeps it one hour.",
                provider=self.name,
                operation="check",
                hint="Run the same command again: it is made anew.",
            )
        return answer.bad("it succeeded and its output has no link")


def _predict_time(answer: Answer) -> object:
    """Seconds a prediction has run, where the service says so."""
    metrics = answer.json().get("metrics")
    return metrics.get("predict_time") if isinstance(metrics, Mapping) else None


def output_links(output: object) -> list[str]:
    """The links of an output: one text, a list, or an object, by model."""
    if isinstance(output, str):
        return [output] if output.startswith(("https://", "http://")) else []
    if isinstance(output, Mapping):
        output = list(output.values())
    if isinstance(output, list):
        return [link for part in output for link in output_links(part)]
    return []
