"""What is typed with a step of an application: words, and what a few steps need beside them."""

from typing import Annotated

from regulator.features.licensing.application_terms import Given, Recommendation
from regulator.features.licensing.terms import ClockStop
from regulator.web import forms


class StepForm(forms.Form):
    """One step; whether its words are needed, the table says."""

    words: forms.OptionalLongText = None
    recommendation: Annotated[Recommendation | None, forms.OrNone] = None
    stop: Annotated[ClockStop | None, forms.OrNone] = None

    def given(self) -> Given:
        """As the rules see it."""
        return Given(self.words or "", self.recommendation, self.stop)
