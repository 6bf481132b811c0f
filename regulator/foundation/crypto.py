"""Keyed matching and encryption of personal numbers; knows keys and bytes, no field of the register."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class CipherUnreadable(Exception):
    """No key at hand opens the cipher: it was altered, or its key was taken out of the settings."""


@dataclass(frozen=True, slots=True)
class _DataKey:
    key_id: str
    matching: bytes
    encryption: AESGCM

    @classmethod
    def derive(cls, secret: str) -> "_DataKey":
        def part(purpose: bytes) -> bytes:
            return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret.encode())

        return cls(hashlib.sha256(part(b"key id")).hexdigest()[:8], part(b"matching"), AESGCM(part(b"encryption")))


_keys: tuple[_DataKey, ...] = ()


def configure(current: str, previous: tuple[str, ...] = ()) -> None:
    """Give the process its keys: the current one writes, the previous ones are still read."""
    global _keys  # noqa: PLW0603  # one set of keys per process, given by the composition root
    _keys = tuple(_DataKey.derive(secret) for secret in (current, *previous))


def key_id() -> str:
    """The name of the key that writes today; stored with each row it wrote."""
    return _keys[0].key_id


def matching_hash(value: str) -> str:
    """A keyed hash by which equal numbers meet and nobody without the key can try numbers out."""
    return _matching_hash(_keys[0], value)


def matching_hashes(value: str) -> tuple[str, ...]:
    """The hash under every known key, current first: what a look-up compares with."""
    return tuple(_matching_hash(key, value) for key in _keys)


def _matching_hash(key: _DataKey, value: str) -> str:
    return hmac.digest(key.matching, value.encode(), "sha256").hex()


def encrypt(value: str) -> bytes:
    """The value under today's key (AES-256-GCM, random nonce in front)."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _keys[0].encryption.encrypt(nonce, value.encode(), _keys[0].key_id.encode())


def decrypt(cipher: bytes, written_with: str) -> str:
    """The value again; raises CipherUnreadable when it was altered or its key is not at hand."""
    for key in _keys:
        if key.key_id == written_with:
            try:
                plain = key.encryption.decrypt(cipher[:NONCE_BYTES], cipher[NONCE_BYTES:], key.key_id.encode())
            except InvalidTag as error:
                raise CipherUnreadable(written_with) from error
            return plain.decode()
    raise CipherUnreadable(written_with)
