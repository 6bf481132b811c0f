"""What administrators type. Whether a role may be given is judged by the act, not here."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from regulator.features.accounts.terms import AccountState, Branch, Role
from regulator.web import forms

Username = Annotated[forms.Text, Field(max_length=64)]
Code = Annotated[forms.Text, Field(max_length=32)]
OptionalKey = Annotated[UUID | None, forms.OrNone]


class AccountForm(forms.Form):
    """A new account; its roles are granted by the security administrator."""

    username: Username
    name: Annotated[forms.Text, Field(max_length=100)]
    branch: Branch
    authority: OptionalKey = None


class ChangeForm(forms.Form):
    """Corrections of an account."""

    name: Annotated[forms.Text, Field(max_length=100)]
    authority: OptionalKey = None
    version: int


class ReasonForm(forms.Form):
    """Why something is done to an account."""

    reason: Annotated[forms.Text, Field(max_length=200)]


class RoleForm(forms.Form):
    """A role, where, and from when to when."""

    role: Role
    scope_code: Code
    began_on: forms.Day
    ended_on: forms.OptionalDay = None


class DeputyForm(forms.Form):
    """Who stands in, from when to when, and why."""

    deputy: Username
    began_on: forms.Day
    ended_on: forms.Day
    reason: Annotated[forms.Text, Field(max_length=200)]


class AuthorityForm(forms.Form):
    """A bureau, street office or section."""

    name: Annotated[forms.Text, Field(max_length=100)]
    division_code: Annotated[forms.Text, Field(max_length=12)]


class AreaForm(forms.Form):
    """A management area and its divisions' codes, parted by blanks, commas or lines."""

    code: Code
    name: Annotated[forms.Text, Field(max_length=100)]
    divisions: Annotated[forms.Text, Field(max_length=4000)]


class NoticeFileForm(forms.Form):
    """A notice of holidays; its file is read beside the form."""


class NoticeForm(forms.Form):
    """A notice that was looked at, as the text of its file."""

    content: Annotated[str, Field(min_length=1, max_length=40_000)]


class RuleSetFileForm(forms.Form):
    """A rule set; its file is read beside the form."""


class RuleSetForm(forms.Form):
    """A rule set that was looked at, as the text of its file."""

    source: Annotated[str, Field(min_length=1, max_length=400_000)]


class AccountsQuery(forms.Form):
    """What the list of accounts is narrowed to."""

    q: str = ""
    role: Annotated[Role | None, forms.OrNone] = None
    state: Annotated[AccountState | None, forms.OrNone] = None
    branch: Annotated[Branch | None, forms.OrNone] = None
    authority: OptionalKey = None


class AuditQuery(forms.Form):
    """What the auditor looks for."""

    username: forms.OptionalText = None
    act: forms.OptionalText = None
    subject_kind: forms.OptionalText = None
    subject_key: forms.OptionalText = None
    division: forms.OptionalText = None
    since: forms.OptionalDay = None
    until: forms.OptionalDay = None
