"""What is typed about certificates: one of years gone by as its paper tells it, why a record goes."""

from typing import Annotated

from pydantic import Field

from regulator.features.licensing.certificate_terms import CertificateState, Former
from regulator.web import forms

Reason = Annotated[str, Field(min_length=1, max_length=500), forms.Cleaned]


class TakeBackForm(forms.Form):
    """Why a record of another's certificate was a mistake."""

    reason: Reason


class FormerForm(forms.Form):
    """A licence of 2004 to 2018."""

    number: Annotated[str, Field(min_length=1, max_length=60), forms.Cleaned]
    grade: Annotated[str, Field(min_length=1, max_length=20), forms.Cleaned]
    is_provisional: forms.Ticked = False
    issued_on: forms.Day
    valid_until: forms.OptionalDay = None
    authority_name: Annotated[str, Field(min_length=1, max_length=100), forms.Cleaned]
    document: Annotated[str, Field(min_length=1, max_length=200), forms.Cleaned]
    ended_as: Annotated[CertificateState | None, forms.OrNone] = None
    ended_on: forms.OptionalDay = None
    ended_reason: Annotated[Annotated[str, Field(max_length=500)] | None, forms.OrNone] = None

    def former(self) -> Former:
        """As the act takes it."""
        return Former(**self.model_dump())
