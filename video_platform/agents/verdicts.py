"""What the gate says of a project's films, what would mend them, and people who let one pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from video_platform.agents.gate import GateAgent, Order, project_order
from video_platform.agents.studio import Studio
from video_platform.domain.access import Role
from video_platform.domain.manifests import Film, Montage, VoiceTracks
from video_platform.domain.project import Stage
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline
from video_platform.errors import Conflict, InvalidInput, NotFound
from video_platform.quality.findings import Finding, Report
from video_platform.quality.override import Override
from video_platform.store.manifests import read_current

_SOUND = frozenset({"narration", "voice_language", "clipping", "silence"})
"""Rules that a new voice may mend; all others are broken by what is seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A film and what the gate found in it; no report: nobody has looked yet."""

    film: Film
    report: Report | None
    order: Order

    def stage_of(self, finding: Finding) -> Stage:
        """The stage whose material would have to be made anew."""
        if finding.name in _SOUND:
            return Stage.VOICE_TRACKS
        clips = (one for one in self.order.timeline.video if one.scene_id == finding.scene)
        is_footage = any(clip.motion is None for clip in clips)
        return Stage.CLIPS if is_footage else Stage.SCENE_IMAGES


class VerdictDesk:
    """Verdicts of one tenant's projects."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._gate = GateAgent(studio.store)

    def verdicts(self, key: str, *, looks: bool = False) -> list[Verdict]:
        """Of all films of the latest montage.

        Args:
            looks: films without a verdict are judged now, which decodes them to their end.

        Raises:
            ProjectMissing: there is no such project.
        """
        self._studio.projects.stored(key)
        return list(self._verdicts(key, looks))

    def override(
        self, key: str, *, film: str, check: str, by: str, role: Role, reason: str
    ) -> Verdict:
        """Let one rule pass for one film, and say how the film stands then.

        Args:
            film: SHA-256 of the file.

        Raises:
            NotFound: ``film_missing``: the latest montage has no such film.
            Conflict: ``film_unjudged``: nobody has looked at it yet.
            InvalidInput: ``override_needless``, or as ``GateAgent.override``.
        """
        before = self._verdict(key, film)
        if before.report is None:
            raise Conflict(
                f"The film {film[:12]} of {key} has not been judged yet.",
                hint="Wait until the montage is done, or run `video-platform gate`.",
                code="film_unjudged",
            )
        broken = [one.name for one in before.report.failed]
        if check not in broken:
            raise InvalidInput(
                f"The film does not break the rule {check[:40]!r}.",
                hint=f"It breaks {', '.join(broken) or 'none'}.",
                code="override_needless",
            )
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._gate.override(
            key,
            Override(check=check, film=film, by=by, role=role, reason=reason, made_at=made_at),
        )
        return self._verdict(key, film)

    def require(self, key: str, film: Film) -> None:
        """Let only a film through that the gate passed; one that nobody judged is judged now.

        A timeline that was edited since says nothing against a film that was what was asked for.

        Raises:
            InvalidInput: ``film_stopped``: what the gate found, and what would mend it.
        """
        reports = self._gate.told_before(key, film)
        if not reports:
            wanted = film.media.sha256
            looked = self.verdicts(key, looks=True)
            reports = [v.report for v in looked if v.film.media.sha256 == wanted and v.report]
        if reports and not any(report.passed for report in reports):
            found = "; ".join(finding.sentence for finding in reports[-1].failed)
            raise InvalidInput(
                f"The film gate stopped the {film.format.value} film of {key}: {found}",
                hint="Mend it and build the project again, or let an owner or editor override the "
                "rule with a reason; then retry the publication.",
                code="film_stopped",
            )

    def _verdict(self, key: str, film: str) -> Verdict:
        found = next((one for one in self.verdicts(key) if one.film.media.sha256 == film), None)
        if found is None:
            raise NotFound(
                f"The latest montage of {key} has no film {film[:12]}.",
                hint="List them: GET /projects/KEY/verdict.",
                code="film_missing",
            )
        return found

    def _verdicts(self, key: str, looks: bool) -> Iterator[Verdict]:
        blobs = self._studio.store.blobs
        montage = read_current(blobs, Montage, Stage.MONTAGE, key)
        script = read_current(blobs, Script, Stage.SCRIPT, key)
        timeline = read_current(blobs, Timeline, Stage.TIMELINE, key)
        if montage is None or script is None or timeline is None:
            return
        voices = read_current(blobs, VoiceTracks, Stage.VOICE_TRACKS, key)
        order = project_order(self._studio, key, script, timeline, voices)
        judge = self._gate.run if looks else self._gate.kept
        for film in montage.films:
            yield Verdict(film=film, report=judge(key, film, order), order=order)
