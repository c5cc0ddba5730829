"""``python -m tests.chaos``: bought films while processes are killed; figures at the end.

A seed decides who is killed and when. What the machine does in between it does not decide: the same
seed gives the same order of strikes, not the same instants within a film.
"""

import argparse
import contextlib
import json
import os
import random
import secrets
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.chaos.checker import TERMINAL, Verdict, judge, statuses
from tests.chaos.nemesis import Nemesis, Product
from tests.chaos.services import Postgres, Redis
from tests.cli.test_paid_film import accounts
from tests.scenarios.server import ScenarioServer
from tests.scenarios.speakers import all_speakers
from video_platform.bootstrap import Installation, build_installation
from video_platform.settings import Settings

_TOPICS = ("salt", "tide", "yeast", "rust", "amber", "chalk", "copper", "frost", "honey", "ivory")
_LOOK_S = 2.0


@dataclass(frozen=True, slots=True)
class Tier:
    """How much is asked of a run.

    Args:
        kills: after so many it is calm; 0: after ``minutes``.
        pause_s: mean time between two strikes.
        projects: asked for in all; so many at once as ``in_flight``.
        calm_s: all has to be over so long after the last strike.
        has_services: whether PostgreSQL and Redis are in place of SQLite and counting alone, and
            are struck, too.
    """

    kills: int
    pause_s: float
    projects: int
    in_flight: int = 3
    minutes: float = 0.0
    calm_s: float = 120.0
    has_services: bool = False


TIERS = {
    "quick": Tier(kills=20, pause_s=2.0, projects=3),
    "ci": Tier(kills=300, pause_s=1.2, projects=20, has_services=True),
    "soak": Tier(kills=0, pause_s=4.0, projects=100_000, minutes=30.0, has_services=True),
}


