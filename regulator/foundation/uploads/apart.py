"""The process in which a file is cleaned: a reader that loops, grows or breaks takes nothing else with it.

It is given no settings, no keys and no open connection, and ends when its time or its memory is used up.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import structlog

from regulator.foundation.cleaners.kinds import Container, UploadKind, UploadNote
from regulator.foundation.cleaners.limits import Limits
from regulator.foundation.errors import BadInput, Unavailable

log = structlog.get_logger(__name__)
AT_ONCE = 2
WAIT_SECONDS = 30
READERS = "regulator.foundation.cleaners"
_turns = BoundedSemaphore(AT_ONCE)
_USED_UP = frozenset({-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGXFSZ})


def clean_apart(container: Container, path: Path, limits: Limits) -> tuple[UploadKind, bytes, tuple[UploadNote, ...]]:
    """What a file is, its clean form, and what was taken out. Raises BadInput and Unavailable."""
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise Unavailable("uploads_busy")
    try:
        said = _ask(container, path, limits)
    finally:
        _turns.release()
    if "refused" in said:
        raise BadInput(said["refused"], said["params"], about="file")
    content = _result(path).read_bytes()
    return UploadKind(said["kind"]), content, tuple(UploadNote(note) for note in said["notes"])


def _result(path: Path) -> Path:
    return path.with_name("clean")


def _ask(container: Container, path: Path, limits: Limits) -> dict[str, Any]:
    """What the process answers. Raises BadInput when it came to no answer."""
    told = [container.value, str(path), str(_result(path)), json.dumps(asdict(limits))]
    command = [sys.executable, "-P", "-s", "-m", READERS, *told]
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "MALLOC_ARENA_MAX": "1", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(  # noqa: S603  # our own words
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False,
            timeout=limits.seconds * 2, cwd=path.parent,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise BadInput("upload_too_complex", about="file") from error
    if done.returncode in _USED_UP:
        raise BadInput("upload_too_complex", about="file")
    if done.returncode != 0:
        log.warning("cleaning broke off", container=container.value, code=done.returncode)
        raise BadInput("upload_damaged", about="file")
    said: dict[str, Any] = json.loads(done.stdout)
    if "failed" in said:
        log.warning("cleaning failed", container=container.value, error=said["failed"])
    return said
