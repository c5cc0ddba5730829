"""``publish``, ``publications`` and ``accounts``: what goes out, where, and when."""

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import typer

from cli.briefs import parse_formats
from cli.output import document, say, table
from video_platform.domain.publication import Publication, PublicationState, Wish
from video_platform.errors import InvalidInput, VideoPlatformError

if TYPE_CHECKING:
    from video_platform.agents.publish import PublishAgent
    from video_platform.db.repositories.accounts import StoredAccount

_USER = "local"
"""Whose connections those of the command line are."""
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_Id = Annotated[str, typer.Argument(help="Publication, as `publications` lists it.")]

accounts = typer.Typer(
    name="accounts", help="Connect accounts at networks.", invoke_without_command=True
)


def register(app: typer.Typer) -> None:
    """Add the commands and the group."""
    for command in (publications, publish, unschedule, reconcile, retry):
        app.command()(command)
    app.add_typer(accounts)


def publications(
    project: Annotated[str, typer.Option(help="Only those of this project.")] = "",
    state: Annotated[str, typer.Option(help="Only those in this state.")] = "",
    late: Annotated[bool, typer.Option("--late", help="Only those that were late.")] = False,
    as_json: _Json = False,
) -> None:
    """List what was and will be published, the latest time first."""
    states = [_parse_state(state)] if state else []
    found = _agent().rows.matching(project=project, states=states, is_late=late)
    _show(found, as_json)


def publish(
    projects: Annotated[list[str], typer.Argument(help="Projects, as `projects` lists them.")],
    to: Annotated[str, typer.Option(help="Account (id or name), or a network with one account.")],
    at: Annotated[str, typer.Option(help='Wall-clock time: "2026-12-01 09:00".')] = "",
    zone: Annotated[str, typer.Option(help="Its zone: Europe/Paris.")] = "UTC",
    queue: Annotated[bool, typer.Option("--queue", help="Next free time of its queue.")] = False,
    ratio: Annotated[str, typer.Option("--format", help="16:9, 9:16, 1:1 or 4:5.")] = "",
    title: Annotated[str, typer.Option(help="Title; without it the script's.")] = "",
    caption: Annotated[str, typer.Option(help="Caption; without it the script's.")] = "",
    hashtags: Annotated[str, typer.Option(help="Hashtags without #, with commas between.")] = "",
    privacy: Annotated[str, typer.Option(help="public, unlisted or private.")] = "public",
    as_json: _Json = False,
) -> None:
    """Publish films now, at a time, or in turn by a queue; each goes out once."""
    from video_platform.agents.publish import When
    from video_platform.bootstrap import build_studio

    studio = build_studio()
    agent, place = studio.publish, studio.publish.place(to)
    tags = (tag.strip().lstrip("#") for tag in hashtags.split(","))
    wish = Wish(title=title, caption=caption, hashtags=tuple(filter(None, tags)), privacy=privacy)
    when = When(local_time=at, zone=zone, is_queued=queue)
    chosen = parse_formats([ratio])[0] if ratio else None
    batch = uuid4().hex[:12] if len(projects) > 1 else ""
    planned = [
        agent.schedule(
            studio.projects.get(key), place, when=when, format=chosen, wish=wish, batch=batch
        )
        for key in projects
    ]
    if not at and not queue:
        planned = [agent.machine.work(one.id) for one in planned]
    _show(planned, as_json)
    _complain(planned)


def unschedule(publication: _Id, as_json: _Json = False) -> None:
    """Keep a publication from going out."""
    _show([_agent().rows.cancel(publication)], as_json)


def reconcile(
    publication: _Id,
    url: Annotated[str, typer.Option(help="Where you found it: then it counts as out.")] = "",
    as_json: _Json = False,
) -> None:
    """Look at the network for what became of an unconfirmed publication; posts nothing."""
    machine = _agent().machine
    done = machine.confirm(publication, url) if url else machine.reconcile(publication)
    _show([done], as_json)


