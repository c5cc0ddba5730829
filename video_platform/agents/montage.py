"""Montage agent: cuts the film in every format of the brief, rendering only what is new."""

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from video_platform.agents.credentials import Claim, Notary, Signing
from video_platform.agents.progress import BOARD, StageUpdate
from video_platform.agents.result import StageResult
from video_platform.boundaries import boundary
from video_platform.disk import private_directory, write_atomically
from video_platform.domain.codec import from_manifest, to_manifest
from video_platform.domain.formats import Format, Frame
from video_platform.domain.look import Export
from video_platform.domain.manifests import Film, Montage
from video_platform.domain.media import Media
from video_platform.domain.project import Project, Stage
from video_platform.domain.timeline import Timeline
from video_platform.errors import FfmpegFailed
from video_platform.interchange.subtitles import to_srt, to_vtt
from video_platform.montage.audio import waveform
from video_platform.montage.explain import PlanRecord, PlanState, explain_plan, record_plan
from video_platform.montage.film import RenderedFilm, render_film
from video_platform.montage.gif import gif_preview
from video_platform.montage.hardware import (
    HARDWARE,
    SOFTWARE,
    Choice,
    choose_encoder,
    probe_hardware,
)
from video_platform.montage.hls import HlsWriter, preview_key
from video_platform.montage.plan import (
    PREVIEW_ENCODER,
    EncoderSettings,
    FilmPlan,
    RenderSettings,
    plan_film,
)
from video_platform.montage.probe import probe_media
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.sheets import contact_sheet, poster, scene_times
from video_platform.store import MediaStore
from video_platform.store.base import Blobs
from video_platform.tracing import span

_PREVIEW_SIDE_PX = 360
"""Shorter side of a preview: a ninth of the pixels of a 1080p film."""
_WAVEFORM_PX = (1600, 240)
_MEDIA_TYPES = {
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".m4a": "audio/mp4",
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
}
"""Of delivered files, by how the montage names them."""


