"""Where the files that ride along with the code lie: in the wheel or in a checkout. Standard library only."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def resource_dir(name: Literal["templates", "migrations", "geodata", "translations", "fonts"]) -> Path:
    """The directory `name`: bundled in an installed wheel, at the root in a checkout."""
    bundled = _PACKAGE / "_bundled" / name
    return bundled if bundled.is_dir() else _PACKAGE.parent / name
