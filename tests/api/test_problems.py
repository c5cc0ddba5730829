"""Every error the core can raise has a status somebody chose for it."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import video_platform
from api.problems import _STATUS, for_callers, status_of
from video_platform import errors

_OURS = (errors.HashMismatch, errors.MontageError, errors.WrongTenant)
"""What is answered 500 on purpose: nothing a caller sends or waits for mends it."""


def _walk(kind: type[errors.VideoPlatformError]) -> list[type[errors.VideoPlatformError]]:
    return [kind, *(one for below in kind.__subclasses__() for one in _walk(below))]


def _all_errors() -> list[type[errors.VideoPlatformError]]:
    for found in pkgutil.walk_packages(video_platform.__path__, "video_platform."):
        if "migrations" not in found.name:
            importlib.import_module(found.name)
    # Other tests may have imported the command line, whose own errors no caller sees.
    ours = [
        kind for kind in _walk(errors.VideoPlatformError) if "video_platform." in kind.__module__
    ]
    kinds = set(ours) - {errors.VideoPlatformError}
    return sorted(kinds, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", _all_errors(), ids=lambda kind: kind.__name__)
def test_an_error_class_has_a_status_of_its_own(kind: type[errors.VideoPlatformError]) -> None:
    named = next(one for one, _ in _STATUS if issubclass(kind, one))
    assert named is not errors.VideoPlatformError, "Give it a line in api.problems."
    status = status_of(kind.__new__(kind))
    assert status != 500 or issubclass(kind, _OURS)


def test_no_line_of_the_table_hides_a_later_one() -> None:
    kinds = [kind for kind, _ in _STATUS]
    for place, kind in enumerate(kinds):
        assert not any(issubclass(kind, earlier) for earlier in kinds[:place])


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.ProviderTimeout, 504),
        (errors.ProviderRateLimited, 503),
        (errors.ProviderAuthFailed, 503),
        (errors.BadProviderAnswer, 502),
        (errors.OutcomeUnknown, 502),
        (errors.ContentRefused, 422),
        (errors.LimitExceeded, 422),
        (errors.LeaseLost, 409),
        (errors.Stopped, 409),
        (errors.ProjectError, 409),
        (errors.HashMismatch, 500),
    ],
)
def test_statuses_say_who_can_mend_it(kind: type[errors.VideoPlatformError], status: int) -> None:
    assert status_of(kind.__new__(kind)) == status


def test_every_command_a_hint_names_has_words_for_callers_of_the_api() -> None:
    sources = Path(video_platform.__file__).parent.rglob("*.py")
    named = re.compile(r"video-platform [a-z][a-z -]*")
    hints = {one for path in sources for one in named.findall(path.read_text())}
    assert len(hints) > 5
    for hint in hints:
        assert "video-platform" not in for_callers(f"{hint} X"), hint


def test_a_hint_names_the_route_instead_of_the_command() -> None:
    said = "Connect one: video-platform accounts connect youtube."
    assert for_callers(said) == "Connect one: POST /accounts/connect."
