"""Each alert is quiet on a healthy installation and fires when its cause is true.

Rules are held against what ``/metrics`` really answers, by an evaluator of the one form that they
use: a figure, labels, a comparison with a number. How long a cause has to last (``for``) is
Prometheus's own work and is not proven here.
"""

import json
import operator
import re
import shutil
import threading
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.metrics import make_server
from video_platform.db.database import Database, open_database
from video_platform.db.models import AssetRow, CommandRow, GenerationRow, PublicationRow
from video_platform.db.repositories.projects import Projects
from video_platform.domain.brief import Brief
from video_platform.observing import figures as figures_module
from video_platform.observing.figures import HELP, Figures, Sample, to_prometheus
from video_platform.settings import Settings

ROOT = Path(__file__).parents[2]
RULES = yaml.safe_load((ROOT / "deploy/monitoring/rules.yml").read_text())
ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"]
}
NOW = datetime.now(UTC)
PROJECT = "a-film-0123456789"
_FORM = re.compile(r"([a-z_]+)(?:\{(.*)\})? (>|<) ([0-9.]+)")
_LINE = re.compile(r"([a-z_]+)(?:\{(.*)\})? (\S+)")


def _labels(text: str | None) -> set[tuple[str, str]]:
    return set(re.findall(r'(\w+)="((?:\\.|[^"])*)"', text or ""))


def fires(rule: dict[str, Any], exposition: str) -> bool:
    """Whether any sample of an exposition makes the rule's expression true."""
    form = _FORM.fullmatch(rule["expr"])
    assert form, f"{rule['expr']} is not of the form this test can judge"
    name, labels, sign, bound = form.groups()
    compare = {">": operator.gt, "<": operator.lt}[sign]
    return any(
        compare(float(value), float(bound))
        for found, own, value in map(_parsed, exposition.splitlines())
        if found == name and _labels(labels) <= _labels(own)
    )


def _parsed(line: str) -> tuple[str, str, str]:
    match = _LINE.fullmatch(line)
    return match.groups("") if match else ("", "", "")  # type: ignore[return-value]


@pytest.fixture
def database(settings: Settings) -> Database:
    made = open_database(settings.resolved_database_url)
    Projects(made).add(PROJECT, "A film", Brief(text="A brief."))
    return made


