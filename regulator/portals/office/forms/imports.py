"""What is typed about imports: what a file is about, its day and datum, and what its columns are."""

from typing import Annotated

from flask import request

from regulator.features.registry.imports.columns import Kind
from regulator.foundation.geo import Datum
from regulator.web import forms


class SendForm(forms.Form):
    """What the rows of a file are about, the day they state things for, and the datum of their coordinates."""

    kind: Annotated[Kind | None, forms.OrNone] = None
    as_of: forms.OptionalDay = None
    datum: Annotated[Datum | None, forms.OrNone] = None


class ColumnsForm(forms.Form):
    """The day and the datum; the columns themselves are read by `chosen_columns`."""

    as_of: forms.OptionalDay = None
    datum: Annotated[Datum | None, forms.OrNone] = None


class ConfirmForm(forms.Form):
    """Whether proposed corrections are taken too."""

    update: forms.Ticked = False


def chosen_columns(sheets: list[str]) -> dict[str, dict[int, str]]:
    """The field chosen for each column of each sheet (fields ``c<sheet>-<column>``); sheets not shown are left out."""
    chosen: dict[str, dict[int, str]] = {}
    for name, field in request.form.items():
        place, _, column = name.removeprefix("c").partition("-")
        if name.startswith("c") and place.isdigit() and column.isdigit() and int(place) < len(sheets):
            of_sheet = chosen.setdefault(sheets[int(place)], {})
            if field:
                of_sheet[int(column)] = field
    return chosen
