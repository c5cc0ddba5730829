"""The ledger from the command line."""

import json
from datetime import UTC, datetime

from tests.conftest import Command
from video_platform.bootstrap import build_studio
from video_platform.db.models import GenerationRow
from video_platform.db.repositories.generations import GenerationState
from video_platform.settings import Settings


def test_what_nobody_comes_for_is_settled_by_hand_where_no_sensor_ticks(
    command: Command, settings: Settings
) -> None:
    studio = build_studio(settings)
    assert "Nothing was left behind." in command("generations", "reap").stderr
    with studio.database.session() as session, session.begin():
        session.add(
            GenerationRow(
                key="ab" * 32,
                tenant="default",
                project="gone",
                provider="runway",
                capability="video",
                request={},
                state="claimed",
                owner="elsewhere:1",
                fence=1,
                lease_until=0.0,
                attempts=1,
                created_at=datetime.now(UTC),
            )
        )
    done = command("generations", "reap", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["freed"] == 1
    (entry,) = studio.generations.list()
    assert entry.state is GenerationState.FAILED
