"""What is typed about companies."""

from typing import Annotated

from pydantic import Field

from regulator.features.registry.terms import CompanyStatus, DeclaredGrade, NameKind
from regulator.web import forms

Phrase = Annotated[Annotated[str, Field(max_length=60)] | None, forms.OrNone]
Phone = Annotated[Annotated[str, Field(max_length=40)] | None, forms.OrNone]
Address = Annotated[Annotated[str, Field(max_length=300)] | None, forms.OrNone]


class CompanyFields(forms.Form):
    """What a company's record states, save its code and its other names."""

    name: forms.Text
    division_code: forms.OptionalText = None
    registration_kind: Phrase = None
    legal_representative: Phrase = None
    phone: Phone = None
    registered_capital: forms.OptionalYuan = None
    founded_on: forms.OptionalDay = None
    registered_address: Address = None
    office_address: Address = None
    business_scope: forms.OptionalLongText = None
    introduction: forms.OptionalLongText = None
    status: CompanyStatus = CompanyStatus.OPERATING
    declared_grade: Annotated[DeclaredGrade | None, forms.OrNone] = None
    declared_grade_text: Phrase = None
    declared_certificate: Phrase = None
    remark: forms.OptionalLongText = None


class NewCompanyForm(CompanyFields):
    """A company not known yet."""

    credit_code: forms.Text


class CorrectCompanyForm(CompanyFields):
    """A correction, and why."""

    reason: forms.Text


class RenameCompanyForm(forms.Form):
    """The new name, the last day of the old one, and why."""

    name: forms.Text
    last_day: forms.Day
    reason: forms.Text


class OtherNameForm(forms.Form):
    """A name beside the present one."""

    name: forms.Text
    kind: NameKind
    ended_on: forms.OptionalDay = None
    reason: forms.Text


class ReasonForm(forms.Form):
    """Why something is done."""

    reason: forms.Text


class RetireForm(forms.Form):
    """From which day on, and why."""

    retired_on: forms.Day
    reason: forms.Text
