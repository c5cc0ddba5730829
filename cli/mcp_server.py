"""``mcp``: the platform as tools of another program, over the Model Context Protocol.

Standard output belongs to the protocol; films are built in processes of their own.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from video_platform.agents.assistant import Assistant, BuildState
from video_platform.agents.quotes import Quotes
from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.project import SceneEdit, Stage
from video_platform.errors import ProjectBusy, VideoPlatformError
from video_platform.settings import Settings

if TYPE_CHECKING:
    from mcp.server import MCPServer

_INSTRUCTIONS = """\
Makes films from briefs. create, edit_scene, regenerate, render and publish answer with a quote
first. Show it to the person; when they agree, call the same tool with the same values and the
quote's confirmation. Building takes minutes: call watch until build is "done" or "failed"."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("mcp")(serve)


def serve(
    out: Annotated[Path, typer.Option(help="Folder the films are put in.")] = Path("films"),
) -> None:
    """Serve the tools on standard input and output, for a client that starts this command."""
    from video_platform.bootstrap import build_studio

    builder = ProcessBuilder(out)
    try:
        make_server(Assistant(build_studio(Settings()), builder, Quotes())).run("stdio")
    finally:
        builder.close()


class ProcessBuilder:
    """Builds each project in a process of its own, which dies with this one.

    Args:
        out: folder the films are put in.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._running: dict[str, tuple[subprocess.Popen[bytes], Path]] = {}
        self._scratch = tempfile.TemporaryDirectory(prefix="builds-")

    def start(self, key: str) -> None:
        """Begin to make what is missing; ``ProjectBusy`` while it is being made."""
        if self.state(key).state == "running":
            raise ProjectBusy(f"{key} is being made.", hint="Watch it until it is done.")
        said = Path(self._scratch.name) / f"{key}.json"
        with said.open("wb") as output:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "cli.main", "build", key),
                    *("--no-publish", "--json", "--out", str(self._out)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
            )
        self._running[key] = (process, said)

    def state(self, key: str) -> BuildState:
        """How it gets on."""
        if key not in self._running:
            return BuildState(state="idle")
        process, said = self._running[key]
        code = process.poll()
        if code is None:
            return BuildState(state="running")
        if code == 0:
            return BuildState(state="done")
        return BuildState(state="failed", error=_error_in(said, code))

    def close(self) -> None:
        """Stop what is being built; the next build goes on from there."""
        for process, _ in self._running.values():
            if process.poll() is None:
                process.terminate()
                process.wait()
        self._scratch.cleanup()


def _error_in(said: Path, code: int) -> dict[str, Any]:
    try:
        error = json.loads(said.read_text())["error"]
    except (ValueError, KeyError, TypeError):
        return {"code": "build_ended", "message": f"The build ended with status {code}."}
    return dict(error)


def make_server(assistant: Assistant) -> "MCPServer[Any]":
    """The tools; errors of the platform come back as their code, message and hint."""
    from mcp.server import MCPServer

    server: MCPServer[Any] = MCPServer("video-platform", instructions=_INSTRUCTIONS)

    @server.tool()
    def estimate(text: str, language: str = "en", duration_s: int = 60) -> dict[str, Any]:
        """Calls and list prices of a film of this brief; nothing is made."""
        return _told(lambda: assistant.estimate(_brief(text, language, duration_s)))

    @server.tool()
    def create(
        text: str,
        language: str = "en",
        duration_s: int = 60,
        formats: list[str] | None = None,
        providers: dict[str, str] | None = None,
        confirmation: str = "",
    ) -> dict[str, Any]:
        """Make a film of a brief: a line, an article or a script. Formats such as 16:9 or 9:16."""
        return _told(
            lambda: assistant.create(
                _brief(text, language, duration_s, formats, providers), confirmation
            )
        )

    @server.tool()
    def projects(limit: int = 50) -> dict[str, Any]:
        """What there is, the newest first."""
        return _told(lambda: {"projects": assistant.projects(limit)})

    @server.tool()
    def watch(project: str) -> dict[str, Any]:
        """How a project gets on, its scenes, what it cost, and its films."""
        return _told(lambda: assistant.watch(project))

    @server.tool()
    def edit_scene(
        project: str,
        scene: int,
        narration: str | None = None,
        visual_prompt: str | None = None,
        headline: str | None = None,
        confirmation: str = "",
    ) -> dict[str, Any]:
        """Change what a scene says or shows; only what follows from it is made anew."""
        edit = SceneEdit(narration=narration, visual_prompt=visual_prompt, headline=headline)
        return _told(lambda: assistant.edit_scene(project, scene, edit, confirmation))

    @server.tool()
    def regenerate(
        project: str, stage: Stage, scenes: list[int], confirmation: str = ""
    ) -> dict[str, Any]:
        """Another take of some scenes' pictures, voices or clips, or of script or music."""
        return _told(lambda: assistant.regenerate(project, stage, scenes, confirmation))

    @server.tool()
    def render(project: str, confirmation: str = "") -> dict[str, Any]:
        """Make whatever is missing of a film, and cut it."""
        return _told(lambda: assistant.render(project, confirmation))

    @server.tool()
    def publish(project: str, to: str = "local_channel", confirmation: str = "") -> dict[str, Any]:
        """Post the finished film on a network or a connected account."""
        return _told(lambda: assistant.publish(project, to, confirmation))

    return server


def _brief(
    text: str,
    language: str,
    duration_s: int,
    formats: list[str] | None = None,
    providers: dict[str, str] | None = None,
) -> Brief:
    from cli.briefs import parse_formats, parse_language

    chosen = parse_formats(formats) if formats else (Format.WIDE,)
    spoken: Language = parse_language(language)
    return Brief(
        text=text,
        language=spoken,
        duration_s=duration_s,
        formats=chosen,
        providers=providers or {},
    )


def _told(work: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = work()
    except VideoPlatformError as error:
        return {"error": {"code": error.code, "message": error.message, "hint": error.hint}}
    return answer