class StoredSegments:
    """Rendered segments in the store, by the hash of everything that decides them."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    def has(self, key: str) -> bool:
        """Whether the segment need not be rendered."""
        return self._blobs.exists(_segment_name(key))

    def get(self, key: str, directory: Path) -> Path | None:
        """A local file of the segment, or nothing when it has to be rendered."""
        if not self.has(key):
            return None
        path = self._blobs.direct_path(_segment_name(key))
        if path is None:
            path = directory / key
            self._blobs.download(_segment_name(key), path)
        return path

    @boundary("montage.segment_stored")
    def put(self, key: str, path: Path) -> None:
        """Keep a rendered segment."""
        self._blobs.upload(path, _segment_name(key))


def _segment_name(key: str) -> str:
    return f"segments/{key[:2]}/{key}"


class MontageAgent:
    """Cuts the films of a project.

    Args:
        notary: signs them; without one they stay unsigned.
    """

    def __init__(
        self,
        store: MediaStore,
        ffmpeg: Ffmpeg,
        *,
        settings: RenderSettings,
        scratch_dir: Path,
        max_workers: int,
        encoder: str = SOFTWARE,
        notary: Notary | None = None,
    ) -> None:
        self._store = store
        self._notary = notary
        self.ffmpeg = ffmpeg
        self._software = settings
        self._wish = encoder
        self._chosen: Choice | None = None
        self._scratch_dir = scratch_dir
        self._max_workers = max_workers

    @property
    def _choice(self) -> Choice:
        """The encoder in use. Hardware is tried once, and only when it was asked for."""
        if self._chosen is None and self._wish == SOFTWARE:
            self._chosen = Choice(SOFTWARE, "asked for")
        elif self._chosen is None:
            with private_directory(self._scratch_dir, "encoders") as directory:
                results = probe_hardware(self.ffmpeg, directory)
            self._chosen = choose_encoder(self._wish, results)
        return self._chosen

    @property
    def _settings(self) -> RenderSettings:
        if self._choice.name == SOFTWARE:
            return self._software
        name = self._choice.name
        # What the family is told is part of every segment's key.
        encoder = EncoderSettings(preset="", crf=0, tuning=repr(HARDWARE[name]), hardware=name)
        return replace(self._software, encoder=encoder)

    def run(
        self,
        project: Project,
        timeline: Timeline,
        *,
        only: Collection[Format] = (),
        before: Montage | None = None,
    ) -> StageResult[Montage]:
        """One film per format. A film whose plan was rendered before is taken from the store.

        With ``only``, films of other formats stay what they were ``before``, if there were any.

        Raises:
            InvalidInput: ``licence_unknown``, where the policy forbids it; nothing is rendered.
        """
        kept = {film.format: film for film in before.films} if before else {}
        claims = self._claims(project, timeline, only or project.brief.formats)
        films: list[Film] = []
        reused = 0
        for number, ratio in enumerate(project.brief.formats):
            if only and ratio not in only:
                films += [kept[ratio]] if ratio in kept else []
                continue
            plan = plan_film(timeline, ratio, self._settings)
            film = self._stored(plan, claims.get(ratio))
            if film is None:
                follow = _follow(plan, number, len(project.brief.formats))
                with span("film", project_id=project.key, format=ratio.value, frames=plan.frames):
                    plan, film = self._render_somehow(
                        project, plan, timeline, claims.get(ratio), follow
                    )
            else:
                reused += 1
            self._remember(project, plan)
            films.append(film)
        return StageResult(value=Montage(films=tuple(films)), reused=reused)

    def explain(self, project: Project, timeline: Timeline) -> dict[Format, PlanState]:
        """What ``run`` would keep and render now, and why."""
        states = {}
        claims = self._claims(project, timeline, project.brief.formats, is_checked=False)
        for ratio in project.brief.formats:
            plan = plan_film(timeline, ratio, self._settings)
            data = self._store.blobs.read(_record_name(project, ratio))
            states[ratio] = explain_plan(
                plan,
                is_stored=StoredSegments(self._store.blobs).has,
                is_film_kept=self._stored(plan, claims.get(ratio)) is not None,
                before=None if data is None else from_manifest(PlanRecord, data),
            )
        return states

    def preview(self, timeline: Timeline, ratio: Format, target: Path) -> Path:
        """The whole film, small and quickly, written to ``target``; its segments are kept, too."""
        settings = replace(self._software, encoder=PREVIEW_ENCODER)
        small = replace(timeline, look=replace(timeline.look, exports=()))
        whole = plan_film(small, ratio, settings).frame
        plan = plan_film(small, ratio, settings, frame=_shrunk(whole))
        with private_directory(self._scratch_dir, "preview") as directory:
            rendered = self._film(plan, directory, _follow(plan, 0, 1), None)
            write_atomically(target, rendered.path)
        return target

    def preview_media(self, timeline: Timeline, ratio: Format) -> Media:
        """As ``preview``, kept in the store."""
        with private_directory(self._scratch_dir, "preview") as directory:
            path = self.preview(timeline, ratio, directory / "preview.mp4")
            return self._store.put(path, "video/mp4", probe_media(path, "video/mp4"))

    def _remember(self, project: Project, plan: FilmPlan) -> None:
        self._store.blobs.write(_record_name(project, plan.format), to_manifest(record_plan(plan)))

    def _claims(
        self,
        project: Project,
        timeline: Timeline,
        formats: Collection[Format],
        *,
        is_checked: bool = True,
    ) -> dict[Format, Claim]:
        """What the films will say of themselves; nothing without a notary."""
        if self._notary is None:
            return {}
        claims = {ratio: self._notary.claim(project, timeline, ratio) for ratio in formats}
        for claim in claims.values() if is_checked else ():
            self._notary.check(claim)
        return claims

    def _stored(self, plan: FilmPlan, claim: Claim | None) -> Film | None:
        data = self._store.blobs.read(f"films/{plan.key}.json")
        if data is None:
            return None
        film = from_manifest(Film, data)
        if claim and self._notary and not self._notary.is_signed(film, claim):
            return None
        beside = (film.contact_sheet, film.waveform, *film.exports.values())
        needed = (film.media, film.poster, film.srt, film.vtt, *filter(None, beside))
        return film if all(self._store.has(media) for media in needed) else None

    def _render_somehow(
        self,
        project: Project,
        plan: FilmPlan,
        timeline: Timeline,
        claim: Claim | None,
        follow: Callable[[int, int], None],
    ) -> tuple[FilmPlan, Film]:
        """Render; in software when the hardware fails on the way, and the film says so."""
        try:
            return plan, self._render(project, plan, timeline, claim, follow)
        except FfmpegFailed as error:
            failed = self._choice.name
            if failed == SOFTWARE:
                raise
            self._chosen = Choice(SOFTWARE, f"{failed} failed while rendering: {error.message}")
            plan = plan_film(timeline, plan.format, self._settings)
            return plan, self._render(project, plan, timeline, claim, follow)

    def _render(
        self,
        project: Project,
        plan: FilmPlan,
        timeline: Timeline,
        claim: Claim | None,
        follow: Callable[[int, int], None],
    ) -> Film:
        blobs = self._store.blobs
        with private_directory(self._scratch_dir, "montage") as directory:
            parts = directory / "hls"
            parts.mkdir()
            audience = HlsWriter(
                plan,
                None,
                publish=lambda name, path: blobs.upload(
                    path, preview_key(project.key, plan.format, name)
                ),
                directory=parts,
            )
            rendered = self._film(plan, directory, follow, audience)
            audience.finish()
            film = self._keep(plan, timeline, rendered, claim, directory)
        blobs.write(f"films/{plan.key}.json", to_manifest(film))
        return film

    def _film(
        self,
        plan: FilmPlan,
        directory: Path,
        follow: Callable[[int, int], None],
        audience: HlsWriter | None,
    ) -> RenderedFilm:
        return render_film(
            plan,
            media_path=self._store.path,
            segments=StoredSegments(self._store.blobs),
            directory=directory,
            ffmpeg=self.ffmpeg,
            progress=follow,
            max_workers=self._max_workers,
            audience=audience,
        )

    def _keep(
        self,
        plan: FilmPlan,
        timeline: Timeline,
        rendered: RenderedFilm,
        claim: Claim | None,
        directory: Path,
    ) -> Film:
        """Store the film and what stands beside it; it counts only after a full decode.

        Everything is made before anything is signed: whatever is done to a signed file would take
        its credentials away.
        """
        place = directory / "beside"
        place.mkdir()
        srt, vtt = place / "captions.srt", place / "captions.vtt"
        srt.write_bytes(to_srt(plan.cues))
        vtt.write_bytes(to_vtt(plan.cues))
        times = scene_times(plan)
        wave = waveform(
            rendered.sound_path, size=_WAVEFORM_PX, speech=plan.audio.speech, directory=place
        )
        pictures = {
            "poster": poster(rendered.path, times, place),
            "contact_sheet": contact_sheet(rendered.path, times, place),
        }
        exports = {export: self._export(export, rendered, place) for export in plan.look.exports}
        signing = self._notary.open(claim, place) if self._notary and claim else None
        delivered = _Delivery(self._store, signing)
        return Film(
            format=plan.format,
            media=delivered.put(rendered.path, "film", is_probed=True),
            poster=delivered.put(pictures["poster"], "poster"),
            srt=self._store.put(srt, "application/x-subrip"),
            vtt=self._store.put(vtt, "text/vtt"),
            duration_ms=timeline.duration_ms,
            integrated_lufs=rendered.integrated_lufs,
            true_peak_dbtp=rendered.true_peak_dbtp,
            plan=plan.key,
            encoder=f"{self._choice.name}: {self._choice.reason}",
            exports={
                export: delivered.put(path, export.value, is_probed=export is not Export.GIF)
                for export, path in exports.items()
            },
            contact_sheet=delivered.put(pictures["contact_sheet"], "contact_sheet"),
            waveform=self._store.put(wave, "image/png"),
            credentials=signing.finish() if signing else None,
        )

    def _export(self, export: Export, rendered: RenderedFilm, place: Path) -> Path:
        if export is Export.GIF:
            return gif_preview(rendered.path, ffmpeg=self.ffmpeg, directory=place)
        if export is Export.AUDIO:
            return rendered.sound_path
        return rendered.exports[export]


class _Delivery:
    """The last steps of a delivered file: signed, decoded to its end, stored."""

    def __init__(self, store: MediaStore, signing: Signing | None) -> None:
        self._store = store
        self._signing = signing

    def put(self, path: Path, role: str, *, is_probed: bool = False) -> Media:
        """The stored file; what is stored is what was signed."""
        media_type = _MEDIA_TYPES[path.suffix]
        if self._signing:
            path = self._signing.sign(path, media_type, role)
        return self._store.put(
            path, media_type, probe_media(path, media_type) if is_probed else None
        )


def _record_name(project: Project, ratio: Format) -> str:
    return f"plans/{project.key}/{ratio.slug}.json"


def _shrunk(frame: Frame) -> Frame:
    """The frame at a preview's size, both sides even."""
    factor = _PREVIEW_SIDE_PX / min(frame.width_px, frame.height_px)
    width, height = (round(side * factor / 2) * 2 for side in (frame.width_px, frame.height_px))
    return replace(frame, width_px=width, height_px=height)


def _follow(plan: FilmPlan, number: int, count: int) -> Callable[[int, int], None]:
    """Posts frames done of film ``number`` among ``count``."""

    def post(done: int, total: int) -> None:
        share = number + done / max(total, 1)
        sentence = f"{plan.format.value} frame {done} of {total}"
        BOARD.post(StageUpdate(Stage.MONTAGE, share, count, sentence))

    return post
