"""What is typed about hand-overs: between whom, why, and a signature in somebody's place."""

from typing import Annotated

from pydantic import Field

from regulator.features.papers.terms import HandoverReason
from regulator.web import forms

Typed = Annotated[str, Field(max_length=100), forms.Cleaned]


class PairForm(forms.Form):
    """Who gives (oneself unless somebody is named) and who takes, by username or name."""

    giver: Typed = ""
    taker: Typed = ""


class DrawUpForm(PairForm):
    """Why and from when on somebody gives up their matters."""

    reason: HandoverReason
    leaves_on: forms.Day
    note: forms.OptionalText = None


class GiveForm(forms.Form):
    """Why somebody else signs in the giver's place."""

    signed_for: forms.OptionalText = None
