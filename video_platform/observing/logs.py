"""Logs as one JSON object a line, without a secret in it.

Fields are the architecture's: ``timestamp`` (ISO 8601, UTC), ``level``, ``service``, ``agent``,
``project_id``, ``message``, ``duration_ms``; those that do not apply are empty or null. Beside them
``trace_id`` leads from a line to the trace it was said in.
"""

import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from video_platform import tracing

_HIDDEN = "***"
_SHORTEST_SECRET = 8
_LARGEST_FILE = 10 * 2**20
_SECRET_NAME = re.compile(
    r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|DATABASE_URL|REDIS_URL|DSN|OTLP_(TRACES_)?HEADER)"
    r"S?(_|$)",
    re.IGNORECASE,
)
_PATTERNS = (
    re.compile(r"(?i)(?<=bearer )[\w.~+/=-]{8,}"),
    re.compile(r"(?i)(?<=basic )[\w+/=]{8,}"),
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),  # JSON web tokens
    re.compile(r"\b(?:sk|pk|rk|xai|gsk|r8|hf|ghp|gho|glpat|whsec|AKIA)[-_]?[A-Za-z0-9_-]{16,}"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),  # name and password in a URL
    re.compile(
        r"(?i)(?<=[?&\s\"'])((?:x-amz-)?(?:signature|credential|security-token)|(?:access_|refresh_|"
        r"id_)?token|api_?key|key|client_secret|secret|password|code|sig)([\"']?\s*[=:]\s*[\"']?)"
        r"[^&\s\"',}]{6,}"
    ),
)
_agent: ContextVar[str] = ContextVar("log_agent", default="")
_project: ContextVar[str] = ContextVar("log_project", default="")


class Redactor:
    """Takes secrets out of text: those this process was given, and what looks like one."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # The longest first: one may be the beginning of another.
        self._secrets = sorted(
            {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True
        )

    @classmethod
    def of(cls, environment: Mapping[str, str | None]) -> "Redactor":
        """Knows the values of all variables whose names say that they are secret."""
        values = [value or "" for name, value in environment.items() if _SECRET_NAME.search(name)]
        return cls([*values, *(part for value in values for part in re.split(r"[,\s]", value))])

    def clean(self, text: str) -> str:
        """The text with ``***`` where a secret stood."""
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        for pattern in _PATTERNS:
            text = pattern.sub(r"\1\2" + _HIDDEN if pattern.groups else _HIDDEN, text)
        return text


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON.

    Args:
        service: which process speaks: ``api``, ``runs``.
    """

    def __init__(self, service: str, redactor: Redactor) -> None:
        super().__init__()
        self._service, self._redactor = service, redactor

    def format(self, record: logging.LogRecord) -> str:
        """Never raises: a line that cannot be formatted is still a line."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            message = str(record.msg)
        if record.exc_info:
            message = f"{message}\n{self.formatException(record.exc_info)}"
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname,
            "service": self._service,
            "agent": getattr(record, "agent", "") or _agent.get(),
            "project_id": getattr(record, "project_id", "") or _project.get(),
            "message": self._redactor.clean(message),
            "duration_ms": getattr(record, "duration_ms", None),
            "trace_id": tracing.trace_id(),
        }
        # What is no ASCII is escaped: no character of a name can end a line or move a terminal.
        return json.dumps(line)


def configure_logs(
    service: str,
    *,
    stream: TextIO | None = None,
    file: Path | None = None,
    environment: Mapping[str, str | None] | None = None,
    level: int = logging.INFO,
) -> logging.Handler:
    """Let this process's own loggers, and warnings of all others, be written as JSON lines.

    Asked again for the same service, it changes nothing: a process may load its code twice.

    Args:
        stream: default: standard error.
        file: written instead of a stream; begun anew, with one older beside it, at 10 MB.
        environment: where secrets are found; default: this process's.
    """
    name = f"json:{service}"
    root = logging.getLogger()
    for handler in root.handlers:
        if handler.get_name() == name:
            return handler
    made: logging.Handler = logging.StreamHandler(stream)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        made = RotatingFileHandler(file, maxBytes=_LARGEST_FILE, backupCount=1, delay=True)
    made.set_name(name)
    made.setFormatter(JsonFormatter(service, Redactor.of(environment or os.environ)))
    root.addHandler(made)
    for room in ("video_platform", "api", "assets_defs", "resources", "sensors", "workers"):
        logging.getLogger(room).setLevel(level)
    return made


def adopt(names: Iterable[str], level: int = logging.WARNING) -> None:
    """Let loggers that had handlers of their own write through ours: as JSON, without secrets."""
    for name in names:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(level)


@contextmanager
def measured(
    logger: logging.Logger,
    what: str,
    *,
    agent: str,
    project: str,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[None]:
    """Log how long a block took and whether it failed; lines within carry agent and project."""
    tokens = _agent.set(agent), _project.set(project)
    begun = clock()
    try:
        yield
    except BaseException as error:
        _say(logger, logging.ERROR, f"{what} failed: {error}", clock() - begun)
        raise
    else:
        _say(logger, logging.INFO, f"{what} done", clock() - begun)
    finally:
        _agent.reset(tokens[0])
        _project.reset(tokens[1])


def _say(logger: logging.Logger, level: int, message: str, seconds: float) -> None:
    logger.log(level, "%s", message, extra={"duration_ms": round(1000 * seconds)})
