"""How values look to people: pure functions of a value and a language, wrapped as Jinja filters. No pages."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache, partial
from typing import Any, Protocol

from markupsafe import Markup, escape

from regulator.foundation import i18n
from regulator.foundation.clock import CHINA
from regulator.foundation.paging import COUNT_CEILING, Count
from regulator.law.citations import Citation
from regulator.law.measures import Area, Money, Share
from regulator.web.language import catalogue
from regulator.web.templates import LanguageEnvironment

DASH = "—"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WAN = 10_000
_MASK_SHORT = 5


def _is_chinese(locale: str) -> bool:
    return locale.startswith("zh")


def day(value: date | None, locale: str) -> str:
    """2026年11月23日 or 23 Nov 2026; a moment is read in China."""
    if value is None:
        return DASH
    if isinstance(value, datetime):
        value = _in_china(value).date()
    if _is_chinese(locale):
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def month(value: date | None, locale: str) -> str:
    """2026年11月 or Nov 2026."""
    if value is None:
        return DASH
    return f"{value.year}年{value.month}月" if _is_chinese(locale) else f"{_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime | None, locale: str) -> str:
    """The day and the time in China: 2026年11月23日 16:05 or 23 Nov 2026, 16:05."""
    if value is None:
        return DASH
    local = _in_china(value)
    return f"{day(local, locale)}{' ' if _is_chinese(locale) else ', '}{local:%H:%M}"


def written_day(value: str | None, locale: str) -> str:
    """A day or a moment of China's clock that was kept as text (2026-11-23, 2026-11-23T16:05), in words."""
    if value is None:
        return DASH
    on, _t, at = value.partition("T")
    return f"{day(date.fromisoformat(on), locale)}{f' {at[:5]}' if at else ''}"


def _in_china(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(CHINA)


def area(value: int | Area | None, locale: str) -> str:
    """A whole number of 0.01 ㎡ for reading: 8.16 万㎡ (en 81,600 ㎡), below 10,000 ㎡ exact: 1,234.50 ㎡."""
    if value is None:
        return DASH
    centi = value.centi if isinstance(value, Area) else value
    if abs(centi) < _WAN * 100:
        return area_exact(centi, locale)
    if _is_chinese(locale):
        return f"{_rounded(centi, _WAN * 100, 2):,} 万㎡"
    return f"{_rounded(centi, 100, 0):,} ㎡"


def area_exact(value: int | Area | None, locale: str) -> str:
    """A whole number of 0.01 ㎡ to the last digit: 81,600.00 ㎡."""
    del locale
    if value is None:
        return DASH
    return f"{_rounded(value.centi if isinstance(value, Area) else value, 100, 2):,} ㎡"


def money_yuan(value: int | Money | None, locale: str) -> str:
    """An amount of fen: 5,000 万元 when whole 万, else 1,234.50 元; en always in yuan."""
    if value is None:
        return DASH
    fen = value.fen if isinstance(value, Money) else value
    if _is_chinese(locale):
        if fen and fen % (_WAN * 100) == 0:
            return f"{fen // (_WAN * 100):,} 万元"
        return f"{_yuan(fen)} 元"
    return f"{_yuan(fen)} yuan"


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}" if fen % 100 == 0 else f"{_rounded(fen, 100, 2):,}"


def fee(value: int | Money | None, locale: str) -> str:
    """Fen for each ㎡ and month: 1.80 元/㎡·月."""
    if value is None:
        return DASH
    yuan = _rounded(value.fen if isinstance(value, Money) else value, 100, 2)
    return f"{yuan:,} 元/㎡·月" if _is_chinese(locale) else f"{yuan:,} yuan/㎡·month"


def _rounded(value: int, unit: int, digits: int) -> Decimal:
    """`value / unit` rounded half up, as a person would."""
    return (Decimal(value) / unit).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def whole(value: int | None, locale: str) -> str:
    """1,192."""
    del locale
    return DASH if value is None else f"{value:,}"


def count(value: int | Count | None, locale: str) -> str:
    """A number of rows, counted no further than 1,000: 1,000+."""
    number = value.number if isinstance(value, Count) else value
    if number is not None and number > COUNT_CEILING:
        return f"{COUNT_CEILING:,}+"
    return whole(number, locale)


