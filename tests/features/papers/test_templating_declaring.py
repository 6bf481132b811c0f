"""A template says what it needs; a mistake in it is named with its line, and nothing of it runs before that."""

import re
from collections.abc import Callable
from datetime import date

import pytest

from regulator.features.papers import templating
from regulator.features.papers.templating import FactKind
from regulator.features.papers.terms import PaperKind
from regulator.foundation.errors import BadInput

HEAD = '/*\nkind = "reply"\ntitle = "答复"\n{more}*/\n#import "_layout.typ": *\n#show: letter\n{body}\n#closing()\n'
FACT = '\n[[facts]]\nname = "{name}"\nlabel_zh = "甲"\nlabel_en = "A"\nkind = "{kind}"\n{more}sample = {sample}\n'


def fact(name: str = "opinion", kind: str = "text", sample: str = '"乙"', more: str = "") -> str:
    return FACT.format(name=name, kind=kind, sample=sample, more=more)


def source(more: str = "", body: str = "正文") -> str:
    return HEAD.format(more=more, body=body)


def refusal(text: str, how: Callable[[str], object] = templating.parse) -> BadInput:
    with pytest.raises(BadInput) as caught:
        how(text)
    return caught.value


# --- shipped ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PaperKind)
def test_each_kind_has_a_template_of_its_own(kind: PaperKind) -> None:
    template = templating.shipped(kind)
    assert template.kind is kind
    assert template.is_shipped
    assert template == templating.shipped(kind)
    assert re.fullmatch(r"[0-9a-f]{64}", template.digest)
    assert all(field.label_zh != field.label_en for field in template.fields)
    assert len({templating.shipped(other).digest for other in PaperKind}) == len(PaperKind)


@pytest.mark.parametrize("kind", [PaperKind.REJECTION, PaperKind.NON_ACCEPTANCE, PaperKind.RECTIFICATION])
def test_a_burden_names_articles_and_both_remedies(kind: PaperKind) -> None:
    """行政许可法 38: the reasons, and the way to review and suit."""
    template = templating.shipped(kind)
    needed = {"articles", "review_organ", "review_days", "court", "suit_months"}
    assert needed <= {field.name for field in template.fields if field.required}
    assert all(field.defaults for field in template.fields if field.name in ("review_days", "suit_months"))


@pytest.mark.parametrize(
    ("day", "days", "months"),
    [
        pytest.param(date(2014, 6, 1), 60, 3, id="行政诉讼法1989-39"),
        pytest.param(date(2015, 5, 1), 60, 6, id="行政诉讼法2014-46"),
        pytest.param(date(2024, 1, 1), 60, 6, id="行政复议法2023-20"),
        pytest.param(None, 60, 6, id="today's"),
    ],
)
def test_terms_of_remedies_are_those_of_the_day(day: date | None, days: int, months: int) -> None:
    template = templating.shipped(PaperKind.REJECTION)
    told = templating.sample_facts(template)
    del told["review_days"], told["suit_months"]
    judged = templating.judge_facts(template, told, on=day)
    assert (judged["review_days"], judged["suit_months"]) == (days, months)


def test_nothing_shared_speaks_of_licences() -> None:
    """Since 2018 most grades are evaluations: the word of the matter is a fact."""
    sources = [templating.shipped(kind).source for kind in PaperKind]
    printed = [re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) for text in sources]
    assert not [text for text in printed if "许可" in text or "资质" in text or "吊销" in text]


# --- an authority's own ----------------------------------------------------------------------------------------------


def test_an_authoritys_own_template_is_read() -> None:
    template = templating.parse(source('include = ["contact"]\n' + fact("opinion", "long_text")))
    assert not template.is_shipped
    assert [field.name for field in template.fields] == [
        "contact_person",
        "contact_phone",
        "contact_address",
        "opinion",
    ]
    found = template.field("opinion")
    assert (found.kind, found.most, found.required) == (FactKind.LONG_TEXT, 4000, True)
    assert template.digest != templating.parse(source('include = ["contact"]\n' + fact("opinion", "text"))).digest


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        pytest.param("#show: letter\n", 1, "begin with the declaration", id="none"),
        pytest.param("/*\nkind = 1\n", 1, "begin with the declaration", id="never closed"),
        pytest.param(source("nonsense\n"), 4, "", id="no TOML"),
        pytest.param(source('kind = "reply"\n'), 4, "", id="twice the same key"),
        pytest.param(source("colour = 1\n"), 4, "colour: Extra inputs", id="unknown key"),
        pytest.param(source(fact()).replace('"reply"', '"permit"'), 2, "kind:", id="unknown kind of paper"),
        pytest.param(source(fact() + fact()), 1, "declared twice: opinion", id="twice the same fact"),
        pytest.param(source(fact() + fact("b", "colour")), 16, "facts.2.kind", id="unknown kind of fact"),
        pytest.param(source(fact("Opinion")), 6, "facts.1.name", id="no name"),
        pytest.param(source(fact(more="maximum = 0\n")), 10, "facts.1.maximum", id="no maximum"),
        pytest.param(source(fact(kind="table")), 5, "a table has columns", id="table without columns"),
        pytest.param(source(fact(more='options = ["a"]\n')), 5, "a choice has options", id="text with options"),
        pytest.param(
            source(fact().replace("sample", "simple")), 5, "facts.1.sample: Field required", id="without a sample"
        ),
        pytest.param(source('include = ["money"]\n'), 4, "no group money", id="unknown group"),
        pytest.param(
            source('include = ["basis"]\n' + fact("articles")),
            4,
            "basis declares articles already",
            id="group repeated",
        ),
    ],
)
def test_a_mistake_in_the_declaration_is_named_with_its_line(text: str, line: int, reason: str) -> None:
    error = refusal(text)
    assert (error.code, error.about) == ("template_wrong", "source")
    assert error.params["line"] == line, error.params
    assert reason in str(error.params["reason"])


def test_a_template_is_no_book() -> None:
    assert refusal(source(body="字" * 200_001)).code == "template_too_long"


def test_a_declaration_is_read_without_running_what_follows() -> None:
    assert templating.parse(source(body='#panic("run")')).title == "答复"
