"""What is typed about coverage: targets and the counting rule."""

from typing import Annotated

from pydantic import Field

from regulator.features.metrics.terms import MetricName
from regulator.features.registry.terms import EstateKind, Mode
from regulator.web import forms


class TargetForm(forms.Form):
    """What a division is to reach in a year, in percent."""

    metric: MetricName
    division: Annotated[str, Field(min_length=6, max_length=12)]
    year: forms.Whole
    value: forms.PercentField
    note: forms.OptionalText = None


class RuleForm(forms.Form):
    """What counts from a day on, and by what decision."""

    effective_from: forms.Day
    kinds: tuple[EstateKind, ...] = ()
    full: tuple[Mode, ...] = ()
    source: forms.Text
