"""What a clerk types at the counter: an application on paper, a step with its words."""

from typing import Annotated

from pydantic import Field

from regulator.features.licensing.actions.applications.drafting import DraftFields
from regulator.features.licensing.terms import ApplicationKind
from regulator.web import forms


class TakeInForm(forms.Form):
    """An application handed in on paper; `words` say which papers came and who brought them."""

    credit_code: Annotated[str, Field(min_length=18, max_length=18), forms.Cleaned]
    kind: ApplicationKind
    grade: Annotated[Annotated[str, Field(max_length=20)] | None, forms.OrNone] = None
    held_certificate: Annotated[Annotated[str, Field(max_length=60)] | None, forms.OrNone] = None
    held_until: forms.OptionalDay = None
    contact: Annotated[Annotated[str, Field(max_length=60)] | None, forms.OrNone] = None
    contact_phone: Annotated[Annotated[str, Field(max_length=40)] | None, forms.OrNone] = None
    words: forms.LongText
    files: forms.OptionalText = None

    def fields(self) -> DraftFields:
        """As the act takes it."""
        return DraftFields(
            self.kind, self.grade, self.held_certificate, self.held_until, None, self.contact, self.contact_phone
        )  # fmt: skip


class StepForm(forms.Form):
    """A step at the counter."""

    words: forms.OptionalLongText = None
