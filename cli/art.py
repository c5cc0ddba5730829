"""The options of a film's direction, and commands on kits, presets, footage and projects' looks."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.briefs import unreadable
from cli.output import document, say
from video_platform.errors import BriefError
from video_platform.settings import Settings

if TYPE_CHECKING:
    from pydantic import BaseModel

    from video_platform.agents.looks import DirectionForm, LookDesk, Stale
    from video_platform.agents.studio import Studio
    from video_platform.db.repositories.assets import Asset

_PANEL = "The direction"
_MAX_BYTES = 200_000
kits = typer.Typer(help="Brand kits: logo, colours, captions, voices.", no_args_is_help=True)
footage = typer.Typer(help="Your own pictures and clips.", no_args_is_help=True)


def _option(help_text: str, *names: str) -> Any:
    return typer.Option(*names, help=help_text, rich_help_panel=_PANEL)


KitOption = Annotated[str | None, _option("A brand kit, as `kit list` names it; '': none.")]
PresetOption = Annotated[str | None, _option("A style preset, as `presets` names it; '': none.")]
SheetsOption = Annotated[
    Path | None, _option("Reference sheets of who and what appears: a TOML file.")
]
CandidatesOption = Annotated[
    int | None, _option("Pictures of each scene and format, the best is used; each is paid.")
]
ClipCandidatesOption = Annotated[int | None, _option("Likewise clips of each scene.")]
ContinuityOption = Annotated[
    bool | None,
    _option("Clips begin with the last frame of the one before.", "--continuity/--no-continuity"),
]
FootageOption = Annotated[
    bool | None,
    _option("Your own footage where it fits a scene, else providers.", "--own-footage/--generate"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
ProjectArgument = Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")]
NameArgument = Annotated[str, typer.Argument(help="Small letters, digits and dashes.")]


def register(app: typer.Typer) -> None:
    """Add commands and groups."""
    app.add_typer(kits, name="kit")
    app.add_typer(footage, name="footage")
    app.command()(presets)
    app.command()(direct)


def direction_form(
    *,
    kit: str | None,
    preset: str | None,
    sheets: Path | None,
    images: int | None,
    clips: int | None,
    continuity: bool | None,
    own_footage: bool | None,
) -> "DirectionForm":
    """What was typed, as the form the API takes, too.

    Raises:
        BriefError: ``file_unreadable``, ``form_invalid``.
    """
    from video_platform.agents.looks import DirectionForm

    wished: dict[str, Any] = {
        "kit": kit,
        "preset": preset,
        "images": images,
        "clips": clips,
        "continuity": continuity,
        "footage": None if own_footage is None else ("prefer" if own_footage else "generate"),
    }
    if sheets is not None:
        wished["sheets"] = _read_toml(sheets).get("sheets", [])
    form: DirectionForm = _filled(DirectionForm, wished, str(sheets or "the options"))
    return form


def files_beside(studio: "Studio", form_file: Path | None) -> "Callable[[str], Asset]":
    """Takes in the files a form names, which lie beside it."""
    from video_platform.agents.takes import own_file

    folder = form_file.parent if form_file else Path()
    return lambda name: own_file(studio, folder / name, None)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise _not_a_form(path.name, f"it is larger than {_MAX_BYTES} bytes")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise unreadable(str(path), error) from error
    except ValueError as error:
        raise _not_a_form(path.name, str(error)) from error


def _filled(kind: "type[BaseModel]", values: Mapping[str, Any], where: str) -> Any:
    from pydantic import ValidationError

    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _not_a_form(where, f"{place}: {first['msg']}") from error


def _not_a_form(where: str, why: str) -> BriefError:
    return BriefError(
        f"{where[:120]} cannot be read: {why}.", hint="See docs/look.md.", code="form_invalid"
    )


def _desk() -> "LookDesk":
    from video_platform.agents.looks import LookDesk
    from video_platform.bootstrap import build_studio

    return LookDesk(build_studio(Settings()))


# --- kits ---


@kits.command("list")
def list_kits(as_json: JsonOption = False) -> None:
    """List the kits there are, and how many projects name each."""
    known = _desk().studio.kits
    rows = [{"name": one.name, "projects": len(known.users(one.name))} for one in known.all()]
    if as_json:
        document(rows)
        return
    for row in rows:
        say(f"{row['name']:<20} {row['projects']} projects")


@kits.command("show")
def show_one(name: NameArgument) -> None:
    """Print a kit as JSON; its files stand as hashes."""
    from video_platform.agents.looks import show_kit

    document(show_kit(_desk().studio.kits.get(name).kit))


@kits.command("put")
def put_kit(
    name: NameArgument,
    file: Annotated[Path, typer.Option("-f", "--file", help="The kit as a TOML file.")],
    check: Annotated[bool, typer.Option("--check", help="Say what it would change only.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Store a kit under a name, in place of the one before, and say which films become stale."""
    from video_platform.agents.looks import KitForm

    told = _read_toml(file)
    licences = told.pop("licences", {})
    form: KitForm = _filled(KitForm, told, file.name)
    desk = _desk()
    kit = form.to_kit(_licensed(desk, file, licences), desk.studio.store.path)
    stale = desk.stale(name, kit)
    if not check:
        desk.put_kit(name, kit)
    _say_stale(stale, as_json=as_json)


