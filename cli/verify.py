"""``verify``: what a file says of itself, and whether its bytes are those that were signed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import document, say, table
from video_platform.errors import InvalidInput

if TYPE_CHECKING:
    from video_platform.provenance.credentials import Credentials
    from video_platform.provenance.identity import Identity


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(verify)


def verify(
    file: Annotated[Path, typer.Argument(help="A film, poster or sound file.")],
    trust: Annotated[
        Path | None, typer.Option(help="Certificates to trust (PEM); default: none.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Check a file's content credentials; exit status 1 when they do not hold."""
    from video_platform.provenance.credentials import read_credentials
    from video_platform.store.media import hash_file

    found = read_credentials(file, anchors_pem=_anchors(trust) if trust else "")
    if as_json:
        document(describe(found) | {"file": str(file), "sha256": hash_file(file)})
    else:
        _show(file, found)
    if not found.is_valid:
        raise typer.Exit(1)


def _anchors(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"{path} cannot be read as PEM: {error}.",
            hint="Give a file of certificates.",
            code="file_unreadable",
        ) from error


def describe(found: "Credentials") -> dict[str, Any]:
    """Credentials as ``--json`` prints them."""
    return {
        "valid": found.is_valid,
        "trusted": found.is_trusted,
        "certificate": _certificate(found),
        "signer": found.signer,
        "signed_at": found.signed_at,
        "generator": found.generator,
        "manifest": found.manifest,
        "title": found.title,
        "source_type": found.source_type,
        "ingredients": [dict(one) for one in found.ingredients],
        "problems": list(found.problems),
    }


def diagnose(identity: "Identity") -> str:
    """For ``doctor``: who signs films here.

    Raises:
        NotConfigured: ``certificate_expired``.
    """
    from datetime import UTC, datetime

    from video_platform.provenance.identity import refuse_expired

    refuse_expired(identity, datetime.now(UTC))
    kind = "test certificate, which vouches for nobody" if identity.is_test else identity.name
    return f"{kind}, until {identity.not_after:%Y-%m-%d}"


def _certificate(found: "Credentials") -> str:
    if not found.manifest:
        return "none"
    if found.is_test:
        return "test"
    return "trusted" if found.is_trusted else "unknown"


_CERTIFICATES = {
    "none": "nobody signed it",
    "test": "signed with a test certificate: it vouches for nobody",
    "trusted": "signed with a certificate you trust",
    "unknown": "signed with a certificate that is on no list given here",
}


def _show(file: Path, found: "Credentials") -> None:
    say(f"{file.name}: {'valid' if found.is_valid else 'NOT VALID'}")
    for problem in found.problems:
        say(f"  {problem}")
    if not found.manifest:
        return
    say(f"  {_CERTIFICATES[_certificate(found)]} ({found.signer})")
    say(f"  made with {found.generator}; {found.source_type}")
    table(
        "Ingredients",
        ("role", "scene", "provider", "model", "licence", "brought credentials"),
        [
            (
                str(one.get("role", one.get("title", ""))),
                str(one.get("scene", "")),
                str(one.get("provider", "")),
                str(one.get("model", "")),
                str(one.get("licence", "")),
                one["credentials"]["signer"] if one["credentials"] else "",
            )
            for one in found.ingredients
        ],
    )
