"""``batch`` and ``templates``: many films from one file, and the shapes they may take."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import document, say
from video_platform.disk import storage_errors
from video_platform.domain.language import Language
from video_platform.errors import BriefError, VideoPlatformError
from video_platform.settings import Settings

if TYPE_CHECKING:
    from video_platform.agents.batches import Line
    from video_platform.agents.studio import Studio
    from video_platform.agents.templates import Templates

_LONGEST_S = 6 * 3600


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(batch)
    app.command()(templates)


def batch(
    file: Annotated[Path, typer.Argument(help="CSV or JSONL: a brief on each line.")],
    out: Annotated[Path, typer.Option(help="Folder of the films and report.json.")] = Path("films"),
    at_once: Annotated[int, typer.Option(min=1, max=16, help="Films made side by side.")] = 1,
    publish: Annotated[bool, typer.Option(help="Publish to the local channel, too.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Read the file, make nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make a film of every line; one that fails does not stop the others. Again: goes on."""
    from cli.briefs import read_text
    from video_platform.agents.batches import read_batch
    from video_platform.bootstrap import build_studio

    settings = Settings()
    studio = build_studio(settings)
    lines = read_batch(file, _templates(settings), lambda place: read_text("", place))
    projects = [_open(studio, line, is_stored=not check) for line in lines]
    if not check:
        out.mkdir(parents=True, exist_ok=True)
    started, rows = time.monotonic(), []
    for row in projects if check else _make_all(projects, out, at_once=at_once, publish=publish):
        rows.append(row)
        if not check:
            _write(out / "report.json", _report(rows, time.monotonic() - started))
        if not as_json:
            say(f"{len(rows):>4} of {len(lines)}  {_sentence(row)}")
    report = _report(rows, time.monotonic() - started)
    if as_json:
        document(report)
    else:
        say(", ".join(f"{count} {state}" for state, count in report["states"].items()))
    if any(row["state"] in ("failed", "refused") for row in rows):
        raise VideoPlatformError(
            "Some lines gave no film.", hint="The report says why.", code="batch_incomplete"
        )


def _open(studio: "Studio", line: "Line", *, is_stored: bool) -> dict[str, Any]:
    from video_platform.agents.studio import check_choices

    row: dict[str, Any] = {"line": line.number, "state": "ready", "project": ""}
    try:
        if line.brief is None:
            raise line.error or BriefError("The line is no brief.")
        check_choices(line.brief, studio.providers)
        if is_stored:
            row["project"] = studio.open_project(line.brief).key
    except VideoPlatformError as error:
        row |= {"state": "refused", "error": _error(error)}
    return row


def _make_all(
    rows: list[dict[str, Any]], out: Path, *, at_once: int, publish: bool
) -> Iterator[dict[str, Any]]:
    """Rows with what became of them, in their order."""
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        yield from pool.map(lambda row: _make(row, out, publish=publish), rows)


def _make(row: dict[str, Any], out: Path, *, publish: bool) -> dict[str, Any]:
    """One film, in a process of its own: what a film leaves in memory ends with it."""
    if row["state"] == "refused":
        return row
    started = time.monotonic()
    wish = "--publish" if publish else "--no-publish"
    command = [sys.executable, "-m", "cli.main", "build", row["project"], wish, "--json"]
    try:
        done = subprocess.run(
            [*command, "--out", str(out)],
            capture_output=True,
            timeout=_LONGEST_S,
            check=False,
        )
        said = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        said = {"error": {"code": "build_ended", "message": "The build ended without a word."}}
    seconds = round(time.monotonic() - started, 1)
    if "error" in said:
        return {**row, "state": "failed", "seconds": seconds, "error": said["error"]}
    return {
        **row,
        "state": "finished",
        "seconds": seconds,
        "cost_usd": said["cost_usd"],
        "films": [
            {name: film[name] for name in ("format", "path", "duration_s", "sha256")}
            for film in said["films"]
        ],
    }


def _report(rows: list[dict[str, Any]], seconds: float) -> dict[str, Any]:
    films = [film for row in rows for film in row.get("films", ())]
    return {
        "states": dict(Counter(row["state"] for row in rows)),
        "seconds": round(seconds, 1),
        "film_seconds": round(sum(film["duration_s"] for film in films), 1),
        "cost_usd": sum(row.get("cost_usd", 0.0) for row in rows),
        "lines": rows,
    }


def _write(path: Path, report: dict[str, Any]) -> None:
    with storage_errors(path.parent):
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
        unfinished.replace(path)


def _sentence(row: dict[str, Any]) -> str:
    why = row.get("error", {}).get("message", "")
    return " ".join(filter(None, (row["state"], row["project"], why)))


def _error(error: VideoPlatformError) -> dict[str, str]:
    return {"code": error.code, "message": error.message, "hint": error.hint or ""}


def _templates(settings: Settings) -> "Templates":
    from video_platform.agents.templates import Templates

    return Templates(settings.home / "templates")


def templates(
    name: Annotated[str, typer.Argument(help="A template; without it all are listed.")] = "",
    field: Annotated[list[str] | None, typer.Option(help="NAME=VALUE; repeatable.")] = None,
    language: Annotated[Language, typer.Option(help="Of the template's own words.")] = (
        Language.ENGLISH
    ),
) -> None:
    """List the templates, a template's fields, or print the brief it gives for `create -f -`."""
    known = _templates(Settings())
    if not name:
        for one in known.names():
            say(f"{one:<12} {known.find(one).about}")
        return
    template = known.find(name)
    if not field:
        for one, meaning in template.fields.items():
            say(f"{one:<12} {meaning}")
        return
    pairs = [pair.partition("=") for pair in field]
    typer.echo(template.fill({one: value for one, _, value in pairs}, language))