@kits.command("remove")
def remove_kit(name: NameArgument) -> None:
    """Forget a kit that no project names."""
    _desk().studio.kits.remove(name)
    say(f"The kit {name} is gone.")


def _licensed(desk: "LookDesk", file: Path, licences: Any) -> "Callable[[str], Asset]":
    """Takes files in, and keeps what the form states of their licences."""
    from video_platform.domain.rights import state_terms

    find = files_beside(desk.studio, file)

    def found(name: str) -> "Asset":
        asset, said = find(name), licences.get(name) if isinstance(licences, dict) else None
        if not isinstance(said, dict):
            return asset
        terms = state_terms(str(said.get("licence", "")), str(said.get("source", "")))
        return desk.state_terms(asset, terms)

    return found


def _say_stale(stale: "list[Stale]", *, as_json: bool) -> None:
    if as_json:
        document(
            {
                "stale": [
                    {"project": one.project, "stages": [stage.value for stage in one.stages]}
                    for one in stale
                ]
            }
        )
        return
    for one in stale:
        say(f"{one.project}: {', '.join(one.stages)} made anew by its next build")
    if not stale:
        say("No film changes.")


# --- presets and projects ---


def presets(
    name: Annotated[str, typer.Argument(help="Show this one.")] = "", as_json: JsonOption = False
) -> None:
    """List the style presets, or show one."""
    known = _desk().studio.presets
    rows = [
        {"name": one, **known.find(one).model_dump(mode="json")}
        for one in ([name] if name else known.names())
    ]
    if as_json or name:
        document(rows[0] if name else rows)
        return
    for row in rows:
        say(f"{row['name']:<14} {row['about']}")


def direct(
    project: ProjectArgument,
    kit: KitOption = None,
    preset: PresetOption = None,
    sheets: SheetsOption = None,
    candidates: CandidatesOption = None,
    clip_candidates: ClipCandidatesOption = None,
    continuity: ContinuityOption = None,
    own_footage: FootageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change how a project's pictures are made; `build` makes what that changes."""
    from video_platform.agents.looks import show_direction

    form = direction_form(
        kit=kit,
        preset=preset,
        sheets=sheets,
        images=candidates,
        clips=clip_candidates,
        continuity=continuity,
        own_footage=own_footage,
    )
    desk = _desk()
    stored = desk.direct(project, form, files_beside(desk.studio, sheets), is_built=False)
    found = show_direction(stored.brief.direction)
    if as_json:
        document(found)
        return
    for field, value in found.items():
        names = [one["name"] for one in value] if field == "sheets" else value
        say(f"{field:<12} {', '.join(names) if isinstance(names, list) else names}")
    say(f"Make what that changes: video-platform build {project}")


# --- footage ---


@footage.command("add")
def add_footage(
    file: Annotated[Path, typer.Argument(help="Your picture or clip.")],
    tag: Annotated[list[str] | None, typer.Option(help="What is seen in it; repeatable.")] = None,
    licence: Annotated[str, typer.Option(help="Its licence, an SPDX identifier.")] = "",
    source: Annotated[str, typer.Option(help="Where the licence stands.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Take a file into the library, where projects that prefer own footage find it."""
    from video_platform.agents.takes import own_file
    from video_platform.domain.rights import state_terms

    terms, desk = state_terms(licence, source), _desk()
    asset = desk.tag(own_file(desk.studio, file, None), tag or [])
    if terms.licence:
        asset = desk.state_terms(asset, terms)
    if as_json:
        document({"id": asset.id, "kind": asset.kind, "facts": asset.facts})
        return
    say(f"{asset.id}  {asset.kind}  {asset.facts.get('name', '')}")


@footage.command("match")
def match_footage(project: ProjectArgument, as_json: JsonOption = False) -> None:
    """Say what of the library fits which scene; nothing is changed."""
    rows = [
        {
            "scene": scene_id,
            "asset": found.asset.id,
            "kind": found.asset.kind,
            "name": found.asset.facts.get("name", found.asset.prompt[:60]),
            "likeness": found.likeness,
        }
        for scene_id, found in sorted(_desk().footage(project).items())
    ]
    if as_json:
        document(rows)
        return
    for row in rows:
        say(f"{row['scene']:>3}  {row['likeness']:.2f}  {row['kind']:<6} {row['name']}")
