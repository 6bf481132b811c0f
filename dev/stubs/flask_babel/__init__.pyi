# Types of the part of flask-babel that is used here; the package ships none.

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import tzinfo

from babel import Locale
from flask import Flask

class LazyString: ...

class Babel:
    def __init__(self, app: Flask | None = ...) -> None: ...
    def init_app(
        self,
        app: Flask,
        default_locale: str = ...,
        default_domain: str = ...,
        default_translation_directories: str = ...,
        default_timezone: str = ...,
        locale_selector: Callable[[], str | None] | None = ...,
        timezone_selector: Callable[[], str | None] | None = ...,
    ) -> None: ...

def gettext(string: str, **variables: object) -> str: ...
def ngettext(singular: str, plural: str, num: int, **variables: object) -> str: ...
def lazy_gettext(string: str, **variables: object) -> LazyString: ...
def get_locale() -> Locale | None: ...
def get_timezone() -> tzinfo | None: ...
def force_locale(locale: str | Locale) -> AbstractContextManager[None]: ...
