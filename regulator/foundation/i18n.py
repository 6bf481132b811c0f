"""Words for codes: labels of enumerations and sentences for findings, from the catalogue `codes`; no page texts."""

import gettext
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

import flask_babel

from regulator.resources import resource_dir

DEFAULT_LOCALE = "zh_Hans_CN"
LOCALES = (DEFAULT_LOCALE, "en")
CODES = "codes"
FINDING = "Finding"


def current_locale() -> str:
    """The language of the page being made; outside a request the default one."""
    chosen = flask_babel.get_locale()
    if chosen is None:
        return DEFAULT_LOCALE
    return DEFAULT_LOCALE if chosen.language == "zh" else str(chosen)


@lru_cache(maxsize=8)
def codes(locale: str) -> gettext.NullTranslations:
    """The catalogue of codes in one language; an empty one when it was never compiled."""
    return gettext.translation(CODES, str(resource_dir("translations")), [locale], fallback=True)


def label(member: StrEnum, locale: str | None = None) -> str:
    """The words for a code, e.g. ``label(Mode.PROFESSIONAL)`` is 专业化; the bare value when nobody wrote them."""
    return word(type(member).__name__, member.value, locale)


def word(family: str, code: str, locale: str | None = None) -> str:
    """As `label`, where only the names of the enumeration and of the code are at hand."""
    msgid = f"{family}.{code}"
    found = codes(locale or current_locale()).gettext(msgid)
    return code if found == msgid else found


def sentence(code: str, params: Mapping[str, object] | None = None, locale: str | None = None) -> str:
    """The sentence for a finding or for bad input; `params` are already words. Never raises for a missing one."""
    template = word(FINDING, code, locale)
    try:
        return template % (params or {})
    except (KeyError, TypeError, ValueError):
        return template
