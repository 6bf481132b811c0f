"""A template is tried before a paper depends on it; what an administrator wrote reaches nothing and ends in time."""

import socket
import subprocess
from typing import Any

import pytest

from regulator.features.papers import templating
from regulator.features.papers.templating import printing
from regulator.features.papers.templating.checking import _DAY, FINAL
from regulator.features.papers.terms import PaperKind
from regulator.foundation.documents import confined
from regulator.foundation.documents.confined import Limits
from regulator.foundation.errors import BadInput
from tests.features.papers.test_templating_declaring import fact, refusal, source


def checked(body: str, more: str = "") -> BadInput:
    return refusal(source(more or fact(), body), templating.check)


def test_a_good_template_passes_and_prints_what_it_was_told() -> None:
    template = templating.check(source(fact("opinion", "long_text", '"同意"'), "#prose(facts.opinion)"))
    assert template.field("opinion").sample == "同意"


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        pytest.param("甲\n#facts.opinion\n乙#foo(", 16, "unclosed delimiter", id="not closed"),
        pytest.param("甲\n#facts.opinions", 15, 'does not contain key "opinions"', id="a fact nobody declared"),
        pytest.param('#read("/etc/passwd")', 14, "failed to load file", id="a file of this machine"),
        pytest.param('#read("../../../../etc/passwd")', 14, "", id="a way out of its directory"),
        pytest.param('#image("/proc/self/environ")', 14, "", id="the environment"),
        pytest.param("\n\n#while true {}", 16, "condition is always true", id="an endless loop"),
        pytest.param("#let f(x) = f(x + 1)\n#f(1)", 14, "maximum function call depth", id="an endless call"),
        pytest.param("一个𠮷字", 14, "could not be displayed", id="a character without glyph"),
        pytest.param('#context if facts.opinion.len() > 30 { panic("long") }', 14, "long", id="only the longest"),
    ],
)
def test_a_mistake_in_the_typst_is_named_with_its_line(body: str, line: int, reason: str) -> None:
    error = checked(body)
    assert (error.code, error.about, error.params["line"]) == ("template_wrong", "source", line)
    assert reason in str(error.params["reason"])


def test_a_sample_that_does_not_fit_is_named() -> None:
    error = checked("甲", fact("opinion", "date", '"昨天"'))
    assert error.code == "template_sample_wrong"
    assert error.params == {"line": 6, "name": "opinion", "code": "fact_of_another_kind"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(
            "#for i in range(99999) { for j in range(99999) { let x = calc.sin(j) } }",
            "template_too_slow",
            id="seconds",
        ),
        pytest.param("#let a = (1,)\n#for i in range(40) { a += a }", "template_too_hungry", id="memory"),
        pytest.param("#for i in range(90) { block(height: 200mm)[甲] }", "template_too_many_pages", id="pages"),
    ],
)
def test_what_a_template_may_cost_is_bounded(body: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "LIMITS", Limits(seconds=2, memory=768))
    assert checked(body).code == code


@pytest.fixture
def environments(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The environments in which templates were run; what a test puts into the first is added to each."""
    seen: list[dict[str, str]] = [{}]
    real = subprocess.run

    def run(*words: Any, env: dict[str, str], **how: Any) -> Any:
        seen.append(env)
        return real(*words, env=env | seen[0], **how)

    monkeypatch.setattr(confined.subprocess, "run", run)
    return seen


def test_a_template_reaches_no_network(environments: list[dict[str, str]]) -> None:
    """A package is asked for at an address that would answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        environments[0].update(dict.fromkeys(("HTTPS_PROXY", "https_proxy", "ALL_PROXY"), address))
        error = checked('#import "@preview/cetz:0.3.0"')
        server.settimeout(0.5)
        with pytest.raises(TimeoutError):
            server.accept()
    assert error.code == "template_wrong"
    assert "package" in str(error.params["reason"])


def test_a_template_knows_no_keys(environments: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """The process it runs in is started with nothing of this one's environment but where Python finds its modules."""
    monkeypatch.setenv("REGULATOR_SECRET_KEY", "secret")
    templating.check(source(fact()))
    assert len(environments) > 1
    assert all(set(given) == {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE"} for given in environments[1:])


def test_ones_own_copy_of_a_shipped_template_gives_the_same_bytes() -> None:
    """In a process of its own or in ours: the paper is the same."""
    shipped = templating.shipped(PaperKind.SUPPLEMENT)
    own = templating.parse(shipped.source)
    assert own.digest == shipped.digest
    told = templating.sample_facts(shipped)
    frame = templating.with_digest(shipped, told, FINAL)
    assert printing.render(own, told, frame, made_at=_DAY) == printing.render(shipped, told, frame, made_at=_DAY)
