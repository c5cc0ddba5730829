"""Unnamed media go, after two looks; named media never do, whoever names them and when."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.conftest import Command
from video_platform.bootstrap import build_installation
from video_platform.db.database import Database, open_database
from video_platform.db.models import UploadRow
from video_platform.domain.media import Media
from video_platform.retention import Collector
from video_platform.settings import Settings
from video_platform.store import MediaStore, open_store
from video_platform.store.base import Blobs, Stored
from video_platform.store.local import LocalBlobs
from video_platform.store.media import TRASH

GRACE = timedelta(days=7)
NAMES = 6


class World:
    """A store and a database whose clock is a test's."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.database: Database = open_database(f"sqlite:///{home / 'platform.db'}")
        self.store: MediaStore = open_store((home / "store").as_uri(), cache_dir=home / "cache")
        self.now = datetime.now(UTC)
        self.aged: dict[str, datetime] = {}

    def put(self, number: int) -> Media:
        path = self.home / "x.png"
        path.write_bytes(str(number).encode())
        return self.store.put(path, "image/png")

    def name_in_row(self, media: Media) -> None:
        with self.database.session() as session, session.begin():
            key = f"{media.sha256[:20]}-{os.urandom(4).hex()}"
            session.add(
                UploadRow(
                    id=key,
                    name="x",
                    media_type="image/png",
                    size_bytes=1,
                    sha256=media.sha256,
                    created_at=self.now,
                    expires_at=self.now,
                )
            )

    def name_in_document(self, media: Media) -> None:
        self.store.blobs.write(f"manifests/a/{media.sha256}.json", media.sha256.encode())

    def forget(self, media: Media) -> None:
        self.store.blobs.delete(f"manifests/a/{media.sha256}.json")
        with self.database.session() as session, session.begin():
            session.query(UploadRow).where(UploadRow.sha256 == media.sha256).delete()

    def collector(self, blobs: Blobs | None = None, *, is_dry: bool = False) -> Collector:
        return Collector(
            database=self.database,
            blobs=blobs or self.store.blobs,
            grace=GRACE,
            preview_life=GRACE,
            is_dry=is_dry,
        )

    def age(self, by: timedelta) -> None:
        """Everything that is stored becomes older by so much."""
        for path in (self.home / "store").rglob("*"):
            if path.is_file():
                at = path.stat().st_mtime - by.total_seconds()
                os.utime(path, (at, at))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.database.engine.dispose()


def test_unnamed_media_go_after_two_looks_a_grace_period_apart(world: World) -> None:
    media = world.put(1)
    assert world.collector().collect(world.now).put_away == 0
    world.age(GRACE * 2)
    assert world.collector(is_dry=True).collect(world.now).put_away == 1
    assert world.store.blobs.exists(media.key)
    assert world.collector().collect(world.now).put_away == 1
    assert not world.store.blobs.exists(media.key)
    assert world.collector().collect(world.now).removed == 0
    world.age(GRACE * 2)
    done = world.collector().collect(world.now)
    assert (done.removed, done.removed_bytes) == (1, 1)
    assert not world.store.has(media)


def test_a_name_that_comes_late_takes_the_object_back(world: World) -> None:
    media = world.put(1)
    world.age(GRACE * 2)
    world.collector().collect(world.now)
    world.name_in_row(media)
    assert world.collector().collect(world.now).taken_back == 1
    assert world.store.blobs.exists(media.key)


class Racing(LocalBlobs):
    """A store in which somebody stores and names a file right before it is put away."""

    world: World

    def move(self, key: str, to: str) -> None:
        media = self.world.put(1)
        self.world.name_in_row(media)
        super().move(key, to)


def test_a_name_made_during_the_collection_keeps_its_object(world: World) -> None:
    media = world.put(1)
    world.age(GRACE * 2)
    racing = Racing(world.home / "store")
    racing.world = world
    world.collector(racing).collect(world.now)
    assert not world.store.blobs.exists(media.key)
    assert world.store.path(media).read_bytes() == b"1"
    world.age(GRACE * 2)
    world.collector().collect(world.now)
    assert world.store.blobs.exists(media.key)


def test_a_preview_goes_as_a_whole_when_its_newest_file_is_old(world: World) -> None:
    for name in ("index.m3u8", "0123456789ab-0000.ts"):
        world.store.blobs.write(f"previews/p/16x9/{name}", b"x")
    world.age(GRACE * 2)
    world.store.blobs.write("previews/p/16x9/index.m3u8", b"y")
    assert world.collector().collect(world.now).previews == 0
    world.age(GRACE * 2)
    assert world.collector().collect(world.now).previews == 1
    assert not list(world.store.blobs.keys("previews/"))


def test_the_command_counts_and_removes_nothing_when_dry(
    command: Command, settings: Settings, tmp_path: Path
) -> None:
    store = build_installation(settings).studio().store
    path = tmp_path / "x.png"
    path.write_bytes(b"x")
    media = store.put(path, "image/png")
    os.utime(store.path(media), (0, 0))
    shown = command("gc", "--dry-run", "--json")
    assert '"put_away": 1' in shown.stdout, shown.stderr
    assert store.blobs.exists(media.key)
    assert '"put_away": 1' in command("gc", "--json").stdout
    assert store.blobs.exists(TRASH + media.key)


class AnyOrder(RuleBasedStateMachine):
    """Whatever is stored, named, forgotten and collected in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.place = TemporaryDirectory()
        self.world = World(Path(self.place.name))
        self.named: dict[int, Media] = {}

    def teardown(self) -> None:
        self.world.database.engine.dispose()
        self.place.cleanup()

    @rule(number=st.integers(0, NAMES))
    def stores(self, number: int) -> None:
        self.world.put(number)

    @rule(number=st.integers(0, NAMES), is_row=st.booleans())
    def stores_and_names(self, number: int, is_row: bool) -> None:
        media = self.named[number] = self.world.put(number)
        (self.world.name_in_row if is_row else self.world.name_in_document)(media)

    @rule(number=st.integers(0, NAMES))
    def forgets(self, number: int) -> None:
        if media := self.named.pop(number, None):
            self.world.forget(media)

    @rule(days=st.integers(1, 20))
    def waits(self, days: int) -> None:
        self.world.age(timedelta(days=days))

    @rule()
    def time_passes_twice(self) -> None:
        """What it takes for something unnamed to be removed."""
        for _ in range(2):
            self.world.age(GRACE * 2)
            self.collects()

    @rule()
    def collects(self) -> None:
        self.world.collector().collect(self.world.now)

    @rule(number=st.integers(0, NAMES), is_row=st.booleans())
    def names_while_collecting(self, number: int, is_row: bool) -> None:
        machine = self

        class Interrupted(LocalBlobs):
            did = False

            def objects(self, prefix: str) -> Iterator[Stored]:
                found = list(super().objects(prefix))
                if not self.did and prefix == "media/":
                    self.did = True
                yield from found

            def move(self, key: str, to: str) -> None:
                if self.did:
                    self.did = False
                    machine.stores_and_names(number=number, is_row=is_row)
                super().move(key, to)

        blobs = Interrupted(self.world.home / "store")
        self.world.collector(blobs).collect(self.world.now)

    @invariant()
    def what_is_named_can_be_had(self) -> None:
        for media in self.named.values():
            blobs = self.world.store.blobs
            assert blobs.exists(media.key) or blobs.exists(TRASH + media.key)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
