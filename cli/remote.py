"""The same platform on another machine: sign in, ask for films, watch them being made.

Commands here talk to the API (`docs/api.md`); all others work on this machine's own data.
"""

import contextlib
import json
import os
import urllib.parse
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import document, say, table
from video_platform.errors import NotConfigured, VideoPlatformError

_FILE = Path("~/.config/video-platform/remote.json")
_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Session:
    """Where the API is and what lets us in; kept in a file that only its owner reads."""

    url: str
    access_token: str
    refresh_token: str = ""


class RemoteError(VideoPlatformError):
    """The API's own refusal, with its code and hint."""

    code = "remote_refused"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(login)
    app.command()(logout)
    remote = typer.Typer(help="Work with the API you signed in to.", no_args_is_help=True)
    for command in (projects, create, watch, download, cancel):
        remote.command()(command)
    app.add_typer(remote, name="remote")


def login(
    url: Annotated[str, typer.Argument(help="Where the API is, e.g. http://127.0.0.1:8001.")],
    email: Annotated[str, typer.Option(prompt=True, help="Whose account it is.")],
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            hide_input=True,
            envvar="VIDEO_PLATFORM_PASSWORD",
            help="Asked for if left out.",
        ),
    ],
) -> None:
    """Sign in to an API; `remote ...` commands use it until `logout`."""
    base = url.rstrip("/")
    _check_address(base)
    answer = _send("POST", f"{base}/api/v1/auth/login", {"email": email, "password": password})
    _keep(Session(base, answer["access_token"], answer["refresh_token"]))
    say(f"Signed in to {base} as {email}.")


def logout() -> None:
    """Sign out, and forget what let us in."""
    with contextlib.suppress(VideoPlatformError):
        Remote().call("POST", "/auth/logout")
    _path().unlink(missing_ok=True)
    say("Signed out.")


