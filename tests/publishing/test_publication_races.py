"""People and processes at the same row at the same time: what was accepted is what happens."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.publishing.machines import START, FakeTime, Net, Stand, grant, make_stand
from video_platform.db.database import Database, TenantSession
from video_platform.domain.publication import PublicationState as S
from video_platform.domain.publication import Wish
from video_platform.errors import InvalidInput, LeaseLost
from video_platform.publishing.base import Rules

RACES = 500


def titled(title: str):  # type: ignore[no-untyped-def]
    return lambda wish: replace(wish, title=title)


@dataclass
class Person:
    """Changes one publication at a random point of its way out, and remembers what was accepted."""

    stand: Stand
    name: str
    seed: int
    title: str = ""
    is_cancelled: bool = False
    is_moved: bool = False
    refused: list[str] = field(default_factory=list)

    def act(self) -> None:
        random_ = random.Random(self.seed)
        try:
            match random_.randrange(3):
                case 0:
                    wanted = f"edited {self.seed}"
                    self.stand.rows.edit(self.name, titled(wanted))
                    self.title = wanted
                case 1:
                    later = START + timedelta(days=1)
                    self.stand.rows.edit(self.name, lambda wish: wish, due=later)
                    self.is_moved = True
                case 2:
                    self.stand.rows.cancel(self.name)
                    self.is_cancelled = True
        except InvalidInput as error:
            self.refused.append(error.code)


def test_five_hundred_edits_moves_and_cancels_at_the_moment_of_publishing(stand: Stand) -> None:
    """A person acts in another thread, between or beside any two steps of the machine."""
    people = [Person(stand, f"p{number}", number) for number in range(RACES)]
    acting: dict[str, tuple[int, Person]] = {}
    steps: Counter[str] = Counter()
    for person in people:
        stand.add(person.name)
        person.title = f"title of {person.name}"
        acting[person.name] = (random.Random(~person.seed).randrange(8), person)

    with ThreadPoolExecutor(8) as pool:

        def pause(name: str) -> None:
            at, person = acting[name]
            if steps[name] == at:
                # Beside the machine, which goes on when it likes.
                waiting = pool.submit(person.act)
                if person.seed % 2:
                    waiting.result()
            steps[name] += 1

        _between_steps(stand, pause)
        while stand.rows.is_anything_due():
            stand.run_due()
    stand.time.wait(2 * 86_400)
    while stand.rows.is_anything_due():
        stand.run_due()

    accepted = dict(stand.net.accepted)
    assert len(accepted) == len(stand.net.accepted), "one was posted twice"
    for person in people:
        done = stand.rows.get(person.name)
        assert person.refused in ([], ["publication_committing"], ["publication_ended"])
        if person.is_cancelled:
            assert done.state is S.CANCELLED
            assert person.name not in accepted
        else:
            assert done.state is S.PUBLISHED
            assert accepted[person.name] == person.title
            if person.is_moved:
                assert done.committed_at is not None
                assert done.committed_at >= START + timedelta(days=1)
    refused = sum(bool(person.refused) for person in people)
    assert RACES / 10 < refused < RACES / 2, "both sides of the moment were met"


@pytest.mark.parametrize("commit", range(14))
@pytest.mark.parametrize("is_claimed_by_name", [True, False])
def test_an_edit_right_after_a_write_is_not_taken_over_by_the_writer(
    stand: Stand, commit: int, is_claimed_by_name: bool
) -> None:
    """Between the end of a worker's transaction and its next step there is time for a person."""
    stand.add()
    commits: list[str] = []
    accepted = ["title of one"]
    worker = threading.current_thread()

    def edit() -> None:
        try:
            stand.rows.edit("one", titled("edited"))
        except InvalidInput:
            return
        accepted.append("edited")

    def after_commit(_: Session) -> None:
        if threading.current_thread() is worker:
            commits.append("one more")
            if len(commits) == commit + 1:
                person = threading.Thread(target=edit)
                person.start()
                person.join()

    event.listen(TenantSession, "after_commit", after_commit)
    try:
        stand.machine.work("one") if is_claimed_by_name else stand.run_due()
    finally:
        event.remove(TenantSession, "after_commit", after_commit)
    stand.run_due()
    assert stand.net.accepted == [("one", accepted[-1])]
    assert stand.rows.get("one").state is S.PUBLISHED


def _between_steps(stand: Stand, pause) -> None:  # type: ignore[no-untyped-def]
    """Call ``pause`` before and after every write of a machine and inside every request."""
    rows, net = stand.rows, stand.net
    move, save = rows.move, rows.save_handle

    def slow_move(held, state, **values):  # type: ignore[no-untyped-def]
        pause(held.id)
        return move(held, state, **values)

    def slow_save(held, sealed):  # type: ignore[no-untyped-def]
        pause(held.id)
        save(held, sealed)

    rows.move, rows.save_handle = slow_move, slow_save  # type: ignore[method-assign]
    net.on_prepare = [lambda post, _: pause(post.identity)]
    net.on_commit = [lambda post, _: pause(post.identity)]


