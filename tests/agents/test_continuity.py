"""Where a film asks for continuity, a clip begins with the last frame of the one before it."""

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from tests.agents.makers import frame_taker, video_agent
from tests.factories import make_project, make_scene, make_script
from tests.generation.ledgers import make_ledger
from video_platform.agents.video import going_on, takes_first_frame
from video_platform.db.database import open_database
from video_platform.domain.brief import Brief
from video_platform.domain.direction import Direction
from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability, VideoRequest
from video_platform.domain.manifests import Origin, SceneClip, SceneImage, SceneImages
from video_platform.domain.media import Media
from video_platform.domain.project import Pins, SceneEdit
from video_platform.domain.script import Script
from video_platform.errors import JobFailed, ScenesFailed
from video_platform.generation.ledger import Ledger
from video_platform.montage.frames import Moment
from video_platform.montage.probe import probe_media
from video_platform.providers.base import Produced
from video_platform.providers.chain import Chain
from video_platform.providers.registry import provider_classes
from video_platform.providers.vendors.kling import KlingClips
from video_platform.providers.vendors.still_motion import StillMotion
from video_platform.store import MediaStore

CONTINUOUS = Brief(text="A brief.", direction=Direction(continuity=True))


@dataclass
class Camera:
    """Films a picture that gets brighter: each clip ends 40 steps above where it began."""

    requests: list[VideoRequest]
    store: MediaStore
    refused: str = ""
    takes_first_frame: bool = True
    name: ClassVar[str] = "camera"
    capability: ClassVar[Capability] = Capability.VIDEO
    version: ClassVar[str] = "1"

    def generate(self, request: VideoRequest, directory: Path) -> Produced:
        self.requests.append(request)
        if self.refused and self.refused in request.prompt:
            raise JobFailed("no", provider="camera", operation="submit")
        begin = light(self.store, next(iter(request.images.values())))
        path = directory / "clip.mp4"
        path.write_bytes(clip(begin, min(250, begin + 40)))
        return Produced(path=path, media_type="video/mp4")


def clip(first: int, last: int, frames: int = 12) -> bytes:
    """A lossless film that goes from one grey to another."""
    import av
    import numpy as np

    kept = io.BytesIO()
    with av.open(kept, "w", format="mp4") as writer:
        stream = writer.add_stream("libx264", rate=12, options={"crf": "0"})
        stream.width, stream.height, stream.pix_fmt = 96, 54, "yuv420p"
        for number in range(frames):
            grey = round(first + (last - first) * number / (frames - 1))
            picture = np.full((54, 96, 3), grey, np.uint8)
            writer.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        writer.mux(stream.encode(None))
    return kept.getvalue()


def light(store: MediaStore, media: Media) -> int:
    from PIL import Image

    with Image.open(store.path(media)) as picture:
        return int(picture.convert("L").getpixel((40, 20)))  # type: ignore[arg-type]


@pytest.fixture
def ledger(settings: object, store: MediaStore, tmp_path: Path) -> Ledger:
    database = open_database(settings.resolved_database_url)  # type: ignore[attr-defined]
    return make_ledger(database, store, tmp_path / "s", probe=probe_media)


@pytest.fixture
def script() -> Script:
    return make_script([make_scene(number) for number in (1, 2, 3)])


def pictures(store: MediaStore, tmp_path: Path, script: Script) -> SceneImages:
    """Each scene has a picture of its own grey: 20, 40, 60."""
    from PIL import Image

    images = []
    for scene in script.scenes:
        path = tmp_path / f"{scene.id}.png"
        grey = 20 * scene.id
        Image.new("RGB", (96, 54), (grey, grey, grey)).save(path)
        media = store.put(path, "image/png", probe_media(path, "image/png"))
        origin = Origin(provider="p", generation="g")
        images.append(
            SceneImage(scene_id=scene.id, media={Format.WIDE: media}, origin={Format.WIDE: origin})
        )
    return SceneImages(images=tuple(images))


def begun(camera: Camera, store: MediaStore) -> dict[str, int]:
    """With which light each scene's clip begins."""
    return {one.prompt: light(store, next(iter(one.images.values()))) for one in camera.requests}


def test_a_clip_begins_where_the_one_before_ends(
    ledger: Ledger, store: MediaStore, tmp_path: Path, script: Script
) -> None:
    camera = Camera([], store)
    images = pictures(store, tmp_path, script)
    agent = video_agent(ledger, store, max_parallel=4)
    made = agent.run(camera, make_project(brief=CONTINUOUS), script, images)
    found = begun(camera, store)
    assert found["picture 1"] == 20
    assert abs(found["picture 2"] - 60) <= 3
    assert abs(found["picture 3"] - 100) <= 4
    again = agent.run(camera, make_project(brief=CONTINUOUS), script, images)
    assert (again.provider_calls, again.value) == (0, made.value)


