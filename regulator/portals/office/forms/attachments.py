"""What is typed about files: what they are to their matter, and why one is removed. The files come beside it."""

from typing import Annotated

from pydantic import Field

from regulator.features.papers.terms import AttachmentRole
from regulator.web import forms


class AttachForm(forms.Form):
    """What the files are; `files` is only the place for what is wrong with them."""

    role: AttachmentRole
    files: forms.OptionalText = None
    paper: forms.OptionalText = None


class RemoveForm(forms.Form):
    """Why a file is taken out."""

    reason: Annotated[str, Field(min_length=1, max_length=500), forms.Cleaned]
