"""The film's assets, in the order of the lineage."""

from typing import Any

import dagster as dg

from assets_defs import previews
from assets_defs.partitions import PROJECTS
from assets_defs.reporting import (
    FormatSelection,
    PictureSelection,
    SceneSelection,
    ScriptSelection,
    ask_for_takes,
    report_stage,
)
from resources.studio import ProviderResource, StudioResource
from video_platform.domain.formats import Format
from video_platform.domain.manifests import (
    AvatarClips,
    Clips,
    Montage,
    Music,
    Publications,
    SceneImages,
    VoiceTracks,
)
from video_platform.domain.project import Stage
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline
from video_platform.montage.explain import PlanState
from workers.settings import GENERATE, PUBLISH, RENDER, on_queue

_COMMON: dict[str, Any] = {
    "partitions_def": PROJECTS,
    "io_manager_key": "manifests",
    "owners": ["team:video-platform"],
    "code_version": "1",
}
_GENERATE, _RENDER, _PUBLISH = on_queue(GENERATE), on_queue(RENDER), on_queue(PUBLISH)


@dg.asset(**_COMMON, op_tags=_GENERATE, group_name="writing", kinds={"python", "json"})
def script(
    context: dg.AssetExecutionContext,
    config: ScriptSelection,
    studio: StudioResource,
    script_provider: ProviderResource,
) -> dg.MaterializeResult[Script]:
    """Title and scenes written from the brief, with the person's edits. `only: [0]`: write anew."""

    def work(core: Any) -> Any:
        ask_for_takes(context, core, Stage.SCRIPT, config)
        project = core.projects.get(context.partition_key)
        return core.script.run(script_provider.client(project, core.providers), project)

    return report_stage(context, studio, work, previews.show_script)


@dg.asset(**_COMMON, op_tags=_GENERATE, group_name="material", kinds={"python", "image"})
def scene_images(
    context: dg.AssetExecutionContext,
    config: PictureSelection,
    studio: StudioResource,
    image_provider: ProviderResource,
    judge_provider: ProviderResource,
    script: Script,
) -> dg.MaterializeResult[SceneImages]:
    """One picture per scene and format. `only: [3]` makes scene 3's picture anew."""

    def work(core: Any) -> Any:
        ask_for_takes(context, core, Stage.SCENE_IMAGES, config)
        project = core.projects.get(context.partition_key)
        provider = image_provider.client(project, core.providers)
        judge = judge_provider.wanted_client(project, core.providers)
        return core.image.run(provider, project, script, judge)

    def describe(value: SceneImages) -> previews.Shown:
        media = [m for image in value.images for m in image.media.values()]
        store = studio.studio(context.partition_key).store
        return previews.show_images(value, {m.sha256: store.path(m) for m in media})

    return report_stage(context, studio, work, describe)


@dg.asset(**_COMMON, op_tags=_GENERATE, group_name="material", kinds={"python", "audio"})
def voice_tracks(
    context: dg.AssetExecutionContext,
    config: SceneSelection,
    studio: StudioResource,
    voice_provider: ProviderResource,
    alignment_provider: ProviderResource,
    script: Script,
) -> dg.MaterializeResult[VoiceTracks]:
    """Every scene spoken, with the time of each word. `only: [3]` speaks scene 3 anew."""

    def work(core: Any) -> Any:
        ask_for_takes(context, core, Stage.VOICE_TRACKS, config)
        project = core.projects.get(context.partition_key)
        is_aligned = alignment_provider.is_wanted(project)
        aligner = alignment_provider.client(project, core.providers) if is_aligned else None
        provider = voice_provider.client(project, core.providers)
        return core.voice.run(provider, project, script, aligner)

    return report_stage(context, studio, work, previews.show_voice)


@dg.asset(**_COMMON, op_tags=_GENERATE, group_name="material", kinds={"python", "audio"})
def music(
    context: dg.AssetExecutionContext,
    config: SceneSelection,
    studio: StudioResource,
    music_provider: ProviderResource,
    script: Script,
) -> dg.MaterializeResult[Music]:
    """One piece for the film, in its mood. `only: [0]` composes anew."""

    def work(core: Any) -> Any:
        ask_for_takes(context, core, Stage.MUSIC, config)
        project = core.projects.get(context.partition_key)
        return core.music.run(music_provider.client(project, core.providers), project, script)

    return report_stage(context, studio, work, previews.show_music)


