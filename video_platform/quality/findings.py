"""One rule's verdict, and the report that many of them make."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Mend(StrEnum):
    """What would repair a film that broke a rule."""

    NONE = ""
    RENDER = "render"
    """Cut the film again from the material there is."""
    REGENERATE = "regenerate"
    """Make the scene's material anew."""
    EDIT = "edit"
    """A person has to change words or look."""
    OVERRIDE = "override"
    """Nothing repairs it; somebody may take it as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Whether one rule holds, the value it saw, and what would mend it when it does not.

    Args:
        name: of the rule; stable, people override rules by it.
        hint: what to do now.
        at_s: where in the film it shows first; nothing when it is the whole film's.
        why: what a viewer would notice.
        scene: whose scene it is; 0 when it is no single one's.
        thumbnail: file beside the film that shows the moment.
        is_warning: it stops nothing.
        overridden: why somebody let it pass, and who.
    """

    name: str
    passed: bool
    value: str
    hint: str = ""
    at_s: float | None = None
    why: str = ""
    mend: Mend = Mend.NONE
    scene: int = 0
    thumbnail: str = ""
    is_warning: bool = False
    overridden: str = ""

    @property
    def stops(self) -> bool:
        """Whether a film with this finding may not go out."""
        return not (self.passed or self.is_warning or self.overridden)

    @property
    def sentence(self) -> str:
        """It in words: which rule, when, what was found, and what would mend it."""
        at = "" if self.at_s is None else f" at {clock(self.at_s)}"
        scene = f", scene {self.scene}" if self.scene else ""
        passed = f" Overridden by {self.overridden}." if self.overridden else ""
        return f"{self.name}{at}{scene}: {self.value}. {self.hint}{passed}"

    def to_json(self) -> dict[str, Any]:
        """As ``check --json`` prints it; only what did not pass has to be mended."""
        told: dict[str, Any] = {"name": self.name, "passed": self.passed, "value": self.value}
        if self.passed:
            return told | {"at_s": None, "hint": ""}
        told |= {"at_s": None if self.at_s is None else round(self.at_s, 3), "hint": self.hint}
        more: dict[str, Any] = {
            "why": self.why,
            "mend": self.mend.value,
            "scene": self.scene,
            "thumbnail": self.thumbnail,
            "is_warning": self.is_warning,
            "overridden": self.overridden,
        }
        return told | {name: value for name, value in more.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All findings on one film, in the order in which a person would look."""

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing stops the film."""
        return not any(finding.stops for finding in self.findings)

    @property
    def failed(self) -> tuple[Finding, ...]:
        """What does not hold, warnings and overridden rules included."""
        return tuple(finding for finding in self.findings if not finding.passed)

    def with_thumbnails(self, names: Iterable[tuple[str, str]]) -> "Report":
        """The report with files named, as pairs of rule and file."""
        known = dict(names)
        return Report(
            findings=tuple(
                replace(finding, thumbnail=known.get(finding.name, finding.thumbnail))
                for finding in self.findings
            )
        )

    def to_json(self) -> dict[str, Any]:
        """As ``check --json`` prints it."""
        return {"passed": self.passed, "checks": [finding.to_json() for finding in self.findings]}


def clock(seconds: float) -> str:
    """A time in a film, as players show it: ``1:02.50``."""
    return f"{int(seconds) // 60}:{seconds % 60:05.2f}"
