"""Signing what goes out: a finished PDF in, the same PDF with a signature out. Knows no papers and draws no seals.

`Signer` is all the rest of the house knows. Another cipher or another container takes its place by one class with the
same method: SM2 keys in a signing device (the digest goes to the device, its CMS object into the file), electronic
seals after GB/T 38540 (which add their own picture and want the place of the seal), or OFD (bytes of another format).
`office_signer` chooses which.

The signature is a field without a picture. The seal place on paper stays free for the stamp; a drawn imitation of a
seal would claim what only a seal system can. Programs that read PDF show the signature in their own panel.
"""

# ruff: noqa: PLC0415 -- pyhanko and what it stands on are imported where something is signed, never by a web worker

import asyncio
import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from regulator.foundation.errors import BadInput

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.signers import SimpleSigner

    KeyAndCertificates: TypeAlias = tuple[RSAPrivateKey, Certificate, list[Certificate]]

DEMO_NAME = "演示 DEMO – not a seal of any authority"
DEMO_FILE = "demo.p12"
FIELD = "Signature"
DIGEST = "sha256"
KEY_BITS = 3072
LEAST_KEY_BITS = 2048
_DEMO_TERM = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC))  # rehearsals have days of their own
_RESERVED = 16 * 1024  # hexadecimal digits kept free in the file for the signature with its certificates


class Signer(Protocol):
    """Whoever can sign a finished PDF in the office's name."""

    def sign(self, pdf: bytes, *, at: datetime, reason: str) -> bytes:
        """The PDF followed by its signature; ``at`` (aware) is the hour in it, ``reason`` is shown by readers."""


@dataclass(frozen=True, slots=True)
class SignatureState:
    """What a PDF's signature proves.

    ``intact``: the file is signed and, to its last byte, what was signed. ``by`` is the name in the certificate and
    ``at`` the hour the signer wrote, both only claims of the signer: whose key it was is told by ``fingerprint``, the
    SHA-256 of the certificate. Without any signature: not intact, and nothing of the rest.
    """

    intact: bool
    by: str = ""
    at: datetime | None = None
    fingerprint: str = ""


# --- whose key -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Office:
    """Where this installation's key lies; without one a demo key is made in ``directory`` if that may be."""

    key: Path | None
    password: str
    directory: Path
    may_demonstrate: bool


_office: _Office | None = None


def configure(key: Path | None, password: str, *, directory: Path, may_demonstrate: bool) -> None:
    """Say which PKCS#12 file holds the office's key, and whether a demo key may stand in where none is given."""
    global _office  # noqa: PLW0603  # one office per process, given by the composition root
    _office = _Office(key, password, directory.absolute(), may_demonstrate)


def is_demo() -> bool:
    """Whether papers would be signed with a demo key and must say so."""
    return _configured().key is None


def office_signer() -> Signer:
    """The office's signer, its key read once.

    Raises BadInput: there is no key and none may be made (in production), or the file cannot be used.
    """
    office = _configured()
    if office.key is not None:
        return _load(office.key, office.password)
    if not office.may_demonstrate:
        raise BadInput("signing_key_missing")
    path = office.directory / DEMO_FILE
    if not path.is_file():
        _make_demo_key(path)
    return _load(path, "")


def judge_ready(at: datetime) -> None:
    """Raises BadInput when the office's key could not sign at this hour, as `office_signer` and `sign` would.

    Looks at key and certificate alone: what signs is not loaded, nor a demo key made, while a lock is held.
    """
    office = _configured()
    if office.key is not None:
        _judge_term(_key_of(office.key, office.password)[1], at)
    elif not office.may_demonstrate:
        raise BadInput("signing_key_missing")


def _configured() -> _Office:
    if _office is None:
        raise RuntimeError("no signing key: the composition root has not said where it lies")
    return _office


@lru_cache(maxsize=4)
def _load(path: Path, password: str) -> "Pkcs12Signer":
    return Pkcs12Signer(_content_of(path), password)


@lru_cache(maxsize=4)
def _key_of(path: Path, password: str) -> "KeyAndCertificates":
    return _opened(_content_of(path), password)


def _content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise BadInput("signing_key_unreadable", {"path": str(path)}) from None


