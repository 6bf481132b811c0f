"""Forms that correct a record and carry what stood there when opened, so that two officials never collide unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from flask import request

from regulator.features.registry.queries.history import field_kind
from regulator.features.registry.terms import SubjectKind
from regulator.foundation import i18n
from regulator.foundation.errors import BadInput
from regulator.portals.office.history import field_words
from regulator.web import forms

F = TypeVar("F", bound=forms.Form)
WAS = "was."


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two people saw differently: what it was, what the register says now, what was typed."""

    field: str
    label: str
    was: str
    now: str
    typed: str

    @property
    def both(self) -> bool:
        """Whether both changed it, and not to the same."""
        return self.was not in (self.now, self.typed) and self.now != self.typed


@dataclass(slots=True)
class Correcting(Generic[F]):
    """A correction under way: the form, the version it was opened at, and what stood in each field then."""

    form: forms.Filled[F]
    version: int
    was: Mapping[str, str]
    differences: Sequence[Difference] = field(default_factory=list)
    collided: bool = False  # somebody else has changed the record since the form was opened


def begin(kind: type[F], values: Mapping[str, Any], version: int) -> Correcting[F]:
    """The form as first opened, with the record's values."""
    form = forms.fill(kind, values)
    return Correcting(form, version, _texts(form))


def sent(kind: type[F]) -> Correcting[F]:
    """The form as it came back. Raises BadInput when the version it was opened at is missing."""
    raw = request.form.get("version", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise BadInput("form_incomplete", about="version")
    was = {name: request.form.get(WAS + name, "") for name in kind.model_fields if WAS + name in request.form}
    return Correcting(forms.read(kind), int(raw), was)


def collide(
    correcting: Correcting[F], subject: SubjectKind, values: Mapping[str, Any], version: int, *, own: Sequence[str] = ()
) -> Correcting[F]:
    """The form once more after somebody else was first, on top of what the register says now.

    Fields the sender had not touched take the register's present value; touched ones keep what was typed, and every
    field that differs is listed with all three versions. ``own`` are fields of the form that are no columns (reason).
    """
    kind = correcting.form.kind
    present = forms.fill(kind, values)
    now, typed = _texts(present), _texts(correcting.form)
    fields = [name for name in kind.model_fields if name not in own]
    differences = [
        Difference(
            name,
            field_words(name),
            *(_said(subject, name, text.get(name, "")) for text in (correcting.was, now, typed)),
        )
        for name in fields
        if now[name] != typed[name]
    ]
    merged = forms.Filled(kind, dict(correcting.form.raw))
    for name in fields:
        if typed[name] == correcting.was.get(name, ""):
            merged.raw[name] = [now[name]]
    return Correcting(merged, version, now, differences, collided=True)


def _texts(form: forms.Filled[Any]) -> dict[str, str]:
    """What stands in each field, line ends made equal."""
    return {name: form.text(name).replace("\r\n", "\n").strip() for name in form.kind.model_fields}


def _said(subject: SubjectKind, name: str, text: str) -> str:
    """A field's text as people read it: a code by its words."""
    found = field_kind(subject, name)
    if text and found is not None and issubclass(found, StrEnum):
        return i18n.word(found.__name__, text)
    return text
