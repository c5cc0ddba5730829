"""``generations``: what was asked of providers, and what nobody knows the outcome of."""

from typing import Annotated, Any

import typer

from cli.output import document, say, table
from video_platform.db.repositories.generations import Entry, GenerationState
from video_platform.errors import InvalidInput

generations = typer.Typer(
    name="generations",
    help="See what was asked of providers; decide what has an unknown outcome.",
    invoke_without_command=True,
)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(generations)


@generations.callback()
def show(
    context: typer.Context,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Only those nobody knows the outcome of.")
    ] = False,
    project: Annotated[str, typer.Option(help="Only those of this project.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List generations, the newest first."""
    if context.invoked_subcommand is not None:
        return
    from video_platform.bootstrap import build_studio

    rows = build_studio().generations
    rows.close_abandoned(grace_s=0)
    found = rows.list(state=GenerationState.UNKNOWN if unknown else None, project=project)
    if as_json:
        document([_described(entry) for entry in found])
        return
    table(
        "Generations",
        ("key", "state", "provider", "capability", "project", "USD", "what went wrong"),
        (
            (
                entry.key[:12],
                entry.state.value,
                entry.provider,
                entry.capability,
                entry.project,
                f"{(entry.cost_microusd or entry.held_microusd) / 1e6:.4f}",
                entry.error[:80],
            )
            for entry in found
        ),
    )


def _described(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "state": entry.state.value,
        "provider": entry.provider,
        "capability": entry.capability,
        "project": entry.project,
        "job": dict(entry.job) if entry.job else None,
        "estimate_usd": entry.estimate_microusd / 1e6,
        "held_usd": entry.held_microusd / 1e6,
        "cost_usd": entry.cost_microusd / 1e6,
        "attempts": entry.attempts,
        "error": {"code": entry.error_code, "message": entry.error} if entry.error else None,
        "created_at": entry.created_at.isoformat(),
        "sent_at": entry.sent_at.isoformat() if entry.sent_at else None,
    }


@generations.command()
def decide(
    key: Annotated[str, typer.Argument(help="Key, or its beginning, as `generations` lists it.")],
    was_paid: Annotated[
        bool,
        typer.Option(
            "--was-paid/--was-not-paid",
            help="Whether the provider's own list shows it as done and charged.",
        ),
    ],
) -> None:
    """Decide an unknown outcome, so that it may be sent again."""
    from video_platform.bootstrap import build_studio

    studio = build_studio()
    open_ones = [
        *studio.generations.list(state=GenerationState.UNKNOWN, limit=10_000),
        # A job that cannot be looked at any more is a person's to decide, too.
        *(e for e in studio.generations.list(state=GenerationState.SUBMITTED) if e.error),
    ]
    matching = [entry for entry in open_ones if entry.key.startswith(key)]
    if len(matching) != 1:
        raise InvalidInput(
            f"{len(matching)} generations of unknown outcome begin with {key!r}.",
            hint="List them with `video-platform generations --unknown`.",
            code="generation_unknown",
        )
    (entry,) = matching
    studio.decide(entry, was_paid=was_paid)
    say(
        f"{entry.key[:12]} may be sent again; {'its price counts as spent' * was_paid}".rstrip("; ")
    )


@generations.command()
def reap(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Ask what became of jobs nobody waits for any more, and settle them. Nothing is sent anew."""
    from video_platform.bootstrap import build_installation
    from video_platform.generation.reaper import Fate

    installation = build_installation()
    installation.system_generations().close_abandoned(grace_s=0)
    fates = installation.reaper().reap()
    if as_json:
        document({fate.value: fates[fate] for fate in Fate})
        return
    told = ", ".join(f"{count} {fate.value}" for fate, count in sorted(fates.items()))
    say(told or "Nothing was left behind.")
