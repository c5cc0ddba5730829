"""Who signs: the operator's certificate, or one made here that vouches for nobody.

A signature is made by a key in a file, or by a command that gets the bytes on standard input and
answers with the signature: so a key can stay in a hardware module or a cloud's key service.
"""

import shlex
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from video_platform.disk import storage_errors, write_atomically
from video_platform.errors import MontageError, NotConfigured

TEST_ORGANISATION = "Video Platform test certificate"
"""Stands in every certificate made here, so that nobody takes one for an operator's."""
_TEST_YEARS = 10
_COMMAND_TIMEOUT_S = 30.0
_LARGEST_PEM_BYTES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What signs films.

    Args:
        chain_pem: certificates, the signer's first.
        algorithm: as COSE and C2PA name it: ``es256``, ``ps256``, ``ed25519`` ...
        sign: gives the signature of bytes, in COSE's form.
        timestamp_url: an RFC 3161 authority that is asked for the time; empty: none.
    """

    chain_pem: str
    algorithm: str
    sign: Callable[[bytes], bytes]
    name: str
    is_test: bool
    not_after: datetime
    timestamp_url: str = ""


def self_made_identity(directory: Path, *, now: datetime | None = None) -> Identity:
    """The test certificate of this installation, made on first use and kept in ``directory``."""
    from filelock import FileLock

    chain, key = directory / "test-chain.pem", directory / "test-key.pem"
    with storage_errors(directory):
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o700)
        with FileLock(directory / ".lock"):
            if not chain.is_file() or not key.is_file():
                chain_pem, key_pem = _make_certificates(now or datetime.now(UTC))
                write_atomically(key, key_pem)
                key.chmod(0o600)
                write_atomically(chain, chain_pem)
    return operator_identity(chain, key=key)


def operator_identity(
    certificate: Path, *, key: Path | None = None, command: str = "", timestamp_url: str = ""
) -> Identity:
    """The identity of a certificate chain with its key, or with a command that signs.

    Args:
        certificate: PEM, the signer's first, its issuers behind it.
        key: PKCS#8 PEM, unencrypted.
        command: a program and its arguments; it is started without a shell.

    Raises:
        NotConfigured: ``certificate_invalid``: a file is missing or no PEM, the certificate has
            run out, or key and certificate do not belong together.
    """
    chain_pem = _read(certificate)
    leaf = _leaf(chain_pem, certificate)
    algorithm, digest = _algorithm(leaf.public_key(), certificate)
    if bool(key) == bool(command):
        raise _invalid("A signing certificate needs a key file or a signing command, one of them.")
    raw = _by_key(_read(key), key, digest) if key else _by_command(shlex.split(command))

    def sign(data: bytes) -> bytes:
        return _checked(raw(data), data, leaf.public_key(), digest)

    identity = Identity(
        chain_pem=chain_pem,
        algorithm=algorithm,
        sign=sign,
        name=_common_name(leaf),
        is_test=TEST_ORGANISATION in leaf.subject.rfc4514_string(),
        not_after=leaf.not_valid_after_utc,
        timestamp_url=timestamp_url,
    )
    if key:
        _try(identity, certificate)
    return identity


def refuse_expired(identity: Identity, now: datetime) -> None:
    """Refuse a certificate that has run out: what it signed now would read back as invalid.

    Raises:
        NotConfigured: ``certificate_expired``.
    """
    if identity.not_after <= now:
        raise NotConfigured(
            f"The signing certificate {identity.name!r} ended on {identity.not_after:%Y-%m-%d}.",
            hint="Set VIDEO_PLATFORM_SIGNING_CERTIFICATE to its successor.",
            code="certificate_expired",
        )


def _invalid(message: str) -> NotConfigured:
    return NotConfigured(
        message,
        hint="Check VIDEO_PLATFORM_SIGNING_CERTIFICATE, _SIGNING_KEY and _SIGNING_COMMAND; see "
        "docs/content-credentials.md.",
        code="certificate_invalid",
    )


def _read(path: Path) -> str:
    try:
        with path.open("rb") as reader:
            data = reader.read(_LARGEST_PEM_BYTES + 1)
        if len(data) <= _LARGEST_PEM_BYTES:
            return data.decode("ascii")
    except OSError as error:
        raise _invalid(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise _invalid(f"{path} is no PEM file.") from error
    raise _invalid(f"{path} is larger than a PEM file can be.")


def _leaf(chain_pem: str, path: Path) -> Any:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(chain_pem.encode())[0]
    except ValueError as error:
        raise _invalid(f"{path} holds no certificate.") from error


def _common_name(leaf: Any) -> str:
    from cryptography.x509.oid import NameOID

    names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else str(leaf.subject.rfc4514_string())


def _algorithm(public_key: Any, path: Path) -> tuple[str, Any]:
    """The algorithm of a key and its hash, which Ed25519 has within itself."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    curves = {
        "secp256r1": ("es256", hashes.SHA256()),
        "secp384r1": ("es384", hashes.SHA384()),
        "secp521r1": ("es512", hashes.SHA512()),
    }
    if isinstance(public_key, ec.EllipticCurvePublicKey) and public_key.curve.name in curves:
        return curves[public_key.curve.name]
    if isinstance(public_key, rsa.RSAPublicKey) and public_key.key_size >= 2048:
        return "ps256", hashes.SHA256()
    if isinstance(public_key, ed25519.Ed25519PublicKey):
        return "ed25519", None
    raise _invalid(f"{path} holds a kind of key C2PA does not allow.")


