"""What is typed about contracts and disputes."""

from typing import Annotated

from pydantic import Field

from regulator.features.registry.terms import ContractKind
from regulator.web import forms

Short = Annotated[Annotated[str, Field(max_length=60)] | None, forms.OrNone]


class ContractFields(forms.Form):
    """What a contract's record states, save its estate and company."""

    kind: ContractKind
    number: Short = None
    began_on: forms.Day
    ended_on: forms.OptionalDay = None
    signed_on: forms.OptionalDay = None
    filed_on: forms.OptionalDay = None
    fee: forms.OptionalYuan = None
    service_level: Short = None
    remark: forms.OptionalLongText = None


class NewContractForm(ContractFields):
    """A contract not known yet."""

    company: forms.OptionalText = None
    company_choice: forms.OptionalText = None


class CorrectContractForm(ContractFields):
    """A correction, and why."""

    reason: forms.Text


class TerminateForm(forms.Form):
    """The last day of a contract that ends before its term."""

    ended_on: forms.Day
    reason: forms.Text


class FileForm(forms.Form):
    """The day on which the contract was filed with the office."""

    filed_on: forms.Day


class SettleForm(forms.Form):
    """How a dispute was settled."""

    settlement: forms.LongText
