"""Every macro and layout rendered in both languages; what the pages promise is read from the HTML itself."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
LOOK = ROOT / "regulator" / "static" / "css" / "look.css"
TABLER = ROOT / "regulator" / "static" / "vendor" / "tabler.min.css"
PAGES = ["/desk", "/form", "/public", "/print", "/fail/refused"]
FORBIDDEN = (
    r"\sstyle=",
    r"\son[a-z]+\s*=\s*[\"']",
    r"<style",
    r"<script(?![^>]*\bsrc=)",
    r"\|\s*safe\b",
    r"javascript:",
)
RESTYLED = {  # Tabler's own pieces that the look deliberately tunes
    "btn", "btn-outline-primary", "btn-primary", "form-check", "form-check-input", "form-control", "form-label",
    "form-select", "is-invalid", "lead", "container-xl",
}  # fmt: skip


class Reader(HTMLParser):
    """Collects what the checks need; void elements and nesting are counted so that an open tag is noticed."""

    VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "path", "rect", "source"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.refers: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.attributes: set[str] = set()
        self.headings: list[str] = []
        self.scripts: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.attributes |= set(given)
        self.ids.update([str(given["id"])] if given.get("id") else [])
        for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
            self.refers += (given.get(name) or "").split()
        if tag == "label" and given.get("for"):
            self.labels.add(str(given["for"]))
        if tag in {"input", "select", "textarea"} and given.get("type") != "hidden":
            self.fields.append({**given, "_in_label": "1" if "label" in self.open else None})
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if tag == "script":
            self.scripts.append(given.get("src"))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open, f"</{tag}> closes nothing"
            assert self.open.pop() == tag, f"</{tag}> closes something else"


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    return reader


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_whole(kitchen: Flask, address: str, lang: str) -> None:
    text = kitchen.test_client().get(f"{address}?lang={lang}").text
    page = read(text)
    assert page.open == []
    assert [name for name, times in page.ids.items() if times > 1] == []
    assert [name for name in page.refers if name not in page.ids] == []
    assert page.headings.count("h1") == 1
    assert f'<html lang="{"en" if lang == "en" else "zh-CN"}"' in text
    assert "user-scalable" not in text
    assert "maximum-scale" not in text


@pytest.mark.parametrize("address", PAGES)
def test_a_page_obeys_the_content_security_policy(kitchen: Flask, address: str) -> None:
    text = kitchen.test_client().get(address).text
    page = read(text)
    assert "style" not in page.attributes
    assert [name for name in page.attributes if name.startswith("on")] == []
    assert None not in page.scripts
    assert "<style" not in text
    assert re.findall(r'(?:src|href)="(?:https?:)?//', text) == []


@pytest.mark.parametrize("address", ["/desk", "/form"])
def test_every_field_has_a_name_for_those_who_cannot_see(kitchen: Flask, address: str) -> None:
    page = read(kitchen.test_client().get(address).text)
    assert page.fields
    for field in page.fields:
        assert field.get("aria-label") or field["_in_label"] or field.get("id") in page.labels, field


def test_mistakes_stand_at_their_fields_and_in_a_summary(kitchen: Flask) -> None:
    kitchen.config["WTF_CSRF_ENABLED"] = False
    text = kitchen.test_client().post("/form", data={"name": "<和智>", "floor_area": "abc"}).text
    page = read(text)
    assert '<a href="#f-floor_area">建筑面积</a>' in text
    assert 'value="&lt;和智&gt;"' in text
    assert [name for name in page.refers if name not in page.ids] == []
    wrong = {field["name"] for field in page.fields if field.get("aria-invalid")}
    assert wrong == {"credit_code", "floor_area", "group", "reason"}


def test_a_form_rightly_filled_arrives_typed(kitchen: Flask) -> None:
    kitchen.config["WTF_CSRF_ENABLED"] = False
    sent = {
        "name": "和智",
        "credit_code": "91210103815188447C",
        "floor_area": "81,600.5",
        "group": "look",
        "reason": "执照",
    }
    assert kitchen.test_client().post("/form", data=sent).get_json()["floor_area"] == 8160050


def test_each_form_has_its_own_idempotency_key(kitchen: Flask) -> None:
    text = kitchen.test_client().get("/desk").text
    keys = re.findall(r'name="idempotency_key" value="([^"]+)"', text)
    assert len(keys) == len(set(keys)) == 8
    assert all(len(key) >= 20 for key in keys)


def test_the_pager_leads_on_and_back(kitchen: Flask) -> None:
    client = kitchen.test_client()
    assert "cursor=abc&amp;back=" in client.get("/desk").text
    second = client.get("/desk?cursor=abc&back=").text
    assert 'rel="prev" href="/desk"' in second
    third = client.get("/desk?cursor=def&back=&back=abc&sort=name").text
    assert 'rel="prev" href="/desk?sort=name&amp;cursor=abc&amp;back="' in third


def test_headings_sort_and_say_how(kitchen: Flask) -> None:
    text = kitchen.test_client().get("/desk?cursor=abc").text
    assert re.search(r'aria-sort="descending"><a class="sort" href="/desk\?sort=area">在管面积', text)
    assert re.search(r'<a class="sort" href="/desk\?sort=name">企业', text)


def test_demonstration_data_says_so_and_real_data_does_not(kitchen: Flask) -> None:
    client = kitchen.test_client()
    assert all("演示数据" in client.get(address).text for address in PAGES)
    kitchen.extensions["regulator_site"] = type(kitchen.extensions["regulator_site"]())
    assert all("演示数据" not in client.get(address).text for address in ("/public", "/print"))


WITH_THE_SHELL = {
    *("components/estate_map.html", "office/geofiles/batch.html", "office/map/position.html"),
    "office/zones/_parts.html",
}
"""Templates that hold the shell of the map, which folium made in our own job, its scripts taken out."""


def test_templates_carry_no_inline_style_script_or_unsafe_text() -> None:
    paths = TEMPLATES.rglob("*.html")
    texts = {path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    wrong = {(name, pattern) for name, text in texts.items() for pattern in FORBIDDEN if re.search(pattern, text)}
    wrong -= {(name, FORBIDDEN[4]) for name in WITH_THE_SHELL}
    assert not wrong, f"move it to static/css or static/js: {sorted(wrong)}"


def test_own_class_names_are_not_tablers() -> None:
    own = set(
        re.findall(
            r"\.(-?[a-zA-Z_][\w-]*)",
            re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", LOOK.read_text(encoding="utf-8"), flags=re.DOTALL),
        )
    )
    tabler = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", TABLER.read_text(encoding="utf-8")))
    assert own & tabler <= RESTYLED, f"rename in look.css: {sorted((own & tabler) - RESTYLED)}"
