"""Timeline agent: voice decides how long each scene lasts; pictures, titles and music follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from video_platform.domain.formats import Format, Frame, frame_for
from video_platform.domain.language import Language
from video_platform.domain.look import (
    CaptionLook,
    CaptionPlace,
    CaptionStyle,
    Corner,
    Look,
    Presenter,
)
from video_platform.domain.manifests import (
    AvatarClips,
    Clips,
    Music,
    SceneClip,
    VoiceTrack,
    VoiceTracks,
)
from video_platform.domain.media import Media
from video_platform.domain.script import Scene, Script
from video_platform.domain.timeline import (
    AudioClip,
    Box,
    Inset,
    InsetShape,
    Timeline,
    Title,
    TitleKind,
    Transition,
    TransitionKind,
    VideoClip,
)
from video_platform.domain.timing import FrameRate
from video_platform.errors import TimelineError

RATE = FrameRate(30, 1)
_LEAD_S = Fraction(2, 5)
"""Silence before a scene's first word: longer than half a transition, so words never meet one."""
_TAIL_S = Fraction(1, 2)
_OPENING_S = Fraction(7, 10)
"""The first scene may be looked at before it speaks."""
_CLOSING_S = Fraction(17, 10)
"""The last word rings out, and the music with it."""
_TRANSITION_FRAMES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """One scene with its material on the film's frames."""

    scene: Scene
    track: VoiceTrack
    picture: SceneClip
    presenter: Mapping[Format, Media]
    start_frame: int
    frames: int
    lead_frames: int
    """From the scene's start to its first word."""

    @property
    def speech_frame(self) -> int:
        """Where its voice begins."""
        return self.start_frame + self.lead_frames

    @property
    def end_frame(self) -> int:
        """First frame after the scene."""
        return self.start_frame + self.frames


def build_timeline(
    script: Script,
    voice: VoiceTracks,
    clips: Clips,
    avatars: AvatarClips,
    music: Music,
    look: Look = Look(),  # noqa: B008 - frozen, and the same for everyone
) -> Timeline:
    """Lay the material on whole frames, cut as ``look`` asks.

    Raises:
        TimelineError: a scene lacks its voice or its clip.
    """
    placed = _place_scenes(script, voice, clips, avatars)
    frames = placed[-1].end_frame
    video = tuple(_video_clip(scene, look) for scene in placed)
    transitions = _transitions(placed)
    return Timeline(
        rate=RATE,
        frames=frames,
        video=video,
        transitions=transitions,
        voice=tuple(
            AudioClip(
                start_frame=scene.speech_frame, media=scene.track.media, scene_id=scene.scene.id
            )
            for scene in placed
        ),
        music=(AudioClip(start_frame=0, media=music.media, frames=frames, bar_ms=music.bar_ms),),
        words=tuple(
            word.shifted(_ms(scene.speech_frame)) for scene in placed for word in scene.track.words
        ),
        language=script.language,
        title=script.title,
        insets=_insets(placed, look, script.language),
        titles=_titles(script.title, placed, video, transitions) if look.titles else (),
        look=look,
    )


def _place_scenes(
    script: Script, voice: VoiceTracks, clips: Clips, avatars: AvatarClips
) -> list[_Placed]:
    """Scenes one after the other, each as long as its voice and the silence around it."""
    tracks = {track.scene_id: track for track in voice.tracks}
    pictures = {clip.scene_id: clip for clip in clips.clips}
    placed: list[_Placed] = []
    for position, scene in enumerate(script.scenes):
        track, picture = tracks.get(scene.id), pictures.get(scene.id)
        if track is None or picture is None:
            raise TimelineError(
                f"Scene {scene.id} has no {'voice' if track is None else 'clip'}.",
                hint="Re-materialize that stage of the project.",
            )
        is_first, is_last = position == 0, position == len(script.scenes) - 1
        spoken = Fraction(track.media.probe.duration_ms, 1000)
        placed.append(
            _Placed(
                scene=scene,
                track=track,
                picture=picture,
                presenter=avatars.clips.get(scene.id, {}),
                start_frame=placed[-1].end_frame if placed else 0,
                frames=scene_frames(spoken, is_first=is_first, is_last=is_last),
                lead_frames=_lead_frames(is_first=is_first),
            )
        )
    return placed


def scene_frames(spoken_s: Fraction, *, is_first: bool, is_last: bool) -> int:
    """How long a scene is seen that is spoken for so many seconds, silence around it included."""
    tail = _CLOSING_S if is_last else _TAIL_S
    return _lead_frames(is_first=is_first) + RATE.frames_covering(spoken_s + tail)


def _lead_frames(*, is_first: bool) -> int:
    return RATE.frames_covering(_OPENING_S if is_first else _LEAD_S)


def _ms(frames: int) -> int:
    """So many frames in milliseconds, rounded."""
    return round(RATE.seconds(frames) * 1000)


# --- pictures ---


def _video_clip(placed: _Placed, look: Look) -> VideoClip:
    if placed.presenter and look.presenter is Presenter.FULL:
        return VideoClip(
            scene_id=placed.scene.id,
            start_frame=placed.start_frame,
            frames=placed.frames,
            media=placed.presenter,
            fit=look.fit,
            # The presenter waits in the first frame until the voice begins.
            source_start_ms=-_ms(placed.lead_frames),
        )
    return VideoClip(
        scene_id=placed.scene.id,
        start_frame=placed.start_frame,
        frames=placed.frames,
        media=placed.picture.media,
        motion=placed.picture.motion,
        fit=look.fit,
    )


