"""``create``: from a brief to a film."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.art import (
    CandidatesOption,
    ClipCandidatesOption,
    ContinuityOption,
    FootageOption,
    KitOption,
    PresetOption,
    SheetsOption,
    direction_form,
    files_beside,
)
from cli.briefs import read_brief
from cli.look import (
    DEFAULT_LOOK,
    AccentOption,
    CaptionsOption,
    CaptionsPlaceOption,
    ExportOption,
    FitOption,
    GradeOption,
    LabelCornerOption,
    LabelOption,
    LogoCornerOption,
    LogoOption,
    LookWishes,
    LutOption,
    NetworkOption,
    PresenterOption,
    ProgressBarOption,
    TitlesOption,
    notes,
    parse_look,
    store_files,
)
from cli.output import document, say
from video_platform.domain.brief import Brief
from video_platform.errors import Stopped
from video_platform.settings import Settings

if TYPE_CHECKING:
    from video_platform.agents.studio import Studio


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(create)


def create(
    text: Annotated[str, typer.Argument(help="The brief in plain words.")] = "",
    file: Annotated[str, typer.Option("-f", "--file", help="Read it from a file; -: stdin.")] = "",
    language: Annotated[str, typer.Option("-l", "--language", help="en, fr or ar.")] = "en",
    duration: Annotated[str, typer.Option("-d", "--duration", help="Seconds aimed at.")] = "60",
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", help="16:9, 9:16, 1:1 or 4:5; repeat for more than one."),
    ] = None,
    style: Annotated[str, typer.Option(help="Look of the pictures.")] = "clean",
    voice: Annotated[str, typer.Option(help="Voice name; default: the provider's own.")] = "",
    avatar: Annotated[str, typer.Option(help="Who presents, as the avatar provider says.")] = "",
    provider: Annotated[
        list[str] | None,
        typer.Option(
            help="CAPABILITY=NAME, e.g. voice=piper; repeatable. NAME,NAME: the next when the "
            "one before cannot."
        ),
    ] = None,
    captions: CaptionsOption = DEFAULT_LOOK.captions.style,
    captions_place: CaptionsPlaceOption = DEFAULT_LOOK.captions.place,
    grade: GradeOption = DEFAULT_LOOK.grade.preset,
    lut: LutOption = "",
    logo: LogoOption = "",
    logo_corner: LogoCornerOption = "",
    label: LabelOption = "",
    label_corner: LabelCornerOption = "",
    titles: TitlesOption = False,
    progress_bar: ProgressBarOption = False,
    accent: AccentOption = DEFAULT_LOOK.accent,
    fit: FitOption = DEFAULT_LOOK.fit,
    network: NetworkOption = DEFAULT_LOOK.network,
    export: ExportOption = None,
    presenter: PresenterOption = DEFAULT_LOOK.presenter,
    kit: KitOption = None,
    preset: PresetOption = None,
    sheets: SheetsOption = None,
    candidates: CandidatesOption = None,
    clip_candidates: ClipCandidatesOption = None,
    continuity: ContinuityOption = None,
    own_footage: FootageOption = None,
    out: Annotated[Path, typer.Option(help="Folder the films are put in.")] = Path("films"),
    publish: Annotated[bool, typer.Option(help="Publish to the local channel, too.")] = True,
    new: Annotated[
        str, typer.Option("--new", help="A label that makes another project of an equal brief.")
    ] = "",
    with_hints: Annotated[
        bool, typer.Option("--with-hints", help="Tell the script's writer what `hints` found.")
    ] = False,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Say the price, make nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make a film from a brief. The same brief again continues or reuses what there is."""
    wishes = LookWishes(
        captions=captions,
        captions_place=captions_place,
        grade=grade,
        lut=lut,
        logo=logo,
        logo_corner=logo_corner,
        label=label,
        label_corner=label_corner,
        titles=titles,
        progress_bar=progress_bar,
        accent=accent,
        fit=fit,
        network=network,
        exports=export or [],
        presenter=presenter,
    )
    brief = read_brief(
        words=text,
        file=file,
        language=language,
        duration=duration,
        formats=formats or ["16:9"],
        style=style,
        voice=voice,
        avatar=avatar,
        providers=provider or [],
        look=parse_look(wishes),
    )
    form = direction_form(
        kit=kit,
        preset=preset,
        sheets=sheets,
        images=candidates,
        clips=clip_candidates,
        continuity=continuity,
        own_footage=own_footage,
    )
    settings, is_directed = Settings(), bool(form.model_dump(exclude_none=True))
    if estimate and not is_directed:
        _show_estimate(brief, as_json=as_json)
        return
    from cli.films import check_room
    from video_platform.agents.looks import LookDesk
    from video_platform.bootstrap import build_studio

    if is_directed:
        studio = build_studio(settings)
        brief = LookDesk(studio).directed(brief, form, files_beside(studio, sheets))
    if estimate:
        _show_estimate(brief, as_json=as_json)
        return
    check_room(settings, out, duration_s=brief.duration_s, formats=len(brief.formats))
    studio = build_studio(settings)
    look = store_files(brief.look, wishes, brief.language, studio.store)
    hints = _followed(studio, quiet=as_json) if with_hints else ()
    project = studio.open_project(replace(brief, look=look, hints=hints), salt=new)
    make(settings, studio, project.key, out=out, publish=publish, as_json=as_json)