def _make_demo_key(path: Path) -> None:
    """A self-signed key that says what it is; of two that start at once the first wins."""
    from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

    key, certificate = demo_certificate()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pkcs12.serialize_key_and_certificates(b"demo", key, certificate, None, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def demo_certificate(name: str = DEMO_NAME) -> "tuple[RSAPrivateKey, Certificate]":
    """A fresh RSA key and a certificate in which it vouches for itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    ) | {"encipher_only": False, "decipher_only": False}
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_DEMO_TERM[0])
        .not_valid_after(_DEMO_TERM[1])
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


# --- signing ---------------------------------------------------------------------------------------------------------


class Pkcs12Signer:
    """Signs with an RSA key and its certificates from a PKCS#12 file, through pyHanko.

    RSA after PKCS#1 v1.5 draws no lots, and neither does the update to the file (its second identifier follows from
    the content), so the same PDF, hour and reason give the same bytes. What was there before is appended to, never
    changed. Raises BadInput for a file or password that does not fit, and for a key that is no RSA key of 2048 bits.
    """

    def __init__(self, content: bytes, password: str = "") -> None:
        key, certificate, others = _opened(content, password)
        self.certificate = certificate
        self._cms = _cms_signer(key, certificate, others)

    def sign(self, pdf: bytes, *, at: datetime, reason: str) -> bytes:
        """See `Signer`. Raises BadInput when the certificate is not valid at that hour."""
        from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

        _judge_term(self.certificate, at)
        hour = at.astimezone(UTC).replace(microsecond=0)
        steps, digest, output = _prepare(pdf, hour, reason)
        attributes = PdfCMSSignedAttributes(signing_time=hour)
        steps.send(asyncio.run(self._cms.async_sign(digest, DIGEST, signed_attr_settings=attributes)))
        return bytes(output.getvalue())


def _opened(content: bytes, password: str) -> "KeyAndCertificates":
    """Key, certificate and the others of a PKCS#12 file; raises BadInput for what cannot sign papers."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        key, certificate, others = pkcs12.load_key_and_certificates(content, password.encode() or None)
    except ValueError:
        raise BadInput("signing_key_unusable") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_KEY_BITS or certificate is None:
        raise BadInput("signing_key_unusable")
    return key, certificate, others


def _judge_term(certificate: "Certificate", at: datetime) -> None:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= at <= last:
        raise BadInput("signing_key_out_of_term", {"first": first.date(), "last": last.date()})


def _cms_signer(key: "RSAPrivateKey", certificate: "Certificate", others: "list[Certificate]") -> "SimpleSigner":
    """A signer of pyHanko on a key that stays loaded: reading it anew for each paper would take longer than signing."""
    from asn1crypto import x509
    from asn1crypto.algos import SignedDigestAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class Loaded(SimpleSigner):
        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002  # pyHanko's
            del digest_algorithm, dry_run
            return key.sign(data, PKCS1v15(), hashes.SHA256())

    def plain(one: "Certificate") -> x509.Certificate:
        return x509.Certificate.load(one.public_bytes(Encoding.DER))

    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(map(plain, others))
    mechanism = SignedDigestAlgorithm({"algorithm": "sha256_rsa"})
    return Loaded(plain(certificate), None, store, signature_mechanism=mechanism)  # no key for it to read: ours signs


def _prepare(pdf: bytes, hour: datetime, reason: str) -> tuple[Any, bytes, BytesIO]:
    """The PDF with an empty field for the signature, the digest to be signed, and what takes the signature."""
    from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
    from pyhanko.sign.signers.pdf_byterange import SignatureObject

    place = SignatureObject(
        timestamp=hour, reason=reason, subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED, bytes_reserved=_RESERVED
    )
    nothing_more = SigMDPSetup(DIGEST, certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
    steps = PdfCMSEmbedder(SigFieldSpec(FIELD)).write_cms(FIELD, _update_of(pdf, hour))
    next(steps)
    steps.send(SigObjSetup(place, nothing_more))
    prepared, output = steps.send(SigIOSetup(DIGEST))
    return steps, prepared.document_digest, output


def _update_of(pdf: bytes, hour: datetime) -> "IncrementalPdfFileWriter":
    """An update to the file in which nothing depends on the clock or on chance, and the properties stay as they are.

    pyHanko would write the hour of the machine into the properties (and PDF/A wants them equal in both places) and
    draw the second half of the identifier by lot.
    """
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Update(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            """Nothing: what is signed is the paper as it was made."""

    update = Update(BytesIO(pdf))
    drawn = hashlib.sha256(pdf + hour.isoformat().encode()).digest()[:16]
    update._document_id = generic.ArrayObject([update._document_id[0], generic.ByteStringObject(drawn)])  # noqa: SLF001
    return update


# --- checking --------------------------------------------------------------------------------------------------------


def validate(pdf: bytes) -> SignatureState:
    """What the signature of a PDF proves; anything unreadable is not intact. Asks nobody over the network."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        found = PdfFileReader(BytesIO(pdf)).embedded_signatures
        return _state_of(found[-1]) if found else SignatureState(intact=False)
    except (PdfError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return SignatureState(intact=False)  # what a damaged file makes of its own structure


def _state_of(signature: Any) -> SignatureState:
    from pyhanko.sign.validation import SignatureCoverageLevel, async_validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    own = signature.signer_cert
    alone = ValidationContext(trust_roots=[own], allow_fetching=False)
    status = asyncio.run(async_validate_pdf_signature(signature, alone))
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    return SignatureState(
        intact=status.intact and status.valid and whole,
        by=str(own.subject.native.get("common_name") or own.subject.human_friendly),
        at=signature.self_reported_timestamp,
        fingerprint=own.sha256.hex(),
    )
