"""Runs espeak-ng in a child process and reads back what it made."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from video_platform.errors import (
    NotConfigured,
    PermanentProviderError,
    ProviderError,
    TransientProviderError,
)

PROVIDER: Final = "espeak"
OPERATION: Final = "speak"
WORKER: Final = Path(__file__).with_name("_worker.py")
TIMEOUT_S: Final = 60.0
"""Ten thousand characters take under 5 s."""
_PASSED_ENVIRONMENT = ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What a dynamic loader may need; no key or token reaches foreign code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What the engine made. ``events`` are ``(character position from 0, sample)``."""

    wav_path: Path
    sample_rate_hz: int
    events: tuple[tuple[int, int], ...]


def run_engine(
    *,
    text: str,
    voice: str,
    parameters: Mapping[int, int],
    directory: Path,
    timeout_s: float = TIMEOUT_S,
) -> Speech:
    """Speak ``text`` with an espeak-ng voice; leaves ``speech.wav`` in ``directory``.

    Raises:
        NotConfigured: the wheel ``espeakng-loader`` is missing.
        TransientProviderError: the child was killed or ran out of time.
        PermanentProviderError: the engine refused or crashed.
    """
    library, data = _locate_engine()
    job = {
        "library": library,
        "data": data,
        "directory": str(directory),
        "parent": os.getpid(),
        "voice": voice,
        "text": text,
        "parameters": sorted(parameters.items()),
    }
    _run_child(json.dumps(job).encode("ascii"), voice, len(text), timeout_s)
    try:
        found = json.loads((directory / "events.json").read_text(encoding="ascii"))
        events = tuple((int(position), int(sample)) for position, sample in found["words"])
        rate_hz = int(found["sample_rate_hz"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PermanentProviderError(
            f"espeak-ng left no readable events: {error}.", provider=PROVIDER, operation=OPERATION
        ) from error
    return Speech(wav_path=directory / "speech.wav", sample_rate_hz=rate_hz, events=events)


def _locate_engine() -> tuple[str, str]:
    """Paths of the library and of its data."""
    try:
        import espeakng_loader
    except ImportError as error:
        raise NotConfigured(
            "The package espeakng-loader is not installed, so there is no embedded voice.",
            hint="Run: pip install espeakng-loader.",
        ) from error
    return espeakng_loader.get_library_path(), espeakng_loader.get_data_path()


def _run_child(job: bytes, voice: str, length: int, timeout_s: float) -> None:
    """Run the worker to its end; ``subprocess.run`` kills it on timeout and on interrupt."""
    tried = f"{length} characters with voice {voice!r}"
    try:
        ended = subprocess.run(
            [sys.executable, "-I", "-S", str(WORKER)],
            input=job,
            capture_output=True,
            timeout=timeout_s,
            env={name: os.environ[name] for name in _PASSED_ENVIRONMENT if name in os.environ},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TransientProviderError(
            f"espeak-ng did not finish {tried} within {timeout_s:g} s.",
            provider=PROVIDER,
            operation=OPERATION,
            hint="Try again when the machine is less busy, or shorten the scene.",
        ) from error
    except OSError as error:
        raise TransientProviderError(
            f"The speaking process could not be started: {error}.",
            provider=PROVIDER,
            operation=OPERATION,
        ) from error
    if ended.returncode != 0:
        raise _explain_exit(ended.returncode, ended.stderr, tried)


def _explain_exit(code: int, stderr: bytes, tried: str) -> ProviderError:
    """The error for a bad exit: killed from outside may pass, a crash of its own will not."""
    said = stderr.decode("utf-8", "replace").strip()[-400:] or "nothing"
    message = f"espeak-ng ended with {code} on {tried}."
    hint = f"It said: {said}"
    if -code in (2, 9, 15):  # SIGINT, SIGKILL (also the out-of-memory killer), SIGTERM
        return TransientProviderError(message, provider=PROVIDER, operation=OPERATION, hint=hint)
    return PermanentProviderError(message, provider=PROVIDER, operation=OPERATION, hint=hint)
