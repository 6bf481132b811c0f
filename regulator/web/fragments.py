"""Parts of a page that many pages share, rendered once and kept for a few seconds; nothing of a person or a record."""

import time

from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Macro
from markupsafe import Markup

from regulator.web.language import asked_language

KEPT_SECONDS = 5.0
MOST_KEPT = 1000


class Kept(Extension):
    """`{% kept "name", what, it, depends, on %}…{% endkept %}`: the body, made anew every few seconds at most.

    The name is unique in all templates. Language is always part of what the body depends on; everything else that
    changes it stands behind the name. No blocks, no form tokens and nothing about who is signed in inside of it.
    """

    tags = {"kept"}  # noqa: RUF012  # jinja's own way

    def parse(self, parser: Parser) -> nodes.Node:
        """Read the tag: a call of `_keep` with the body as its caller."""
        line = next(parser.stream).lineno
        key = [parser.parse_expression()]
        while parser.stream.skip_if("comma"):
            key.append(parser.parse_expression())
        body = parser.parse_statements(("name:endkept",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_keep", key), [], [], body).set_lineno(line)

    def _keep(self, *key: object, caller: Macro) -> Markup:
        kept: dict[tuple[object, ...], tuple[float, Markup]] = self.environment.kept_fragments  # type: ignore[attr-defined]
        whole = (self.environment.locale, asked_language(), *key)  # type: ignore[attr-defined]  # of LanguageEnvironment
        now = time.monotonic()
        found = kept.get(whole)
        if found is not None and now - found[0] < KEPT_SECONDS:
            return found[1]
        if len(kept) >= MOST_KEPT:
            kept.clear()
        body = Markup(caller())  # noqa: S704  # what the template itself has escaped
        kept[whole] = (now, body)
        return body


def install(environment: Environment) -> None:
    """Teach the templates the tag; each environment, in all its languages, keeps its own."""
    environment.kept_fragments = {}  # type: ignore[attr-defined]  # where extensions of jinja keep what is theirs
    environment.add_extension(Kept)
