"""What an operator sees of each asset in the Dagster UI: text, pictures, lengths, links."""

import base64
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from video_platform.domain.formats import Format
from video_platform.domain.manifests import (
    AvatarClips,
    Clips,
    Film,
    Montage,
    Music,
    Origin,
    Publications,
    SceneImages,
    VoiceTracks,
)
from video_platform.domain.media import Media
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline
from video_platform.montage.explain import PlanState, SegmentState
from video_platform.settings import Settings

_THUMBNAIL_PX = 240
_WIDE_PX = 720
"""Longer side of contact sheets and waveforms: all of a film at a glance, in about 60 kB."""

Shown = Mapping[str, Any]


def thumbnail(path: Path, side_px: int = _THUMBNAIL_PX) -> str:
    """A small JPEG of a picture, no side longer than ``side_px``, as a data URI."""
    from PIL import Image

    with Image.open(path) as image:
        image.draft("RGB", (side_px * 2, side_px * 2))
        image.thumbnail((side_px, side_px))
        seen = image.convert("RGBA")
    # JPEG knows no transparency: without a ground, what is hidden would be shown.
    ground = Image.new("RGBA", seen.size, "white")
    ground.alpha_composite(seen)
    buffer = io.BytesIO()
    ground.convert("RGB").save(buffer, "JPEG", quality=70)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def media_link(media: Media) -> str:
    """Where a browser plays or shows the media, served by the API."""
    return f"{Settings().public_url}/media/{media.sha256}.{media.extension}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def show_script(script: Script) -> Shown:
    """The script as people read it."""
    rows = [f"# {script.title}", ""]
    if script.notice:
        rows += [f"> {script.notice}", ""]
    for scene in script.scenes:
        rows += [
            f"**{scene.id}. {scene.on_screen.headline}** · {scene.duration:.1f} s · "
            f"{scene.on_screen.kind.value} · {scene.music_mood}",
            "",
            scene.narration,
            "",
            f"*{scene.visual_prompt}*",
            "",
        ]
    return {
        "script": dg.MetadataValue.md("\n".join(rows)),
        "title": script.title,
        "scenes": len(script.scenes),
        "target_duration_s": round(script.duration, 1),
        "words": sum(len(scene.words) for scene in script.scenes),
        "language": script.language.value,
    }


def show_images(images: SceneImages, paths: Mapping[str, Path]) -> Shown:
    """Thumbnails of every scene in every format."""
    cells = []
    for image in images.images:
        for ratio, media in image.media.items():
            picture = f"![scene {image.scene_id}]({thumbnail(paths[media.sha256])})"
            why = _why(image.origin.get(ratio))
            cells.append(f"**{image.scene_id}** {ratio.value}{why}\n\n{picture}")
    return {
        "pictures": dg.MetadataValue.md("\n\n".join(cells)),
        "images": len(cells),
        "links": dg.MetadataValue.json(
            {
                f"{image.scene_id} {ratio.value}": media_link(media)
                for image in images.images
                for ratio, media in image.media.items()
            }
        ),
    }


def _why(origin: Origin | None) -> str:
    """What the candidates of a take scored, the one that is used in bold."""
    if origin is None or not origin.candidates:
        return ""
    scores = (
        f"**{one.score:.2f}**" if one.is_used else f"{one.score:.2f}" for one in origin.candidates
    )
    used = next((one for one in origin.candidates if one.is_used), None)
    said = f" ({_cell(used.notes[0])})" if used and used.notes else ""
    return f", of {' / '.join(scores)}{said}"


def show_voice(voice: VoiceTracks) -> Shown:
    """Lengths, words and a link to listen for every scene."""
    rows = ["| scene | seconds | words | timing | listen |", "|---|---|---|---|---|"]
    for track in voice.tracks:
        rows.append(
            f"| {track.scene_id} | {track.media.probe.duration_ms / 1000:.2f} | "
            f"{len(track.words)} | {track.timing} | [play]({media_link(track.media)}) |"
        )
    spoken_ms = sum(track.media.probe.duration_ms for track in voice.tracks)
    return {"tracks": dg.MetadataValue.md("\n".join(rows)), "spoken_s": round(spoken_ms / 1000, 2)}


def show_music(music: Music) -> Shown:
    """Mood, length, licence and a link to listen."""
    return {
        "mood": music.mood,
        "duration_s": music.media.probe.duration_ms / 1000,
        "licence": music.licence,
        "listen": dg.MetadataValue.url(media_link(music.media)),
    }


def show_avatars(avatars: AvatarClips) -> Shown:
    """How many scenes have a presenter."""
    return {"scenes": len(avatars.clips)}


