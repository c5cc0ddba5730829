"""Thumbnails: title variants for a film, of which a person chooses one for its publications.

Titles come from what was already written (the script's title, its hook, its most telling headline)
or from the person; nobody is asked. The chosen picture goes out instead of the film's poster.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from video_platform.agents.covers import (
    Thumbnail,
    Thumbnails,
    store_thumbnails,
    stored_thumbnails,
)
from video_platform.agents.studio import Studio
from video_platform.agents.variants import has_words
from video_platform.domain.excerpt import importance, sentences_of
from video_platform.domain.formats import Format
from video_platform.domain.manifests import SceneImage, SceneImages
from video_platform.domain.project import Project, Stage
from video_platform.domain.script import Script
from video_platform.errors import InvalidInput, NotFound
from video_platform.montage.probe import probe_media
from video_platform.montage.thumbnails import ThumbnailPlan, render_thumbnail

MOST, USUAL = 6, 3
MOST_CHARACTERS = 90
"""Longer titles would be set too small to be read in a list."""


def make_thumbnails(
    studio: Studio, key: str, ratio: Format | None = None, titles: Sequence[str] = ()
) -> Thumbnails:
    """Variants for a project's film, kept in place of earlier ones; none of them is chosen yet.

    Args:
        ratio: one of the brief's formats; none: its first.
        titles: at most six; none: three taken from the script.

    Raises:
        NotFound: script or pictures are not made yet.
        InvalidInput: ``thumbnail_titles`` or ``format_missing``.
    """
    project = studio.projects.get(key)
    wanted = _format(project, ratio)
    script = studio.made(Script, Stage.SCRIPT, key)
    images = studio.made(SceneImages, Stage.SCENE_IMAGES, key)
    if script is None or images is None:
        raise NotFound(f"{key} has no pictures yet.", hint="Make its film first.")
    given = _checked(titles) or title_variants(script)
    by_scene = {one.scene_id: one for one in images.images}
    # Each variant shows another scene, as far as there are enough.
    scenes = [script.scenes[n * len(script.scenes) // len(given)] for n in range(len(given))]
    made = Thumbnails(
        variants=tuple(
            _render(studio, project, script, by_scene[scene.id], title, wanted)
            for title, scene in zip(given, scenes, strict=True)
        )
    )
    store_thumbnails(studio.store.blobs, key, wanted, made)
    return made


def title_variants(script: Script) -> tuple[str, ...]:
    """Up to three titles: the script's, its hook where that is short, and what tells most."""
    hook = " ".join(script.scenes[0].words[: sentences_of(script.scenes[0], 0)[0].end])
    telling = sorted(
        script.scenes[1:],
        key=lambda scene: -importance(script.title, scene, sentences_of(scene, 0)[0]),
    )
    headlines = [scene.on_screen.headline for scene in telling]
    found = dict.fromkeys(
        title.strip() for title in (script.title, hook, *headlines) if title.strip()
    )
    short = [title for title in found if len(title) <= MOST_CHARACTERS]
    return tuple(short[:USUAL]) or (script.title[: MOST_CHARACTERS - 1] + "…",)


def read_thumbnails(studio: Studio, key: str, ratio: Format | None = None) -> Thumbnails:
    """The variants that were made; without any before."""
    project = studio.projects.get(key)
    return stored_thumbnails(studio.store.blobs, key, _format(project, ratio))


def choose_thumbnail(
    studio: Studio, key: str, number: int | None, ratio: Format | None = None
) -> Thumbnails:
    """Let a variant (from 0) go out with the film from now on; none: its poster.

    Raises:
        InvalidInput: ``thumbnail_unknown``.
    """
    wanted = _format(studio.projects.get(key), ratio)
    made = read_thumbnails(studio, key, wanted)
    if number is not None and not 0 <= number < len(made.variants):
        raise InvalidInput(
            f"{key} has no thumbnail {number}; it has {len(made.variants)}.",
            hint="They count from 0; make some with `video-platform thumbnails PROJECT`.",
            code="thumbnail_unknown",
        )
    chosen = Thumbnails(variants=made.variants, chosen=number)
    store_thumbnails(studio.store.blobs, key, wanted, chosen)
    return chosen


def _format(project: Project, ratio: Format | None) -> Format:
    formats = project.brief.formats
    if ratio is not None and ratio not in formats:
        raise InvalidInput(
            f"{project.key} is not made in {ratio.value}.",
            hint=f"It is made in {', '.join(formats)}.",
            code="format_missing",
        )
    return ratio or formats[0]


def _checked(titles: Sequence[str]) -> tuple[str, ...]:
    cleaned = tuple(" ".join(title.split()) for title in titles)
    if len(cleaned) > MOST or not all(0 < len(one) <= MOST_CHARACTERS for one in cleaned):
        raise InvalidInput(
            f"{len(cleaned)} titles cannot be set like this.",
            hint=f"Give at most {MOST}, each of 1 to {MOST_CHARACTERS} characters.",
            code="thumbnail_titles",
        )
    return cleaned


def _render(
    studio: Studio, project: Project, script: Script, image: SceneImage, title: str, ratio: Format
) -> Thumbnail:
    plan = ThumbnailPlan(
        picture=studio.store.path(image.media[ratio]),
        title=title,
        format=ratio,
        is_rtl=script.language.is_rtl,
        look=project.brief.look,
        has_words=has_words(studio, image),
    )
    with TemporaryDirectory() as folder:
        path = render_thumbnail(plan, ffmpeg=studio.montage.ffmpeg, directory=Path(folder))
        media = studio.store.put(path, "image/jpeg", probe_media(path, "image/jpeg"))
    return Thumbnail(title=title, scene_id=image.scene_id, media=media)