def _by_key(pem: str, path: Path | None, digest: Any) -> Callable[[bytes], bytes]:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    try:
        key: Any = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise _invalid(f"{path} holds no unencrypted PKCS#8 key.") from error
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return lambda data: key.sign(data, ec.ECDSA(digest))
    if isinstance(key, rsa.RSAPrivateKey):
        return lambda data: key.sign(data, _pss(digest), digest)
    return lambda data: bytes(key.sign(data))


def _pss(digest: Any) -> Any:
    from cryptography.hazmat.primitives.asymmetric import padding

    return padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)


def _by_command(arguments: Sequence[str]) -> Callable[[bytes], bytes]:
    def sign(data: bytes) -> bytes:
        try:
            done = subprocess.run(
                arguments, input=data, capture_output=True, timeout=_COMMAND_TIMEOUT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _unsigned(f"The signing command {arguments[0]} failed: {error}.") from error
        if done.returncode:
            said = done.stderr[-300:].decode(errors="replace").strip()
            raise _unsigned(f"The signing command ended with {done.returncode}: {said}")
        return done.stdout

    return sign


def _unsigned(message: str) -> MontageError:
    return MontageError(
        message, hint="Mend it and run again; what was rendered is kept.", code="signing_failed"
    )


def _checked(signature: bytes, data: bytes, public_key: Any, digest: Any) -> bytes:
    """The signature in COSE's form, once the certificate's own key has confirmed it."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils

    try:
        if isinstance(public_key, ec.EllipticCurvePublicKey):
            size = (public_key.curve.key_size + 7) // 8
            if len(signature) == 2 * size:
                half = (signature[:size], signature[size:])
                r, s = (int.from_bytes(part, "big") for part in half)
            else:
                r, s = utils.decode_dss_signature(signature)
            public_key.verify(utils.encode_dss_signature(r, s), data, ec.ECDSA(digest))
            return r.to_bytes(size, "big") + s.to_bytes(size, "big")
        if isinstance(public_key, rsa.RSAPublicKey):
            public_key.verify(signature, data, _pss(digest), digest)
        else:
            public_key.verify(signature, data)
    except (InvalidSignature, ValueError) as error:
        raise _unsigned("The signature does not belong to the certificate.") from error
    return signature


def _try(identity: Identity, certificate: Path) -> None:
    """Sign something, so that a key of another certificate is found before any film is made."""
    try:
        identity.sign(b"video-platform")
    except MontageError as error:
        raise _invalid(f"The signing key does not belong to {certificate}.") from error


def _make_certificates(now: datetime) -> tuple[bytes, bytes]:
    """A chain of two certificates and the key of the first, all PEM; the issuer's key is lost."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    issuer_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = _certificate("Issuer", issuer_key.public_key(), issuer_key, now, is_issuer=True)
    leaf = _certificate("Signer", key.public_key(), issuer_key, now, is_issuer=False)
    pem = serialization.Encoding.PEM
    key_pem = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return leaf.public_bytes(pem) + issuer.public_bytes(pem), key_pem


def _certificate(
    title: str, public_key: Any, issuer_key: Any, now: datetime, *, is_issuer: bool
) -> Any:
    """A certificate that C2PA's profile accepts (section 14.5 of the specification, 2.2)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(common: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, TEST_ORGANISATION),
                x509.NameAttribute(NameOID.COMMON_NAME, f"Test {common.lower()}, trusted by none"),
            ]
        )

    usages = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
            *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    usages |= (
        {"key_cert_sign": True, "crl_sign": True} if is_issuer else {"digital_signature": True}
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(named(title))
        .issuer_name(named("Issuer"))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * _TEST_YEARS))
        .add_extension(
            x509.BasicConstraints(ca=is_issuer, path_length=0 if is_issuer else None), critical=True
        )
        .add_extension(x509.KeyUsage(**usages), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if not is_issuer:
        mail = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        built = built.add_extension(mail, critical=False)
    return built.sign(issuer_key, hashes.SHA256())