@pytest.fixture
def scrape(settings: Settings, database: Database) -> Iterator[Callable[[], str]]:
    server = make_server(Figures(database, settings.home), "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def get() -> str:
        url = f"http://127.0.0.1:{server.server_port}/metrics"
        with urllib.request.urlopen(url, timeout=20) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            return str(answer.read().decode())

    yield get
    server.shutdown()
    server.server_close()
    database.engine.dispose()


def _generation(key: str, **changes: Any) -> GenerationRow:
    values: dict[str, Any] = {
        "key": key,
        "tenant": "default",
        "project": PROJECT,
        "provider": "openai",
        "capability": "image",
        "request": {},
        "state": "stored",
        "owner": "",
        "fence": 1,
        "lease_until": 0.0,
        "attempts": 1,
        "created_at": NOW,
        "sent_at": NOW - timedelta(seconds=20),
        "finished_at": NOW,
        **changes,
    }
    return GenerationRow(**values)


def _command(**changes: Any) -> CommandRow:
    values = {"tenant": "default", "project": PROJECT, "kind": "film", "created_at": NOW, **changes}
    return CommandRow(**values)


def _publication(**changes: Any) -> PublicationRow:
    values = {
        "id": "p1",
        "tenant": "default",
        "project": PROJECT,
        "platform": "youtube",
        "format": "9:16",
        "post": {},
        "state": "scheduled",
        "due_at": NOW + timedelta(days=1),
        "created_at": NOW,
        **changes,
    }
    return PublicationRow(**values)


_LONG_AGO = NOW - timedelta(minutes=11)
CAUSES: dict[str, list[Any]] = {
    "PipelineSlow": [_command(state="started", started_at=_LONG_AGO, heartbeat_at=NOW)],
    "AgentErrors": [_generation(f"g{n}", state="failed" if n < 2 else "stored") for n in range(20)],
    "RenderQueueLong": [_command(state="waiting") for _ in range(51)],
    "PublicationUnconfirmed": [_publication(state="unconfirmed")],
    "PublicationLate": [_publication(due_at=NOW - timedelta(minutes=2))],
    "LeaseExpired": [_generation("g", state="submitted", finished_at=None)],
    "GenerationUnknown": [_generation("g", state="unknown", finished_at=None)],
    "CostHeld": [
        _generation(
            "g",
            state="submitted",
            finished_at=None,
            held_microusd=51_000_000,
            lease_until=NOW.timestamp() + 900,
        )
    ],
    "ProviderSlow": [_generation("g", sent_at=_LONG_AGO)],
}


def _copies(rows: list[Any]) -> list[Any]:
    """Rows as given, at this moment: SQLAlchemy binds the ones it stores to one test's database."""
    passed = datetime.now(UTC) - NOW

    def moved(value: Any) -> Any:
        if isinstance(value, datetime):
            return value + passed
        is_moment = isinstance(value, float) and value >= NOW.timestamp()
        return value + passed.total_seconds() if is_moment else value

    columns = [{c.name for c in row.__table__.columns} for row in rows]
    return [
        type(row)(**{key: moved(value) for key, value in vars(row).items() if key in names})
        for row, names in zip(rows, columns, strict=True)
    ]


def _store(database: Database, rows: list[Any]) -> None:
    with database.session() as session, session.begin():
        session.add_all(_copies(rows))


def test_a_healthy_installation_raises_no_alert(
    scrape: Callable[[], str], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _half_full(monkeypatch)
    _store(
        database,
        [
            _generation("g"),
            _command(state="waiting"),
            _command(state="started", started_at=NOW, heartbeat_at=NOW),
            _publication(),
        ],
    )
    exposition = scrape()
    assert [name for name, rule in ALERTS.items() if fires(rule, exposition)] == []


def _half_full(monkeypatch: pytest.MonkeyPatch, used: int = 50) -> None:
    usage = type(shutil.disk_usage("/"))(100, used, 100 - used)
    monkeypatch.setattr(figures_module.shutil, "disk_usage", lambda _: usage)


@pytest.mark.parametrize("name", sorted(CAUSES))
def test_an_alert_fires_when_its_cause_is_true_and_no_other_does(
    name: str, scrape: Callable[[], str], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _half_full(monkeypatch)
    _store(database, CAUSES[name])
    exposition = scrape()
    assert [other for other, rule in ALERTS.items() if fires(rule, exposition)] == [name]


def test_a_full_disk_is_told(scrape: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk itself cannot be filled in a test; what the system says of it is exchanged."""
    _half_full(monkeypatch, used=81)
    exposition = scrape()
    assert fires(ALERTS["StorageFilling"], exposition)


def test_every_alert_has_a_cause_a_runbook_and_figures_that_exist() -> None:
    assert set(ALERTS) == {*CAUSES, "StorageFilling"}
    for name, rule in ALERTS.items():
        assert (ROOT / rule["annotations"]["runbook"]).is_file(), name
        assert rule["expr"].split("{")[0].split()[0] in HELP, name


def test_what_nobody_comes_for_is_counted_with_its_money(
    scrape: Callable[[], str], database: Database
) -> None:
    resting = {"owner": "", "lease_until": NOW.timestamp() + 900, "held_microusd": 300_000}
    held = {"owner": "here:1", "lease_until": NOW.timestamp() + 900, "held_microusd": 300_000}
    other = Projects(database).add("asked-for", "Another", Brief(text="Another.")).key
    asked_for = {"project": other, "lease_until": 0.0, "held_microusd": 300_000}
    rows = [
        _generation(name, state="submitted", finished_at=None, **more)
        for name, more in (("a", resting), ("b", held), ("c", asked_for))
    ]
    _store(database, [*rows, _command(project=other, state="waiting")])
    exposition = scrape()
    assert 'generations_left_behind{state="submitted"} 1' in exposition
    assert "cost_left_behind_usd 0.3" in exposition


def test_what_was_never_sent_is_no_failure_of_its_agent(
    scrape: Callable[[], str], database: Database
) -> None:
    _store(database, [_generation("a", state="failed", error_code="abandoned"), _generation("b")])
    assert 'agent_error_rate{agent="image"} 0.0' in scrape()


def test_the_architecture_s_four_figures_and_bounds_are_alerted_on() -> None:
    said = {rule["expr"] for rule in ALERTS.values()}
    assert said >= {
        'pipeline_duration_seconds{state="running"} > 600',
        "agent_error_rate > 0.05",
        "render_queue_size > 50",
        "storage_usage > 0.8",
    }


def test_the_dashboard_shows_every_figure_and_no_other() -> None:
    board = json.loads((ROOT / "deploy/monitoring/dashboard.json").read_text())
    shown = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert sorted(shown) == sorted(HELP)
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])


def test_media_are_counted_once_however_often_they_are_used(
    scrape: Callable[[], str], database: Database
) -> None:
    kind = {"tenant": "default", "kind": "image", "media_type": "image/png", "created_at": NOW}
    rows = [
        AssetRow(id=str(n), sha256="a" * 64 if n < 2 else "b" * 64, size_bytes=100, **kind)
        for n in range(3)
    ]
    _store(database, rows)
    assert 'storage_tenant_bytes{tenant="default"} 200.0' in scrape()


def test_hostile_labels_stay_labels() -> None:
    line = to_prometheus([Sample("agent_error_rate", 1.0, (("agent", 'a"} 0\nx{b="\\'),))])
    assert line.splitlines()[-1] == 'agent_error_rate{agent="a\\"} 0\\nx{b=\\"\\\\"} 1.0'
