"""What is typed at the entrance. Passwords are taken as they are typed, blanks included."""

from typing import Annotated

from pydantic import Field

from regulator.features.accounts.rules import PASSWORD_MAXIMUM
from regulator.web import forms

Secret = Annotated[str, Field(min_length=1, max_length=PASSWORD_MAXIMUM)]


class SignInForm(forms.Form):
    """Name and password; `next` is the address to return to."""

    username: Annotated[forms.Text, Field(max_length=64)]
    password: Secret
    next: str = ""


class CodeForm(forms.Form):
    """A number of the authenticator, or a recovery code."""

    code: Annotated[forms.Text, Field(max_length=20)]
    next: str = ""


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    password: Secret
    again: Secret
    next: str = ""


class ChangePasswordForm(NewPasswordForm):
    """A new password, and the present one to show that it is oneself."""

    current: Secret
