"""Variants: one film in other languages, paying only for what speaks or shows words.

A variant is a project of its own whose script says the same scenes in another language::

    source   script ── pictures ── clips ── voice ── music
                │          ║         ║               ║       ║ shared: pinned, never asked for
    variant  translated ── pictures ── clips ── voice ── music

Pictures with words drawn into them are drawn anew by whoever drew them, where that is one of the
embedded painters; sharing them as well can be asked for.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from video_platform.agents.desk import BUILD
from video_platform.agents.studio import Studio, check_choices
from video_platform.domain.brief import Brief
from video_platform.domain.generation import Capability
from video_platform.domain.language import Language
from video_platform.domain.manifests import Clips, Music, SceneImage, SceneImages
from video_platform.domain.project import Pins, Project, SceneEdit, Stage
from video_platform.domain.script import Scene, Script
from video_platform.errors import InvalidInput, NotConfigured, NotFound, ScriptError
from video_platform.providers.chat import ChatProvider

_MARK = "variant"


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantWish:
    """A film in another language.

    Args:
        translation: its script in the form of ``docs/script-format.md``, scene by scene; empty: the
            project's language model translates.
        voice: of the voice provider; empty: its default for the language.
        providers: by capability, where others than the source's are wanted.
        shares_words: whether pictures with words in the first language are shared, too.
    """

    language: Language
    translation: str = ""
    voice: str = ""
    providers: Mapping[str, str] = field(default_factory=dict)
    shares_words: bool = False


def open_variant(
    studio: Studio, source_key: str, wish: VariantWish, *, is_built: bool = False
) -> str:
    """The key of this variant's project: the same wish has the same project.

    A language model is asked at once, so that nothing begins with another number of scenes.

    Args:
        is_built: whether a sensor is told to build it.

    Raises:
        NotConfigured: no translation is given, and no language model is chosen.
        NotFound: the source has no script or pictures yet.
        ScriptError: the translation does not have the scenes of the source.
    """
    # What the person wrote: the variant is dressed in the kit by itself.
    source = replace(
        studio.projects.get(source_key), brief=studio.projects.stored(source_key).brief
    )
    script = _script(studio, source)
    if wish.language is script.language and not wish.translation:
        raise InvalidInput(
            f"{source_key} is in {script.language.value} already.",
            hint="Choose another language.",
            code="variant_same_language",
        )
    brief = _brief(source, script, wish, studio)
    check_choices(brief, studio.providers)
    variant = studio.open_project(brief, salt=f"{_MARK}:{source_key}")
    provider = studio.providers.find(Capability.SCRIPT, brief.providers.get("script", ""))
    written = studio.script.run(provider, variant).value
    if len(written.scenes) != len(script.scenes):
        raise ScriptError(
            f"The translation has {len(written.scenes)} scenes, the film {len(script.scenes)}.",
            hint="Translate scene by scene, keeping their number and order.",
            code="translation_scenes",
        )
    pins = _shared(studio, source, script, written, shares_words=wish.shares_words)
    with studio.database.session() as session, session.begin():
        studio.projects.change(session, variant.key, copied_from=source_key)
        for scene_id, kept in pins.items():
            studio.projects.put_edit(session, variant.key, scene_id, SceneEdit(pins=kept))
        if is_built:
            studio.commands.add(session, variant.key, BUILD)
    return variant.key


def variants_of(studio: Studio, source_key: str) -> list[str]:
    """Keys of the projects that are this one in other languages or cuts."""
    return [one.key for one in studio.projects.find(limit=10_000) if one.copied_from == source_key]


def script_document(script: Script) -> str:
    """A script in the form of ``docs/script-format.md``, to be translated or edited."""
    scenes = [_scene_document(number, one) for number, one in enumerate(script.scenes, start=1)]
    document = {"title": script.title, "duration": script.duration, "scenes": scenes}
    return json.dumps(document, ensure_ascii=False, indent=1)


def _scene_document(number: int, scene: Scene) -> dict[str, object]:
    return {
        "id": number,
        "duration": scene.duration,
        "narration": scene.narration,
        "visual_prompt": scene.visual_prompt,
        "music_mood": scene.music_mood,
        **({"appears": list(scene.appears)} if scene.appears else {}),
    }


def _script(studio: Studio, source: Project) -> Script:
    script = studio.made(Script, Stage.SCRIPT, source.key)
    if script is None:
        raise NotFound(
            f"The script of {source.key} is not written yet.",
            hint="Make its film first.",
            code="script_missing",
        )
    return script


def _brief(source: Project, script: Script, wish: VariantWish, studio: Studio) -> Brief:
    """The brief of the variant: the whole script, in the words given or to be translated."""
    providers = {**source.brief.providers, **wish.providers}
    if wish.translation:
        # Who writes a given script out changes nothing of its words, and asks nobody.
        providers.pop("script", None)
    else:
        _check_translator(studio, providers.get("script", ""), wish.language)
    return replace(
        source.brief,
        text=wish.translation or script_document(script),
        language=wish.language,
        duration_s=max(5, round(script.duration)),
        voice=wish.voice,
        providers=providers,
    )


def _check_translator(studio: Studio, names: str, language: Language) -> None:
    first = studio.providers.find(Capability.SCRIPT, names)
    candidates: Sequence[object] = getattr(first, "providers", (first,))
    if not any(isinstance(one, ChatProvider) for one in candidates):
        raise NotConfigured(
            f"{first.name} cannot translate into {language.value}: that needs a language model.",
            hint="Choose one with --provider script=NAME, or give the translated script with "
            "--translation FILE (docs/script-format.md).",
        )


def _shared(
    studio: Studio, source: Project, script: Script, written: Script, *, shares_words: bool
) -> dict[int, Pins]:
    """What each scene of the variant takes over, by the variant's scene ids; 0 for the music."""
    images = studio.made(SceneImages, Stage.SCENE_IMAGES, source.key)
    clips = studio.made(Clips, Stage.CLIPS, source.key)
    music = studio.made(Music, Stage.MUSIC, source.key)
    if images is None or clips is None or music is None:
        raise NotFound(
            f"{source.key} has no pictures, clips and music to share yet.",
            hint="Make its film first.",
            code="material_missing",
        )
    image_of = {one.scene_id: one for one in images.images}
    clip_of = {one.scene_id: one for one in clips.clips}
    pins = {0: Pins(music=music)}
    for old, new in zip(script.scenes, written.scenes, strict=True):
        image, clip = image_of[old.id], clip_of[old.id]
        is_shared = shares_words or not has_words(studio, image)
        # A still that moves is the picture itself; footage shows no words.
        pins[new.id] = Pins(
            image=replace(image, scene_id=new.id) if is_shared else None,
            clip=replace(clip, scene_id=new.id) if is_shared or clip.motion is None else None,
        )
    return pins


def has_words(studio: Studio, image: SceneImage) -> bool:
    """Whether the words of its language are drawn into a picture."""
    for origin in image.origin.values():
        if origin.provider in studio.providers.names(Capability.IMAGE):
            provider = studio.providers.find(Capability.IMAGE, origin.provider)
            if getattr(provider, "draws_words", False):
                return True
    return False
