"""Passwords, recovery codes and one-time numbers: making and checking. Keeps nothing and asks no table."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's argon2id, 19 MiB
TOTP_STEP_SECONDS = 30
TOTP_DRIFT_STEPS = 1
RECOVERY_CODES = 10
_READABLE = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_UNKNOWN = "$argon2id$v=19$m=19456,t=2,p=1$gKR2RGGCq41DexkpsnXvYw$cz3p+hJuYcAmCd7T6QejLg9D67Br6yHD+9u8nJRZBtc"
"""Compared with when there is no such account, so that the answer takes as long; of a random password nobody kept."""


def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    return HASHER.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Whether the password fits the hash; takes the same time when there is no hash."""
    try:
        HASHER.verify(kept or _UNKNOWN, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def new_password() -> str:
    """A random first password of four groups, easy to read out and meeting the rules."""
    groups = ["".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(4)) for _ in range(4)]
    return f"{secrets.choice('ABCDEFGHJKLMNPQRSTUVWXYZ')}{secrets.choice('23456789')}-{'-'.join(groups)}"


def new_totp_secret() -> str:
    """A fresh secret for an authenticator, base32."""
    return pyotp.random_base32()


def totp_address(secret: str, username: str, issuer: str) -> str:
    """The otpauth: address an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def matching_step(secret: str, typed: str, now: datetime, *, after: int | None) -> int | None:
    """The time step a typed number belongs to, one step of drift allowed; None when wrong or used before."""
    digits = "".join(character for character in typed if character.isdigit() and character.isascii())
    totp = pyotp.TOTP(secret)
    present = int(now.timestamp()) // TOTP_STEP_SECONDS
    for step in range(present - TOTP_DRIFT_STEPS, present + TOTP_DRIFT_STEPS + 1):
        fresh = after is None or step > after
        if fresh and secrets.compare_digest(totp.at(step * TOTP_STEP_SECONDS), digits):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Ten one-time codes, shown once."""
    return [
        "-".join("".join(secrets.choice(_READABLE) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(code: str) -> str:
    """What is kept of a recovery code (50 random bits, tried at most five times before the lock)."""
    plain = "".join(character for character in code.upper() if character in _READABLE)
    return hashlib.sha256(f"recovery {plain}".encode()).hexdigest()
