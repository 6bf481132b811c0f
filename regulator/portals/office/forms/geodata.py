"""What is typed about geodata: what a file's shapes are and in which system, and which layer is wanted as a file."""

from typing import Annotated

from regulator.features.divisions.terms import Level
from regulator.features.maps.geofiles.terms import FileType, GeoKind, GeoLayer
from regulator.features.zones.terms import BarrierKind
from regulator.web import forms

BY_NUMBER = "epsg"
"""Chosen instead of a datum: the system's number is typed beside it."""


class SendForm(forms.Form):
    """What the shapes are of, their declared datum, and which columns say what they are about."""

    kind: Annotated[GeoKind | None, forms.OrNone] = None
    datum: forms.OptionalText = None
    epsg: forms.OptionalText = None
    level: Annotated[Level | None, forms.OrNone] = None
    barrier: Annotated[BarrierKind | None, forms.OrNone] = None
    code_field: forms.OptionalText = None
    name_field: forms.OptionalText = None
    source: forms.OptionalText = None

    @property
    def declared(self) -> str | None:
        """The datum, or the number typed for it, with or without its prefix."""
        if self.datum != BY_NUMBER or self.epsg is None:
            return None if self.datum == BY_NUMBER else self.datum
        return f"EPSG:{self.epsg}" if self.epsg.isdigit() else self.epsg


class ExportForm(forms.Form):
    """A layer and the kind of file."""

    layer: Annotated[GeoLayer | None, forms.OrNone] = None
    file_type: Annotated[FileType | None, forms.OrNone] = None