def show_clips(clips: Clips) -> Shown:
    """What fills each scene."""
    rows = ["| scene | what | provider |", "|---|---|---|"]
    for clip in clips.clips:
        what = f"still, {clip.motion.kind.value}" if clip.motion else "video"
        rows.append(f"| {clip.scene_id} | {what} | {clip.origin.provider}{_why(clip.origin)} |")
    return {"clips": dg.MetadataValue.md("\n".join(rows))}


def show_timeline(timeline: Timeline) -> Shown:
    """The edit as a table."""
    seconds = timeline.rate.seconds
    rows = ["| scene | from | to | frames |", "|---|---|---|---|"]
    for clip in timeline.video:
        rows.append(
            f"| {clip.scene_id} | {float(seconds(clip.start_frame)):.2f} | "
            f"{float(seconds(clip.end_frame)):.2f} | {clip.frames} |"
        )
    kinds = [transition.kind.value for transition in timeline.transitions]
    return {
        "edit": dg.MetadataValue.md("\n".join(rows)),
        "duration_s": timeline.duration_ms / 1000,
        "frames": timeline.frames,
        "frame_rate": str(timeline.rate),
        "transitions": ", ".join(kinds) or "none",
    }


def pictures_of(montage: Montage) -> list[Media]:
    """What ``show_montage`` shows: poster, contact sheet and waveform of every film."""
    found = [(film.poster, film.contact_sheet, film.waveform) for film in montage.films]
    return [media for group in found for media in group if media is not None]


def show_montage(
    montage: Montage, paths: Mapping[str, Path], plans: Mapping[Format, PlanState]
) -> Shown:
    """Pictures, length, loudness and links of every film, and what was rendered for it and why.

    Args:
        paths: files of ``pictures_of`` by hash.
        plans: the films' plans as they were explained before rendering.
    """
    return {
        "films": dg.MetadataValue.md("\n\n".join(_film(film, paths) for film in montage.films)),
        "exports": dg.MetadataValue.md(_export_table(montage)),
        "plan": dg.MetadataValue.md("\n\n".join(map(_plan, plans, plans.values()))),
        "duration_s": montage.films[0].duration_ms / 1000 if montage.films else 0.0,
        "bytes": sum(film.media.size_bytes for film in montage.films),
        "segments_rendered": sum(len(_rendered(state)) for state in plans.values()),
        "segments_kept": sum(
            len(state.segments) - len(_rendered(state)) for state in plans.values()
        ),
        "encoder": ", ".join(dict.fromkeys(film.encoder for film in montage.films)),
    }


def _film(film: Film, paths: Mapping[str, Path]) -> str:
    pictures = (
        ("poster", film.poster, _THUMBNAIL_PX),
        ("contact sheet", film.contact_sheet, _WIDE_PX),
        ("waveform", film.waveform, _WIDE_PX),
    )
    return "\n\n".join(
        (
            f"**{film.format.value}** · {film.duration_ms / 1000:.2f} s · "
            f"{film.integrated_lufs:.1f} LUFS · {film.true_peak_dbtp:.1f} dBTP · "
            f"[play]({media_link(film.media)})",
            *(
                f"![{name}]({thumbnail(paths[media.sha256], side_px)})"
                for name, media, side_px in pictures
                if media is not None
            ),
        )
    )


def _export_table(montage: Montage) -> str:
    rows = [
        f"| {film.format.value} | {export.value} | {media.size_bytes / 1e6:.2f} | "
        f"[open]({media_link(media)}) |"
        for film in montage.films
        for export, media in film.exports.items()
    ]
    if not rows:
        return "none"
    return "\n".join(["| format | export | MB | file |", "|---|---|---|---|", *rows])


def _rendered(state: PlanState) -> list[SegmentState]:
    """Segments that had to be rendered: none for a film that was there already."""
    if state.is_film_kept:
        return []
    return [segment for segment in state.segments if not segment.is_kept]


def _plan(ratio: Format, state: PlanState) -> str:
    rendered = _rendered(state)
    rows = [
        f"**{ratio.value}** · {sum(segment.frames for segment in rendered)} of "
        f"{sum(segment.frames for segment in state.segments)} frames in {len(rendered)} of "
        f"{len(state.segments)} segments rendered"
    ]
    if rendered:
        rows += ["", "| segment | kind | scenes | frames | why |", "|---|---|---|---|---|"]
    for segment in rendered:
        rows.append(
            f"| {segment.index + 1} | {segment.kind.value} | "
            f"{', '.join(map(str, segment.scenes))} | {segment.frames} | "
            f"{', '.join(segment.changed) or 'new'} |"
        )
    return "\n".join(rows)


def show_publications(publications: Publications) -> Shown:
    """Where the films are."""
    rows = ["| platform | format | published | where |", "|---|---|---|---|"]
    for record in publications.records:
        rows.append(
            f"| {record.platform} | {record.format.value} | {record.published_at} | "
            f"{_cell(record.url)} |"
        )
    return {"publications": dg.MetadataValue.md("\n".join(rows))}
