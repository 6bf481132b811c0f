"""Drawn page shells as files: the worker puts them here, the web hands them out. Draws nothing, asks no database."""

import json
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from regulator.foundation.errors import NotFound

_CURRENT = "current.json"
_KINDS = ("css", "js")
_NEIGHBOURS = {"shading", "tiles"}
"""What other rooms of the map keep in the same directory."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map page taken apart: what stands in the page, and what is served as files."""

    html: str
    script: str
    style: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """What a page needs to show the map: its element and the static files (below static/) to load before `script`."""

    version: str
    locale: str
    html: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...]

    @property
    def script(self) -> str:
        """The name of the drawn script."""
        return f"{self.locale}.js"

    @property
    def style(self) -> str:
        """The name of the drawn style sheet."""
        return f"{self.locale}.css"


@dataclass(frozen=True, slots=True)
class Layer:
    """The borders of a level as drawn up to the zoom level ``last``: a line for each division, see `maps.layers`."""

    level: str
    last: int
    lines: str


_root: Path | None = None


def configure(root: Path) -> None:
    """Say where the process keeps the drawn maps."""
    global _root  # noqa: PLW0603 -- one shelf per process, given by the composition root
    _root = root


def shelf() -> Path:
    """The directory of the drawn maps."""
    if _root is None:
        raise RuntimeError("no shelf: the composition root has not said where drawn maps are kept")
    return _root


def current_version() -> str | None:
    """The version that pages show now; None before the first was drawn."""
    try:
        found = json.loads((shelf() / _CURRENT).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return str(found["version"])


def find_shell(locale: str) -> Shell | None:
    """The map in a language; None until it has been drawn."""
    version = current_version()
    if version is None:
        return None
    try:
        found = json.loads((shelf() / version / f"{locale}.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Shell(version, locale, found["html"], tuple(found["scripts"]), tuple(found["styles"]))


def get_file(version: str, name: str) -> Path:
    """A drawn script or style sheet. Raises NotFound for anything else."""
    stem, _, kind = name.rpartition(".")
    if not (version.isalnum() and stem.replace("_", "").isalnum() and kind in _KINDS):
        raise NotFound(name)
    path = shelf() / version / name
    if not path.is_file():
        raise NotFound(name)
    return path


def drawn_levels() -> list[str]:
    """The levels whose borders the current version has."""
    found = (shelf() / (current_version() or ".nothing")).glob("borders-*-*.tsv")
    return sorted({path.name.split("-")[1] for path in found})


def find_borders(level: str, last: int) -> tuple[str, tuple[tuple[dict[str, Any], str], ...]]:
    """The version shown now and its divisions of a level: facts and GeoJSON geometry; none while none are drawn."""
    version = current_version()
    return version or "", _borders(shelf() / version / f"borders-{level}-{last}.tsv") if version else ()


@lru_cache(maxsize=16)
def _borders(path: Path) -> tuple[tuple[dict[str, Any], str], ...]:
    """A version never changes, so that what was read once need not be read again."""
    if not path.is_file():
        return ()
    lines = (line.partition("\t") for line in path.read_text("utf-8").splitlines())
    return tuple((json.loads(facts), geometry) for facts, _, geometry in lines)


def put(version: str, drawings: Mapping[str, Drawing], layers: Sequence[Layer] = ()) -> None:
    """Shelve a version in all its languages and show it; older ones but the last go (open pages still load from it)."""
    previous = current_version()
    draft = shelf() / f".{secrets.token_hex(8)}"
    draft.mkdir(parents=True)
    for locale, drawing in drawings.items():
        parts = asdict(drawing)
        (draft / f"{locale}.js").write_text(parts.pop("script"), "utf-8")
        (draft / f"{locale}.css").write_text(parts.pop("style"), "utf-8")
        (draft / f"{locale}.json").write_text(json.dumps(parts, ensure_ascii=False), "utf-8")
    for layer in layers:
        (draft / f"borders-{layer.level}-{layer.last}.tsv").write_text(layer.lines, "utf-8")
    shutil.rmtree(shelf() / version, ignore_errors=True)
    draft.rename(shelf() / version)
    pointer = shelf() / f".{secrets.token_hex(8)}"
    pointer.write_text(json.dumps({"version": version}), "utf-8")
    pointer.replace(shelf() / _CURRENT)
    _clear(keep={version, previous, *_NEIGHBOURS})


def _clear(keep: set[str | None]) -> None:
    for entry in shelf().iterdir():
        if entry.is_dir() and entry.name not in keep:
            shutil.rmtree(entry, ignore_errors=True)
