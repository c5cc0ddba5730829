"""Certificates: the one made here, an operator's key file, and a signing command."""

import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.provenance.conftest import NOW, make_ingredient
from video_platform.errors import MontageError, NotConfigured
from video_platform.provenance.credentials import read_credentials, sign_file
from video_platform.provenance.identity import (
    operator_identity,
    refuse_expired,
    self_made_identity,
)
from video_platform.provenance.statement import state


def test_the_test_certificate_is_made_once_and_its_key_is_private(tmp_path: Path) -> None:
    first = self_made_identity(tmp_path / "c", now=NOW)
    again = self_made_identity(tmp_path / "c", now=NOW)
    assert first.is_test
    assert again.chain_pem == first.chain_pem
    assert stat.S_IMODE((tmp_path / "c" / "test-key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "c").stat().st_mode) == 0o700


def test_an_identity_never_shows_its_key(tmp_path: Path) -> None:
    assert "PRIVATE" not in repr(self_made_identity(tmp_path, now=NOW))


def operator(folder: Path, key: object, digest: object) -> tuple[Path, Path]:
    """An operator's chain of one issuer and key, written as PEM files."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    folder.mkdir(parents=True, exist_ok=True)
    issuer_key = ec.generate_private_key(ec.SECP256R1())

    def built(name: str, public_key: object, *, is_issuer: bool) -> x509.Certificate:
        subject, issuer = (
            x509.Name(
                [
                    x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Bright Films"),
                    x509.NameAttribute(NameOID.COMMON_NAME, common),
                ]
            )
            for common in (name, "Issuer")
        )
        flags = [not is_issuer, *[False] * 4, is_issuer, is_issuer, False, False]
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public_key)  # type: ignore[arg-type]
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=4000))
            .add_extension(x509.BasicConstraints(is_issuer, None), critical=True)
            .add_extension(x509.KeyUsage(*flags), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)  # type: ignore[arg-type]
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
                critical=False,
            )
        )
        if not is_issuer:
            builder = builder.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
            )
        return builder.sign(issuer_key, hashes.SHA256())

    pem = serialization.Encoding.PEM
    chain = [
        built("Signer", key.public_key(), is_issuer=False),  # type: ignore[attr-defined]
        built("Issuer", issuer_key.public_key(), is_issuer=True),
    ]
    certificate, key_file = folder / "chain.pem", folder / "key.pem"
    certificate.write_bytes(b"".join(one.public_bytes(pem) for one in chain))
    key_file.write_bytes(
        key.private_bytes(  # type: ignore[attr-defined]
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, key_file


def keys() -> dict[str, object]:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    return {
        "es256": ec.generate_private_key(ec.SECP256R1()),
        "es384": ec.generate_private_key(ec.SECP384R1()),
        "es512": ec.generate_private_key(ec.SECP521R1()),
        "ps256": rsa.generate_private_key(65537, 2048),
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
    }


@pytest.mark.parametrize("algorithm", ["es256", "es384", "es512", "ps256", "ed25519"])
def test_an_operators_key_file_signs_with_every_algorithm_c2pa_allows(
    samples: Path, tmp_path: Path, algorithm: str
) -> None:
    certificate, key = operator(tmp_path / "o", keys()[algorithm], None)
    identity = operator_identity(certificate, key=key)
    assert identity.algorithm == algorithm
    assert not identity.is_test
    target = tmp_path / "o.mp4"
    sign_file(samples / "a.mp4", target, state("F", "video/mp4", [make_ingredient()]), identity, {})
    found = read_credentials(target, anchors_pem=certificate.read_text())
    assert found.is_valid
    assert found.is_trusted
    assert not found.is_test
    assert found.signer == "Signer"


SIGN_BY_FILE = """
import sys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = serialization.load_pem_private_key(open(sys.argv[1], 'rb').read(), None)
sys.stdout.buffer.write(key.sign(sys.stdin.buffer.read(), ec.ECDSA(hashes.SHA256())))
"""


def test_a_signing_command_gets_the_bytes_and_no_shell(samples: Path, tmp_path: Path) -> None:
    certificate, key = operator(tmp_path / "o", keys()["es256"], None)
    script = tmp_path / "sign; touch hacked.py"
    script.write_text(SIGN_BY_FILE)
    command = f"'{sys.executable}' '{script}' '{key}'"
    identity = operator_identity(certificate, command=command)
    target = tmp_path / "o.mp4"
    sign_file(samples / "a.mp4", target, state("F", "video/mp4", []), identity, {})
    assert read_credentials(target).is_valid
    assert not (tmp_path / "hacked.py").exists()


@pytest.mark.parametrize(
    "program", ["import sys; sys.exit('no card in the slot')", "print('not a signature')"]
)
def test_a_signing_command_that_fails_leaves_no_film_behind(
    samples: Path, tmp_path: Path, program: str
) -> None:
    certificate, _ = operator(tmp_path / "o", keys()["es256"], None)
    identity = operator_identity(certificate, command=f'{sys.executable} -c "{program}"')
    target = tmp_path / "o.mp4"
    with pytest.raises(MontageError) as caught:
        sign_file(samples / "a.mp4", target, state("F", "video/mp4", []), identity, {})
    assert caught.value.code == "signing_failed"
    assert not target.exists()


def test_a_key_of_another_certificate_is_found_before_any_film(tmp_path: Path) -> None:
    certificate, _ = operator(tmp_path / "a", keys()["es256"], None)
    _, other = operator(tmp_path / "b", keys()["es256"], None)
    with pytest.raises(NotConfigured) as caught:
        operator_identity(certificate, key=other)
    assert caught.value.code == "certificate_invalid"


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\xff\xfe", b"x" * 200_000])
def test_a_file_that_is_no_certificate_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "chain.pem"
    path.write_bytes(content)
    with pytest.raises(NotConfigured) as caught:
        operator_identity(path, key=path)
    assert caught.value.code == "certificate_invalid"


def test_a_certificate_that_ran_out_signs_nothing(tmp_path: Path) -> None:
    identity = self_made_identity(tmp_path, now=NOW)
    refuse_expired(identity, NOW)
    with pytest.raises(NotConfigured) as caught:
        refuse_expired(identity, NOW + timedelta(days=20 * 365))
    assert caught.value.code == "certificate_expired"