@dg.asset(**_COMMON, op_tags=_GENERATE, group_name="material", kinds={"python", "video"})
def avatar_clips(
    context: dg.AssetExecutionContext,
    studio: StudioResource,
    avatar_provider: ProviderResource,
    voice_tracks: VoiceTracks,
) -> dg.MaterializeResult[AvatarClips]:
    """A presenter who speaks each scene; empty unless the brief chooses an avatar provider."""

    def work(core: Any) -> Any:
        project = core.projects.get(context.partition_key)
        wanted = avatar_provider.is_wanted(project)
        provider = avatar_provider.client(project, core.providers) if wanted else None
        return core.avatar.run(provider, project, voice_tracks)

    return report_stage(context, studio, work, previews.show_avatars)


@dg.asset(**_COMMON, op_tags=_GENERATE, group_name="material", kinds={"python", "video"})
def clips(
    context: dg.AssetExecutionContext,
    config: PictureSelection,
    studio: StudioResource,
    video_provider: ProviderResource,
    judge_provider: ProviderResource,
    script: Script,
    scene_images: SceneImages,
) -> dg.MaterializeResult[Clips]:
    """What fills each scene: a moving still or a generated clip. `only: [3]` redoes scene 3."""

    def work(core: Any) -> Any:
        ask_for_takes(context, core, Stage.CLIPS, config)
        project = core.projects.get(context.partition_key)
        provider = video_provider.client(project, core.providers)
        judge = judge_provider.wanted_client(project, core.providers)
        return core.video.run(provider, project, script, scene_images, judge)

    return report_stage(context, studio, work, previews.show_clips)


@dg.asset(**_COMMON, op_tags=_RENDER, group_name="montage", kinds={"python", "json"})
def timeline(
    context: dg.AssetExecutionContext,
    studio: StudioResource,
    script: Script,
    voice_tracks: VoiceTracks,
    clips: Clips,
    avatar_clips: AvatarClips,
    music: Music,
) -> dg.MaterializeResult[Timeline]:
    """What is seen and heard when, on whole frames; the voice decides each scene's length."""

    def work(core: Any) -> Any:
        project = core.projects.get(context.partition_key)
        return core.editor.lay(project, script, voice_tracks, clips, avatar_clips, music)

    return report_stage(context, studio, work, previews.show_timeline)


@dg.asset(**_COMMON, op_tags=_RENDER, group_name="montage", kinds={"python", "ffmpeg", "video"})
def montage(
    context: dg.AssetExecutionContext,
    config: FormatSelection,
    studio: StudioResource,
    timeline: Timeline,
) -> dg.MaterializeResult[Montage]:
    """The finished films, one per format; only segments that changed are rendered.

    `formats: ["9:16"]` cuts these, and leaves the others as they are.
    """
    plans: dict[Format, PlanState] = {}

    def work(core: Any) -> Any:
        project = core.projects.get(context.partition_key)
        plans.update(core.montage.explain(project, timeline))
        only = config.chosen()
        before = core.made(Montage, Stage.MONTAGE, project.key) if only else None
        result = core.montage.run(project, timeline, only=only, before=before)
        core.editor.rendered(project, result.value)
        return result

    def describe(value: Montage) -> previews.Shown:
        store = studio.studio(context.partition_key).store
        paths = {media.sha256: store.path(media) for media in previews.pictures_of(value)}
        return previews.show_montage(value, paths, plans)

    return report_stage(context, studio, work, describe)


@dg.asset(**_COMMON, op_tags=_PUBLISH, group_name="publishing", kinds={"python"})
def publications(
    context: dg.AssetExecutionContext, studio: StudioResource, script: Script, montage: Montage
) -> dg.MaterializeResult[Publications]:
    """Every film on the local channel, once; films already out are left as they are."""

    def work(core: Any) -> Any:
        project = core.projects.get(context.partition_key)
        return core.publish.run(core.channel, project, script, montage)

    return report_stage(context, studio, work, previews.show_publications)


FILM_ASSETS = (
    script,
    scene_images,
    voice_tracks,
    music,
    avatar_clips,
    clips,
    timeline,
    montage,
    publications,
)
