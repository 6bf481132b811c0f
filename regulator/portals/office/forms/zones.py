"""What is typed about zones: the limits of a proposal, which estates go where, a name, a reason."""

from typing import Annotated

from pydantic import Field

from regulator.features.zones.terms import Limits
from regulator.web import forms

Name = Annotated[str, Field(min_length=1, max_length=100), forms.Cleaned]


class LimitsForm(forms.Form):
    """What a group may reach; households and floor area left out are no limit."""

    diameter: forms.Whole
    households: forms.OptionalWhole = None
    floor_area: forms.OptionalArea = None
    neighbour: forms.Whole
    barriers: forms.Ticked = False

    def limits(self) -> Limits:
        """The limits as the rules take them."""
        return Limits(self.diameter, self.households, self.floor_area, self.neighbour, self.barriers)


class MoveForm(forms.Form):
    """Ticked estates, and where they are to go: a zone's key, ``new`` or ``out``; ``whole`` takes all of the page."""

    target: forms.Text
    estates: tuple[str, ...] = ()
    whole: forms.Ticked = False


class AdoptForm(forms.Form):
    """What a zone is to be called."""

    name: Name


class RenameForm(forms.Form):
    """What an adopted zone is to be called from now on."""

    name: Name


class DissolveForm(forms.Form):
    """Why a zone ends."""

    reason: forms.LongText