def _followed(studio: "Studio", *, quiet: bool) -> tuple[str, ...]:
    """Hints a writer can follow; the others, and that there are none, are said."""
    from video_platform.agents.hints import hints_of
    from video_platform.domain.hints import guides_script

    found = hints_of(studio)
    if not quiet:
        for one in found.hints:
            told = "told" if guides_script(one.code) else "yours to choose"
            say(f"Hint {one.code} ({one.ratio} times the views): {told}")
        if not found.hints:
            say(f"No hint: {found.posts} publications tell nothing yet.")
    return tuple(one.code for one in found.hints if guides_script(one.code))


def make(
    settings: Settings,
    studio: "Studio",
    key: str,
    *,
    out: Path,
    publish: bool,
    as_json: bool,
) -> None:
    """Run the project's jobs with a live view, put the films in place and report."""
    from cli.films import deliver
    from cli.local_run import LocalRunner, project_lock
    from cli.view import live_view

    if not as_json:
        say(f"Project {key}")
    studio.store.blobs.sweep()
    try:
        with (
            project_lock(settings, key),
            LocalRunner(settings, key) as runner,
            live_view(quiet=as_json),
        ):
            outcomes = runner.run("build_project")
            films = deliver(studio, key, out)
            if publish:
                outcomes += runner.run("publish_project")
    except KeyboardInterrupt:
        raise Stopped(
            f"Project {key} was stopped.",
            hint="What was finished is kept; the same command goes on from there.",
        ) from None
    cost = sum(outcome.cost_usd for outcome in outcomes)
    report = {
        "project": key,
        "films": films,
        "cost_usd": cost,
        "stages": [
            {
                "name": outcome.name,
                "status": outcome.status,
                "seconds": outcome.seconds,
                "provider_calls": outcome.provider_calls,
            }
            for outcome in outcomes
        ],
    }
    if as_json:
        document(report)
    else:
        _show(studio, key, report)


def _show(studio: "Studio", key: str, report: dict[str, Any]) -> None:
    from cli.projects import read_script, read_timeline

    for film in report["films"]:
        say(f"{film['format']}  {film['duration_s']:.1f} s  {film['path']}")
        for export, path in film["exports"].items():
            say(f"      {export:<6}  {path}")
    calls = sum(stage["provider_calls"] for stage in report["stages"])
    say(f"Cost {report['cost_usd']:.2f} USD, {calls} generations made.")
    script = read_script(studio, key)
    said = [script.notice] if script and script.notice else []
    timeline = read_timeline(studio, key)
    for note in [*said, *(notes(timeline) if timeline else ())]:
        say(f"Note: {note}")


def _show_estimate(brief: Brief, *, as_json: bool) -> None:
    from cli.estimate import describe_estimate

    found = describe_estimate(brief)
    if as_json:
        document(found)
        return
    for row in found["capabilities"]:
        price = "unknown" if row["cost_usd"] is None else f"{row['cost_usd']:.2f} USD"
        say(f"{row['capability']:<8} {row['provider']:<20} {row['calls']:>3} calls  {price}")
    total = found["cost_usd"]
    say("Total: " + ("unknown" if total is None else f"{total:.2f} USD"))
