"""Templates speak the language of each page, escape what is put into words, and keep shared parts for seconds only.

Their links are compiled when the first is made.
"""

from typing import Any

import pytest
from flask import Flask, render_template_string, url_for
from jinja2 import DictLoader
from werkzeug.routing import Rule

from regulator.web import fragments
from regulator.web.templates import Application, LanguageEnvironment

SOURCES = {
    "frame.html": "<title>{% block title %}{% endblock %}</title>{{ _('Search') }} {% block body %}{% endblock %}",
    "words.html": "{% macro say(what) %}{{ _('Search') }}{{ what }}{% endmacro %}",
    "page.html": (
        "{% extends 'frame.html' %}{% import 'words.html' as words %}"
        "{% block title %}{{ _('Reset') }}{% endblock %}"
        "{% block body %}{{ words.say('<i>') }} {{ _('%(number)s companies', number=number) }}{% endblock %}"
    ),
    "kept.html": "{% kept 'part', key %}{{ _('Search') }} {{ seen.append(key) or seen|length }}{% endkept %}",
}


@pytest.fixture
def app(kitchen: Flask) -> Flask:
    kitchen.jinja_env.loader = DictLoader(SOURCES)
    return kitchen


def read(app: Flask, name: str, lang: str = "", **values: Any) -> str:
    from flask import render_template

    with app.test_request_context(f"/desk?lang={lang}" if lang else "/desk"):
        return render_template(name, **values)


@pytest.mark.parametrize(
    ("lang", "search", "reset", "count"),
    [
        pytest.param("", "查询", "清除条件", "3 家企业", id="Chinese"),
        pytest.param("en", "Search", "Reset", "3 companies", id="English"),
    ],
)
def test_words_of_frames_macros_and_blocks_are_in_the_pages_language(
    app: Flask, lang: str, search: str, reset: str, count: str
) -> None:
    for _ in range(2):  # the second time out of the cache of compiled templates
        page = read(app, "page.html", lang, number=3)
        assert page.count(search) == 2
        assert f"<title>{reset}</title>" in page
        assert count in page
        assert "&lt;i&gt;" in page


def test_what_is_put_into_words_is_escaped_and_the_words_are_not(app: Flask) -> None:
    assert "&lt;b&gt; companies" in read(app, "page.html", "en", number="<b>")


def test_a_template_from_a_text_speaks_too(app: Flask) -> None:
    with app.test_request_context("/desk?lang=en"):
        assert render_template_string("{{ _('Search') }}") == "Search"
        assert render_template_string("{{ _('100%%') }}") == "100%"
        message = "Search"
        assert render_template_string("{{ _(message) }}", message=message) == "Search", "words known only later"


def test_no_language_is_compiled_before_it_is_asked_for(app: Flask) -> None:
    environment = app.jinja_env
    assert isinstance(environment, LanguageEnvironment)
    read(app, "page.html", "en", number=1)
    assert set(environment._languages) == {"en"}


def test_a_kept_part_is_made_once_for_what_it_depends_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    first = read(app, "kept.html", key="a", seen=seen)
    assert read(app, "kept.html", key="a", seen=seen) == first
    assert read(app, "kept.html", key="b", seen=seen) != first
    assert "Search" in read(app, "kept.html", "en", key="a", seen=seen)
    assert seen == ["a", "b", "a"]
    monkeypatch.setattr(fragments, "KEPT_SECONDS", 0.0)
    read(app, "kept.html", key="a", seen=seen)
    assert seen == ["a", "b", "a", "a"], "after some seconds anew"


def test_only_so_many_parts_are_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "MOST_KEPT", 3)
    for number in range(10):
        read(app, "kept.html", key=str(number), seen=[])
    assert len(app.jinja_env.kept_fragments) <= 3


def test_links_to_an_address_are_compiled_once_and_only_where_one_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_builder = Rule._compile_builder

    def watched(rule: Rule, append_unknown: bool) -> Any:
        compiled.append(rule.rule)
        return compile_builder(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", watched)
    app = Application("links", static_folder=None)
    for number in range(3):
        app.add_url_rule(f"/estates/{number}/<key>", f"estate{number}")
    assert compiled == []
    with app.test_request_context():
        assert url_for("estate1", key="物 业", limit=5) == "/estates/1/%E7%89%A9%20%E4%B8%9A?limit=5"
        assert url_for("estate1", key="2") == "/estates/1/2"
    assert compiled == ["/estates/1/<key>"]
