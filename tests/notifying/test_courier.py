"""Events reach webhooks signed and once, again until they are taken, and never our own network."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import standardwebhooks
from sqlalchemy import text

from video_platform.agents.webhooks import WebhookDesk
from video_platform.db.database import Database, open_database
from video_platform.db.repositories.events import Events
from video_platform.db.repositories.webhooks import Webhooks
from video_platform.domain.events import EventKind
from video_platform.domain.webhook import SCHEDULE, DeliveryState
from video_platform.errors import InvalidInput
from video_platform.notifying.courier import Courier, check_address
from video_platform.settings import Settings
from video_platform.vault import Vault, new_key


class Receiver:
    """A webhook's other end: keeps what it gets, answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                status = receiver.answers.pop(0) if receiver.answers else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", f"{receiver.url}/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def database(settings: Settings) -> Database:
    return open_database(settings.resolved_database_url)


class Time:
    def __init__(self) -> None:
        self.at = datetime.now(UTC) + timedelta(seconds=1)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, span: timedelta) -> None:
        self.at += span


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def vault() -> Vault:
    return Vault([new_key()])


@pytest.fixture
def desk(database: Database, vault: Vault) -> WebhookDesk:
    return WebhookDesk(database, vault, allow_loopback=True)


@pytest.fixture
def courier(database: Database, vault: Vault, time: Time) -> Courier:
    return Courier(
        Webhooks(database.system()), vault, allow_loopback=True, clock=time, jitter=lambda: 0.0
    )


def tell(database: Database, kind: EventKind = EventKind.VIDEO_RENDERED, **data: object) -> int:
    return Events(database).tell(kind, data, project="p")


def verify(secret: str, receiver: Receiver, number: int = -1) -> dict[str, object]:
    headers, body = receiver.got[number]
    found: dict[str, object] = standardwebhooks.Webhook(secret).verify(body, headers)
    return found


def test_an_event_arrives_signed_after_the_standard(
    database: Database, desk: WebhookDesk, courier: Courier, receiver: Receiver
) -> None:
    _, secret = desk.make(receiver.url, [])
    tell(database, format="16:9")
    assert courier.deliver_due() == 1
    body = verify(secret, receiver)
    assert body["type"] == "video.rendered"
    assert body["data"] == {"id": 1, "project": "p", "format": "16:9"}
    assert courier.deliver_due() == 0


def test_a_changed_body_or_another_secret_is_noticed(
    database: Database, desk: WebhookDesk, courier: Courier, receiver: Receiver
) -> None:
    _, secret = desk.make(receiver.url, [])
    tell(database)
    courier.deliver_due()
    headers, body = receiver.got[0]
    for key, seen in ((secret, body + b" "), (f"whsec_{'A' * 44}", body)):
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            standardwebhooks.Webhook(key).verify(seen, headers)


def test_while_a_secret_changes_both_sign(
    database: Database, desk: WebhookDesk, courier: Courier, receiver: Receiver
) -> None:
    webhook, old = desk.make(receiver.url, [])
    _, new = desk.change_secret(webhook.id)
    tell(database)
    courier.deliver_due()
    assert verify(old, receiver) == verify(new, receiver)


def test_what_is_not_taken_comes_again_after_the_pauses_and_then_fails(
    database: Database, desk: WebhookDesk, courier: Courier, receiver: Receiver, time: Time
) -> None:
    webhook, _ = desk.make(receiver.url, [])
    receiver.answers = [500] * len(SCHEDULE)
    tell(database)
    for pause in SCHEDULE:
        time.pass_by(pause - timedelta(seconds=1))
        if pause:
            assert courier.deliver_due() == 0
        time.pass_by(timedelta(seconds=1))
        assert courier.deliver_due() == 1
    (delivery,) = desk.rows.deliveries(webhook.id)
    assert (delivery.state, delivery.attempts) == (DeliveryState.FAILED, len(SCHEDULE))
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    time.pass_by(timedelta(days=2))
    assert courier.deliver_due() == 0
    desk.rows.replay(webhook.id, delivery.id)
    assert courier.deliver_due() == 1
    assert desk.rows.deliveries(webhook.id)[0].state is DeliveryState.DELIVERED


def test_gone_switches_a_webhook_off(
    database: Database, desk: WebhookDesk, courier: Courier, receiver: Receiver
) -> None:
    webhook, _ = desk.make(receiver.url, [])
    receiver.answers = [410]
    tell(database)
    courier.deliver_due()
    assert "410" in desk.rows.get(webhook.id).disabled_why
    tell(database)
    assert courier.deliver_due() == 0


def test_a_redirect_is_not_followed(
    database: Database, desk: WebhookDesk, courier: Courier, receiver: Receiver
) -> None:
    webhook, _ = desk.make(receiver.url, [])
    receiver.answers = [302]
    tell(database)
    courier.deliver_due()
    assert len(receiver.got) == 1
    assert desk.rows.deliveries(webhook.id)[0].status == 302


def test_progress_is_told_to_those_who_ask_for_it_only(
    database: Database, desk: WebhookDesk, courier: Courier, receiver: Receiver
) -> None:
    desk.make(receiver.url, [])
    desk.make(receiver.url, [EventKind.STAGE_PROGRESS])
    tell(database, EventKind.STAGE_PROGRESS)
    assert courier.deliver_due() == 1


def test_nobody_is_told_what_happened_before_or_to_others(
    database: Database, desk: WebhookDesk, courier: Courier, receiver: Receiver
) -> None:
    tell(database)
    desk.make(receiver.url, [])
    tell(database.of("another"))
    assert courier.deliver_due() == 0


def test_two_couriers_bring_it_once(
    database: Database, desk: WebhookDesk, courier: Courier, receiver: Receiver
) -> None:
    desk.make(receiver.url, [])
    for _ in range(20):
        tell(database)
    threads = [threading.Thread(target=courier.deliver_due) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert len(ids) == len(set(ids)) == 20


def test_a_courier_that_died_leaves_its_delivery_to_the_next(
    database: Database, desk: WebhookDesk, courier: Courier, receiver: Receiver, time: Time
) -> None:
    desk.make(receiver.url, [])
    tell(database)
    rows = Webhooks(database.system())
    rows.spread()
    assert len(rows.claim(time(), limit=10)) == 1
    assert courier.deliver_due() == 0
    time.pass_by(timedelta(minutes=1))
    assert courier.deliver_due() == 1


def test_secrets_are_not_in_the_database(
    database: Database, desk: WebhookDesk, receiver: Receiver
) -> None:
    _, secret = desk.make(receiver.url, [])
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM webhooks")).all()
    assert secret not in str(rows)
    assert secret.removeprefix("whsec_") not in str(rows)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "ftp://example.com/",
        "https://",
        "https://name:word@example.com/",
        "https://example.com:99999/",
        "https://example.com/#part",
        "javascript:alert(1)",
        "//example.com/hook",
        "https://exa mple.com/",
    ],
)
def test_an_address_that_cannot_be_a_webhook_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_address(url)
    assert caught.value.code == "webhook_url_invalid"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "0x7f000001"]
)
def test_a_webhook_in_our_own_network_is_never_connected_to(
    host: str, database: Database, vault: Vault, time: Time, receiver: Receiver
) -> None:
    port = receiver.url.rpartition(":")[2]
    desk = WebhookDesk(database, vault, allow_loopback=False)
    webhook, _ = desk.make(f"https://{host}:{port}", [])
    tell(database)
    Courier(Webhooks(database.system()), vault, clock=time).deliver_due()
    assert receiver.got == []
    assert "public" in desk.rows.deliveries(webhook.id)[0].error
