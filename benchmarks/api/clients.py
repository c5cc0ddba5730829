"""A thousand WebSocket clients on one process: none missing, in order, memory bounded.

``python -m benchmarks.api.clients [--clients 1000] [--events 300]``: each client reads, is cut off
in the middle, comes back with the last number it saw, and reads on; one reads nothing at all.
"""

import argparse
import asyncio
import json
import resource
import statistics
import time

from benchmarks.api.server import Server, serving
from video_platform.db.database import open_database
from video_platform.db.repositories.events import Events
from video_platform.domain.events import EventKind


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1000)
    parser.add_argument("--events", type=int, default=300)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    with serving() as server:
        print(
            json.dumps(
                asyncio.run(play(server.signed_in(), options.clients, options.events)), indent=1
            )
        )


async def play(server: Server, clients: int, events: int) -> dict[str, object]:
    import websockets

    me = server.call("GET", "/api/v1/auth/me")
    tenant = me.get("tenant") or me["user"]["tenant"]
    log = Events(open_database(server.database_url).of(tenant))
    headers = {"Authorization": f"Bearer {server.token}"}
    address = f"ws://127.0.0.1:{server.port}/api/v1/events"
    before = server.memory_mb()
    delays: list[float] = []
    written: dict[int, float] = {}
    open_count = asyncio.Semaphore(100)

    async def connect(after: int) -> websockets.ClientConnection:
        async with open_count:
            return await websockets.connect(
                f"{address}?after={after}",
                additional_headers=headers,
                max_queue=2,
                open_timeout=60,
                ping_interval=None,
            )

    async def read(cut_at: int) -> list[int]:
        seen: list[int] = []
        while len(seen) < events:
            connection = await connect(seen[-1] if seen else 0)
            async with connection:
                async for text in connection:
                    frame = json.loads(text)
                    if "id" not in frame:
                        continue
                    seen.append(frame["id"])
                    if frame["id"] in written:
                        delays.append(time.monotonic() - written[frame["id"]])
                    if len(seen) == cut_at or len(seen) == events:
                        break
        return seen

    readers = [asyncio.create_task(read(events // 3 + n % 50)) for n in range(clients)]
    sleeper = await connect(0)
    await asyncio.sleep(8)
    connected = server.memory_mb()

    def write() -> None:
        for _ in range(events):
            written[log.tell(EventKind.PROJECT_CHANGED, {"fields": ["title"]})] = time.monotonic()
            time.sleep(0.02)

    await asyncio.to_thread(write)
    found = await asyncio.gather(*readers)
    after = server.memory_mb()
    await sleeper.close()
    wanted = list(range(1, events + 1))
    return {
        "clients": clients,
        "events": events,
        "missing_or_out_of_order": sum(one != wanted for one in found),
        "kb_per_client": round((connected - before) * 1024 / clients, 1),
        "mb_before": round(before),
        "mb_with_clients": round(connected),
        "mb_at_the_end": round(after),
        "delay_ms_median": round(statistics.median(delays) * 1000),
        "delay_ms_p95": round(statistics.quantiles(delays, n=20)[-1] * 1000),
    }


if __name__ == "__main__":
    main()
