"""Finds who speaks for each service: one module per service in this folder."""

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from typing import Any

from tests.scenarios.server import Speaker

_TOOLS = frozenset({"server", "media", "specs", "samples", "faults", "speakers", "accounts"})


@cache
def all_speakers() -> dict[str, Speaker]:
    """Speakers by name of their service."""
    found: dict[str, Speaker] = {}
    folder = Path(__file__).parent
    for module in pkgutil.iter_modules([str(folder)]):
        if module.name not in _TOOLS and not module.name.startswith("_"):
            speaks = importlib.import_module(f"tests.scenarios.{module.name}")
            for speaker in _speakers_of(speaks):
                found[speaker.name] = speaker
    return found


def _speakers_of(module: Any) -> list[Speaker]:
    named = [*getattr(module, "SPEAKERS", ()), getattr(module, "SPEAKER", None)]
    if any(named):
        return [speaker for speaker in named if speaker is not None]
    classes = [
        kind
        for kind in vars(module).values()
        if isinstance(kind, type)
        and kind.__module__ == module.__name__
        and isinstance(getattr(kind, "name", None), str)
        and hasattr(kind, "answer")
    ]
    return [kind() for kind in classes]
