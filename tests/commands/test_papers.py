"""`regulator papers`: a paper from a file of facts, templates tried; what is wrong is a line for each thing."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from pypdf import PdfReader

from regulator.app import create_app
from regulator.commands import cli, papers
from regulator.features.papers import templating
from regulator.features.papers.terms import PaperKind
from regulator.foundation import clock, signing
from tests.conftest import settings_for
from tests.features.papers.test_templating_declaring import fact, source

FRAME = {
    "authority": "沈阳市房产局",
    "number": "沈房物〔2026〕12号",
    "issued_on": "2026-11-27",
    "addressee": "甲物业有限公司",
    "qr": "https://register.example/papers/12",
}


UNDRAWABLE = (
    "Our fonts cannot draw 「𠮷」U+20BB7. Check the spelling; if it is right, "
    "ask the administrator for a font that has it."
)


@pytest.fixture
def application(tmp_path: Path) -> Any:
    """Printing needs no tables: one database is enough."""
    made = create_app(settings_for(f"sqlite:///{tmp_path / 'none.sqlite'}", tmp_path / "var"))
    yield made
    signing._load.cache_clear()


def run(app: Flask, *words: object) -> Result:
    return CliRunner().invoke(cli, ["papers", *map(str, words)], obj=lambda: app, catch_exceptions=False)


def written(path: Path, value: Any) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    return written(tmp_path / "facts.json", templating.sample_facts(templating.shipped(PaperKind.ACCEPTANCE)))


def text(path: Path) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(path.read_bytes())).pages)


def test_without_a_frame_it_is_a_draft(application: Flask, facts: Path, tmp_path: Path) -> None:
    done = run(application, "render", "acceptance", facts, "-o", tmp_path / "a.pdf")
    assert done.exit_code == 0, done.output
    assert "acceptance, draft, " in done.stdout
    assert "草稿" in text(tmp_path / "a.pdf")


def test_a_final_paper_is_signed_with_the_demo_key_and_says_so(application: Flask, facts: Path, tmp_path: Path) -> None:
    frame = written(tmp_path / "frame.json", FRAME)
    done = run(application, "render", "acceptance", facts, "-o", tmp_path / "a.pdf", "--frame", frame, "--sign")
    assert done.exit_code == 0, done.output
    assert "acceptance, signed, " in done.stdout
    found = text(tmp_path / "a.pdf")
    assert "沈房物〔2026〕12号" in found
    assert "不具有法律效力" in found
    state = signing.validate((tmp_path / "a.pdf").read_bytes())
    assert state.intact
    assert "DEMO" in state.by


def test_the_same_facts_give_the_same_file(
    application: Flask, facts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = clock.now()
    monkeypatch.setattr(clock, "now", lambda: hour)
    frame = written(tmp_path / "frame.json", FRAME)
    for name in ("a.pdf", "b.pdf"):
        run(application, "render", "acceptance", facts, "-o", tmp_path / name, "--frame", frame, "--sign")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_every_fault_of_the_facts_is_a_line(application: Flask, tmp_path: Path) -> None:
    bad = templating.sample_facts(templating.shipped(PaperKind.ACCEPTANCE)) | {
        "contact_person": "王𠮷",
        "due_on": "soon",
    }
    del bad["accepted_on"]
    done = run(application, "render", "acceptance", written(tmp_path / "facts.json", bad), "-o", tmp_path / "a.pdf")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"facts.json: contact_person: {UNDRAWABLE}",
        "facts.json: accepted_on: This is needed: nothing stays blank in a paper.",
        "facts.json: due_on: This must be: date.",
    ]
    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.parametrize(
    ("template", "told", "frame", "options", "said"),
    [
        ("nothing", {}, FRAME, (), "There is no template nothing"),
        ("acceptance", "[1]", FRAME, (), "not a JSON object"),
        ("acceptance", "{", FRAME, (), "no JSON"),
        ("acceptance", None, FRAME | {"digest": "0"}, (), "digest: Extra inputs are not permitted"),
        ("acceptance", None, FRAME | {"qr": ""}, (), "qr: This is needed"),
        ("acceptance", None, {}, ("--sign",), "A draft is never signed"),
    ],
)
def test_what_cannot_be_used_is_a_sentence(
    application: Flask,
    facts: Path,
    tmp_path: Path,
    template: str,
    told: Any,
    frame: Any,
    options: tuple[str, ...],
    said: str,
) -> None:
    given = facts if told is None else written(tmp_path / "other.json", told)
    framed = written(tmp_path / "frame.json", frame)
    done = run(application, "render", template, given, "-o", tmp_path / "a.pdf", "--frame", framed, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_ones_own_template_is_printed(application: Flask, tmp_path: Path) -> None:
    own = written(tmp_path / "own.typ", source(fact("opinion"), "意见：#facts.opinion"))
    told = written(tmp_path / "facts.json", {"opinion": "照办"})
    done = run(application, "render", own, told, "-o", tmp_path / "a.pdf")
    assert done.exit_code == 0, done.output
    assert "意见：照办" in text(tmp_path / "a.pdf")


def test_templates_are_tried_and_a_mistake_is_named_with_its_line(
    application: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "PaperKind", [PaperKind.REPLY])  # all of them are printed in the tests of templating
    good = written(tmp_path / "good.typ", source(fact("opinion"), "#facts.opinion"))
    assert run(application, "check-templates", good).stdout == "2 of 2 templates print.\n"
    bad = written(tmp_path / "bad.typ", source(fact("opinion"), "甲\n#facts.opinon"))
    done = run(application, "check-templates", bad, good)
    assert (done.exit_code, done.stdout) == (1, "2 of 3 templates print.\n")
    assert "bad.typ: Line 15 of the template: dictionary does not contain key" in done.stderr


def test_in_production_a_paper_is_not_signed_without_a_key(application: Flask, facts: Path, tmp_path: Path) -> None:
    signing.configure(None, "", directory=tmp_path, may_demonstrate=False)
    frame = written(tmp_path / "frame.json", FRAME)
    done = run(application, "render", "acceptance", facts, "-o", tmp_path / "a.pdf", "--frame", frame, "--sign")
    assert done.exit_code == 2
    assert "set REGULATOR_SIGNING_KEY" in done.stderr
    assert not (tmp_path / "a.pdf").exists()
