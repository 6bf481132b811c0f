"""What is typed about notices between owners and company."""

from typing import Annotated

from pydantic import Field

from regulator.features.registry.terms import NoticeKind, Party
from regulator.web import forms

Document = Annotated[Annotated[str, Field(max_length=120)] | None, forms.OrNone]


class NoticeFields(forms.Form):
    """What a notice's record states, save its estate and company."""

    kind: NoticeKind
    given_by: Party
    dated_on: forms.Day
    received_on: forms.OptionalDay = None
    document_number: Document = None
    remark: forms.OptionalLongText = None


class NewNoticeForm(NoticeFields):
    """A notice not known yet."""

    company: forms.OptionalText = None
    company_choice: forms.OptionalText = None


class CorrectNoticeForm(NoticeFields):
    """A correction, and why."""

    reason: forms.Text
