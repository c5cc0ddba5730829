"""What a process does that dies at a named point, and what must be true after it.

Each scenario meets the points it is listed with. A process dies in it, others go on
with it, and its ``ends`` judges by the logs of the fakes.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from resources.studio import StudioResource
from sensors.commands import project_commands
from sensors.upkeep import lost_runs
from tests.generation.workers import AT_ONCE, HASTY, IN_JOBS, Place, Seller, reaping
from tests.publishing.machines import KEYS, FakeTime, add_project, grant, make_stand
from tests.publishing.test_publication_deaths import LoggedNet
from video_platform.agents.montage import StoredSegments
from video_platform.bootstrap import build_studio
from video_platform.db.database import open_database
from video_platform.db.models import CommandRow
from video_platform.domain.brief import Brief
from video_platform.domain.command import CommandState
from video_platform.domain.project import ProjectStatus, Stage
from video_platform.domain.publication import PublicationState
from video_platform.errors import InvalidInput, OutcomeUnknown, VideoPlatformError
from video_platform.publishing.base import Desk, Post, Published
from video_platform.settings import Settings
from video_platform.store import open_store


@dataclass(frozen=True)
class Scene:
    """Where a scenario plays; plain data, so that another process can be told."""

    home: Path
    server_url: str = ""

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.home / 'platform.db'}"

    @property
    def log(self) -> Path:
        return self.home / "posts.log"


# Paid requests. What the seller accepted is judged by its own log.


def buy(stage: Scene, seller: Seller = IN_JOBS, **choices: Any) -> None:
    """Obtain one generation; a refusal of ours or the seller's is an end, too."""
    place = Place(stage.home, stage.database_url, stage.server_url)
    with place.buying(seller, **choices) as buying:
        try:
            buying.buy()
        except (VideoPlatformError, OSError) as error:
            print(type(error).__name__, error)


def buy_at_once(stage: Scene) -> None:
    buy(stage, AT_ONCE)


def buy_again_below_a_price(stage: Scene) -> None:
    from decimal import Decimal

    from video_platform.generation.ledger import LedgerPolicy

    for _ in range(2):
        buy(stage, AT_ONCE, policy=LedgerPolicy(repeat_unknown_below_usd=Decimal(100)))


def ask_twice(stage: Scene) -> None:
    for _ in range(2):
        buy(stage, AT_ONCE)


def reap(stage: Scene) -> None:
    """A job that goes on when its buyer stops waiting, and one look of the reaper at it."""
    buy(stage, policy=HASTY)
    with reaping(Place(stage.home, stage.database_url, stage.server_url), IN_JOBS) as (_, reaper):
        reaper.reap()


# Posts. What the network took is judged by its own log.


class Refusing(LoggedNet):
    """Says no to the word."""

    def commit(self, post: Post, desk: Desk) -> Published:
        raise InvalidInput("No.", code="refused_by_network")


class Silent(LoggedNet):
    """Takes the word, answers nothing, and cannot be asked."""

    def commit(self, post: Post, desk: Desk) -> Published:
        super().commit(post, desk)
        raise OutcomeUnknown("The answer was lost.", provider="net", operation="submit")

    def look_up(self, post: Post, desk: Desk) -> Any:
        raise OutcomeUnknown("It cannot be asked.", provider="net", operation="find")


def stand_of(stage: Scene, net: type[LoggedNet] = LoggedNet) -> Any:
    database = open_database(stage.database_url)
    keys = (stage.home / "keys").read_text().split()
    # Each process comes minutes after the one before it: the dead one's lease has ended.
    earlier = stage.home / "processes"
    came = len(earlier.read_text()) if earlier.exists() else 0
    earlier.write_text("." * (came + 1))
    time = FakeTime(_NOW + came * SETTLE)
    stand = make_stand(database, stage.home, net=net(stage.log), keys=keys, time=time)
    stand.account = (stage.home / "account").read_text()
    return stand


_NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
SETTLE = timedelta(minutes=10)


def publish(stage: Scene, net: type[LoggedNet] = LoggedNet) -> None:
    stand = stand_of(stage, net)
    stand.add()
    stand.time.wait(1)
    stand.run_due()


def publish_refused(stage: Scene) -> None:
    publish(stage, Refusing)


def publish_unheard(stage: Scene) -> None:
    publish(stage, Silent)


def publish_by_name(stage: Scene) -> None:
    stand = stand_of(stage)
    stand.machine.work(stand.add())


def publish_handed_over(stage: Scene) -> None:
    stand = stand_of(stage)
    stand.add()
    for claimed in stand.rows.claim_due():
        held = stand.rows.take_over(claimed.id, claimed.fence)
        if held is not None:
            stand.machine.work_on(held)


def cancel(stage: Scene) -> None:
    stand = stand_of(stage)
    publication = stand.add()
    if stand.rows.get(publication).state is not PublicationState.CANCELLED:
        stand.rows.cancel(publication)


# Commands and what runs leave behind: two real sensors, and the rows.


def command(stage: Scene) -> None:
    """A wish, its run that is lost once, and its end."""
    resource = StudioResource(data_dir=str(stage.home))
    studio = build_studio(Settings(data_dir=stage.home))
    project = studio.open_project(Brief(text="One"), command="build_project").key
    with dg.build_sensor_context() as context:
        project_commands(context, studio=resource)
    with studio.database.session() as session, session.begin():
        for row in session.query(CommandRow).where(CommandRow.attempts == 1):
            row.heartbeat_at = datetime.now(UTC) - timedelta(minutes=2)
    with dg.instance_for_test() as instance:
        lost_runs(dg.build_sensor_context(instance=instance), studio=resource)
    with dg.build_sensor_context() as context:
        project_commands(context, studio=resource)
    for one in studio.commands.under_way():
        studio.lifecycle.move(project, ProjectStatus.READY)
        studio.commands.end(one, CommandState.SUCCEEDED)


