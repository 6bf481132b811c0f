"""What is typed about estates."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from regulator.features.maps.outlines import MOST_SIGNS
from regulator.features.registry.terms import Condition, EstateKind, Ownership
from regulator.web import forms

Phone = Annotated[Annotated[str, Field(max_length=40)] | None, forms.OrNone]
Address = Annotated[Annotated[str, Field(max_length=300)] | None, forms.OrNone]


def _read_degrees(value: Any) -> Any:
    """Decimal degrees; anything else is left to be refused by its type."""
    if not isinstance(value, str):
        return value
    try:
        return float(Decimal(value))
    except InvalidOperation:
        return value


Degrees = Annotated[Annotated[float, Field(ge=-180, le=180)] | None, BeforeValidator(_read_degrees), forms.OrNone]


class EstateFields(forms.Form):
    """What an estate's record states, save its code, its place and its other names."""

    name: forms.Text
    kind: EstateKind
    condition: Condition
    condition_since: forms.OptionalDay = None
    address: Address = None
    lon: Degrees = None
    lat: Degrees = None
    floor_area: forms.OptionalArea = None
    area_multi_storey: forms.OptionalArea = None
    area_high_rise: forms.OptionalArea = None
    area_villa: forms.OptionalArea = None
    area_other: forms.OptionalArea = None
    site_area: forms.OptionalArea = None
    buildings: forms.OptionalWhole = None
    households: forms.OptionalWhole = None
    completion_year: forms.OptionalWhole = None
    ownership: Annotated[Ownership | None, forms.OrNone] = None
    facilities: forms.OptionalLongText = None
    duty_phone: Phone = None
    owning_unit: forms.OptionalText = None
    remark: forms.OptionalLongText = None


class NewEstateForm(EstateFields):
    """An estate not known yet, and where it stands."""

    division_code: forms.Text


class CorrectEstateForm(EstateFields):
    """A correction, and why."""

    reason: forms.Text


class PlaceForm(forms.Form):
    """The community (or street) an estate belongs to, and why."""

    division_code: forms.Text
    reason: forms.Text


class PositionForm(forms.Form):
    """Where an estate lies: its point, its outline as GeoJSON, why; and the mark of the doubts looked at."""

    lon: Degrees = None
    lat: Degrees = None
    boundary: Annotated[str, Field(max_length=MOST_SIGNS)] = ""
    reason: forms.Text
    confirmed: Annotated[str, Field(max_length=40)] = ""


class RenameForm(forms.Form):
    """The new name, the last day of the old one, and why."""

    name: forms.Text
    last_day: forms.Day
    reason: forms.Text


class AliasForm(forms.Form):
    """A name by which people know the estate, and from where it is known."""

    name: forms.Text
    reason: forms.Text


class ReasonForm(forms.Form):
    """Why something is done."""

    reason: forms.Text


class RetireForm(forms.Form):
    """From which day on, and why."""

    day: forms.Day
    reason: forms.Text
