"""Rules a film must meet before it may be published."""

from video_platform.domain.formats import FRAMES
from video_platform.domain.loudness import LOUDNESS_TARGETS
from video_platform.domain.manifests import Film
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline
from video_platform.quality.findings import Finding

LOUDNESS_TOLERANCE_LU = 0.5


def judge_film(film: Film, timeline: Timeline) -> list[Finding]:
    """All rules on one film, in the order a person would check them."""
    frame = FRAMES[film.format]
    target = LOUDNESS_TARGETS[timeline.look.network]
    probe = film.media.probe
    frame_ms = 1000 / timeline.rate.fraction
    drift_ms = abs(probe.duration_ms - timeline.duration_ms)
    return [
        Finding(
            name="size",
            passed=(probe.width_px, probe.height_px) == (frame.width_px, frame.height_px),
            value=f"{probe.width_px}x{probe.height_px}",
            hint="Re-materialize montage.",
        ),
        Finding(
            name="frames",
            passed=probe.frames == timeline.frames,
            value=f"{probe.frames} of {timeline.frames}",
            hint="Re-materialize montage.",
        ),
        Finding(
            name="duration",
            passed=drift_ms <= frame_ms,
            value=f"{drift_ms} ms off",
            hint="Re-materialize montage.",
        ),
        Finding(
            name="sound",
            passed=probe.channels > 0,
            value=f"{probe.channels} channels",
            hint="Re-materialize voice_tracks, then montage.",
        ),
        Finding(
            name="loudness",
            passed=abs(film.integrated_lufs - target.integrated_lufs) <= LOUDNESS_TOLERANCE_LU,
            value=f"{film.integrated_lufs:.2f} LUFS",
            hint="Re-materialize montage.",
        ),
        Finding(
            name="true_peak",
            passed=film.true_peak_dbtp <= target.true_peak_dbtp,
            value=f"{film.true_peak_dbtp:.2f} dBTP",
            hint="Re-materialize montage.",
        ),
    ]


def judge_words(timeline: Timeline, script: Script) -> Finding:
    """Captions must carry the approved words, all of them, in order."""
    wanted = [word for scene in script.scenes for word in scene.words]
    shown = [word.text for word in timeline.words]
    return Finding(
        name="caption_words",
        passed=shown == wanted,
        value=f"{len(shown)} of {len(wanted)}",
        hint="Re-materialize voice_tracks and timeline.",
    )
