"""A brand kit dresses the films that name it, and says what its change would make anew."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.agents.test_continuity import clip
from tests.factories import make_clips, make_media, make_music, make_script, make_voice
from video_platform.agents.bookends import with_bookends
from video_platform.agents.looks import DirectionForm, KitForm, LookDesk, SheetForm
from video_platform.agents.presets import Presets
from video_platform.agents.takes import own_file
from video_platform.agents.timeline import build_timeline
from video_platform.bootstrap import build_studio
from video_platform.db.repositories.assets import Asset
from video_platform.domain.brief import Brief
from video_platform.domain.direction import Direction
from video_platform.domain.kit import BrandKit, stale_stages
from video_platform.domain.language import Language
from video_platform.domain.look import CaptionLook, CaptionStyle, Corner, Label, Logo, Look
from video_platform.domain.manifests import AvatarClips
from video_platform.domain.project import Stage
from video_platform.errors import BriefError, Conflict, InvalidInput, NotFound, UnsupportedMedia
from video_platform.settings import Settings

COLOURS = ("#0B2A3C", "#F4F7F8", "#1C6E8C", "#FFB347")
LOGO = Logo(media=make_media("logo"), corner=Corner.TOP_LEFT)
CLIP = make_media("intro", "video/mp4", duration_ms=2000, channels=2)
KIT = BrandKit(
    logo=LOGO,
    colours=COLOURS,
    captions=CaptionLook(style=CaptionStyle.KARAOKE),
    voices={Language.FRENCH: "fr-kit"},
    style_words="northern light",
)


# --- dressing ---


def test_a_kit_decides_what_the_brief_leaves_open() -> None:
    dressed = KIT.dress(Brief(text="A.", language=Language.FRENCH))
    assert dressed.look.logo == LOGO
    assert dressed.look.accent == COLOURS[3]
    assert dressed.look.captions.style is CaptionStyle.KARAOKE
    assert dressed.voice == "fr-kit"
    assert dressed.direction.colours == COLOURS
    assert dressed.direction.style_words == "northern light"


def test_what_the_brief_says_goes_before_its_kit() -> None:
    own = Logo(media=make_media("own"))
    look = Look(accent="#123456", logo=own, captions=CaptionLook(style=CaptionStyle.PLAIN))
    said = Brief(
        text="A.",
        language=Language.FRENCH,
        voice="mine",
        look=look,
        direction=Direction(style_words="ink."),
    )
    dressed = KIT.dress(said)
    assert dressed.look == look
    assert dressed.voice == "mine"
    assert dressed.direction.style_words == "ink. northern light"


def test_an_empty_kit_changes_nothing() -> None:
    brief = Brief(text="A.", look=Look(titles=True))
    assert BrandKit().dress(brief) == brief


def test_a_label_keeps_its_corner() -> None:
    look = Look(label=Label(corner=Corner.TOP_LEFT))
    assert KIT.dress(Brief(text="A.", look=look)).look.logo is None


@pytest.mark.parametrize(
    ("change", "stages"),
    [
        ({"colours": ("#000000",) * 4}, (Stage.SCENE_IMAGES, Stage.TIMELINE)),
        ({"style_words": "ink"}, (Stage.SCENE_IMAGES, Stage.CLIPS)),
        ({"voices": {Language.ENGLISH: "x"}}, (Stage.VOICE_TRACKS,)),
        ({"voices": {Language.ARABIC: "x"}}, ()),
        ({"logo": None}, (Stage.TIMELINE,)),
        ({"intro": CLIP}, (Stage.TIMELINE,)),
    ],
)
def test_a_change_says_what_becomes_stale(
    change: dict[str, object], stages: tuple[Stage, ...]
) -> None:
    assert stale_stages(KIT, replace(KIT, **change), Brief(text="A.")) == stages  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"intro": make_media("i")},
        {"outro": replace(CLIP, probe=replace(CLIP.probe, duration_ms=21_000))},
        {"colours": ("#000000",)},
        {"style_words": "x" * 301},
    ],
)
def test_what_no_brand_has_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BriefError):
        BrandKit(**wrong)  # type: ignore[arg-type]


# --- bookends ---


def test_intro_and_outro_stand_around_the_film_and_move_its_words() -> None:
    script = make_script()
    voice, clips, music = make_voice(script), make_clips(script), make_music()
    plain = build_timeline(script, voice, clips, AvatarClips(), music)
    look = Look(intro=CLIP, outro=CLIP)
    laid = with_bookends(build_timeline(script, voice, clips, AvatarClips(), music, look))
    assert laid.frames == plain.frames + 120
    assert [one.scene_id for one in laid.video] == [0, 1, 2, 0]
    assert laid.video[0].own_sound_db == 0.0
    assert laid.words[0].start_ms == plain.words[0].start_ms + 2000
    assert laid.voice[0].start_frame == plain.voice[0].start_frame + 60
    assert (laid.music[0].start_frame, laid.music[0].frames) == (60, plain.frames)
    assert laid.transitions[0].at_frame == plain.transitions[0].at_frame + 60
    assert with_bookends(plain) is plain


# --- kept kits ---


@pytest.fixture
def desk(settings: Settings) -> Iterator[LookDesk]:
    studio = build_studio(settings)
    yield LookDesk(studio)
    studio.database.engine.dispose()


def never(name: str) -> Asset:
    raise AssertionError(name)


def test_a_project_is_dressed_when_it_is_made_and_stored_as_it_was_written(
    desk: LookDesk,
) -> None:
    desk.put_kit("harbour", replace(KIT, voices={}))
    brief = desk.directed(Brief(text="A."), DirectionForm(kit="harbour"), never)
    key = desk.studio.open_project(brief).key
    assert desk.studio.projects.get(key).brief.look.logo == LOGO
    assert desk.studio.projects.stored(key).brief.look == Look()
    desk.put_kit("harbour", BrandKit())
    assert desk.studio.projects.get(key).brief.look == Look()


def test_the_key_of_a_project_is_the_same_in_every_look(desk: LookDesk) -> None:
    plain = desk.studio.open_project(Brief(text="Why bread rises")).key
    assert plain == "why-bread-rises-7a6082898e"
    form = DirectionForm(images=3, preset="noir")
    directed = desk.directed(Brief(text="Why bread rises"), form, never)
    assert desk.studio.open_project(replace(directed, style="clean")).key == plain


def test_a_change_tells_which_films_it_makes_stale(desk: LookDesk) -> None:
    kit = replace(KIT, voices={})
    desk.put_kit("harbour", kit)
    brief = desk.directed(Brief(text="A."), DirectionForm(kit="harbour"), never)
    key = desk.studio.open_project(brief).key
    desk.studio.open_project(Brief(text="Another."))
    (found,) = desk.stale("harbour", replace(kit, logo=None))
    assert (found.project, found.stages) == (key, (Stage.TIMELINE,))
    assert desk.stale("harbour", kit) == []


def test_a_kit_in_use_stays_and_others_go(desk: LookDesk) -> None:
    desk.put_kit("harbour", BrandKit())
    key = desk.studio.open_project(
        desk.directed(Brief(text="A."), DirectionForm(kit="harbour"), never)
    ).key
    with pytest.raises(Conflict, match=key) as caught:
        desk.studio.kits.remove("harbour")
    assert caught.value.code == "kit_in_use"
    desk.direct(key, DirectionForm(kit=""), never, is_built=False)
    desk.studio.kits.remove("harbour")
    with pytest.raises(NotFound):
        desk.studio.kits.get("harbour")


def test_two_people_do_not_overwrite_one_another(desk: LookDesk) -> None:
    first = desk.put_kit("harbour", KIT)
    desk.put_kit("harbour", BrandKit(), version=first.version)
    with pytest.raises(Conflict) as caught:
        desk.put_kit("harbour", KIT, version=first.version)
    assert caught.value.code == "version_stale"


def test_kits_belong_to_their_tenant(desk: LookDesk, settings: Settings) -> None:
    desk.put_kit("harbour", KIT)
    other = build_studio(settings, "other")
    assert other.kits.all() == []
    with pytest.raises(NotFound):
        other.projects.get(
            other.open_project(Brief(text="A.", direction=Direction(kit="harbour"))).key
        )
    other.database.engine.dispose()


@pytest.mark.parametrize("name", ["", "Big", "a b", "x" * 41, "../kit"])
def test_a_kit_needs_a_plain_name(desk: LookDesk, name: str) -> None:
    with pytest.raises(InvalidInput):
        desk.put_kit(name, KIT)


# --- forms and presets ---


def test_a_form_takes_files_of_the_right_kind(desk: LookDesk, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64), (9, 99, 199)).save(tmp_path / "logo.png")
    (tmp_path / "intro.mp4").write_bytes(clip(20, 90))

    def find(name: str) -> Asset:
        return own_file(desk.studio, tmp_path / name, None)

    form = KitForm.model_validate({"logo": {"file": "logo.png"}, "intro": "intro.mp4"})
    kit = form.to_kit(find, desk.studio.store.path)
    assert kit.logo is not None
    assert kit.intro is not None
    assert kit.intro.probe.duration_ms == 1000
    with pytest.raises(UnsupportedMedia):
        KitForm(intro="logo.png").to_kit(find, desk.studio.store.path)
    with pytest.raises(UnsupportedMedia):
        SheetForm(name="Mara", description="a", pictures=["intro.mp4"]).to_sheet(find)


def test_the_writer_s_cast_is_that_of_the_beginning(desk: LookDesk) -> None:
    sheets = [SheetForm(name="Mara", description="grey hair")]
    brief = desk.directed(Brief(text="A."), DirectionForm(sheets=sheets), never)
    assert brief.direction.cast == ("Mara",)
    key = desk.studio.open_project(brief).key
    more = [*sheets, SheetForm(name="Bo", description="tall")]
    changed = desk.direct(key, DirectionForm(sheets=more), never, is_built=False)
    assert [sheet.name for sheet in changed.brief.direction.sheets] == ["Mara", "Bo"]
    assert changed.brief.direction.cast == ("Mara",)


def test_a_preset_of_the_user_s_goes_before_the_product_s(tmp_path: Path) -> None:
    (tmp_path / "noir.toml").write_text('about = "Mine."\nstyle_words = "ink"\ngrade = "cool"\n')
    known = Presets(tmp_path)
    dressed = known.find("noir").dress(Brief(text="A."), "noir")
    assert dressed.direction.style_words == "ink"
    assert dressed.look.grade.preset.value == "cool"
    assert {"documentary", "editorial", "noir", "watercolour"} <= set(known.names())


@pytest.mark.parametrize("name", Presets(Path("none")).names())
def test_every_preset_of_the_product_can_be_used(desk: LookDesk, name: str) -> None:
    made = desk.directed(Brief(text="A."), DirectionForm(preset=name), never)
    assert made.direction.preset == name
    assert made.direction.style_words


@pytest.mark.parametrize(
    "text", ["about = 1", 'about = "x"\ncolour = "red"', "???", 'about = "x"\naccent = "red"']
)
def test_a_preset_that_is_none_says_why(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(BriefError) as caught:
        Presets(tmp_path).find("bad")
    assert caught.value.code == "preset_invalid"


def test_what_is_not_there_is_named_with_what_is(desk: LookDesk) -> None:
    with pytest.raises(NotFound, match="documentary"):
        desk.directed(Brief(text="A."), DirectionForm(preset="none"), never)
    with pytest.raises(NotFound) as caught:
        desk.directed(Brief(text="A."), DirectionForm(kit="none"), never)
    assert caught.value.code == "kit_missing"
