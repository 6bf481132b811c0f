"""What is typed about rounds of the baseline survey and answered on a phone."""

from datetime import date
from typing import Annotated

from pydantic import Field

from regulator.features.coverage.terms import CustodianGiven, SurveyAnswer
from regulator.features.registry.terms import Mode
from regulator.portals.office.forms.custodians import People
from regulator.portals.office.forms.estates import Phone
from regulator.web import forms

Title = Annotated[str, Field(min_length=1, max_length=100), forms.Cleaned]
Name = Annotated[Annotated[str, Field(max_length=60)] | None, forms.OrNone]


class OpenForm(forms.Form):
    """A street, what the round is called, and by when it is to be answered."""

    division_code: forms.Text
    title: Title
    due_on: forms.Day


class CloseForm(forms.Form):
    """Why a round is closed although estates are open."""

    reason: forms.OptionalText = None


class AnswerForm(People):
    """What was found out about one estate; only what lacked stands on the page."""

    mode: Annotated[Mode | None, forms.OrNone] = None
    company: forms.OptionalText = None
    company_choice: forms.OptionalText = None
    began_on: forms.OptionalDay = None
    households: forms.OptionalWhole = None
    duty_phone: Phone = None
    name: Name = None
    phone: Phone = None
    since: forms.OptionalDay = None
    problems: forms.OptionalLongText = None
    unknown_reason: forms.OptionalLongText = None

    def answer(self, today: date) -> SurveyAnswer:
        """The answer as the act takes one; days left out are today."""
        return SurveyAnswer(
            self.mode,
            self.began_on or today,
            self.households,
            self.duty_phone,
            self._custodian(today),
            self.problems,
            self.unknown_reason,
        )

    def _custodian(self, today: date) -> CustodianGiven | None:
        """The custodian when anything of one was typed: what is missing then is for the rule to say."""
        people = (self.people_cleaning, self.people_order, self.people_repair)
        if not (self.name or self.phone or self.unit) and all(number is None for number in people):
            return None
        return self.given(self.name or "", self.phone or "", self.since or today)
