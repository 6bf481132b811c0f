"""The process in which typst of others is set: an order on standard input, a PDF or a JSON object on standard output.

Run by `confined` alone. First everything is loaded that needs a file (typst, every font); then the doors are shut.
"""

import json
import resource
import sys
from base64 import b64decode
from typing import Any

import typst

MEGABYTE = 1024 * 1024
FAILED = 3
_STANDARD_STREAMS = 3


def main() -> int:
    """0 with the PDF, `FAILED` with ``message`` and ``diagnostic`` or with ``bound`` and ``allowed``."""
    order: dict[str, Any] = json.load(sys.stdin)
    files = {name: b64decode(content) for name, content in order["files"].items()}
    limits: dict[str, int] = order["limits"]
    fonts = _load_fonts(order["fonts"])
    _shut(limits)
    try:
        made = _compile(files, fonts, order["how"])
    except typst.TypstError as error:
        return _say({"message": error.message, "diagnostic": error.diagnostic})
    except MemoryError:
        return _say({"bound": "memory", "allowed": limits["memory"]})
    if len(made) > limits["size"] * MEGABYTE:
        return _say({"bound": "size", "allowed": limits["size"]})
    sys.stdout.buffer.write(made)
    return 0


def _load_fonts(directory: str) -> "typst.Fonts":
    """Our fonts, each used once: typst opens the file of a font only when it first sets a letter from it."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[directory])
    words = "".join(f'#text(font: "{font.family}", weight: {font.weight})[a]' for font in fonts.fonts())
    _compile({"main.typ": words.encode()}, fonts, {"format": "pdf"})
    return fonts


def _compile(files: dict[str, bytes], fonts: "typst.Fonts", how: dict[str, Any]) -> bytes:
    made: Any = typst.compile(files, root="/", font_paths=fonts, ignore_system_fonts=True, **how)
    return bytes(made)


def _shut(limits: dict[str, int]) -> None:
    """No file and no socket any more, no core, and only so much time and memory."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + limits["seconds"]
    memory = limits["memory"] * MEGABYTE
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_STANDARD_STREAMS, _STANDARD_STREAMS))


def _say(what: dict[str, Any]) -> int:
    json.dump(what, sys.stdout)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
