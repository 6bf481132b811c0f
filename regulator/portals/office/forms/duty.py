"""What is typed about the duty roster: one shift, a pattern, why a shift is cancelled."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from flask_babel import gettext as _
from pydantic import BeforeValidator, Field

from regulator.features.papers.rules.duty import Hours, Pattern, Span, moment
from regulator.features.papers.terms import DutyKind, DutyTurn
from regulator.portals.office.forms.estates import Phone
from regulator.web import forms


def _read_time(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        hours, minutes = (int(part) for part in value.replace("：", ":").split(":")[:2])
        return time(hours, minutes)
    except ValueError as error:
        raise ValueError(_("Give a time of day, such as 08:30.")) from error


def _read_people(value: Any) -> Any:
    """Keys ticked one by one, or joined in one hidden field; each once, in their order."""
    if not isinstance(value, list):
        return value
    try:
        return list(dict.fromkeys(UUID(key) for text in value for key in text.split(",") if key))
    except ValueError as error:
        raise ValueError(_("Choose one of the entries offered.")) from error


TimeOfDay = Annotated[time, BeforeValidator(_read_time), forms.Cleaned, forms.Shown(lambda at: f"{at:%H:%M}")]
Reason = Annotated[str, Field(max_length=500), forms.Cleaned]


class ShiftForm(forms.Form):
    """Who is on duty, from when to when; without a last day the shift ends on its own, or the next when it must."""

    person: forms.Text
    kind: DutyKind
    day: forms.Day
    begin_time: TimeOfDay
    end_day: forms.OptionalDay = None
    end_time: TimeOfDay
    phone: Phone = None

    @property
    def span(self) -> Span:
        """From when to when."""
        if self.end_day is None:
            return Hours(self.begin_time, self.end_time).on(self.day)
        return Span(moment(self.day, self.begin_time), moment(self.end_day, self.end_time))


class PlanForm(forms.Form):
    """People who take turns from a day to a day."""

    people: Annotated[list[UUID], BeforeValidator(_read_people), Field(default_factory=list)]
    begins_with: Annotated[UUID | None, forms.OrNone] = None
    turn: DutyTurn
    kind: DutyKind
    first: forms.Day
    last: forms.Day
    begin_time: TimeOfDay
    end_time: TimeOfDay
    phone: Phone = None

    @property
    def pattern(self) -> Pattern:
        """The pattern, beginning with the one who was named."""
        people = list(self.people)
        if self.begins_with in people:
            at = people.index(self.begins_with)
            people = people[at:] + people[:at]
        hours = Hours(self.begin_time, self.end_time)
        return Pattern(tuple(people), self.first, self.last, hours, self.kind, self.turn)

    @property
    def again(self) -> Mapping[str, str]:
        """The same form as hidden fields."""
        return {
            "people": ",".join(str(key) for key in self.people),
            "begins_with": str(self.begins_with or ""),
            "turn": self.turn,
            "kind": self.kind,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "begin_time": f"{self.begin_time:%H:%M}",
            "end_time": f"{self.end_time:%H:%M}",
            "phone": self.phone or "",
        }


class CopyForm(forms.Form):
    """The duty telephone of a week that is copied."""

    phone: Phone = None


class CancelForm(forms.Form):
    """Why a shift or a list is given up."""

    reason: Reason = ""


def plan_start(today: date, office: Hours) -> dict[str, Any]:
    """What a fresh pattern proposes: normal duty in office hours, for four weeks from the next Monday."""
    monday = today + timedelta(days=7 - today.weekday())
    return {
        "turn": DutyTurn.DAILY,
        "kind": DutyKind.NORMAL,
        "first": monday,
        "last": monday + timedelta(days=27),
        "begin_time": office.begin,
        "end_time": office.end,
    }