def percent(value: float | Fraction | Decimal | Share | None, locale: str, digits: int = 1) -> str:
    """A share (0 to 1) in percent: 86.4%."""
    del locale
    if isinstance(value, Fraction):  # rounded as a share is, so that one figure reads the same everywhere
        value = Share(value.numerator, value.denominator)
    shown = value.percent(digits) if isinstance(value, Share) else value
    if shown is None:
        return DASH
    if isinstance(value, Share):
        return f"{shown}%"
    return f"{float(shown) * 100:.{digits}f}%"


def credit_code(value: str | None, locale: str) -> str:
    """A unified social credit code in groups of 8, 6 and 4, to be read aloud: 91210103 815188 447C."""
    del locale
    if not value:
        return DASH
    return f"{value[:8]} {value[8:14]} {value[14:]}" if len(value) == 18 else value


def masked(value: str | None, locale: str) -> str:
    """The first three and the last two characters; of short values (names) the first alone."""
    del locale
    if not value:
        return DASH
    if len(value) <= _MASK_SHORT:
        return value[0] + "*" * (len(value) - 1)
    return value[:3] + "*" * (len(value) - 5) + value[-2:]


def label(value: StrEnum | None, locale: str) -> str:
    """The words for a code."""
    if value is None:
        return DASH
    return i18n.label(value, locale)


def none_dash(value: object, locale: str) -> str:
    """Anything: nothing and the empty text become a dash."""
    del locale
    return DASH if value is None or value == "" else str(value)


def citation(value: Citation | None, locale: str) -> str:
    """《物业管理条例》第33条; in English the instrument keeps its Chinese name, which is its only official one."""
    if value is None:
        return ""
    if value.article.startswith("第"):
        return f"《{value.instrument}》{value.article}"
    if _is_chinese(locale):
        return f"《{value.instrument}》第{value.article}条"
    return f"《{value.instrument}》 Art. {value.article}"


_WORDS: tuple[tuple[type, Callable[[Any, str], str]], ...] = (
    (StrEnum, label),
    (datetime, moment),
    (date, day),
    (Area, area_exact),
    (Money, money_yuan),
)


_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    *(("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS X", "macOS")),
    *(("Linux", "Linux"),),
)


def device(value: str | None, locale: str) -> str:
    """What a browser says of itself, as people know it: Chrome · Windows; unknown ones as they are."""
    del locale
    if not value:
        return DASH
    found = [next((name for sign, name in known if sign in value), "") for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(filter(None, found)) or value


def words(value: object, locale: str) -> str:
    """Any parameter of a finding, as words."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return ("、" if _is_chinese(locale) else ", ").join(words(item, locale) for item in value)
    say = next((say for kind, say in _WORDS if isinstance(value, kind)), none_dash)
    return say(value, locale)


class _Pair(Protocol):
    """One name in both languages, as rule sets have them."""

    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


def wording(value: _Pair | None, locale: str) -> str:
    """A name that stands in both languages itself."""
    if value is None:
        return DASH
    return value.zh if _is_chinese(locale) else value.en


FILTERS: dict[str, Callable[..., str]] = {
    function.__name__: function
    for function in (
        day, month, moment, written_day, area, area_exact, money_yuan, fee, whole, count, percent, credit_code, masked,
        label, none_dash, citation, device, words, wording,
    )
}  # fmt: skip


def _spoken(function: Callable[..., str], locale: str) -> Callable[..., str | Markup]:
    """A filter in one language; a dash is said in words to those who listen."""
    nothing = dash(locale)

    def spoken(value: Any, *args: Any) -> str | Markup:
        shown = function(value, locale, *args)
        return nothing if shown == DASH else shown

    return spoken


@cache
def dash(locale: str) -> Markup:
    """The sign for what is not recorded, with words for those who cannot see it."""
    spoken = Markup(
        '<span class="dash"><span aria-hidden="true">—</span><span class="visually-hidden">{}</span></span>'
    )
    return spoken.format(catalogue(locale).gettext("not recorded"))


def _none_dash(locale: str) -> Callable[[object], object]:
    """In pages markup stays markup."""
    nothing = dash(locale)

    def spoken(value: object) -> object:
        if value is None or value == "":
            return nothing
        return value if isinstance(value, Markup) else escape(value)

    return spoken


def install(environment: LanguageEnvironment) -> None:
    """Make every function of `FILTERS` a filter of its name in each language."""
    environment.language_filters.update({name: partial(_spoken, function) for name, function in FILTERS.items()})
    environment.language_filters["none_dash"] = _none_dash
