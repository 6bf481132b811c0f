"""The process in which one file is cleaned: within limits the operating system keeps, to an answer of one line."""

import json
import resource
import sys
from pathlib import Path
from typing import Any

from regulator.foundation.cleaners.kinds import Container
from regulator.foundation.cleaners.limits import Limits
from regulator.foundation.cleaners.within import clean_within
from regulator.foundation.errors import BadInput


def _answer(container: Container, path: Path, target: Path, limits: Limits) -> dict[str, Any]:
    try:
        kind, content, notes = clean_within(container, path, limits)
        target.write_bytes(content)
    except BadInput as error:
        return {"refused": error.code, "params": error.params}
    except (MemoryError, RecursionError):
        return {"refused": "upload_too_complex", "params": {}}
    except Exception as error:  # noqa: BLE001  # whatever a reader says of a file it was not made for
        return {"refused": "upload_damaged", "params": {}, "failed": type(error).__name__}
    return {"kind": kind.value, "notes": sorted(notes)}


def _bind(limits: Limits) -> None:
    """Let the operating system hold this process to its limits."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.unpacked, limits.unpacked))


def main() -> None:
    """Clean one file; the answer is one line of JSON."""
    container, path, target, limits = sys.argv[1:]
    bounds = Limits(**json.loads(limits))
    _bind(bounds)
    json.dump(_answer(Container(container), Path(path), Path(target), bounds), sys.stdout)


if __name__ == "__main__":
    main()