def test_without_continuity_every_clip_begins_with_its_own_picture(
    ledger: Ledger, store: MediaStore, tmp_path: Path, script: Script
) -> None:
    camera = Camera([], store)
    video_agent(ledger, store).run(
        camera, make_project(), script, pictures(store, tmp_path, script)
    )
    assert begun(camera, store) == {"picture 1": 20, "picture 2": 40, "picture 3": 60}


def test_a_scene_may_begin_anew_or_go_on_by_itself(
    ledger: Ledger, store: MediaStore, tmp_path: Path, script: Script
) -> None:
    scenes = [script.scenes[0], replace(script.scenes[1], continues=False), script.scenes[2]]
    camera = Camera([], store)
    wished = replace(script, scenes=tuple(scenes))
    video_agent(ledger, store).run(
        camera, make_project(brief=CONTINUOUS), wished, pictures(store, tmp_path, script)
    )
    found = begun(camera, store)
    assert (found["picture 1"], found["picture 2"]) == (20, 40)
    assert abs(found["picture 3"] - 80) <= 3


def test_who_does_not_begin_with_a_picture_is_given_each_scene_s_own(
    ledger: Ledger, store: MediaStore, tmp_path: Path, script: Script
) -> None:
    camera = Camera([], store, takes_first_frame=False)
    images = pictures(store, tmp_path, script)
    video_agent(ledger, store).run(camera, make_project(brief=CONTINUOUS), script, images)
    assert begun(camera, store) == {"picture 1": 20, "picture 2": 40, "picture 3": 60}
    still = video_agent(ledger, store).run(
        StillMotion(), make_project(brief=CONTINUOUS), script, images
    )
    assert all(one.motion for one in still.value.clips)


def test_a_kept_clip_is_gone_on_from(
    ledger: Ledger, store: MediaStore, tmp_path: Path, script: Script
) -> None:
    path = tmp_path / "own.mp4"
    path.write_bytes(clip(200, 220))
    own = store.put(path, "video/mp4", probe_media(path, "video/mp4"))
    origin = Origin(provider="upload", generation="")
    kept = SceneClip(scene_id=1, media={Format.WIDE: own}, motion=None, origin=origin)
    project = make_project(brief=CONTINUOUS, edits={1: SceneEdit(pins=Pins(clip=kept))})
    camera = Camera([], store)
    video_agent(ledger, store).run(camera, project, script, pictures(store, tmp_path, script))
    assert "picture 1" not in begun(camera, store)
    assert abs(begun(camera, store)["picture 2"] - 220) <= 3


def test_who_goes_on_from_a_clip_that_failed_says_so_and_is_not_asked(
    ledger: Ledger, store: MediaStore, tmp_path: Path, script: Script
) -> None:
    camera = Camera([], store, refused="picture 2")
    images = pictures(store, tmp_path, script)
    agent = video_agent(ledger, store, max_parallel=1)
    with pytest.raises(ScenesFailed) as caught:
        agent.run(camera, make_project(brief=CONTINUOUS), script, images)
    assert list(caught.value.causes) == [2, 3]
    assert "clip of scene 2" in str(caught.value.causes[3])
    assert "picture 3" not in begun(camera, store)


def test_what_another_clip_would_remake_is_known_before(script: Script) -> None:
    continuous = Direction(continuity=True)
    assert going_on(script, continuous, [1]) == {1, 2, 3}
    assert going_on(script, continuous, [3]) == {3}
    assert going_on(script, Direction(), [1]) == {1}


def test_providers_declare_it_and_a_chain_does_when_all_do() -> None:
    clips = [kind for kind in provider_classes() if kind.capability is Capability.VIDEO]
    declared = {kind.name for kind in clips if getattr(kind, "takes_first_frame", False)}
    assert {"kling", "runway", "luma", "pika"} <= declared
    assert "still_motion" not in declared
    assert not takes_first_frame(Chain((KlingClips, StillMotion())))


def test_a_frame_is_the_same_file_however_often_it_is_taken(
    store: MediaStore, tmp_path: Path
) -> None:
    path = tmp_path / "own.mp4"
    path.write_bytes(clip(10, 90))
    own = store.put(path, "video/mp4", probe_media(path, "video/mp4"))
    taker = frame_taker(store)
    first, again = (taker.take(own, Moment.LAST) for _ in range(2))
    assert first == again
    assert abs(light(store, first) - 90) <= 2
    assert abs(light(store, taker.take(own, Moment.MIDDLE)) - 50) <= 6
