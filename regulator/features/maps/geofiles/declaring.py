"""What the sender of a file declares about it, read without any library of GIS, so that a page may ask for it."""

import re
from dataclasses import dataclass
from typing import Self

from regulator.features.divisions.terms import Level
from regulator.features.maps.geofiles.terms import GeoKind
from regulator.features.zones.terms import BarrierKind
from regulator.foundation.errors import BadInput
from regulator.foundation.geo import Datum

_EPSG = re.compile(r"EPSG:{1,2}(\d{4,6})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Declared:
    """In which system the numbers of a file are: a datum of ours, or the number of a reference system."""

    datum: Datum | None
    epsg: int | None

    @classmethod
    def read(cls, text: str | None) -> Self:
        """What ``wgs84``, ``cgcs2000``, ``gcj02``, ``bd09`` or ``EPSG:n`` declares. Raises BadInput; never guesses."""
        plain = (text or "").strip()
        if not plain:
            raise BadInput("geo_datum_missing", about="datum")
        if plain.lower() in set(Datum):
            return cls(Datum(plain.lower()), None)
        if found := _EPSG.fullmatch(plain):
            return cls(None, int(found[1]))
        raise BadInput("geo_datum_unknown", {"given": plain[:40]}, about="datum")

    @property
    def text(self) -> str:
        """As it is declared."""
        return self.datum.value if self.datum else f"EPSG:{self.epsg}"

    @property
    def is_chinese(self) -> bool:
        """Whether it holds in China only."""
        return self.datum in (Datum.GCJ02, Datum.BD09, Datum.CGCS2000)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the sender says beside the file."""

    kind: GeoKind
    declared: Declared
    level: Level | None = None
    code_field: str | None = None
    name_field: str | None = None
    source: str = ""
    """Whose shapes these are; the file's name unless said."""
    barrier: BarrierKind | None = None
    """What all barriers of the file are, whatever it says itself."""
