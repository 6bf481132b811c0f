"""What a company types: what it asks for, and the words of a step."""

from datetime import date
from typing import Annotated

from pydantic import Field

from regulator.features.licensing.actions.applications.drafting import DraftFields
from regulator.features.licensing.terms import ApplicationKind
from regulator.web import forms


class ApplicationForm(forms.Form):
    """An application as the company writes it."""

    kind: ApplicationKind
    grade: Annotated[Annotated[str, Field(max_length=20)] | None, forms.OrNone] = None
    held_certificate: Annotated[Annotated[str, Field(max_length=60)] | None, forms.OrNone] = None
    held_until: forms.OptionalDay = None
    statement: forms.OptionalLongText = None
    contact: Annotated[Annotated[str, Field(max_length=60)] | None, forms.OrNone] = None
    contact_phone: Annotated[Annotated[str, Field(max_length=40)] | None, forms.OrNone] = None

    def fields(self) -> DraftFields:
        """As the act takes it."""
        until: date | None = self.held_until
        return DraftFields(
            self.kind, self.grade, self.held_certificate, until, self.statement, self.contact, self.contact_phone
        )  # fmt: skip


class WordsForm(forms.Form):
    """What is said with a step; `files` is only the place for what is wrong with them."""

    words: forms.OptionalLongText = None
    files: forms.OptionalText = None


Short = Annotated[Annotated[str, Field(max_length=60)] | None, forms.OrNone]
Phone = Annotated[Annotated[str, Field(max_length=40)] | None, forms.OrNone]
Place = Annotated[Annotated[str, Field(max_length=300)] | None, forms.OrNone]
"""As long as the record itself may be: what is asked for can be confirmed."""


class ChangeForm(forms.Form):
    """The record as the company wants it, and why."""

    registration_kind: Short = None
    legal_representative: Short = None
    phone: Phone = None
    registered_capital: forms.OptionalYuan = None
    registered_address: Place = None
    office_address: Place = None
    business_scope: forms.OptionalLongText = None
    introduction: forms.OptionalLongText = None
    reason: forms.Text
