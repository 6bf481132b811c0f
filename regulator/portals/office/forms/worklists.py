"""What is typed to settle what waits."""

from regulator.web import forms


class LinkForm(forms.Form):
    """Which company a written name means, or that it means none."""

    company: forms.OptionalText = None
    company_choice: forms.OptionalText = None
    add_alias: forms.Ticked = False
    nobody: forms.Ticked = False
    reason: forms.OptionalText = None
