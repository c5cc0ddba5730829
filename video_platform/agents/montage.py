"""Montage agent: cuts the film in every format of the brief, rendering only what is new."""

from pathlib import Path

from video_platform.agents.progress import BOARD, StageUpdate
from video_platform.agents.result import StageResult
from video_platform.disk import private_directory
from video_platform.domain.codec import from_manifest, to_manifest
from video_platform.domain.formats import Format
from video_platform.domain.manifests import Film, Montage
from video_platform.domain.project import Project, Stage
from video_platform.domain.timeline import Timeline
from video_platform.interchange.subtitles import to_srt, to_vtt
from video_platform.montage.film import RenderedFilm, render_film
from video_platform.montage.plan import FilmPlan, RenderSettings, plan_film
from video_platform.montage.probe import probe_media
from video_platform.montage.runner import Ffmpeg
from video_platform.store import MediaStore
from video_platform.store.base import Blobs


class StoredSegments:
    """Rendered segments in the store, by the hash of everything that decides them."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def get(self, key: str, directory: Path) -> Path | None:
        """A local file of the segment, or nothing when it has to be rendered."""
        name = f"segments/{key[:2]}/{key}"
        if not self._blobs.exists(name):
            return None
        path = self._blobs.direct_path(name)
        if path is None:
            path = directory / key
            self._blobs.download(name, path)
        return path

    def put(self, key: str, path: Path) -> None:
        """Keep a rendered segment."""
        self._blobs.upload(path, f"segments/{key[:2]}/{key}")


class MontageAgent:
    """Cuts the films of a project."""

    def __init__(
        self,
        store: MediaStore,
        ffmpeg: Ffmpeg,
        *,
        settings: RenderSettings,
        scratch_dir: Path,
        max_workers: int,
    ) -> None:
        self._store = store
        self._ffmpeg = ffmpeg
        self._settings = settings
        self._scratch_dir = scratch_dir
        self._max_workers = max_workers

    def run(self, project: Project, timeline: Timeline) -> StageResult[Montage]:
        """One film per format. A film whose plan was rendered before is taken from the store."""
        films: list[Film] = []
        reused = 0
        for number, ratio in enumerate(project.brief.formats):
            plan = plan_film(timeline, ratio, self._settings)
            film = self._stored(plan)
            if film is None:
                film = self._render(plan, timeline, ratio, number, len(project.brief.formats))
            else:
                reused += 1
            films.append(film)
        return StageResult(value=Montage(films=tuple(films)), reused=reused)

    def _stored(self, plan: FilmPlan) -> Film | None:
        data = self._store.blobs.read(f"films/{plan.key}.json")
        if data is None:
            return None
        film = from_manifest(Film, data)
        whole = all(self._store.has(m) for m in (film.media, film.poster, film.srt, film.vtt))
        return film if whole else None

    def _render(
        self, plan: FilmPlan, timeline: Timeline, ratio: Format, number: int, count: int
    ) -> Film:
        def follow(done: int, total: int) -> None:
            share = number + done / max(total, 1)
            sentence = f"{ratio.value} frame {done} of {total}"
            BOARD.post(StageUpdate(Stage.MONTAGE, share, count, sentence))

        with private_directory(self._scratch_dir, "montage") as directory:
            rendered = render_film(
                plan,
                media_path=self._store.path,
                segments=StoredSegments(self._store.blobs),
                directory=directory,
                ffmpeg=self._ffmpeg,
                progress=follow,
                max_workers=self._max_workers,
            )
            film = self._keep(plan, timeline, ratio, rendered, directory)
        self._store.blobs.write(f"films/{plan.key}.json", to_manifest(film))
        return film

    def _keep(
        self,
        plan: FilmPlan,
        timeline: Timeline,
        ratio: Format,
        rendered: RenderedFilm,
        directory: Path,
    ) -> Film:
        """Store the film and what stands beside it; it counts only after a full decode."""
        srt, vtt = directory / "captions.srt", directory / "captions.vtt"
        srt.write_bytes(to_srt(plan.cues))
        vtt.write_bytes(to_vtt(plan.cues))
        poster_type = "image/jpeg" if rendered.poster_path.suffix == ".jpg" else "image/png"
        return Film(
            format=ratio,
            media=self._store.put(
                rendered.path, "video/mp4", probe_media(rendered.path, "video/mp4")
            ),
            poster=self._store.put(rendered.poster_path, poster_type),
            srt=self._store.put(srt, "application/x-subrip"),
            vtt=self._store.put(vtt, "text/vtt"),
            duration_ms=timeline.duration_ms,
            integrated_lufs=rendered.integrated_lufs,
            true_peak_dbtp=rendered.true_peak_dbtp,
            plan=plan.key,
        )
