"""Templates, compiled once for each language: words that stand in them are translated then, not at every reading."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup
from werkzeug.routing import Rule

from regulator.foundation.i18n import current_locale
from regulator.web.language import catalogue

GETTEXT = "_"
LanguageFilter = Callable[[str], Callable[..., Any]]


class LanguageEnvironment(Environment):
    """An environment that hands every template out in the language of the page being made.

    Each language has an environment of its own, in which ``_("…")`` is its translation and each filter of
    ``language_filters`` (by name: from the locale to the filter) speaks that language without asking for it.
    """

    locale: str | None = None

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self.language_filters: dict[str, LanguageFilter] = {}
        self._languages: dict[str, LanguageEnvironment] = {}

    def in_language(self, locale: str) -> "LanguageEnvironment":
        """The environment of a language, made when it is first asked for."""
        if locale not in self._languages:
            made: LanguageEnvironment = self.overlay()
            made.locale = locale
            made.filters = self.filters | {name: spoken(locale) for name, spoken in self.language_filters.items()}
            self._languages[locale] = made
        return self._languages[locale]

    def get_template(self, name: str | Template, *args: Any, **options: Any) -> Template:
        """As jinja's, in the page's language."""
        if self.locale is None:
            return self.in_language(current_locale()).get_template(name, *args, **options)
        return super().get_template(name, *args, **options)

    def select_template(self, names: Any, *args: Any, **options: Any) -> Template:
        """As jinja's, in the page's language."""
        if self.locale is None:
            return self.in_language(current_locale()).select_template(names, *args, **options)
        return super().select_template(names, *args, **options)

    def from_string(self, source: Any, *args: Any, **options: Any) -> Template:
        """As jinja's, in the page's language."""
        if self.locale is None:
            return self.in_language(current_locale()).from_string(source, *args, **options)
        return super().from_string(source, *args, **options)

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        if self.locale is not None:
            source = _Translator(catalogue(self.locale).gettext).visit(source)
        return super()._generate(source, *args, **options)


class _Part(Template):
    """A template whose macros are imported without first comparing all globals: every template here has the same."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        del ctx
        return super()._get_default_module()


LanguageEnvironment.template_class = _Part


class _Translator(NodeTransformer):
    """Puts a translation in the place of each call of gettext whose message stands in the template."""

    def __init__(self, translate: Callable[[str], str]) -> None:
        self.translate = translate

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802  # named by jinja's visitor
        self.generic_visit(node)
        match node:
            case nodes.Call(node=nodes.Name(name=name), args=[nodes.Const(value=message)], dyn_args=None) if (
                name == GETTEXT
            ):
                return self._translated(str(message), node)
        return node

    def _translated(self, message: str, call: nodes.Call) -> nodes.Expr:
        """Markup, as jinja's own gettext gives it: what is put into it is escaped, the words themselves are not."""
        words = Markup(self.translate(message))  # noqa: S704  # from our own catalogue
        if not call.kwargs:
            return nodes.Const(words % {}, lineno=call.lineno, environment=call.environment)
        values = nodes.Dict([nodes.Pair(nodes.Const(given.key), given.value) for given in call.kwargs])
        return nodes.Mod(nodes.Const(words), values, lineno=call.lineno, environment=call.environment)


class Address(Rule):
    """An address to which links are compiled when the first is made: most processes never link to most addresses.

    Compiling them all took a twentieth of the time in which a command starts.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
        compiled = cache(partial(super()._compile_builder, append_unknown))

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            return compiled()(rule, **values)

        return build


class Application(Flask):
    """A Flask whose pages come out of templates in their reader's language."""

    url_rule_class = Address
    jinja_environment = LanguageEnvironment  # type: ignore[assignment]  # flask names its own class, not a base of it
    jinja_env: LanguageEnvironment
