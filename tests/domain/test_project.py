"""Project keys are readable, stable and unique."""

import pytest

from tests.factories import make_project
from video_platform.domain.project import Project, Stage, project_key, title_of


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The Quiet Grid", "the-quiet-grid"),
        ("L'été à Évreux !", "l-ete-a-evreux"),
        ("الطاقة الشمسية", "film"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_key_is_a_plain_slug_with_an_identity(title: str, slug: str) -> None:
    assert project_key(title, "0123456789abcdef") == f"{slug}-0123456789"


def test_title_is_the_first_line_that_says_something() -> None:
    assert title_of("\n\n# **Bread** rises\n\ntext") == "Bread rises"
    assert title_of("---\n***") == "Untitled"
    assert title_of('{"title": "Bread", "scenes": []}') == "Bread"
    assert title_of('{"title": 7') == '{"title": 7'


def test_take_of_a_scene_counts_its_own_wishes_and_the_stage_s() -> None:
    project: Project = make_project(takes={"scene_images": {3: 2, 0: 1}})
    assert project.take(Stage.SCENE_IMAGES, 3) == 3
    assert project.take(Stage.SCENE_IMAGES, 4) == 1
    assert project.take(Stage.MUSIC) == 0
