"""Asset checks: rules of ``video_platform.quality`` where Dagster can stop a run on them."""

import logging
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from assets_defs.film import montage, script, timeline
from assets_defs.partitions import PROJECTS
from assets_defs.reporting import journal_of
from assets_defs.traces import place_of_run
from resources.studio import StudioResource
from video_platform.domain.manifests import Montage, VoiceTracks
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline
from video_platform.observing.logs import measured
from video_platform.quality.findings import Finding, Report, clock
from video_platform.tracing import span

_log = logging.getLogger(__name__)
_MOST_PICTURES = 4
"""Thumbnails in a check's metadata: each is some 20 kB of the event log."""


def _result(reports: Sequence[tuple[str, Report]], pictures: str = "") -> dg.AssetCheckResult:
    """What Dagster shows of some reports, each with a title; only what stops a film is an error."""
    stops = [finding for _, report in reports for finding in report.findings if finding.stops]
    failed = [finding for _, report in reports for finding in report.failed]
    metadata = {
        "rules": dg.MetadataValue.md(
            "\n\n".join(f"### {title}\n\n{_table(report.findings)}" for title, report in reports)
        )
    }
    if pictures:
        metadata["moments"] = dg.MetadataValue.md(pictures)
    error, warning = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        passed=not [finding for finding in failed if not finding.overridden],
        severity=error if stops else warning,
        description="; ".join(one.sentence for one in failed) or "All rules hold.",
        metadata=metadata,
    )


def _table(findings: Sequence[Finding]) -> str:
    rows = [
        (
            finding.name,
            "yes" if finding.passed else "warning" if not finding.stops else "**no**",
            finding.value,
            "" if finding.at_s is None or finding.passed else clock(finding.at_s),
            "" if finding.passed else f"{finding.why} {finding.hint}",
            finding.mend.value if not finding.passed else "",
        )
        for finding in findings
    ]
    lines = ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows]
    return "\n".join(
        ["| rule | holds | value | at | why | mend |", "|---|---|---|---|---|---|", *lines]
    )


def _check(**options: Any) -> Callable[[Any], Any]:
    """``dg.asset_check`` by project. Partitioned checks are a preview feature, tried and pinned."""

    def decorate(rule: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.PreviewWarning)
            return dg.asset_check(partitions_def=PROJECTS, **options)(rule)

    return decorate


@_check(asset=script, blocking=True)
def script_is_filmable(
    context: dg.AssetCheckExecutionContext, studio: StudioResource, script: Script
) -> dg.AssetCheckResult:
    """Before money is spent: structure, length, language, providers' limits, words that may not be.

    Only what could not be made, or never published, is an error.
    """
    from video_platform.agents.gate import script_order
    from video_platform.quality.script import judge_script

    core = studio.studio(context.partition_key)
    order = script_order(core.projects.get(context.partition_key), core.providers)
    return _result([("script", judge_script(script, order))])


@_check(asset=timeline, blocking=True, additional_ins={"script": dg.AssetIn("script")})
def captions_equal_narration(timeline: Timeline, script: Script) -> dg.AssetCheckResult:
    """Every approved word is shown, in order."""
    from video_platform.quality.film import judge_words

    return _result([("timeline", Report(findings=(judge_words(timeline, script),)))])


@_check(
    asset=montage,
    blocking=True,
    additional_ins={
        "script": dg.AssetIn("script"),
        "timeline": dg.AssetIn("timeline"),
        "voice_tracks": dg.AssetIn("voice_tracks"),
    },
)
def film_is_sound(
    context: dg.AssetCheckExecutionContext,
    studio: StudioResource,
    montage: Montage,
    script: Script,
    timeline: Timeline,
    voice_tracks: VoiceTracks,
) -> dg.AssetCheckResult:
    """The film gate on every film: each is decoded once; a failure stops publication."""
    from video_platform.agents.gate import GateAgent, project_order

    project = context.partition_key
    core = studio.studio(project)
    gate = GateAgent(core.store)
    order = project_order(core, project, script, timeline, voice_tracks)
    with (
        span("check film_is_sound", parent=place_of_run(context.run), project_id=project),
        measured(_log, "Check film_is_sound", agent="film_is_sound", project=project),
        journal_of(context, core).living(),
    ):
        reports = [(film.format.value, gate.run(project, film, order)) for film in montage.films]
    moments = [
        (film, finding)
        for film, (_, report) in zip(montage.films, reports, strict=True)
        for finding in report.failed
        if finding.at_s is not None
    ]
    return _result(reports, _pictures(gate, moments[:_MOST_PICTURES]))


def _pictures(gate: Any, moments: Sequence[tuple[Any, Finding]]) -> str:
    """The moments as Markdown pictures."""
    import base64

    shown = []
    with tempfile.TemporaryDirectory(prefix="gate-") as folder:
        for film, finding in moments:
            path = gate.picture(film, finding, Path(folder))
            if path is not None:
                data = base64.b64encode(path.read_bytes()).decode()
                shown.append(
                    f"{finding.sentence}\n\n![{finding.name}](data:image/jpeg;base64,{data})"
                )
    return "\n\n".join(shown)


FILM_CHECKS = (script_is_filmable, captions_equal_narration, film_is_sound)
