"""Lighthouse's figures of every page: ``python -m benchmarks.frontend.lighthouse``.

The pages of a running product, in the Chromium that the tests use, seen by somebody who signed up.
Lighthouse is no dependency of the project: ``--command`` says how it is run, by default with npx,
which fetches it (Node.js 22.19 or newer). It simulates a slow phone by default, or a desk.
"""

import argparse
import json
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.frontend.studio import DOORS, PAGES, furnish
from tests.dagster.test_product import free_port
from tests.frontend.browser import chromium
from tests.frontend.person import product

_COMMAND = "npx --yes lighthouse@13.5.0"
_FORMS: dict[str, list[str]] = {"phone": [], "desk": ["--preset=desktop"]}
_CATEGORIES = ("performance", "accessibility", "best-practices")
_LONGEST_S = 180


def _look(command: list[str], port: int, address: str, options: list[str]) -> dict[str, object]:
    """Scores of a page from 0 to 100, and the audits that ask for better."""
    asked = [
        *(f"--port={port}", "--disable-storage-reset", "--quiet", "--output=json"),
        f"--only-categories={','.join(_CATEGORIES)}",
    ]
    done = subprocess.run(
        [*command, address, *asked, *options],
        capture_output=True,
        timeout=_LONGEST_S,
        check=True,
    )
    report = json.loads(done.stdout)
    audits = report["audits"]
    found = {
        audit["id"]
        for category in _CATEGORIES[1:]
        for audit in report["categories"][category]["auditRefs"]
        if audits[audit["id"]]["score"] == 0 and audit["weight"]
    }
    scores = {name: round(100 * report["categories"][name]["score"]) for name in _CATEGORIES}
    return {**scores, "found": sorted(found)}


def _figures(browser: Browser, address: str, command: list[str], port: int) -> Iterator[str]:
    """One line of JSON for each page and form; the door comes first, by a stranger."""
    # Lighthouse opens its own tab, which sees only what the browser's first context holds.
    own = browser.browser_type.connect_over_cdp(f"http://127.0.0.1:{port}").contexts[0]
    film = ""
    for paths in (DOORS, PAGES):
        if paths is PAGES:
            person, film = furnish(own, address)
            person.page.close()
        for path in paths:
            for form, options in _FORMS.items():
                page = f"/en/{path.format(film=film)}"
                scores = _look(command, port, f"{address}{page}", options)
                yield json.dumps({"page": page.partition("?")[0], "form": form, **scores})


def main() -> None:
    """Print the figures, a line for each page and form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--command", default=_COMMAND)
    command = shlex.split(parser.parse_args().command)
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as data,
        chromium(f"--remote-debugging-port={port}") as browser,
        product(Path(data)) as address,
    ):
        for line in _figures(browser, address, command, port):
            print(line, flush=True)


if __name__ == "__main__":
    main()
