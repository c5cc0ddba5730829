"""Serves the built front end beside the API: static files, each page under its own strict policy.

The front end is a folder of files (docs/adr/0014). Its pages start with small inline scripts that
the build writes; their hashes, and nothing else inline, are allowed by the page's
``Content-Security-Policy``. Where the folder is missing, the API runs and the address says how to
build it.
"""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.deps import api_settings_of
from video_platform.domain.language import Language
from video_platform.settings import Settings

_LOCALES = tuple(language.value for language in Language)
_FALLBACK = "en"
_BUILD_FILES = "_next"
_LOCALE_COOKIE = "locale"
_LASTING = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_POLICY = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:{films}; connect-src 'self'; font-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Not built</title>
<h1>The web pages are not built yet</h1>
<p>The API runs: <a href="/docs">its documentation</a> lists every route.</p>
<p>To build the pages, run <code>make frontend</code>;
this address shows them from then on.</p></html>"""


def install(app: FastAPI) -> None:
    """Put the pages beside the API's routes; ``/`` leads to those in the reader's language."""
    folder = api_settings_of(app).frontend_dir
    films = (app.state.settings or Settings()).cdn_base_url

    def front_door(request: Request) -> Response:
        if not (folder / _FALLBACK).is_dir():
            return _not_built()
        return RedirectResponse(
            f"/{_locale_of(request)}/", 307, {"Vary": "Accept-Language, Cookie"}
        )

    app.add_route("/", front_door, include_in_schema=False)
    for name in (_BUILD_FILES, *_LOCALES):
        app.mount(f"/{name}", Pages(folder / name, films), name=f"website:{name}")


class Pages(StaticFiles):
    """One folder of the build; it may appear, change or go while the process runs."""

    def __init__(self, folder: Path, films: str) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)
        self._folder = folder
        self._films = films

    async def check_config(self) -> None:
        """Nothing to check: a folder that is missing is answered with a page that says so."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with its lifetime, and with its policy where it is a page."""
        if not self._folder.is_dir():
            return _not_built()
        response = await super().get_response(path, scope)
        is_named_by_content = self._folder.name == _BUILD_FILES
        response.headers["Cache-Control"] = _LASTING if is_named_by_content else _ASK_AGAIN
        page = self._folder / path
        page = page / "index.html" if page.is_dir() else page
        # On "not modified" as well: browsers put an answer's headers over those they kept.
        if page.suffix == ".html":
            response.headers["Content-Security-Policy"] = _policy(
                page, page.stat().st_mtime_ns, self._films
            )
        return response


@lru_cache(maxsize=256)
def _policy(page: Path, _changed_ns: int, films: str) -> str:
    """Its own files, the API, the scripts that stand in it, and films from where they may be."""
    scripts = _INLINE_SCRIPT.findall(page.read_bytes())
    digests = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in scripts)
    hashes = "".join(f" 'sha256-{digest}'" for digest in digests)
    return _POLICY.format(hashes=hashes, films=f" {films}" if films else "")


def _locale_of(request: Request) -> str:
    """What the reader chose here, or else the first language of the browser that there is."""
    chosen = request.cookies.get(_LOCALE_COOKIE)
    spoken = request.headers.get("accept-language", "").lower()
    ranked = [chosen, *(part.strip()[:2] for part in spoken.split(","))]
    return next((one for one in ranked if one in _LOCALES), _FALLBACK)


def _not_built() -> Response:
    return HTMLResponse(_NOT_BUILT, 503, {"Cache-Control": "no-store"})