_KINDS_BY_MOOD = {
    "calm": TransitionKind.BLUR,
    "warm": TransitionKind.BLUR,
    "inspiring": TransitionKind.ZOOM,
    "dramatic": TransitionKind.FADE,
    "tense": TransitionKind.WIPE,
    "upbeat": TransitionKind.PUSH_UP,
    "playful": TransitionKind.CIRCLE,
}
_DISSOLVES_BETWEEN = 2
"""So many dissolves go before each transition that is meant to be noticed."""


def _transitions(placed: list[_Placed]) -> tuple[Transition, ...]:
    """A transition on every cut: dissolves, with one in the mood of its scene now and then."""
    shortest = min((scene.frames for scene in placed), default=0)
    frames = min(_TRANSITION_FRAMES, shortest // 4 * 2)
    return tuple(
        Transition(at_frame=scene.start_frame, frames=frames, kind=_kind(index, scene))
        for index, scene in enumerate(placed[1:])
    )


def _kind(index: int, placed: _Placed) -> TransitionKind:
    if index % (_DISSOLVES_BETWEEN + 1) < _DISSOLVES_BETWEEN:
        return TransitionKind.DISSOLVE
    return _KINDS_BY_MOOD.get(placed.scene.mood, TransitionKind.SLIDE)


# --- the presenter in a corner ---

_PRESENTER_SHARE = 0.26
"""Diameter of a presenter's inset as a share of the frame's shorter side."""
_GAP_SHARE = 0.02
"""Room between the inset and the captions, as a share of the frame's height."""


def _insets(placed: list[_Placed], look: Look, language: Language) -> tuple[Inset, ...]:
    """Presenters over their scenes' pictures; they stay through transitions from one to the next.

    Before the voice begins the presenter waits in the first frame, after it in the last.
    """
    if look.presenter is not Presenter.CORNER:
        return ()
    return tuple(
        Inset(
            start_frame=scene.start_frame,
            frames=scene.frames,
            media=scene.presenter,
            boxes={ratio: presenter_box(ratio, look, language) for ratio in scene.presenter},
            shape=InsetShape.CIRCLE,
            source_start_ms=-_ms(scene.lead_frames),
        )
        for scene in placed
        if scene.presenter
    )


def presenter_box(ratio: Format, look: Look, language: Language) -> Box:
    """Where a presenter stands: round in pixels, clear of captions, name plates, logo and label.

    It is the end side of the frame, because pictures and name plates begin at the other; below on
    wide frames, and above on others, where drawn pictures need the room over the captions.
    """
    frame = frame_for(ratio, look.network)
    shorter = min(frame.width_px, frame.height_px)
    diameter_px = round(_PRESENTER_SHARE * shorter / 2) * 2
    width, height = diameter_px / frame.width_px, diameter_px / frame.height_px
    is_low = frame.width_px > frame.height_px or look.captions.place is not CaptionPlace.BOTTOM
    taken = [one.corner for one in (look.logo, look.label) if one is not None]
    if _end_corner(is_low, language) in taken:
        is_low = not is_low
    top, bottom = _free_rows(frame, look.captions)
    return Box(
        x=frame.margin_x if language.is_rtl else 1 - frame.margin_x - width,
        y=bottom - height if is_low else top,
        width=width,
        height=height,
    )


def _end_corner(is_low: bool, language: Language) -> Corner:
    """The corner at the end side of the language's lines."""
    if language.is_rtl:
        return Corner.BOTTOM_LEFT if is_low else Corner.TOP_LEFT
    return Corner.BOTTOM_RIGHT if is_low else Corner.TOP_RIGHT


def _free_rows(frame: Frame, captions: CaptionLook) -> tuple[float, float]:
    """First and last row without captions, as shares of the frame's height.

    Captions in the middle part the rows; an inset above or below them is clear of them, too.
    """
    top, bottom = frame.margin_y, frame.caption_bottom
    if captions.style is CaptionStyle.NONE:
        return top, bottom
    taken = (frame.caption_bottom - frame.caption_top) * captions.size + _GAP_SHARE
    if captions.place is CaptionPlace.TOP:
        return top + taken, bottom
    if captions.place is CaptionPlace.BOTTOM:
        return top, bottom - taken
    return top, bottom


# --- titles ---

_TITLE_S = Fraction(26, 10)
_PLATE_DELAY_S = Fraction(1, 2)
_PLATE_S = Fraction(3)
_SHORTEST_TITLE_S = Fraction(1)
"""A title shorter than this flashes by unread."""


def _titles(
    title: str,
    placed: list[_Placed],
    video: tuple[VideoClip, ...],
    transitions: tuple[Transition, ...],
) -> tuple[Title, ...]:
    """The film's title over its first scene, headlines as name plates over the others.

    Only footage gets them: a drawn still has its headline in the picture. None meets a transition.
    """
    half = transitions[0].frames // 2 if transitions else 0
    made = []
    for position, (scene, clip) in enumerate(zip(placed, video, strict=True)):
        kind = TitleKind.LOWER_THIRD if position else TitleKind.TITLE
        delay, length = (_PLATE_DELAY_S, _PLATE_S) if position else (Fraction(0), _TITLE_S)
        start = clip.start_frame + RATE.frames_covering(delay)
        frames = min(RATE.frames_covering(length), clip.end_frame - half - start)
        if clip.motion is None and frames >= RATE.frames_covering(_SHORTEST_TITLE_S):
            text = scene.scene.on_screen.headline if position else title
            made.append(Title(start_frame=start, frames=frames, kind=kind, text=text))
    return tuple(made)
