"""Keyed matching and encryption of personal numbers; knows keys and bytes, no field of the register."""

# ruff: noqa: PLC0415 -- cryptography takes 7 MB: it is loaded by the first number that is matched, written or read

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class CipherUnreadable(Exception):
    """No key at hand opens the cipher: it was altered, or its key was taken out of the settings."""


@dataclass(frozen=True, repr=False)
class _DataKey:
    """What is derived from one secret of the settings (HKDF, RFC 5869)."""

    key_id: str
    matching: bytes
    encrypting: bytes

    @classmethod
    def derive(cls, secret: str) -> "_DataKey":
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        def part(purpose: bytes) -> bytes:
            return HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret.encode())

        return cls(hashlib.sha256(part(b"key id")).hexdigest()[:8], part(b"matching"), part(b"encryption"))

    @cached_property
    def encryption(self) -> "AESGCM":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self.encrypting)


_secrets: tuple[str, ...] = ()


def configure(current: str, previous: tuple[str, ...] = ()) -> None:
    """Give the process its keys: the current one writes, the previous ones are still read."""
    global _secrets  # noqa: PLW0603  # one set of keys per process, given by the composition root
    _secrets = (current, *previous)


@lru_cache(maxsize=4)
def _derived(given: tuple[str, ...]) -> tuple[_DataKey, ...]:
    return tuple(_DataKey.derive(secret) for secret in given)


def _keys() -> tuple[_DataKey, ...]:
    return _derived(_secrets)


def key_id() -> str:
    """The name of the key that writes today; stored with each row it wrote."""
    return _keys()[0].key_id


def matching_hash(value: str) -> str:
    """A keyed hash by which equal numbers meet and nobody without the key can try numbers out."""
    return _matching_hash(_keys()[0], value)


def matching_hashes(value: str) -> tuple[str, ...]:
    """The hash under every known key, current first: what a look-up compares with."""
    return tuple(_matching_hash(key, value) for key in _keys())


def _matching_hash(key: _DataKey, value: str) -> str:
    return hmac.digest(key.matching, value.encode(), "sha256").hex()


def encrypt(value: str) -> bytes:
    """The value under today's key (AES-256-GCM, random nonce in front)."""
    key, nonce = _keys()[0], secrets.token_bytes(NONCE_BYTES)
    return nonce + key.encryption.encrypt(nonce, value.encode(), key.key_id.encode())


def decrypt(cipher: bytes, written_with: str) -> str:
    """The value again; raises CipherUnreadable when it was altered or its key is not at hand."""
    from cryptography.exceptions import InvalidTag

    for key in _keys():
        if key.key_id == written_with:
            try:
                plain = key.encryption.decrypt(cipher[:NONCE_BYTES], cipher[NONCE_BYTES:], key.key_id.encode())
            except InvalidTag as error:
                raise CipherUnreadable(written_with) from error
            return plain.decode()
    raise CipherUnreadable(written_with)
