"""The one error tree, grouped by who can do something about it.

    VideoPlatformError
        InvalidInput            the user can fix it
            BriefError  ScriptError  TimelineError  UnsupportedMedia
        NotConfigured           the operator can fix it; names the setting
        ProviderError           a service failed
            TransientProviderError   later may work
                ProviderRateLimited  ProviderUnavailable  ProviderTimeout
            PermanentProviderError   asking again will not help
                ProviderAuthFailed  ProviderQuotaExceeded  ContentRefused
                ProviderRequestInvalid  BadProviderAnswer  JobFailed
            LimitExceeded       the request is beyond what the provider can do; nothing was sent
            OutcomeUnknown      it may have been accepted; only a look-up or a person may decide
        LeaseLost               another process took the work over
        WrongTenant             something of one tenant was about to be used for another
        BudgetExceeded          a spending cap would be passed; nothing was sent
        MontageError
            FfmpegMissing  FfmpegFailed  ProbeFailed
        StoreError
            MediaMissing  HashMismatch  StorageFull
        ProjectError            ProjectMissing  ProjectBusy
        NotFound                there is no such thing here
        Conflict                it contradicts what is there now
        Stopped                 the person ended it
        ScenesFailed            several scenes of one stage failed; carries each cause

Every error has a stable ``code`` (part of the public contract), a one-sentence message with
the value in it, and a ``hint``: what to do now.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class VideoPlatformError(Exception):
    """Base of every error the platform raises on purpose."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: str, *, hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code:
            self.code = code  # type: ignore[misc]  # an instance may be more precise than its class

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        # Constructors take keywords; without this an error could not go to another process.
        return _rebuilt, (type(self), self.args, dict(vars(self)))


def _rebuilt(
    kind: type[VideoPlatformError], args: tuple[Any, ...], state: dict[str, Any]
) -> VideoPlatformError:
    error = kind.__new__(kind)
    error.args = args
    vars(error).update(state)
    return error


class InvalidInput(VideoPlatformError):
    """What the user gave cannot be used; ``code`` says which rule it broke."""

    code: ClassVar[str] = "invalid_input"


class BriefError(InvalidInput):
    """The brief breaks a rule: ``brief_empty``, ``brief_too_long``, ``brief_binary`` ..."""

    code = "brief_invalid"


class ScriptError(InvalidInput):
    """A script or an edit of it breaks a rule."""

    code = "script_invalid"


class TimelineError(InvalidInput):
    """A timeline contradicts itself."""

    code = "timeline_invalid"


class UnsupportedMedia(InvalidInput):
    """A media file is not what it claims to be, or of a kind we do not take."""

    code = "media_unsupported"


class NotConfigured(VideoPlatformError):
    """Something the operator has to set up; the message names the setting."""

    code = "not_configured"