def retry(
    publication: _Id,
    not_published: Annotated[
        bool, typer.Option("--not-published", help="You looked: an unconfirmed one is not out.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Publish again what failed."""
    machine = _agent().machine
    machine.retry(publication, is_surely_not_out=not_published)
    done = machine.work(publication)
    _show([done], as_json)
    _complain([done])


@accounts.callback()
def list_accounts(context: typer.Context, as_json: _Json = False) -> None:
    """List accounts and how they fare."""
    if context.invoked_subcommand is not None:
        return
    found = _agent().accounts.rows.all()
    if as_json:
        document([_described_account(account) for account in found])
        return
    if not found:
        say("No account yet. Connect one: video-platform accounts connect youtube.")
        return
    table(
        "Accounts",
        ("id", "network", "name", "health", "why"),
        [(a.id, a.platform, a.name or a.external_id, a.health.value, a.health_why) for a in found],
    )


@accounts.command()
def connect(
    network: Annotated[str, typer.Argument(help="youtube, tiktok, instagram, linkedin or x.")],
    redirect: Annotated[
        str, typer.Option(help="Redirect address registered with the network's application.")
    ] = "",
) -> None:
    """Connect an account: open the address that is shown, then paste the one you end at."""
    from video_platform.publishing.accounts import CALLBACK_PATH
    from video_platform.settings import Settings

    keeper = _agent().accounts
    own = redirect or f"{Settings().public_url.rstrip('/')}{CALLBACK_PATH}"
    url = keeper.begin(network, user=_USER, redirect_uri=own)
    say(f"Open this address and allow access:\n\n{url}\n")
    say("Then paste the address the browser ended at, or its code, within ten minutes:")
    state, code = read_answer(input(), url)
    account = keeper.finish(user=_USER, state=state, code=code)
    say(f"Connected {account.name or account.external_id} at {network}: {account.id}.")


@accounts.command()
def disconnect(
    account: Annotated[str, typer.Argument(help="Account, as `accounts` lists it.")],
) -> None:
    """Forget an account's tokens; what it published stays listed."""
    _agent().accounts.rows.disconnect(account)
    say(f"Disconnected {account}; its tokens are gone from here.")


@accounts.command("rotate-keys")
def rotate_keys() -> None:
    """Put all tokens and secrets under the first of VIDEO_PLATFORM_SECRET_KEYS.

    When it says 0, no older key is needed any more.
    """
    from video_platform.bootstrap import build_installation

    changed = build_installation().change_keys()
    say(f"{changed} secrets were under an older key.")


def read_answer(answer: str, url: str) -> tuple[str, str]:
    """State and code of what a person pasted: an address, or the code of the one at ``url``.

    Raises:
        InvalidInput: ``code_missing``: there is none in it, with the network's reason if it said.
    """
    text = answer.strip()[:8000]
    if "?" not in text and text:
        return parse_qs(urlsplit(url).query)["state"][0], text
    said = parse_qs(urlsplit(text).query)
    if "code" not in said or "state" not in said:
        why = " ".join(said.get("error_description") or said.get("error") or ["it holds none"])
        raise InvalidInput(
            f"There is no code in that address: {why[:200]}.",
            hint="Paste the whole address of the page the network sent you back to.",
            code="code_missing",
        )
    return said["state"][0], said["code"][0]


def _agent() -> "PublishAgent":
    from video_platform.bootstrap import build_studio

    return build_studio().publish


def _parse_state(value: str) -> PublicationState:
    if value not in list(PublicationState):
        raise InvalidInput(
            f"{value!r} is not a state of a publication.",
            hint=f"Choose from {', '.join(PublicationState)}.",
            code="state_unknown",
        )
    return PublicationState(value)


def _show(found: list[Publication], as_json: bool) -> None:
    if as_json:
        document([_described(one) for one in found])
        return
    if not found:
        say("Nothing was published yet. video-platform publish PROJECT --to local_channel.")
        return
    table(
        "Publications",
        ("id", "state", "network", "due (UTC)", "project", "where, or why not"),
        (
            (
                one.id,
                one.state.value,
                one.platform,
                f"{one.due_at:%Y-%m-%d %H:%M}",
                one.project,
                one.url or one.error or one.late_why,
            )
            for one in found
        ),
    )


def _complain(done: list[Publication]) -> None:
    """End with an error when one of them failed, for scripts; the others stand as they are."""
    for one in done:
        if one.state is PublicationState.FAILED:
            raise VideoPlatformError(
                f"Publication {one.id} failed: {one.error}",
                hint=f"Then: video-platform retry {one.id}.",
                code=one.error_code,
            )


def _described(one: Publication) -> dict[str, Any]:
    return {
        "id": one.id,
        "project": one.project,
        "platform": one.platform,
        "account": one.account,
        "format": one.format.value,
        "state": one.state.value,
        "title": one.wish.title,
        "caption": one.wish.caption,
        "hashtags": list(one.wish.hashtags),
        "privacy": one.wish.privacy,
        "due_at": one.due_at.isoformat(),
        "local_time": one.wish.local_time,
        "zone": one.zone,
        "url": one.url,
        "published_at": one.published_at.isoformat() if one.published_at else None,
        "retry_at": one.retry_at.isoformat() if one.retry_at else None,
        "late": one.late_why,
        "disclosure": dict(one.disclosure),
        "error": {"code": one.error_code, "message": one.error} if one.error else None,
    }


def _described_account(account: "StoredAccount") -> dict[str, Any]:
    return {
        "id": account.id,
        "platform": account.platform,
        "external_id": account.external_id,
        "name": account.name,
        "health": account.health.value,
        "why": account.health_why,
        "connected_at": account.connected_at.isoformat(),
    }
