"""Typst that somebody else wrote, set in a process of its own with nothing to reach and little to spend.

The process (`cell`) is started without this one's environment, so without its keys. Before it looks at the source it
may open no file and no socket any more, so neither a file of this machine nor a package from the network can be read;
the kernel ends it when it has used up its seconds or its memory. What it needs it is given: files in, bytes out.
"""

import json
import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from regulator.foundation.documents.pdf import STANDARD, DocumentFailed
from regulator.foundation.fonts import font_dir

Bound = Literal["seconds", "memory", "size"]
_CELL = "regulator.foundation.documents.cell"
_START = 10.0  # seconds a busy machine may take to start the process, beside the seconds given


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may cost: seconds of processor time, megabytes of address space, megabytes of PDF."""

    seconds: int = 10
    memory: int = 1024
    size: int = 8


LIMITS = Limits()


class OutOfBounds(DocumentFailed):
    """The document would have cost more than it may; ``bound`` names the limit, ``allowed`` its value."""

    def __init__(self, bound: Bound, allowed: int) -> None:
        self.bound = bound
        self.allowed = allowed
        super().__init__(f"more than {allowed} of {bound}")


def confined_pdf(files: Mapping[str, bytes], *, made_at: datetime, limits: Limits | None = None) -> bytes:
    """As `pdf.typeset_pdf`, byte for byte; raises DocumentFailed, OutOfBounds when a limit (`LIMITS`) was reached."""
    limits = limits or LIMITS
    order = {
        "files": {name: b64encode(content).decode() for name, content in files.items()},
        "fonts": str(font_dir()),
        "how": {"format": "pdf", "pdf_standards": [STANDARD], "timestamp": int(made_at.timestamp())},
        "limits": asdict(limits),
    }
    done = _run(json.dumps(order).encode(), limits)
    if done.returncode == 0:
        return done.stdout
    raise _failure(done, limits)


def _run(order: bytes, limits: Limits) -> "subprocess.CompletedProcess[bytes]":
    try:
        return subprocess.run(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-m", _CELL],
            input=order,
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            check=False,
            timeout=limits.seconds * 2 + _START,
        )
    except subprocess.TimeoutExpired:
        raise OutOfBounds("seconds", limits.seconds) from None


def _failure(done: "subprocess.CompletedProcess[bytes]", limits: Limits) -> DocumentFailed:
    """What the cell said, or what its end means."""
    if done.returncode == -signal.SIGABRT:
        return OutOfBounds("memory", limits.memory)  # Rust aborts when it is given no more
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return OutOfBounds("seconds", limits.seconds)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        return DocumentFailed(f"typesetting ended with {done.returncode}")
    if "bound" in said:
        return OutOfBounds(said["bound"], said["allowed"])
    return DocumentFailed(said["message"], said["diagnostic"])
