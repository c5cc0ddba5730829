"""The core's errors as Dagster failures: what happened, what to do, never retried blindly."""

import dagster as dg

from video_platform.errors import TransientProviderError, VideoPlatformError


def to_failure(error: VideoPlatformError) -> dg.Failure:
    """A failure whose metadata an operator can act on."""
    return dg.Failure(
        description=str(error),
        metadata={"code": error.code, "hint": error.hint or "-"},
        allow_retries=isinstance(error, TransientProviderError),
    )
