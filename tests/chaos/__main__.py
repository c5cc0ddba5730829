"""``python -m tests.chaos``: small bought films while processes are killed; figures at the end.

A seed decides who is killed and when. What the machine does in between it does not decide: the same
seed gives the same order of strikes, not the same instants within a film.
"""

import argparse
import json
import random
import secrets
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.chaos.checker import TERMINAL, judge
from tests.chaos.nemesis import Nemesis, Product
from tests.cli.test_paid_film import accounts
from tests.scenarios.server import ScenarioServer
from tests.scenarios.speakers import all_speakers
from video_platform.bootstrap import build_installation
from video_platform.settings import Settings

_TOPICS = ("salt", "tide", "yeast", "rust", "amber", "chalk", "copper", "frost", "honey", "ivory")


@dataclass(frozen=True, slots=True)
class Tier:
    """How much is asked of a run."""

    projects: int
    kills: int
    pause_s: float
    calm_s: float = 120.0


TIERS = {
    "quick": Tier(projects=3, kills=12, pause_s=5.0),
    "ci": Tier(projects=20, kills=300, pause_s=2.5),
    "soak": Tier(projects=60, kills=3000, pause_s=5.0),
}


class Client:
    """A person's program: asks again, under the same key, what was not answered."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._headers = {"Content-Type": "application/json"}

    def register(self) -> None:
        account = {
            "email": "chaos@example.com",
            "password": "a long enough passphrase",
            "name": "chaos",
            "tenant": "chaos",
        }
        token = self.call("POST", "/auth/register", account)["access_token"]
        key = self.call(
            "POST", "/api-keys", {"name": "chaos", "role": "owner"}, Authorization=f"Bearer {token}"
        )
        self._headers["Authorization"] = f"Bearer {key['key']}"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        for _ in range(240):
            request = urllib.request.Request(
                self._product.api + path, data, {**self._headers, **headers}, method=method
            )
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code not in (409, 429, 500, 503):
                    raise RuntimeError(f"{error.code} {error.read()[:300]!r}") from error
            except OSError:
                pass
            self._product.keep_up()
            time.sleep(0.5)
        raise RuntimeError(f"{method} {path} was never answered")


def main() -> int:
    """Run a tier; 0 when nothing was violated."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--tier", choices=TIERS, default="quick")
    parser.add_argument("--seed", type=int, default=None, help="Of an earlier run, to replay it.")
    parser.add_argument("--kills", type=int, default=None, help="Instead of the tier's.")
    parser.add_argument("--projects", type=int, default=None, help="Instead of the tier's.")
    chosen = parser.parse_args()
    seed = secrets.randbelow(1 << 32) if chosen.seed is None else chosen.seed
    tier = TIERS[chosen.tier]
    if chosen.projects is not None:
        tier = replace(tier, projects=chosen.projects)
    print(
        f"seed {seed} (replay: make chaos CHAOS='--tier {chosen.tier} --seed {seed}')", flush=True
    )
    kills = tier.kills if chosen.kills is None else chosen.kills
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        return _run(tier, kills, random.Random(seed), seed, Path(folder))


def _run(tier: Tier, kills: int, chance: random.Random, seed: int, folder: Path) -> int:
    seller = ScenarioServer(list(all_speakers().values()), folder / "accepted.log")
    home = folder / "data"
    home.mkdir()
    product = Product(home=home, environment=accounts(seller), mark=f"{seed}-{time.time_ns()}")
    nemesis = Nemesis(product, chance)
    begun = time.monotonic()
    try:
        product.start()
        print(f"{time.monotonic() - begun:.0f} s: the product is up", flush=True)
        client = Client(product)
        client.register()
        promised = [_ask(client, number) for number in range(tier.projects)]
        for _ in range(kills):
            pause = chance.expovariate(1 / tier.pause_s)
            product.until(lambda: False, pause)
            nemesis.strike()
        print(
            f"{time.monotonic() - begun:.0f} s: {len(nemesis.killed)} kills, now calm", flush=True
        )
        calm = time.monotonic()
        in_time = product.until(lambda: _all_over(client, promised), tier.calm_s)
        calm_s = time.monotonic() - calm
        if not in_time:
            product.until(lambda: _all_over(client, promised), 3 * tier.calm_s)
    finally:
        left = product.stop()
        seller.close()
    installation = build_installation(Settings(data_dir=home))
    verdict = judge(promised, seller.world, installation, home / "channel")
    installation.database.engine.dispose()
    verdict.orphans = [*nemesis.orphans, *(f"left alive: {one.words[:80]}" for one in left)]
    if not in_time:
        verdict.lost.append(f"not all projects were over {tier.calm_s:.0f} s after the last kill")
    _tell(verdict, nemesis, product, calm_s, time.monotonic() - begun)
    return 1 if verdict.violations else 0


def _ask(client: Client, number: int) -> str:
    """A project that is bought in part; no two have the same words."""
    topic = f"{_TOPICS[number % len(_TOPICS)]} {number}"
    wish = {
        "text": f"Why {topic} matters: it slows what is fast, and the sea takes it back.",
        "title": f"About {topic}",
        "duration_s": 10,
        "providers": {"script": "openai", "music": "musicgen"},
    }
    answer = client.call("POST", "/projects", wish, **{"Idempotency-Key": f"project-{number}"})
    return str(answer["id"])


def _all_over(client: Client, promised: list[str]) -> bool:
    statuses = [client.call("GET", f"/projects/{key}")["status"] for key in promised]
    return all(status in TERMINAL - {"ready"} for status in statuses)


def _tell(verdict: Any, nemesis: Nemesis, product: Product, calm_s: float, whole_s: float) -> None:
    kinds = sorted(set(nemesis.killed))
    killed = ", ".join(f"{kind} {nemesis.killed.count(kind)}" for kind in kinds)
    figures = {
        "kills": f"{len(nemesis.killed)} ({killed}), services begun again {product.restarts} times",
        "projects": f"{verdict.projects} promised, {verdict.published} published, "
        f"{len(verdict.failed)} failed with a reason {verdict.failed}, {len(verdict.lost)} lost",
        "paid requests": f"{verdict.accepted} accepted, {len(verdict.paid_twice)} twice, "
        f"{verdict.unknown} of unknown outcome",
        "posts": f"{verdict.posts}, {len(verdict.posted_twice)} twice",
        "orphans": str(len(verdict.orphans)),
        "all over after": f"{calm_s:.0f} s of calm; {whole_s:.0f} s in all",
        "violations": str(len(verdict.violations)),
    }
    for name, figure in figures.items():
        print(f"{name:>15}: {figure}")
    for sentence in verdict.violations:
        print(f"  VIOLATION {sentence}")


if __name__ == "__main__":
    sys.exit(main())
