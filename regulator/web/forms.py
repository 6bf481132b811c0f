"""Forms: what was typed becomes a typed value or sentences at its fields. Whether it is lawful is asked elsewhere."""

import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin

from flask import Flask, request
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from werkzeug.datastructures import MultiDict

from regulator.foundation import i18n
from regulator.foundation.errors import BadInput, Conflict
from regulator.law.findings import Finding, Verdict
from regulator.web import filters

IDEMPOTENCY_FIELD = "idempotency_key"
WHOLE_FORM = ""
SHORT, LONG = 200, 4000
_MOST_DIGITS = 15
_LISTS = (list, tuple, set, frozenset)


class Form(BaseModel):
    """A form's fields. Derive from it; annotate with the types below."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


F = TypeVar("F", bound=Form)
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Shown:
    """How a typed value is put back into its field, where that is not plain text."""

    text: Callable[[Any], str]


@dataclass(slots=True)
class Filled(Generic[F]):
    """A form as it stands on the page: what is in the fields, what is wrong with it, and the value when nothing is."""

    kind: type[F]
    raw: dict[str, list[str]] = field(default_factory=dict)
    value: F | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What stands in a field."""
        return next(iter(self.raw.get(name, ())), "")

    def texts(self, name: str) -> list[str]:
        """What is chosen in a field of several."""
        return self.raw.get(name, [])

    def fail(self, name: str, sentence: str) -> None:
        """Object to a field ("" = the form as a whole); the form has no value any more."""
        self.errors.setdefault(name, []).append(sentence)
        self.value = None

    def errors_at(self, name: str) -> list[str]:
        """The sentences at a field."""
        return self.errors.get(name, [])

    def labelled(self, name: str, label: str) -> str:
        """Remember what the page calls a field, for the summary; renders as nothing."""
        self.labels[name] = str(label)
        return ""

    def summary(self) -> list[tuple[str, str, str]]:
        """(field, its label, sentence) for each error, those of the whole form first, then as the page has them."""
        order = [WHOLE_FORM, *self.labels]
        rest = [name for name in self.errors if name not in order]
        return [
            (name if name in self.labels else WHOLE_FORM, self.labels.get(name, ""), sentence)
            for name in (*order, *rest)
            for sentence in self.errors.get(name, ())
        ]


def read(kind: type[F], given: MultiDict[str, str] | None = None) -> Filled[F]:
    """The form as sent with this request (or with `given`), judged; never raises."""
    source = request.form if given is None else given
    raw = {name: source.getlist(name) for name in kind.model_fields if name in source}
    filled = Filled(kind, raw)
    try:
        filled.value = kind.model_validate({name: _offered(kind, name, texts) for name, texts in raw.items()})
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            name = str(detail["loc"][0]) if detail["loc"] else WHOLE_FORM
            filled.fail(name, _sentence_of(detail))
    return filled


def fill(kind: type[F], start: Mapping[str, Any] | None = None) -> Filled[F]:
    """The form as first shown, with typed values (or texts) in its fields."""
    raw: dict[str, list[str]] = {}
    for name, value in (start or {}).items():
        if isinstance(value, _LISTS):
            raw[name] = [_as_text(kind, name, item) for item in value]
        elif value is not None:
            raw[name] = [_as_text(kind, name, value)]
    return Filled(kind, raw)


def _offered(kind: type[Form], name: str, texts: list[str]) -> Any:
    """All texts for a field of several, else the first."""
    annotation = kind.model_fields[name].annotation
    several = get_origin(annotation) in _LISTS or any(get_origin(part) in _LISTS for part in get_args(annotation))
    return [text for text in texts if text] if several else next(iter(texts), "")


def _as_text(kind: type[Form], name: str, value: Any) -> str:
    known = kind.model_fields.get(name)
    shown = next((mark for mark in known.metadata if isinstance(mark, Shown)), None) if known else None
    if shown and not isinstance(value, str):
        return shown.text(value)
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


# --- what can stand in a field ---------------------------------------------------------------------------------------


def _clean(value: Any) -> Any:
    """Text without outer blanks, in one Unicode form; control characters are refused, not stored."""
    if not isinstance(value, str):
        return value
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip(" \t\n\u3000")
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t" for char in value):
        raise PydanticCustomError("control_characters", "control characters")
    return value