def test_two_daemons_and_many_workers_on_one_row_make_one_post(
    database: Database, tmp_path: Path
) -> None:
    time, net = FakeTime(), Net()
    stands = []
    for number in range(8):
        (place := tmp_path / str(number)).mkdir()
        stands.append(make_stand(database, place, time=time, net=net, owner=f"other:{number}"))
    account = stands[0].keeper.connect("net", grant()).id
    for number in range(20):
        stands[0].account = account
        stands[0].add(f"p{number}")
    barrier = threading.Barrier(8)

    def run(stand: Stand) -> int:
        barrier.wait()
        found = stand.run_due()
        for number in range(20):
            stand.machine.work(f"p{number}")
        return len(found)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, stands))
    assert sorted(name for name, _ in net.accepted) == sorted(f"p{n}" for n in range(20))
    assert all(stands[0].rows.get(f"p{n}").commits == 1 for n in range(20))


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends(
    database: Database, stand: Stand, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = make_stand(database, tmp_path / "other", time=stand.time, owner="elsewhere:1")
    stand.add()
    (held,) = other.rows.claim_due()
    assert stand.rows.claim_due() == []
    assert stand.rows.claim("one") is None
    stand.time.wait(20)
    other.rows.renew(held)
    stand.time.wait(20)
    assert stand.rows.claim_due() == []
    stand.time.wait(11)
    (taken,) = stand.rows.claim_due()
    assert taken.fence == held.fence + 1
    # What the one before writes is refused.
    for write in (
        lambda: other.rows.renew(held),
        lambda: other.rows.save_handle(held, "x"),
        lambda: other.rows.move(held, S.PREPARING),
    ):
        with pytest.raises(LeaseLost):
            write()


def test_an_edit_is_refused_while_it_goes_out_and_after(stand: Stand) -> None:
    codes = []

    def edit(*_: object) -> None:
        for change in (
            lambda: stand.rows.edit("one", titled("x")),
            lambda: stand.rows.cancel("one"),
        ):
            with pytest.raises(InvalidInput) as refused:
                change()
            codes.append(refused.value.code)

    stand.net.on_commit = [edit]
    stand.add()
    stand.run_due()
    edit()
    assert codes == ["publication_committing"] * 2 + ["publication_ended"] * 2


def test_an_edit_of_what_the_person_did_not_see_is_refused(stand: Stand) -> None:
    stand.add()
    seen = stand.rows.get("one").version
    assert stand.rows.edit("one", titled("first"), version=seen).version == seen + 1
    with pytest.raises(InvalidInput, match="changed a moment ago"):
        stand.rows.edit("one", titled("second"), version=seen)
    with pytest.raises(InvalidInput, match="changed a moment ago"):
        stand.rows.cancel("one", version=seen)
    assert stand.rows.get("one").wish == Wish(title="first")


def test_edits_of_different_fields_at_the_same_time_are_both_kept(stand: Stand) -> None:
    stand.add()
    changes = [
        lambda wish: replace(wish, caption="a caption"),
        lambda wish: replace(wish, hashtags=("one",)),
        lambda wish: replace(wish, privacy="private"),
        titled("a title"),
    ]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda change: stand.rows.edit("one", change), changes))
    assert stand.rows.get("one").wish == Wish(
        title="a title", caption="a caption", hashtags=("one",), privacy="private"
    )


def test_a_hundred_due_in_one_minute_are_all_taken_at_once(stand: Stand) -> None:
    for number in range(100):
        stand.add(f"p{number}", due=START + timedelta(seconds=number % 60))
    stand.time.wait(60)
    claimed = stand.rows.claim_due()
    assert len(claimed) == 100
    assert [one.due_at for one in claimed] == sorted(one.due_at for one in claimed)
    with ThreadPoolExecutor(100) as pool:
        done = list(pool.map(stand.machine.work_on, claimed))
    assert {one.state for one in done} == {S.PUBLISHED}
    assert len(set(stand.net.accepted)) == len(stand.net.accepted) == 100


def test_an_account_has_no_more_under_way_than_its_network_takes(stand: Stand) -> None:
    stand.net.rules = Rules(formats=stand.net.rules.formats)
    for number in range(10):
        stand.add(f"p{number}")
    at_once = stand.net.rules.at_once
    first = stand.rows.claim_due(at_once=lambda _: at_once, lease_s=60)
    assert len(first) == at_once
    assert stand.rows.claim_due(at_once=lambda _: at_once) == []
    assert not stand.rows.matching(is_late=True), "it waits, but is not late yet"
    stand.time.wait(40)
    assert stand.rows.claim_due(at_once=lambda _: at_once) == []
    for held in first:
        stand.machine.work_on(held)
    (late, *_) = (
        stand.machine.work_on(held) for held in stand.rows.claim_due(at_once=lambda _: at_once)
    )
    assert "still under way" in late.late_why
