"""What is typed when a file is archived: nothing; the form is there for what stands in the way of it."""

from regulator.web import forms


class ArchiveForm(forms.Form):
    """Archiving one file."""
