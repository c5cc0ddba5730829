"""Films on Celery workers with PostgreSQL, Redis and S3: made, paid once, and ended when asked."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.installation import Installation, installation

pytestmark = [pytest.mark.slow, pytest.mark.wide, pytest.mark.timeout(900)]
_TEXTS = (
    "Bread rises because yeast eats sugar. The oven stops it.",
    "The tide follows the moon. Twice a day the water comes back.",
    "Bees dance to tell where flowers are. The hive listens.",
)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("cluster")) as made:
        yield made


def runs(live: Installation, key: str) -> list[dict[str, Any]]:
    text = (
        "query ($filter: RunsFilter!) { runsOrError(filter: $filter) {"
        " ... on Runs { results { jobName status } } } }"
    )
    tags = [{"key": "dagster/partition", "value": key}]
    body = json.dumps({"query": text, "variables": {"filter": {"tags": tags}}}).encode()
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{live.dagster}/dagster/graphql", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        found: list[dict[str, Any]] = json.load(answer)["data"]["runsOrError"]["results"]
        return found


def programs_below(folder: Path) -> list[str]:
    """Command lines that name the folder, of FFmpeg."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = place.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if "ffmpeg" in words.split(" ")[0] and str(folder) in words:
            found.append(words)
    return found


def test_a_killed_worker_and_an_emptied_redis_cost_no_film_and_no_second_payment(
    live: Installation,
) -> None:
    keys = [live.ask(text) for text in _TEXTS]
    live.until(lambda: any(live.status(key) == "generating" for key in keys))
    live.kill("worker-generate-1")
    live.until(lambda: any(live.status(key) == "rendering" for key in keys))
    live.empty_redis()
    ended = live.ended(keys)
    # Killed between sending and hearing: the seller may have the request. A person decides then.
    assert all(one == "published" or "may have done it" in one for one in ended.values()), ended
    prompts = live.bought()
    assert prompts
    assert len(prompts) == len(set(prompts)), "a picture was paid for twice"
    films = list((live.it.home / "channel").rglob("*.mp4"))
    published = [key for key, one in ended.items() if one == "published"]
    assert len(films) == len(published), "a film was published twice, or not at all"


def test_a_cancel_ends_the_run_as_cancelled_and_leaves_no_ffmpeg(live: Installation) -> None:
    key = live.ask("A lighthouse turns. Ships see it from far away.", duration_s=60)
    live.until(lambda: live.status(key) == "rendering")
    live.call("POST", f"/api/v1/projects/{key}/cancel")
    assert live.ended([key]) == {key: "cancelled"}
    live.until(lambda: {run["status"] for run in runs(live, key)} == {"CANCELED"}, 60)
    live.until(lambda: not programs_below(live.it.home), 20)
