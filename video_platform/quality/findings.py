"""One rule's verdict."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Whether one rule holds, the value it saw, and what would mend it when it does not."""

    name: str
    passed: bool
    value: str
    hint: str = ""
