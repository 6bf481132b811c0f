"""Forms about grades: a fact from elsewhere, and why one is taken back."""

from typing import Annotated

from pydantic import Field

from regulator.features.licensing.terms import OutsideFactKind
from regulator.web import forms


class OutsideFactForm(forms.Form):
    """A fact the register does not hold itself. ``value`` is an act's code, a mark or a credit grade."""

    kind: OutsideFactKind
    act: forms.OptionalText = None
    mark: Annotated[Annotated[str, Field(max_length=10)] | None, forms.OrNone] = None
    grade: forms.OptionalText = None
    happened_on: forms.Day
    document: forms.Text
    note: forms.OptionalLongText = None

    @property
    def value(self) -> str:
        """What the chosen kind of fact says."""
        chosen = {
            OutsideFactKind.BARRING_ACT: self.act,
            OutsideFactKind.ASSESSMENT_RESULT: self.mark,
            OutsideFactKind.CREDIT_GRADE: self.grade,
        }
        return (chosen[self.kind] or "").strip()


VALUE_FIELD = {"outside_fact_act": "act", "outside_fact_grade": "grade", "outside_fact_mark": "mark"}
