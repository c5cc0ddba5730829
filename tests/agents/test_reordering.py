"""A moved scene keeps its picture: nothing is asked of a provider again."""

from tests.factories import make_project, make_scene, make_script
from video_platform.agents.image import plan_images
from video_platform.agents.script import apply_edits
from video_platform.domain.project import SceneEdit


def test_scenes_stand_where_they_were_moved_and_the_rest_where_written() -> None:
    script = make_script([make_scene(number) for number in (1, 2, 3, 4)])
    moved = apply_edits(script, {4: SceneEdit(position=0), 1: SceneEdit(position=3)})
    assert [scene.id for scene in moved.scenes] == [4, 2, 3, 1]


def test_a_moved_scene_is_asked_for_with_the_same_request() -> None:
    script = make_script([make_scene(1, music_mood="tense"), make_scene(2), make_scene(3)])
    order = {scene: SceneEdit(position=place) for place, scene in enumerate((3, 1, 2))}
    project = make_project()
    assert plan_images(project, apply_edits(script, order)) == plan_images(project, script)
