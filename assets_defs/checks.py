"""Asset checks: rules of ``video_platform.quality`` where Dagster can stop a run on them."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg

from assets_defs.film import montage, script, timeline
from assets_defs.partitions import PROJECTS
from video_platform.domain.manifests import Montage
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline
from video_platform.quality.film import judge_film, judge_words
from video_platform.quality.findings import Finding


def _result(findings: Sequence[Finding], severity: dg.AssetCheckSeverity) -> dg.AssetCheckResult:
    failed = [finding for finding in findings if not finding.passed]
    table = "\n".join(
        f"| {f.name} | {'yes' if f.passed else '**no**'} | {f.value} | {f.hint} |" for f in findings
    )
    return dg.AssetCheckResult(
        passed=not failed,
        severity=severity,
        description="; ".join(f"{f.name}: {f.value}. {f.hint}" for f in failed)
        or "All rules hold.",
        metadata={
            "rules": dg.MetadataValue.md(
                f"| rule | holds | value | mend |\n|---|---|---|---|\n{table}"
            )
        },
    )


def _check(**options: Any) -> Callable[[Any], Any]:
    """``dg.asset_check`` by project. Partitioned checks are a preview feature, tried and pinned."""

    def decorate(rule: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.PreviewWarning)
            return dg.asset_check(partitions_def=PROJECTS, **options)(rule)

    return decorate


@_check(asset=script)
def script_is_filmable(script: Script) -> dg.AssetCheckResult:
    """Scenes are present, short enough to be spoken, and say different things."""
    narrations = [scene.narration for scene in script.scenes]
    findings = [
        Finding(
            name="scenes_differ",
            passed=len(set(narrations)) == len(narrations),
            value=f"{len(set(narrations))} of {len(narrations)}",
            hint="Edit the repeated scenes, or write the script anew.",
        ),
        Finding(
            name="scene_lengths",
            passed=all(1 <= scene.duration <= 40 for scene in script.scenes),
            value=f"{min(s.duration for s in script.scenes):.1f} to "
            f"{max(s.duration for s in script.scenes):.1f} s",
            hint="Split long scenes, join short ones.",
        ),
    ]
    return _result(findings, dg.AssetCheckSeverity.WARN)


@_check(asset=timeline, blocking=True, additional_ins={"script": dg.AssetIn("script")})
def captions_equal_narration(timeline: Timeline, script: Script) -> dg.AssetCheckResult:
    """Every approved word is shown, in order."""
    return _result([judge_words(timeline, script)], dg.AssetCheckSeverity.ERROR)


@_check(asset=montage, blocking=True, additional_ins={"timeline": dg.AssetIn("timeline")})
def film_is_sound(montage: Montage, timeline: Timeline) -> dg.AssetCheckResult:
    """Size, length, loudness and true peak of every film; a failure stops publication."""
    findings = [finding for film in montage.films for finding in judge_film(film, timeline)]
    return _result(findings, dg.AssetCheckSeverity.ERROR)


FILM_CHECKS = (script_is_filmable, captions_equal_narration, film_is_sound)