def keep_media(stage: Scene) -> None:
    """A medium, a segment, and the record of a stage."""
    studio = build_studio(Settings(data_dir=stage.home))
    project = studio.open_project(Brief(text="One"))
    made = stage.home / f"made-{os.getpid()}.bin"
    made.write_bytes(b"pixels" * 1000)
    studio.store.put(made, "image/png")
    StoredSegments(studio.store.blobs).put("ab" * 32, made)
    studio.assets.record(project.key, Stage.SCRIPT, None)


# What must be true at the end.


def paid_once(stage: Scene, accepted: int) -> None:
    from tests.chaos.checker import UNFINISHED

    database = open_database(stage.database_url)
    from video_platform.db.repositories.generations import Generations

    rows = Generations(database).list()
    assert accepted <= sum(row.sends for row in rows)
    assert accepted <= 1
    assert not [row for row in rows if row.state.value in UNFINISHED and row.error_code == ""]
    database.engine.dispose()


def told(stage: Scene, accepted: int) -> None:
    """Sent again only because the operator's policy said so; each sending is in the ledger."""
    database = open_database(stage.database_url)
    from video_platform.db.repositories.generations import Generations

    (row,) = Generations(database).list()
    assert accepted <= row.sends
    database.engine.dispose()


def posted_once(stage: Scene, _: int) -> None:
    posts = stage.log.read_text().split()
    assert len(posts) <= 1, "posted twice"
    stand = stand_of(stage)
    state = stand.rows.get("one").state.value
    assert state in ("published", "failed", "unconfirmed", "cancelled"), "lost"
    assert (state == "published") <= bool(posts)
    assert bool(posts) <= (state in ("published", "unconfirmed")), "posted, and said not to be"
    stand.database.engine.dispose()


def ran(stage: Scene, _: int) -> None:
    studio = build_studio(Settings(data_dir=stage.home))
    with studio.database.session() as session:
        rows = list(session.query(CommandRow))
        assert [row.state for row in rows] == [CommandState.SUCCEEDED.value], "lost, or asked twice"
        assert rows[0].attempts <= 3


def kept(stage: Scene, _: int) -> None:
    store = open_store((stage.home / "store").as_uri(), cache_dir=stage.home / "cache")
    sizes = {
        path.stat().st_size
        for path in (stage.home / "store").rglob("*")
        if path.is_file() and ".parts" not in path.parts and path.suffix in (".png", "")
    }
    assert sizes == {6000}, "half a file was seen"
    assert StoredSegments(store.blobs).has("ab" * 32)


@dataclass(frozen=True)
class Scenario:
    """What is done, what is true after it, and how the fakes behave."""

    act: Callable[[Scene], None]
    ends: Callable[[Scene, int], None]
    fault: str = ""


_BUY = Scenario(buy, paid_once)
_UNHEARD = Scenario(buy_at_once, paid_once, "hang_up")
_POST = Scenario(publish, posted_once)
_COMMAND = Scenario(command, ran)
_KEEP = Scenario(keep_media, kept)

SCENARIOS: dict[str, Scenario] = {
    "ledger.claimed": _BUY,
    "ledger.held": _BUY,
    "ledger.sending": _BUY,
    "ledger.submitted": _BUY,
    "ledger.stored": _BUY,
    "ledger.failed": Scenario(buy, paid_once, "refuse"),
    "ledger.noted": Scenario(buy, paid_once, "vanish"),
    "ledger.let_go": Scenario(buy, paid_once, "vanish"),
    "ledger.taken": Scenario(reap, paid_once, "go_on"),
    "ledger.rested": Scenario(reap, paid_once, "go_on"),
    "ledger.unknown": _UNHEARD,
    "ledger.reopened": Scenario(ask_twice, paid_once, "hang_up"),
    "ledger.given_up": Scenario(buy_again_below_a_price, told, "hang_up"),
    "publication.added": _POST,
    "publication.claimed_due": _POST,
    "publication.claimed": Scenario(publish_by_name, posted_once),
    "publication.taken_over": Scenario(publish_handed_over, posted_once),
    "publication.preparing": _POST,
    "publication.handle_saved": _POST,
    "publication.prepared": _POST,
    "publication.committing": _POST,
    "publication.answered": _POST,
    "publication.let_go": _POST,
    "publication.failed": Scenario(publish_refused, posted_once),
    "publication.unconfirmed": Scenario(publish_unheard, posted_once),
    "publication.decided": Scenario(cancel, posted_once),
    "project.added": _COMMAND,
    "project.moved": _COMMAND,
    "command.requested": _COMMAND,
    "command.repeated": _COMMAND,
    "command.ended": _COMMAND,
    "media.stored": _KEEP,
    "montage.segment_stored": _KEEP,
    "stage.recorded": _KEEP,
}


def prepare(stage: Scene) -> None:
    """What is there before anybody dies: tables, a project, an account."""
    database = open_database(stage.database_url)
    stage.log.touch()
    add_project(database)
    stand = make_stand(database, stage.home, net=LoggedNet(stage.log), keys=KEYS)
    (stage.home / "keys").write_text("\n".join(KEYS))
    (stage.home / "account").write_text(stand.keeper.connect("net", grant()).id)
    database.engine.dispose()


__all__ = ["SCENARIOS", "Scenario", "Scene", "prepare"]