class ProviderError(VideoPlatformError):
    """A generation service failed. ``provider`` and ``operation`` say which and where."""

    code = "provider_failed"
    was_billed: bool = False
    """Whether the service charges for it all the same: some bill what they refuse."""

    def __init__(self, message: str, *, provider: str, operation: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.provider = provider
        self.operation = operation


class TransientProviderError(ProviderError):
    """The same request may work later."""

    code = "provider_unavailable"


class PermanentProviderError(ProviderError):
    """The same request will never work."""

    code = "provider_refused"


class ProviderRateLimited(TransientProviderError):
    """Too many requests; ``retry_after_s`` is what the service asks for, 0 when it says nothing."""

    code = "provider_rate_limited"

    def __init__(
        self,
        message: str,
        *,
        provider: str,
        operation: str,
        hint: str = "",
        retry_after_s: float = 0.0,
    ) -> None:
        super().__init__(message, provider=provider, operation=operation, hint=hint)
        self.retry_after_s = retry_after_s


class ProviderUnavailable(TransientProviderError):
    """The service cannot be reached, or answers that it is out of order."""

    code = "provider_unavailable"


class ProviderTimeout(TransientProviderError):
    """The service accepted the work and did not finish it in time."""

    code = "provider_timeout"


class ProviderAuthFailed(PermanentProviderError):
    """The key is missing, wrong, or not allowed to do this."""

    code = "provider_auth"


class ProviderQuotaExceeded(PermanentProviderError):
    """The account at the service has no money or credits left."""

    code = "provider_quota"


class ContentRefused(PermanentProviderError):
    """The service's content rules refuse the prompt, the input or the result."""

    code = "content_refused"


class ProviderRequestInvalid(PermanentProviderError):
    """The service says the request is wrong."""

    code = "provider_request_invalid"


class BadProviderAnswer(PermanentProviderError):
    """The service answered something that is not what its contract says."""

    code = "provider_bad_answer"


class JobFailed(PermanentProviderError):
    """The service accepted the work and failed at it."""

    code = "provider_job_failed"


class LimitExceeded(ProviderError):
    """The request is beyond a limit of this provider. Found before anything was sent."""

    code = "provider_limit"


class OutcomeUnknown(ProviderError):
    """The request left and no answer came: it may have been accepted and paid."""

    code = "outcome_unknown"


class LeaseLost(VideoPlatformError):
    """Another process took this work over while it was being done here."""

    code = "lease_lost"


class WrongTenant(VideoPlatformError):
    """Something of one tenant was about to be used for another: a fault of ours, stopped."""

    code = "wrong_tenant"


class BudgetExceeded(VideoPlatformError):
    """A spending cap would be passed. Nothing was sent."""

    code = "budget_exceeded"


class MontageError(VideoPlatformError):
    """The film could not be cut."""

    code = "montage_failed"


class FfmpegMissing(MontageError):
    """No usable FFmpeg: not found, or built without a feature the montage needs."""

    code = "ffmpeg_missing"


class FfmpegFailed(MontageError):
    """FFmpeg ended with an error; its last words are kept."""

    code = "ffmpeg_failed"

    def __init__(
        self, message: str, *, exit_code: int, arguments: Sequence[str], stderr_tail: str
    ) -> None:
        super().__init__(message, hint=f"FFmpeg said: {stderr_tail[-600:].strip() or 'nothing'}")
        self.exit_code = exit_code
        self.arguments = tuple(arguments)
        self.stderr_tail = stderr_tail


class ProbeFailed(MontageError):
    """A media file could not be read to its end."""

    code = "probe_failed"


class StoreError(VideoPlatformError):
    """The media store refused or lost something."""

    code = "store_failed"


class MediaMissing(StoreError):
    """A manifest names media that the store does not hold."""

    code = "media_missing"


class HashMismatch(StoreError):
    """Stored bytes differ from the hash that names them."""

    code = "hash_mismatch"


class StorageFull(StoreError):
    """No space left where media or films are written."""

    code = "disk_full"


class ProjectError(VideoPlatformError):
    """A project cannot be worked on."""

    code = "project_failed"


class WebhookMissing(VideoPlatformError):
    """No webhook or delivery has this id."""

    code = "webhook_missing"


class ProjectMissing(ProjectError):
    """No project has this key."""

    code = "project_missing"


class ProjectBusy(ProjectError):
    """Another process is making this project right now."""

    code = "project_busy"


class NotFound(VideoPlatformError):
    """There is no such thing, or not for who asks: the two are told apart to nobody."""

    code = "not_found"


class Conflict(VideoPlatformError):
    """What is asked contradicts what is there now; ``code`` says how."""

    code = "conflict"


class Stopped(VideoPlatformError):
    """The person stopped the work."""

    code = "stopped"


class ScenesFailed(VideoPlatformError):
    """Some scenes of a stage failed; what the others made is stored and will be reused."""

    code = "scenes_failed"

    def __init__(self, stage: str, causes: Mapping[int, Exception]) -> None:
        scenes = ", ".join(str(number) for number in sorted(causes))
        first = causes[min(causes)]
        super().__init__(
            f"{stage}: scene {scenes} failed: {first}",
            hint="Finished scenes are kept; run the same command again to make only these.",
        )
        self.stage = stage
        self.causes = dict(causes)
