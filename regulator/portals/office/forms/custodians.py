"""What is typed about custodians."""

from datetime import date
from typing import Annotated

from pydantic import Field

from regulator.features.coverage.terms import CustodianGiven
from regulator.web import forms

Name = Annotated[str, Field(min_length=1, max_length=60), forms.Cleaned]
Phone = Annotated[str, Field(min_length=1, max_length=40), forms.Cleaned]


class People(forms.Form):
    """The unit a custodian belongs to and how many people do what."""

    unit: forms.OptionalText = None
    people_cleaning: forms.OptionalWhole = None
    people_order: forms.OptionalWhole = None
    people_repair: forms.OptionalWhole = None

    def given(self, name: str, phone: str, since: date) -> CustodianGiven:
        """The custodian as the act takes one."""
        return CustodianGiven(
            name, phone, since, self.unit, self.people_cleaning, self.people_order, self.people_repair
        )


class CustodianForm(People):
    """Who looks after an estate from a day on."""

    name: Name
    phone: Phone
    since: forms.Day


class EndForm(forms.Form):
    """The last day of a custodian, and why."""

    ended_on: forms.Day
    reason: forms.Text
