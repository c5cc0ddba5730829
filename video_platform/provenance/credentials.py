"""The C2PA library, in one place: sign a file, read what a file says.

Neither fetches anything: manifests that stand elsewhere, and lists of revoked certificates, are
left alone, because files come from outside and may name any address.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from video_platform.domain.media import EXTENSIONS
from video_platform.domain.rights import SOURCE_TYPES, Ingredient
from video_platform.errors import InvalidInput, MontageError
from video_platform.provenance.identity import TEST_ORGANISATION, Identity
from video_platform.provenance.statement import (
    OWN,
    Statement,
    build_ingredient,
    build_manifest,
    identifier,
)

SIGNABLE = frozenset(
    {
        *("video/mp4", "audio/mp4", "audio/wav", "audio/flac", "audio/mpeg"),
        *("image/jpeg", "image/png", "image/webp", "image/gif"),
    }
)
"""Kinds of ours that can carry a manifest. Matroska and its WebM cannot (C2PA 2.2, appendix A)."""

_MEDIA_TYPES = {
    **{f".{ending}": kind for kind, ending in EXTENSIONS.items() if kind in SIGNABLE},
    **{".jpeg": "image/jpeg", ".mov": "video/quicktime", ".m4v": "video/mp4", ".webm": ""},
}
_OFFLINE = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}
_NOT_FAULTS = frozenset({"signingCredential.untrusted"})
"""A certificate on no list of trust is told apart: the content may still be what was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a file says of itself, and whether that holds.

    Args:
        is_valid: it carries a manifest, the signature holds, and no covered byte was changed.
        is_trusted: the certificate leads to one that the reader was told to trust.
        ingredients: as they stand in the manifest, in our own words where it has them.
        problems: the library's codes with their explanations.
    """

    is_valid: bool
    is_trusted: bool = False
    is_test: bool = False
    manifest: str = ""
    title: str = ""
    signer: str = ""
    signed_at: str = ""
    generator: str = ""
    source_type: str = ""
    ingredients: tuple[Mapping[str, Any], ...] = ()
    problems: tuple[str, ...] = ()


def sign_file(
    source: Path,
    target: Path,
    statement: Statement,
    identity: Identity,
    files: Mapping[str, Path],
) -> str:
    """Write ``source`` with its credentials to ``target``; returns the manifest's name.

    Args:
        files: ingredients by hash: manifests inside them are kept with the new one.

    Raises:
        MontageError: ``signing_failed``; there is no target then.
    """
    import c2pa

    label = f"urn:c2pa:{uuid.uuid4()}"
    try:
        context = c2pa.Context(c2pa.Settings.from_dict(_OFFLINE))
        with (
            c2pa.Builder(json.dumps(build_manifest(statement, label)), context=context) as builder,
            _signer(identity) as signer,
        ):
            for one in {identifier(each): each for each in statement.ingredients}.values():
                _add(builder, one, files.get(one.sha256))
            with source.open("rb") as reader, target.open("w+b") as writer:
                builder.sign(signer, statement.media_type, reader, writer)
    except c2pa.C2paError as error:
        target.unlink(missing_ok=True)
        raise MontageError(
            f"{source.name} could not be signed: {error}",
            hint="Check the signing certificate: video-platform doctor.",
            code="signing_failed",
        ) from error
    return label


def _signer(identity: Identity) -> Any:
    import c2pa

    algorithm = c2pa.C2paSigningAlg[identity.algorithm.upper()]
    return c2pa.Signer.from_callback(
        identity.sign, algorithm, identity.chain_pem, identity.timestamp_url or None
    )


def _add(builder: Any, one: Ingredient, path: Path | None) -> None:
    """List an ingredient; of a file that cannot be read for credentials, only its facts."""
    import c2pa

    described = json.dumps(build_ingredient(one))
    if path is not None and one.media_type in SIGNABLE:
        try:
            with path.open("rb") as reader:
                builder.add_ingredient(described, one.media_type, reader)
        except c2pa.C2paError:
            path = None
        else:
            return
    import io

    builder.add_ingredient(described, "application/octet-stream", io.BytesIO())


def read_credentials(path: Path, *, anchors_pem: str = "") -> Credentials:
    """What a file says of itself, checked against its bytes.

    Args:
        anchors_pem: certificates to trust; without them nobody is.

    Raises:
        InvalidInput: ``file_unreadable``, or ``kind_unknown`` by the file's name.
    """
    import c2pa

    media_type = _MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        raise InvalidInput(
            f"{path.name} is of no kind that is known here.",
            hint=f"Give a file named {', '.join(sorted(_MEDIA_TYPES))}.",
            code="kind_unknown",
        )
    if not media_type:
        return Credentials(is_valid=False, problems=("WebM files cannot carry credentials.",))
    trust = {"trust": {"trust_anchors": anchors_pem}} if anchors_pem else {}
    try:
        context = c2pa.Context(c2pa.Settings.from_dict({**_OFFLINE, **trust}))
        with path.open("rb") as stream, c2pa.Reader(media_type, stream, context=context) as reader:
            report = json.loads(reader.json())
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be read: {error.strerror or error}.", code="file_unreadable"
        ) from error
    except c2pa.C2paError as error:
        return Credentials(is_valid=False, problems=(_refusal(error),))
    return _credentials(report)


def _refusal(error: Exception) -> str:
    said = str(error)
    if "ManifestNotFound" in said:
        return "The file carries no content credentials."
    return f"Its content credentials cannot be read: {said[:300]}"


def _credentials(report: Mapping[str, Any]) -> Credentials:
    manifest = report["manifests"][report["active_manifest"]]
    signature = manifest.get("signature_info", {})
    generator = (manifest.get("claim_generator_info") or [{}])[0]
    state = report.get("validation_state", "")
    return Credentials(
        is_valid=state in ("Valid", "Trusted"),
        is_trusted=state == "Trusted",
        is_test=signature.get("issuer") == TEST_ORGANISATION,
        manifest=report["active_manifest"],
        title=manifest.get("title", ""),
        signer=signature.get("common_name") or signature.get("issuer") or "",
        signed_at=signature.get("time") or "",
        generator=" ".join(filter(None, (generator.get("name"), generator.get("version")))),
        source_type=_source_type(manifest),
        ingredients=tuple(
            _ingredient(one, report["manifests"]) for one in manifest.get("ingredients", [])
        ),
        problems=_problems(report.get("validation_status", [])),
    )


def _source_type(manifest: Mapping[str, Any]) -> str:
    for assertion in manifest.get("assertions", []):
        if assertion["label"].startswith("c2pa.actions"):
            for action in assertion["data"]["actions"]:
                if action["action"] == "c2pa.created":
                    return str(action.get("digitalSourceType", "")).removeprefix(SOURCE_TYPES)
    return ""


def _ingredient(one: Mapping[str, Any], manifests: Mapping[str, Any]) -> Mapping[str, Any]:
    """An ingredient in our own words; ``credentials`` is what it brought with it."""
    own = {
        name.removeprefix(OWN): value
        for name, value in (one.get("metadata") or {}).items()
        if name.startswith(OWN)
    }
    brought = one.get("active_manifest")
    signature = manifests.get(brought, {}).get("signature_info", {}) if brought else {}
    results = (one.get("validation_results") or {}).get("activeManifest", {})
    credentials = {
        "manifest": brought,
        "signer": signature.get("issuer") or "",
        "problems": list(_problems(results.get("failure", []))),
    }
    return {
        "title": one.get("title", ""),
        "format": one.get("format", ""),
        "relationship": one.get("relationship", ""),
        **own,
        "credentials": credentials if brought else None,
    }


def _problems(found: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(
        f"{one['code']}: {one.get('explanation') or 'no explanation'}"
        for one in found
        if one["code"] not in _NOT_FAULTS
    )
