"""What is typed about people."""

from typing import Annotated

from pydantic import Field

from regulator.features.registry.terms import Education, Sex, Title
from regulator.web import forms

Name = Annotated[str, Field(min_length=1, max_length=60), forms.Cleaned]
Phrase = Annotated[Annotated[str, Field(max_length=60)] | None, forms.OrNone]


class PersonFields(forms.Form):
    """What a person's record states, save number and employments."""

    name: Name
    sex: Annotated[Sex | None, forms.OrNone] = None
    education: Annotated[Education | None, forms.OrNone] = None
    title: Annotated[Title | None, forms.OrNone] = None
    remark: forms.OptionalLongText = None


class EmploymentFields(forms.Form):
    """Where somebody works, from when, as what."""

    credit_code: forms.Text
    post: Phrase = None
    is_head_of_post: forms.YesNoUnknown = None
    is_full_time: forms.YesNoUnknown = None
    began_on: forms.OptionalDay = None


class NewPersonForm(PersonFields, EmploymentFields):
    """A person not known yet, with the present employment."""

    id_number: forms.Text


class CorrectPersonForm(PersonFields):
    """A correction, and why."""

    reason: forms.Text


class EmployForm(EmploymentFields):
    """A new employment."""

    reason: forms.OptionalText = None


class EndForm(forms.Form):
    """The last day of an employment or an assignment, and why."""

    ended_on: forms.Day
    reason: forms.Text


class CertificateForm(forms.Form):
    """A certificate by its number."""

    number: Name
    kind: Phrase = None


class ManagerForm(forms.Form):
    """The estate somebody answers for, and from when."""

    estate_code: forms.Text
    began_on: forms.Day
    reason: forms.OptionalText = None


class RevealForm(forms.Form):
    """Why a number must be seen in clear."""

    reason: Annotated[str, Field(min_length=4, max_length=200), forms.Cleaned]
