"""What is typed in cases of ending: the ground and what was found; with a step words, a day, a lower grade."""

from typing import Annotated

from pydantic import Field

from regulator.features.licensing.endings_terms import EndingGiven
from regulator.web import forms


class EndingOpenForm(forms.Form):
    """Why a certificate is to end."""

    ground: Annotated[str, Field(min_length=1, max_length=40)]
    words: forms.LongText


class EndingStepForm(forms.Form):
    """One step; whether its words and its day are needed, the table says."""

    words: forms.OptionalLongText = None
    on: forms.OptionalDay = None
    lower_grade: Annotated[Annotated[str, Field(max_length=20)] | None, forms.OrNone] = None

    def given(self) -> EndingGiven:
        """As the rules see it."""
        return EndingGiven(self.words or "", self.on, self.lower_grade)