class Client:
    """A person's program: asks again, under the same key, what was not answered."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._headers = {"Content-Type": "application/json"}
        self.broken: list[str] = []

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
                if error.code == 500:
                    self.broken.append(f"{method} {path}: 500 {error.read()[:200]!r}")
                elif error.code not in (409, 429, 503):
                    raise RuntimeError(f"{error.code} {error.read()[:300]!r}") from error
            except (OSError, ValueError):
                pass  # killed before it answered, or while it did
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
    parser.add_argument("--minutes", type=float, default=None, help="How long the soak lasts.")
    parser.add_argument("--report", type=Path, default=None, help="Write the figures here as JSON.")
    chosen = parser.parse_args()
    seed = secrets.randbelow(1 << 32) if chosen.seed is None else chosen.seed
    tier = replace(
        TIERS[chosen.tier],
        **{
            name: getattr(chosen, name)
            for name in ("kills", "projects", "minutes")
            if getattr(chosen, name) is not None
        },
    )
    print(
        f"seed {seed} (replay: make chaos CHAOS='--tier {chosen.tier} --seed {seed}')", flush=True
    )
    with tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's own account goes through it
        siege = Siege(tier, random.Random(seed), Path(folder), f"{seed}-{time.time_ns()}")
        figures = siege.run()
    if chosen.report is not None:
        chosen.report.write_text(json.dumps({"seed": seed, **figures}, indent=1))
    for name, figure in figures.items():
        print(f"{name:>16}: {figure}")
    for sentence in siege.verdict.violations:
        print(f"  VIOLATION {sentence}")
    return 1 if siege.verdict.violations else 0


@dataclass
class Siege:
    """One product, what is asked of it, and what is done to it."""

    tier: Tier
    chance: random.Random
    folder: Path
    mark: str
    promised: list[str] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    _begun: float = field(default_factory=time.monotonic)

    def run(self) -> dict[str, str]:
        """From the start to the figures."""
        self.seller = ScenarioServer(list(all_speakers().values()), self.folder / "accepted.log")
        home = self.folder / "data"
        home.mkdir()
        with self._services() as services:
            for service in services:
                service.start()
            urls = {
                f"VIDEO_PLATFORM_{name}_URL": service.url()
                for name, service in zip(("DATABASE", "REDIS"), services, strict=False)
            }
            self.product = Product(home, {**accounts(self.seller), **urls}, self.mark)
            self.nemesis = Nemesis(self.product, self.chance, services)
            try:
                self._besiege()
            finally:
                left = self.product.stop()
                self.seller.close()
            installation = self._installation()
            self.verdict = judge(self.promised, self.seller.world, installation, home / "channel")
            installation.database.engine.dispose()
        self.verdict.orphans = [
            *self.nemesis.orphans,
            *(f"left alive: {one.words[:80]}" for one in left),
        ]
        self.verdict.broken = self.client.broken
        if not self.in_time:
            self.verdict.lost.append(
                f"not all projects were over {self.tier.calm_s:.0f} s after the last kill"
            )
        return self._figures()

    @contextlib.contextmanager
    def _services(self) -> Iterator[list[Postgres | Redis]]:
        services: list[Postgres | Redis] = []
        if self.tier.has_services:
            services = [Postgres(self.folder / "postgres"), Redis(self.folder / "redis")]
        try:
            yield services
        finally:
            for service in services:
                service.stop()

    def _installation(self) -> Installation:
        url = self.product.environment.get("VIDEO_PLATFORM_DATABASE_URL", "")
        return build_installation(Settings(data_dir=self.product.home, database_url=url))

    def _besiege(self) -> None:
        self.product.start()
        self._tell("the product is up")
        self.client = Client(self.product)
        self.client.register()
        installation = self._installation()
        try:
            while not self._is_enough():
                self._keep_asking(installation)
                self.product.until(lambda: False, self.chance.expovariate(1 / self.tier.pause_s))
                self.nemesis.strike()
                if len(self.nemesis.killed) % 50 == 0:
                    self._tell(f"{len(self.nemesis.killed)} kills, {len(self.promised)} projects")
            self._keep_asking(installation)
            self._tell(f"{len(self.nemesis.killed)} kills, now calm")
            calm = time.monotonic()
            self.in_time = self._until_over(installation, self.tier.calm_s)
            self.calm_s = time.monotonic() - calm
            if not self.in_time:
                self._until_over(installation, 3 * self.tier.calm_s)
        finally:
            installation.database.engine.dispose()

    def _is_enough(self) -> bool:
        if self.tier.kills:
            return len(self.nemesis.killed) >= self.tier.kills
        return time.monotonic() - self._begun >= 60 * self.tier.minutes

    def _keep_asking(self, installation: Installation) -> None:
        """So many films under way as the tier wants, while there are any left to ask for."""
        open_now = self._open(installation)
        while open_now < self.tier.in_flight and len(self.promised) < self.tier.projects:
            self.promised.append(_ask(self.client, len(self.promised)))
            open_now += 1

    def _open(self, installation: Installation) -> int:
        found = statuses(installation)
        return sum(found.get(key) not in TERMINAL - {"ready"} for key in self.promised)

    def _until_over(self, installation: Installation, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._open(installation) == 0:
                return True
            self.product.until(lambda: False, _LOOK_S)
        return False

    def _tell(self, sentence: str) -> None:
        print(f"{time.monotonic() - self._begun:5.0f} s: {sentence}", flush=True)

    def _figures(self) -> dict[str, str]:
        verdict, killed = self.verdict, self.nemesis.killed
        kinds = ", ".join(f"{kind} {killed.count(kind)}" for kind in sorted(set(killed)))
        return {
            "kills": f"{len(killed)} ({kinds}), services begun again {self.product.restarts} times",
            "projects": f"{verdict.projects} promised, {verdict.published} published, "
            f"{len(verdict.failed)} failed with a reason, {len(verdict.lost)} lost",
            "reasons": "; ".join(verdict.failed) or "none failed",
            "paid requests": f"{verdict.accepted} accepted, {len(verdict.paid_twice)} twice, "
            f"{verdict.unknown} of unknown outcome",
            "posts": f"{verdict.posts}, {len(verdict.posted_twice)} twice",
            "orphans": str(len(verdict.orphans)),
            "answers 500": str(len(verdict.broken)),
            "all over after": f"{self.calm_s:.0f} s of calm",
            "lasted": f"{(time.monotonic() - self._begun) / 60:.1f} min on {os.cpu_count()} cores",
            "violations": str(len(verdict.violations)),
        }


def _ask(client: Client, number: int) -> str:
    """A project that is bought in part; no two have the same words."""
    topic = f"{_TOPICS[number % len(_TOPICS)]} {number}"
    wish = {
        "text": f"Why {topic} matters: it slows what is fast, and the sea takes it back. "
        f"People who live by the water have told stories of {topic} for a very long time.",
        "title": f"About {topic}",
        "duration_s": 10,
        "providers": {"script": "openai", "music": "musicgen"},
    }
    answer = client.call("POST", "/projects", wish, **{"Idempotency-Key": f"project-{number}"})
    return str(answer["id"])


if __name__ == "__main__":
    sys.exit(main())
