"""Frames a second of the built pages: ``python -m benchmarks.frontend``.

The pages are served as files and the API's answers are laid down here, so that only the browser is
measured: a list of 1,000 projects that is scrolled, and an editor of 60 scenes and 200 clips in
which a scene is dragged. Each is set against the same page left alone, in the same run: on a busy
machine only their ratio says something.
"""

import functools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route

from tests.conftest import ROOT
from tests.frontend.browser import chromium

_FRONTEND = ROOT / "frontend"
_SCHEMAS = json.loads((_FRONTEND / "openapi.json").read_text())["components"]["schemas"]
PROJECTS, PAGE = 1000, 100
SCENES, SCENE_MS, WORDS = 60, 4000, 80
STEPS = 240
_RECORD = """() => { window.frames_ms = []; let last = performance.now(); window.isOn = true
  const tick = now => { frames_ms.push(now - last); last = now
    if (isOn) requestAnimationFrame(tick) }
  requestAnimationFrame(tick) }"""


def _example(name: str, **changes: Any) -> dict[str, Any]:
    return {**_SCHEMAS[name]["examples"][0], **changes}


def _projects(query: dict[str, list[str]]) -> dict[str, Any]:
    first = int(query.get("cursor", ["0"])[0])
    items = [
        _example("ProjectSummary", id=f"film-{number:010x}", title=f"Film number {number}")
        for number in range(first, first + PAGE)
    ]
    last = first + PAGE
    return {"items": items, "next": str(last) if last < PROJECTS else ""}


def _timeline() -> dict[str, Any]:
    """60 pictures, 60 voices and 80 captions: 200 clips."""

    def clip(scene: int, start_ms: int, duration_ms: int, **more: Any) -> dict[str, Any]:
        return {"scene": scene, "start_ms": start_ms, "duration_ms": duration_ms, **more}

    scenes = range(SCENES)
    whole_ms = SCENES * SCENE_MS
    word_ms = whole_ms // WORDS
    tracks = {
        "video": [clip(n + 1, n * SCENE_MS, SCENE_MS, media={}) for n in scenes],
        "voice": [clip(n + 1, n * SCENE_MS + 200, 3000, media="voice.wav") for n in scenes],
        "caption": [
            clip(n * word_ms // SCENE_MS + 1, n * word_ms, word_ms, media={}, text="bread")
            for n in range(WORDS)
        ],
    }
    return _example(
        "TimelineOut",
        duration_ms=whole_ms,
        edits={"clips": [], "transitions": [], "music_db": 0.0},
        tracks=[{"type": kind, "clips": clips} for kind, clips in tracks.items()],
    )


def _answer(route: Route) -> None:
    """What the API would say; a path that has no answer here is an empty page."""
    address = urlsplit(route.request.url)
    path = address.path.removeprefix("/api/v1/")
    last = path.rpartition("/")[2]
    scene = _example("SceneOut")
    answers: dict[str, Callable[[], Any]] = {
        "refresh": lambda: _example("SignedInOut"),
        "projects": lambda: _projects(parse_qs(address.query)),
        "cost": lambda: _example("CostOut"),
        "estimate": lambda: _example("EstimateOut"),
        "material": list,
        "timeline": _timeline,
        "scenes": lambda: [{**scene, "id": number + 1} for number in range(SCENES)],
        "log": list,
        "film": lambda: _example("ProjectOut", id="film", status="ready"),
    }
    route.fulfill(json=answers.get(last, lambda: {"items": [], "next": ""})())


@contextmanager
def _served() -> Iterator[str]:
    """The address of the built pages."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=_FRONTEND / "out")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _frames(page: Page, act: Callable[[], None]) -> dict[str, float]:
    """Frames a second while something is done, and the longest wait for one, in milliseconds."""
    page.evaluate(_RECORD)
    act()
    frames = sorted(page.evaluate("() => { isOn = false; return frames_ms.slice(1) }"))
    return {
        "frames_per_s": round(1000 * len(frames) / sum(frames), 1),
        "p95_ms": round(frames[int(0.95 * (len(frames) - 1))], 1),
        "longest_ms": round(frames[-1], 1),
    }


def _rest(page: Page) -> None:
    page.wait_for_timeout(4000)


def _scroll(page: Page) -> None:
    page.hover(".projects .viewport")
    for _ in range(STEPS):
        page.mouse.wheel(0, 400)


def _drag(page: Page) -> None:
    box = page.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    for number in range(STEPS):
        page.mouse.move(box["x"] + 60 + number * 3 % (box["width"] - 80), box["y"] + 60)
    page.mouse.up()
    page.get_by_text("1 change", exact=True).wait_for()


def main() -> None:
    """Print the figures as JSON."""
    figures: dict[str, dict[str, float]] = {}
    with chromium() as browser, _served() as address:
        page = browser.new_page(viewport={"width": 1360, "height": 900})
        page.add_init_script("localStorage.setItem('was-signed-in', 'yes')")
        page.route("**/api/v1/**", _answer)
        for name, path, ready, act in (
            ("list", "", ".project-row", _scroll),
            ("editor", "cut/?key=film", "canvas", _drag),
        ):
            page.goto(f"{address}/en/{path}")
            page.wait_for_selector(ready)
            _rest(page)
            figures[f"{name}, left alone"] = _frames(page, lambda: _rest(page))
            figures[f"{name}, moved"] = _frames(page, functools.partial(act, page))
        figures["editor, moved"]["clips"] = 2 * SCENES + WORDS
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
