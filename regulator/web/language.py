"""Which language a page speaks and the addresses that keep it; never a cookie."""

import gettext
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, has_request_context, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.urls import iri_to_uri

from regulator.foundation.i18n import DEFAULT_LOCALE, current_locale
from regulator.resources import resource_dir

BY_PARAMETER = {"en": "en", "zh": DEFAULT_LOCALE}
PARAMETER = {locale: parameter for parameter, locale in BY_PARAMETER.items()}
HTML_LANG = {DEFAULT_LOCALE: "zh-CN", "en": "en"}
PAGING = ("cursor", "back")


def select_locale() -> str:
    """`?lang=en|zh` first, then what the account has chosen, then Chinese."""
    if not has_request_context():
        return DEFAULT_LOCALE
    return BY_PARAMETER.get(request.args.get("lang", "")) or g.get("account_locale") or DEFAULT_LOCALE


def set_account_locale(locale: str | None) -> None:
    """For this request, the language the signed-in account has chosen (the access check tells)."""
    g.account_locale = locale


def carry_language(endpoint: str, values: dict[str, Any]) -> None:
    """Every address made by url_for keeps the language that was asked for in this one."""
    if endpoint == "static" or endpoint.startswith("api.") or not has_request_context():
        return
    asked = request.args.get("lang", "")
    if asked in BY_PARAMETER and (asked != "zh" or g.get("account_locale")):
        values.setdefault("lang", asked)


def page_url(endpoint: str, **values: Any) -> str:
    """The address of a page, in the language of this one."""
    return url_for(endpoint, **values)


def here(**changes: Any) -> str:
    """This page's address with changed parameters; None removes one; the place in a list is forgotten unless given."""
    args: MultiDict[str, str] = MultiDict(request.args)
    for name in PAGING:
        args.poplist(name)
    for name, value in changes.items():
        args.poplist(name)
        if value is not None:
            args.setlist(name, [str(item) for item in value] if isinstance(value, (list, tuple)) else [str(value)])
    query = urlencode(list(args.items(multi=True)))
    path = iri_to_uri(request.path)
    return f"{path}?{query}" if query else path


def in_language(parameter: str) -> str:
    """This page in another language, at the same place of a list."""
    default = parameter == "zh" and not g.get("account_locale")
    query = request.environ.get("QUERY_STRING", "")
    if not default and "lang=" not in query and query.isascii():
        return f"{iri_to_uri(request.path)}?{query}{'&' if query else ''}lang={parameter}"
    kept = {name: request.args.getlist(name) for name in PAGING if name in request.args}
    return here(lang=None if default else parameter, **kept)


def asked_language() -> str:
    """The value of `?lang=` to hand on in a GET form; empty when none was asked for."""
    if not has_request_context() or "lang=" not in request.environ.get("QUERY_STRING", ""):
        return ""
    asked = request.args.get("lang", "")
    return asked if asked in BY_PARAMETER else ""


def html_lang() -> str:
    """The language tag of the page."""
    return HTML_LANG[current_locale()]


@lru_cache(maxsize=8)
def catalogue(locale: str) -> gettext.NullTranslations:
    """The words of pages in one language; an empty one when it was never compiled."""
    return gettext.translation("messages", str(resource_dir("translations")), [locale], fallback=True)


def page_text(message: str) -> str:
    """A message in the page's language: as flask_babel's gettext, without asking for its domain at every word."""
    return catalogue(current_locale()).gettext(message)


def page_texts(singular: str, plural: str, number: int) -> str:
    """As `page_text`, by number."""
    return catalogue(current_locale()).ngettext(singular, plural, number)


def install(app: Flask) -> None:
    """Let url_for keep the language and give templates the helpers."""
    environment: Any = app.jinja_env
    environment.install_gettext_callables(page_text, page_texts, newstyle=True)
    app.url_default_functions.setdefault(None, []).append(carry_language)
    app.jinja_env.globals.update(
        page_url=page_url,
        here=here,
        in_language=in_language,
        asked_language=asked_language,
        html_lang=html_lang,
        current_locale=current_locale,
    )
