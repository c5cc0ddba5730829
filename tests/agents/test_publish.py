"""A film goes out once, whatever is run again."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories import make_film, make_project, make_script
from video_platform.agents.publish import PublishAgent
from video_platform.domain.manifests import Film, Montage
from video_platform.publishing.platforms.local_channel import LocalChannel
from video_platform.store import MediaStore


class CountingChannel(LocalChannel):
    """The local channel, counting commits; it can be made to die right after one."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.commits = 0
        self.dies = False

    def commit(self, post, desk):  # type: ignore[no-untyped-def]
        self.commits += 1
        published = super().commit(post, desk)
        if self.dies:
            raise KeyboardInterrupt
        return published


@pytest.fixture
def film(store: MediaStore, tmp_path: Path) -> Film:
    def keep(name: str, media_type: str):  # type: ignore[no-untyped-def]
        path = tmp_path / name
        path.write_text(name)
        return store.put(path, media_type)

    return replace(
        make_film(),
        media=keep("film.mp4", "video/mp4"),
        poster=keep("p.jpg", "image/jpeg"),
        srt=keep("c.srt", "application/x-subrip"),
        vtt=keep("c.vtt", "text/vtt"),
    )


def test_film_that_is_out_is_not_published_again(
    store: MediaStore, film: Film, tmp_path: Path
) -> None:
    channel, agent = CountingChannel(tmp_path / "channel"), PublishAgent(store)
    arguments = (channel, make_project(), make_script(), Montage(films=(film,)))
    first, again = agent.run(*arguments), agent.run(*arguments)
    assert channel.commits == 1
    assert (first.provider_calls, again.provider_calls) == (1, 0)
    assert again.value == first.value


def test_death_right_after_the_commit_does_not_publish_twice(
    store: MediaStore, film: Film, tmp_path: Path
) -> None:
    channel, agent = CountingChannel(tmp_path / "channel"), PublishAgent(store)
    arguments = (channel, make_project(), make_script(), Montage(films=(film,)))
    channel.dies = True
    with pytest.raises(KeyboardInterrupt):
        agent.run(*arguments)
    channel.dies = False
    assert agent.run(*arguments).reused == 1
    assert channel.commits == 1


def test_changed_film_is_another_post(store: MediaStore, film: Film, tmp_path: Path) -> None:
    channel, agent = CountingChannel(tmp_path / "channel"), PublishAgent(store)
    other = replace(film, media=replace(film.srt, media_type=film.srt.media_type))
    for films in ((film,), (other,)):
        agent.run(channel, make_project(), make_script(), Montage(films=films))
    assert channel.commits == 2