def projects(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List the projects there."""
    found = Remote().call("GET", "/projects?limit=100")["items"]
    if as_json:
        document(found)
        return
    rows = [(one["id"], one["status"], f"{one['progress']:.0%}", one["title"]) for one in found]
    table("Projects", ("project", "status", "done", "title"), rows)


def create(
    text: Annotated[str, typer.Argument(help="The brief; or use --file.")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", "-f", exists=True, dir_okay=False, help="The brief.")
    ] = None,
    language: Annotated[str, typer.Option(help="en, fr or ar.")] = "en",
    duration: Annotated[int, typer.Option(help="Seconds.")] = 60,
    format: Annotated[list[str] | None, typer.Option(help="16:9, 9:16, 1:1, 4:5.")] = None,
    follow: Annotated[bool, typer.Option("--watch", help="Stay and watch.")] = False,
) -> None:
    """Ask for a film."""
    brief = file.read_text(encoding="utf-8") if file else text
    wish = {"text": brief, "language": language, "duration_s": duration}
    made = Remote().call("POST", "/projects", {**wish, "formats": format or ["16:9"]})
    document({"project": made["id"], "status": made["status"]})
    if follow:
        watch(made["id"])


def watch(project: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Follow a project until it is ready, published, failed or cancelled."""
    remote = Remote()
    for event in remote.events(project):
        if event["kind"] == "stage.progress":
            say(f"{event['data']['progress']:4.0%}  {event['data']['sentence']}")
        elif event["kind"] == "project.failed":
            raise RemoteError(
                event["data"]["message"], hint=event["data"]["hint"], code=event["data"]["code"]
            )
        elif event["kind"] == "project.status":
            say(f"      {event['data']['status']}")
            if event["data"]["status"] in ("ready", "published", "cancelled", "awaiting_approval"):
                return


def download(
    project: Annotated[str, typer.Argument(help="Its id.")],
    out: Annotated[Path, typer.Option(help="Folder the films are put in.")] = Path("films"),
) -> None:
    """Fetch the finished films."""
    remote = Remote()
    films = remote.call("GET", f"/videos?project={urllib.parse.quote(project)}")["items"]
    out.mkdir(parents=True, exist_ok=True)
    for film in [one for one in films if one["is_current"]]:
        target = out / f"{project}-{film['format'].replace(':', 'x')}.mp4"
        remote.fetch(f"/assets/{film['id']}/download", target)
        say(str(target))


def cancel(project: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """End what is being made of a project."""
    Remote().call("POST", f"/projects/{urllib.parse.quote(project)}/cancel")
    say("It ends within seconds.")


class Remote:
    """Calls as the person who signed in; an access token that is over is renewed once."""

    def __init__(self) -> None:
        try:
            self._session = Session(**json.loads(_path().read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise NotConfigured(
                "You are not signed in to an API.",
                hint="Run `video-platform login URL`.",
                code="not_signed_in",
            ) from error

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request."""
        try:
            return _send(method, self._url(path), body, self._session.access_token)
        except RemoteError as error:
            if error.code != "unauthenticated" or not self._session.refresh_token:
                raise
        self._renew()
        return _send(method, self._url(path), body, self._session.access_token)

    def fetch(self, path: str, target: Path) -> None:
        """Stream a file to disk; it has its name only when it is whole."""
        import httpx

        self.call("GET", "/auth/me")  # renews a token that is over
        part = target.with_suffix(".part")
        headers = {"Authorization": f"Bearer {self._session.access_token}"}
        # Films may be with a network of caches; the token goes to the API only.
        with httpx.stream(
            "GET", self._url(path), headers=headers, timeout=_TIMEOUT_S, follow_redirects=True
        ) as answer:
            _refuse(answer.status_code, answer)
            with part.open("wb") as writer:
                for piece in answer.iter_bytes():
                    writer.write(piece)
        part.replace(target)

    def events(self, project: str) -> Iterator[dict[str, Any]]:
        """A project's events from the first one on, as they happen."""
        from websockets.exceptions import ConnectionClosed
        from websockets.sync.client import connect

        last = 0
        while True:
            ticket = self.call("POST", "/events/tickets")["ticket"]
            address = self._url(f"/projects/{urllib.parse.quote(project)}/events")
            query = urllib.parse.urlencode({"after": last, "ticket": ticket})
            with contextlib.suppress(ConnectionClosed):
                with connect(f"{address.replace('http', 'ws', 1)}?{query}") as stream:
                    for text in stream:
                        event: dict[str, Any] = json.loads(text)
                        if "id" in event:
                            last = event["id"]
                            yield event
                if stream.close_code == _NO_PROJECT:
                    raise RemoteError(f"There is no project {project!r}.", code="project_missing")

    def _url(self, path: str) -> str:
        return f"{self._session.url}/api/v1{path}"

    def _renew(self) -> None:
        body = {"refresh_token": self._session.refresh_token}
        answer = _send("POST", self._url("/auth/refresh"), body)
        self._session = Session(self._session.url, answer["access_token"], answer["refresh_token"])
        _keep(self._session)


_NO_PROJECT = 4404


def _send(method: str, url: str, body: Any = None, token: str = "") -> Any:
    import httpx

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx.request(method, url, json=body, headers=headers, timeout=_TIMEOUT_S)
    except httpx.HTTPError as error:
        raise RemoteError(
            f"{url} cannot be reached: {error}.",
            hint="Is the API running? `video-platform up` starts it.",
            code="remote_unreachable",
        ) from error
    _refuse(answer.status_code, answer)
    return answer.json() if answer.content else None


def _refuse(status: int, answer: Any) -> None:
    if status < 400:
        return
    answer.read()
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    raise RemoteError(
        str(problem.get("detail") or f"The API answered {status}."),
        hint=str(problem.get("hint") or ""),
        code=str(problem.get("code") or "remote_refused"),
    )


def _check_address(url: str) -> None:
    parts = urllib.parse.urlsplit(url)
    is_here = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise NotConfigured(
            f"{url} is not https: your password would be read on the way.",
            hint="Use https, or http for this machine only.",
            code="remote_insecure",
        )


def _path() -> Path:
    return Path(os.environ.get("VIDEO_PLATFORM_REMOTE", str(_FILE))).expanduser()


def _keep(session: Session) -> None:
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as writer:
        json.dump(asdict(session), writer)
    part.replace(path)
