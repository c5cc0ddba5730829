"""``gate``: what the film gate says of a project's films, and letting one pass."""

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import document, say
from video_platform.domain.access import Role
from video_platform.errors import InvalidInput, ProjectMissing

if TYPE_CHECKING:
    from video_platform.agents.verdicts import Verdict


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(gate)


def gate(
    project: Annotated[str, typer.Argument(help="Key of a project; `projects` lists them.")],
    override: Annotated[
        str, typer.Option(help="Let this rule pass for a film; needs --reason.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why the film may go out all the same.")] = "",
    film: Annotated[
        str, typer.Option("--format", help="Whose film, where the project has several.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say whether a project's films may go out, and what would mend those that may not.

    A film nobody has judged is judged now. Exits with 1 when one may not go out.
    """
    from video_platform.agents.verdicts import VerdictDesk
    from video_platform.bootstrap import build_studio

    desk = VerdictDesk(build_studio())
    found = desk.verdicts(project, looks=True)
    if not found:
        raise ProjectMissing(
            f"Project {project} has no film yet.", hint="Run its `create` command again."
        )
    if override:
        desk.override(
            project,
            film=_chosen(found, film).film.media.sha256,
            check=override,
            by=getpass.getuser(),
            # Whoever works on this machine owns what is on it.
            role=Role.OWNER,
            reason=reason,
        )
        found = desk.verdicts(project)
    if as_json:
        document({"project": project, "films": [_described(one) for one in found]})
    else:
        for one in found:
            _show(one)
    if not all(one.report and one.report.passed for one in found):
        raise typer.Exit(1)


def _chosen(found: "list[Verdict]", ratio: str) -> "Verdict":
    matching = [one for one in found if ratio in ("", one.film.format.value)]
    if len(matching) != 1:
        raise InvalidInput(
            f"{len(matching)} films match --format {ratio!r}.",
            hint=f"Give one of {', '.join(one.film.format.value for one in found)}.",
            code="film_ambiguous",
        )
    return matching[0]


def _described(one: "Verdict") -> dict[str, Any]:
    told = one.report.to_json() if one.report else {"passed": None, "checks": []}
    return {"format": one.film.format.value, "sha256": one.film.media.sha256, **told}


def _show(one: "Verdict") -> None:
    failed = one.report.failed if one.report else ()
    passed = bool(one.report and one.report.passed)
    say(f"{one.film.format.value}: {'may go out' if passed else 'STOPPED'}")
    for finding in failed:
        state = "stops" if finding.stops else "let pass" if finding.overridden else "warning"
        scene = f", scene {finding.scene}" if finding.scene else ""
        say(f"  {state:<9}{finding.name}{scene}: {finding.value}")
        for more in (finding.why, finding.hint, finding.overridden):
            if more:
                say(f"{'':>11}{more}")
