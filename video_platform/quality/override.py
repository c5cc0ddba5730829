"""A person takes a film although a rule does not hold: who, in which role, and why.

An override belongs to one file: after another render the rule counts again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from video_platform.domain.access import Role
from video_platform.errors import InvalidInput
from video_platform.quality.findings import Finding, Report

NEVER = frozenset({"decode", "sound", "letters", "caption_words"})
"""A film that cannot be played, or says what nobody approved, is no matter of taste."""
BY_EDITORS = frozenset({"loudness", "silence", "frozen", "black", "contrast", "watermark"})
"""Rules an editor may override; all others only an owner."""
_REASON_CHARACTERS = (8, 500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One rule let pass for one film.

    Args:
        film: SHA-256 of the file.
        by: who: an account, or the name on this machine.
        made_at: UTC, ISO 8601.
    """

    check: str
    film: str
    by: str
    role: Role
    reason: str
    made_at: str


def needed_role(check: str) -> Role | None:
    """The least role that may override a rule; nothing: nobody may."""
    if check in NEVER:
        return None
    return Role.EDITOR if check in BY_EDITORS else Role.OWNER


def allow(override: Override) -> Override:
    """The override, if this role may make it with this reason.

    Raises:
        InvalidInput: ``override_never``, ``override_role``, ``override_reason``.
    """
    needed = needed_role(override.check)
    if needed is None:
        raise InvalidInput(
            f"The rule {override.check!r} cannot be overridden.",
            hint="Repair the film: run the mend that its report names.",
            code="override_never",
        )
    if not override.role.may(needed):
        raise InvalidInput(
            f"A {override.role.value} may not override {override.check!r}.",
            hint=f"Ask a person with the role {needed.value}.",
            code="override_role",
        )
    least, most = _REASON_CHARACTERS
    if not least <= len(override.reason.strip()) <= most:
        raise InvalidInput(
            f"A reason of {len(override.reason.strip())} characters is not possible.",
            hint=f"Say in {least} to {most} characters why the film may go out.",
            code="override_reason",
        )
    return override


def apply_overrides(report: Report, film: str, overrides: Iterable[Override]) -> Report:
    """The report with the rules let pass that were overridden for this very file."""
    allowed = {one.check: one for one in overrides if one.film == film}

    def let_pass(finding: Finding) -> Finding:
        one = allowed.get(finding.name)
        if one is None or finding.passed:
            return finding
        return replace(finding, overridden=f"{one.by} ({one.role.value}): {one.reason}")

    return Report(findings=tuple(map(let_pass, report.findings)))
