"""``metrics``: figures for Prometheus on a port of their own, never the API's public one."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import say

if TYPE_CHECKING:
    from video_platform.observing.figures import Figures


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(metrics)


def metrics(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 9464,
    once: Annotated[bool, typer.Option("--once", help="Print the figures and end.")] = False,
) -> None:
    """Serve figures about runs, agents, storage and publications at /metrics."""
    from video_platform.bootstrap import build_installation
    from video_platform.observing.figures import Figures, to_prometheus

    installation = build_installation()
    figures = Figures(installation.database, installation.settings.home)
    if once:
        typer.echo(to_prometheus(figures.read()), nl=False)
        return
    with make_server(figures, host, port) as server:
        say(f"Metrics  http://{host}:{server.server_port}/metrics")
        server.serve_forever()


def make_server(figures: "Figures", host: str, port: int) -> ThreadingHTTPServer:
    """A server of ``/metrics`` and nothing else; ``figures`` is read for each request."""
    from sqlalchemy.exc import SQLAlchemyError

    from video_platform.observing.figures import to_prometheus

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            if self.path != "/metrics":
                self.send_error(404)
                return
            try:
                body = to_prometheus(figures.read()).encode()
            except SQLAlchemyError:
                self.send_error(503, "The database cannot be read.")
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet: Prometheus asks four times a minute."""

    return ThreadingHTTPServer((host, port), Handler)