def _blank(value: Any) -> Any:
    """Nothing typed is nothing said."""
    cleaned = _clean(value)
    return None if cleaned == "" else cleaned


def _read_day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    plain = value.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-")
    try:
        year, month, day = (int(part) for part in plain.split("-"))
        return date(year, month, day)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError("day_unreadable", "not a day") from error


def _scaled(code: str) -> Callable[[Any], Any]:
    """Reads a number with at most two decimals as a whole number of hundredths."""

    def read_hundredths(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        number = _decimal(value, code) * 100
        if number != number.to_integral_value():
            raise PydanticCustomError(code, "more than two decimals")
        return int(number)

    return read_hundredths


def _read_whole(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    number = _decimal(value, "whole_unreadable")
    if number != number.to_integral_value():
        raise PydanticCustomError("whole_unreadable", "not whole")
    return int(number)


def _decimal(value: str, code: str) -> Decimal:
    plain = unicodedata.normalize("NFKC", value).replace(",", "").replace(" ", "")
    try:
        number = Decimal(plain)
    except InvalidOperation as error:
        raise PydanticCustomError(code, "not a number") from error
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise PydanticCustomError(code, "not a usable number")
    return number


def _hundredths(value: int) -> str:
    number = Decimal(value).scaleb(-2)
    return str(number.quantize(Decimal(1)) if number == number.to_integral_value() else number)


_CLEAN, _BLANK = BeforeValidator(_clean), BeforeValidator(_blank)
_DAY = BeforeValidator(_read_day)
_AREA, _YUAN = BeforeValidator(_scaled("area_unreadable")), BeforeValidator(_scaled("yuan_unreadable"))
_PERCENT = BeforeValidator(_scaled("percent_unreadable"))
_NOT_NEGATIVE = Field(ge=0)
_HUNDREDTHS = Shown(_hundredths)

# validators run from right to left: the text is cleaned first, then read
Text = Annotated[str, Field(min_length=1, max_length=SHORT), _CLEAN]
LongText = Annotated[str, Field(min_length=1, max_length=LONG), _CLEAN]
OptionalText = Annotated[Annotated[str, Field(max_length=SHORT)] | None, _BLANK]
OptionalLongText = Annotated[Annotated[str, Field(max_length=LONG)] | None, _BLANK]
Secret = Annotated[str, Field(min_length=1, max_length=1000)]
"""A password as typed: never trimmed, never shown again."""
Day = Annotated[date, _DAY, _CLEAN]
OptionalDay = Annotated[date | None, BeforeValidator(lambda v: None if v is None else _read_day(v)), _BLANK]
Whole = Annotated[int, _NOT_NEGATIVE, BeforeValidator(_read_whole), _CLEAN]
OptionalWhole = Annotated[Annotated[int, _NOT_NEGATIVE] | None, BeforeValidator(_read_whole), _BLANK]
AreaField = Annotated[int, _NOT_NEGATIVE, _AREA, _CLEAN, _HUNDREDTHS]
"""㎡ as typed, a whole number of 0.01 ㎡ as value."""
OptionalArea = Annotated[Annotated[int, _NOT_NEGATIVE] | None, _AREA, _BLANK, _HUNDREDTHS]
YuanField = Annotated[int, _NOT_NEGATIVE, _YUAN, _CLEAN, _HUNDREDTHS]
"""Yuan as typed, a whole number of fen as value."""
OptionalYuan = Annotated[Annotated[int, _NOT_NEGATIVE] | None, _YUAN, _BLANK, _HUNDREDTHS]
PercentField = Annotated[int, _NOT_NEGATIVE, _PERCENT, _CLEAN, _HUNDREDTHS]
"""Percent as typed, a whole number of ten-thousandths as value."""
Ticked = Annotated[bool, BeforeValidator(lambda v: v if isinstance(v, bool) else v not in {"", "0", "false"})]
YesNoUnknown = Annotated[bool | None, BeforeValidator(lambda v: {"yes": True, "no": False, "": None}.get(v, v))]
Cleaned = _CLEAN
"""For a text with limits of its own: `Annotated[str, Field(min_length=1, max_length=60), forms.Cleaned]`."""
OrNone = _BLANK
"""For an optional choice: `Annotated[Mode | None, forms.OrNone] = None`."""


def new_key() -> str:
    """A fresh idempotency key for a form about to be shown."""
    return secrets.token_urlsafe(18)


def choices(kind: type[E], only: Iterable[E] | None = None) -> list[tuple[str, str]]:
    """(code, words) of an enumeration, for a select."""
    return [(member.value, i18n.label(member)) for member in (kind if only is None else only)]


# --- sentences at fields ---------------------------------------------------------------------------------------------


_SENTENCES: dict[str, LazyString] = {
    "missing": _l("Fill in this field."),
    "string_too_short": _l("Fill in this field."),
    "string_too_long": _l("Use no more than %(max_length)s characters."),
    "control_characters": _l("Remove the invisible control characters from this text."),
    "day_unreadable": _l("Give a day of the calendar, such as 2026-11-23."),
    "percent_unreadable": _l("Give a percentage as a number with at most two decimals, such as 80 or 92.5."),
    "area_unreadable": _l("Give an area in ㎡ as a number with at most two decimals, such as 81600.50."),
    "yuan_unreadable": _l("Give an amount in yuan as a number with at most two decimals, such as 1.80."),
    "whole_unreadable": _l("Give a whole number, such as 1192."),
    "greater_than_equal": _l("Give a number that is not below %(ge)s."),
    "less_than_equal": _l("Give a number that is not above %(le)s."),
    "enum": _l("Choose one of the entries offered."),
    "uuid_parsing": _l("Choose one of the entries offered."),
    "literal_error": _l("Choose one of the entries offered."),
    "string_pattern_mismatch": _l("This is not in the form expected."),
}


def _sentence_of(detail: ErrorDetails) -> str:
    """What to type, in the page's language, for a finding of pydantic; a validator's own ValueError speaks itself."""
    context = detail.get("ctx", {})
    if detail["type"] == "value_error":
        return str(context.get("error") or detail["msg"])
    known = _SENTENCES.get(detail["type"])
    return str(known) % context if known else _("This cannot be read; check what was typed.")


def add_findings(filled: Filled[Any], found: Verdict | Iterable[Finding], at: Mapping[str, str] | None = None) -> None:
    """Put the law's findings at their fields: by `at`, else the finding's own field, else by the code's beginning."""
    for finding in found.findings if isinstance(found, Verdict) else found:
        name = (at or {}).get(finding.code) or finding.about or _field_of(filled, finding.code)
        filled.fail(name, finding_sentence(finding))


def add_bad_input(filled: Filled[Any], error: BadInput | Conflict, at: Mapping[str, str] | None = None) -> None:
    """Put a refusal of the plumbing or of the database (unique, foreign key) at its field."""
    name = (at or {}).get(error.code) or error.about or _field_of(filled, error.code)
    filled.fail(name, code_sentence(error.code, getattr(error, "params", {})))


def _field_of(filled: Filled[Any], code: str) -> str:
    """The longest field name with which the code begins (`credit_code_duplicate`), else the whole form."""
    names = [name for name in filled.kind.model_fields if code == name or code.startswith(f"{name}_")]
    return max(names, key=len, default=WHOLE_FORM)


def finding_sentence(finding: Finding) -> str:
    """The sentence of a finding with its citation behind it."""
    locale = i18n.current_locale()
    sentence = code_sentence(finding.code, finding.params)
    if finding.citation is None:
        return sentence
    cited = filters.citation(finding.citation, locale)
    return f"{sentence}（{cited}）" if locale.startswith("zh") else f"{sentence} ({cited})"


def code_sentence(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence of a code in the page's language, its parameters as words."""
    locale = i18n.current_locale()
    return i18n.sentence(code, {name: filters.words(value, locale) for name, value in (params or {}).items()}, locale)


def install(app: Flask) -> None:
    """Give the field macros what they need."""
    app.jinja_env.globals.update(new_idempotency_key=new_key, choices=choices, finding_sentence=finding_sentence)
