"""Furnishes an application with everything the layouts and macros rely on; one call, no pages of its own."""

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from flask import current_app, g
from flask_babel import gettext as _
from jinja2 import StrictUndefined
from markupsafe import Markup

from regulator.features.audit.terms import Actor
from regulator.foundation import clock, i18n
from regulator.foundation.extensions import babel
from regulator.foundation.i18n import DEFAULT_LOCALE, current_locale
from regulator.resources import resource_dir
from regulator.web import errors, filters, forms, fragments, language, navigation
from regulator.web.templates import Application

_FINGERPRINT = 10
_SITE = "regulator_site"


@dataclass(frozen=True, slots=True)
class Site:
    """Whose register this is. `nature` is demo, real or undecided; `data_as_of` the moment the figures stand for."""

    city: str = ""
    nature: str = "undecided"
    data_as_of: datetime | None = None
    authority: str = ""
    city_en: str = ""
    site_id: str = ""

    @property
    def is_demo(self) -> bool:
        """Whether every page must say so."""
        return self.nature == "demo"


def furnish(
    app: Application,
    *,
    site: Callable[[], Site] = Site,
    actor: Callable[[], Actor | None] = lambda: None,
    permissions: Callable[[], Collection[str]] = frozenset,
) -> None:
    """Filters, languages, menus, error pages and the globals of the layouts.

    `site` is asked once per page; `actor` and `permissions` tell who is signed in, without raising when nobody is.
    """
    if "babel" not in app.extensions:
        app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(resource_dir("translations")))
        babel.init_app(app, default_locale=DEFAULT_LOCALE, locale_selector=language.select_locale)
    app.extensions[_SITE] = site
    for part in (language, navigation, forms, errors):
        part.install(app)
    for part in (filters, fragments):
        part.install(app.jinja_env)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(
        asset=asset,
        brand=brand,
        word=i18n.word,
        crumbs=crumbs,
        site=current_site,
        signed_in=actor,
        permissions=permissions,
        may=lambda permission: permission in permissions(),
        now=clock.now,
        today=clock.today,
        public_menu=navigation.public_menu,
    )


def current_site() -> Site:
    """Whose register this is, asked once per page; a page of an error comes out even when the database is away."""
    kept: Site | None = g.get(_SITE)
    if kept is None:
        try:
            kept = current_app.extensions[_SITE]()
        except Exception:
            current_app.logger.warning("pages: whose register this is cannot be told", exc_info=True)
            kept = Site()
        setattr(g, _SITE, kept)
    return kept


def brand(kind: str = "desk") -> str:
    """The name of the system, or ("public") of the look-up, with the city's name in the page's language."""
    here = current_site()
    city = here.city if current_locale() == DEFAULT_LOCALE else (here.city_en or here.city)
    if kind == "public":
        return _("%(city)s Property Services Register", city=city).strip()
    return _("%(city)s Property Management Oversight", city=city).strip()


def asset(path: str) -> str:
    """The address of a static file with the fingerprint of its content, so that it may be kept for ever."""
    return f"{current_app.static_url_path}/{path}{_fingerprint(str(current_app.static_folder), path)}"


@cache
def _fingerprint(folder: str, path: str) -> str:
    file = Path(folder) / path
    if not file.is_file():
        return ""
    return "?v=" + hashlib.sha256(file.read_bytes()).hexdigest()[:_FINGERPRINT]


def crumbs(steps: list[tuple[str, str | None]]) -> Markup:
    """The way to this page: (text, address) each, the address None for the place itself."""
    parts = [
        Markup('<li><a href="{}">{}</a></li>').format(url, text)
        if url
        else Markup('<li><span aria-current="page">{}</span></li>').format(text)
        for text, url in steps
    ]
    return Markup("<ol>{}</ol>").format(Markup("").join(parts))
