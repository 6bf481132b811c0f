"""Settings of papers by day: what is in force, what a pattern gives next, and own templates tried and adopted."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from regulator.features.audit.terms import Actor
from regulator.features.papers.actions import settings, trying
from regulator.features.papers.models import PaperTemplate, PaperTemplateTrial
from regulator.features.papers.queries import set_down
from regulator.features.papers.queries.settings import chain_for, find_series, template_for
from regulator.features.papers.queries.trials import lines_around, list_trials
from regulator.features.papers.templating import shipped
from regulator.features.papers.templating.terms import TrialState
from regulator.features.papers.terms import Chain, Force, Origin, PaperKind
from regulator.foundation import jobs
from regulator.foundation.database import session, transaction
from regulator.foundation.errors import BadInput, Conflict
from regulator.law.findings import Refused
from tests.factories.papers import NOW, PATTERN, Bureau, day

TODAY = day(NOW)
LATER = TODAY + timedelta(days=30)
ACTOR = Actor.system()
SOURCE = shipped(PaperKind.TRANSFER_LETTER).source


@pytest.mark.parametrize(
    ("began", "expected"),
    [
        pytest.param([TODAY], [Force.IN_FORCE], id="today"),
        pytest.param([LATER], [Force.TO_COME], id="later"),
        pytest.param([date(2025, 1, 1), TODAY, LATER], [Force.PAST, Force.IN_FORCE, Force.TO_COME], id="one each"),
        pytest.param([TODAY, TODAY], [Force.PAST, Force.IN_FORCE], id="the later word"),
    ],
)
def test_one_of_each_is_in_force(began: list[date], expected: list[Force]) -> None:
    assert set_down.forces_of([("a", one) for one in began], on=TODAY) == expected
    assert set_down.forces_of([("a", TODAY), ("b", TODAY)], on=TODAY) == [Force.IN_FORCE] * 2


def set_series(bureau: Bureau, pattern: str, began_on: date, kind: PaperKind | None = None) -> None:
    with transaction():
        settings.set_series(bureau.authority, kind=kind, pattern=pattern, began_on=began_on, actor=ACTOR, now=NOW)


def test_a_pattern_that_returns_goes_on_counting(bureau: Bureau) -> None:
    """Begun anew at 1 its numbers would come twice, and nothing could be signed any more."""
    first = bureau.signed(bureau.matter("1"))
    set_series(bureau, "沈河房〔{year}〕{n}号", TODAY + timedelta(days=1))
    set_series(bureau, PATTERN, TODAY + timedelta(days=2))
    between = bureau.signed(bureau.matter("2"), now=NOW + timedelta(days=1))
    again = bureau.signed(bureau.matter("3"), now=NOW + timedelta(days=2))
    assert [paper.number for paper in (first, between, again)] == [
        "沈河房物〔2026〕1号", "沈河房〔2026〕1号", "沈河房物〔2026〕2号",
    ]  # fmt: skip
    rows = set_down.list_series(on=TODAY + timedelta(days=2))
    assert [(row.force, row.given, row.next_number) for row in rows] == [
        (Force.PAST, 2, "沈河房物〔2026〕3号"),
        (Force.PAST, 1, "沈河房〔2026〕2号"),
        (Force.IN_FORCE, 2, "沈河房物〔2026〕3号"),
    ]


def test_kinds_of_one_pattern_share_its_numbers(bureau: Bureau) -> None:
    set_series(bureau, PATTERN, TODAY, PaperKind.CIRCULAR)
    authority = bureau.authority.id
    one, other = (find_series(authority, kind, on=TODAY) for kind in (PaperKind.CIRCULAR, PaperKind.REPLY))
    assert one is not None
    assert one is other
    assert set_down.next_number(authority, PATTERN, on=TODAY) == "沈河房物〔2026〕1号"
    bureau.signed(bureau.matter())
    assert set_down.next_number(authority, PATTERN, on=TODAY) == "沈河房物〔2026〕2号"
    assert set_down.next_number(authority, PATTERN, on=date(2027, 1, 4)) == "沈河房物〔2027〕1号"


def test_a_day_is_taken_once_and_never_gone_by(bureau: Bureau) -> None:
    with pytest.raises(Conflict, match="series_day_taken"):
        set_series(bureau, "另一房〔{year}〕{n}号", TODAY)
    with pytest.raises(BadInput, match="setting_in_the_past"):
        set_series(bureau, "另一房〔{year}〕{n}号", TODAY - timedelta(days=1))
    with pytest.raises(Refused):
        set_series(bureau, "没有年份{n}号", LATER)
    assert [row.pattern for row in set_down.list_series(on=TODAY)] == [PATTERN]


def set_chain(bureau: Bureau | None, steps: int, began_on: date, *, minutes: bool = False) -> None:
    authority = bureau.authority if bureau else None
    with transaction():
        settings.set_chain(
            authority, kind=PaperKind.REPLY, steps=steps, needs_minutes=minutes, began_on=began_on, actor=ACTOR, now=NOW
        )


def test_the_chain_in_force_and_by_whose_word(bureau: Bureau) -> None:
    own = bureau.authority.id

    def reply(authority: UUID | None, on: date = TODAY) -> tuple[Origin, int, bool]:
        found = next(row for row in set_down.chains_in_force(authority, on=on) if row.kind is PaperKind.REPLY)
        if authority:
            assert found.chain == chain_for(authority, PaperKind.REPLY, on=on), "what drafting asks"
        return found.origin, len(found.chain.steps), found.chain.needs_minutes

    assert reply(own) == (Origin.USUAL, 3, False)
    set_chain(None, 2, TODAY)
    assert (reply(own), reply(None)) == ((Origin.EVERYWHERE, 2, False),) * 2
    set_chain(bureau, 3, TODAY, minutes=True)
    set_chain(bureau, 1, LATER)
    assert (reply(own), reply(None)) == ((Origin.AUTHORITY, 3, True), (Origin.EVERYWHERE, 2, False))
    assert reply(own, LATER) == (Origin.AUTHORITY, 1, False)
    set_chain(bureau, 2, TODAY)
    assert reply(own) == (Origin.AUTHORITY, 2, False), "the later word of one day"
    assert [row.force for row in set_down.list_chains(on=TODAY)] == [
        Force.IN_FORCE, Force.PAST, Force.IN_FORCE, Force.TO_COME,
    ]  # fmt: skip
    assert len(set_down.chains_in_force(None, on=TODAY)) == len(PaperKind)
    assert isinstance(set_down.list_chains(on=TODAY)[0].chain, Chain)


# --- own templates --------------------------------------------------------------------------------------------------


def send(bureau: Bureau, source: str) -> PaperTemplateTrial:
    with transaction():
        return trying.send_template(bureau.authority, source, actor=ACTOR, now=NOW)


def work_off() -> None:
    jobs.register_handler(trying.TRY_JOB, trying.try_template, trying.give_up)
    while jobs.run_next("test:1:1"):
        pass


def adopt(bureau: Bureau, trial: PaperTemplateTrial, began_on: date = TODAY) -> PaperTemplate:
    with transaction():
        return trying.adopt_template(trial, bureau.authority, began_on=began_on, actor=ACTOR, now=NOW)


def test_a_version_is_tried_then_adopted_and_used(bureau: Bureau) -> None:
    trial = send(bureau, SOURCE.replace('title = "转送函"', 'title = "转办函"'))
    assert [row.state for row in list_trials()] == [TrialState.UNDER_WAY]
    with pytest.raises(BadInput, match="template_not_tried"):
        adopt(bureau, trial)
    work_off()
    session().refresh(trial)
    assert str(trial.state) == "passed"
    kept = adopt(bureau, trial, LATER)
    key, used = template_for(bureau.authority.id, PaperKind.TRANSFER_LETTER, on=LATER)
    assert (key, used.title) == (kept.id, "转办函")
    assert template_for(bureau.authority.id, PaperKind.TRANSFER_LETTER, on=TODAY)[0] is None
    assert [row.force for row in set_down.list_templates(on=TODAY)] == [Force.TO_COME]
    assert [row.kind for row in set_down.list_kinds(set_down.list_templates(on=LATER)) if row.own] == [kept.kind]
    with pytest.raises(BadInput, match="template_not_tried"):
        adopt(bureau, trial)  # once
    again = send(bureau, SOURCE)
    work_off()
    with pytest.raises(Conflict, match="template_day_taken"):
        adopt(bureau, again, LATER)
    assert trying.preview(used, bureau.name, now=NOW).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda text: f"{text}\n#nothing_of_this_name()", "template_wrong", id="typst"),
        pytest.param(
            lambda text: text.replace("sample = ", "maximum = 1\nsample = ", 1), "template_sample_wrong", id="sample"
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(bureau: Bureau, change: Callable[[str], str], code: str) -> None:
    source = change(SOURCE)
    trial = send(bureau, source)
    work_off()
    session().refresh(trial)
    assert (trial.state, trial.error_code) == (TrialState.FAILED, code)
    line = (trial.error_params or {})["line"]
    if code == "template_wrong":
        assert source.split("\n")[line - 1] == "#nothing_of_this_name()"
    assert line in dict(lines_around(source, line))
    with pytest.raises(BadInput, match="template_not_tried"):
        adopt(bureau, trial)


def test_a_wrong_declaration_is_refused_at_once_and_leaves_nothing(bureau: Bureau) -> None:
    with pytest.raises(BadInput) as wrong:
        send(bureau, SOURCE.replace('kind = "transfer_letter"', 'kind = "love_letter"'))
    assert (wrong.value.code, wrong.value.params["line"]) == ("template_wrong", 2)
    assert session().scalars(select(PaperTemplateTrial)).all() == []


def test_a_trial_goes_on_after_a_crash_and_ends_when_it_cannot(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = send(bureau, SOURCE)
    steps = trying.try_template({"trial": str(trial.id)})
    with transaction():
        next(steps)
    del steps  # the worker is gone
    with transaction():
        trying.give_up({"trial": str(trial.id)}, jobs.WORKER_LOST)
    assert (trial.state, trial.error_code) == (TrialState.FAILED, "template_trial_broken")
    other = send(bureau, SOURCE)
    monkeypatch.setattr(trying, "trials", lambda _template: iter(()))
    work_off()
    session().refresh(other)
    assert other.state is not TrialState.PASSED, "what was not printed has not passed"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_missing"),
        ("/*中文*/".encode("gb18030"), "template_not_text"),
        (b"a\0b", "template_not_text"),
        (b"a" * (trying.LARGEST + 1), "template_not_text"),
    ],
)
def test_a_file_that_is_no_text_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(BadInput) as wrong:
        trying.read_source(content)
    assert (wrong.value.code, wrong.value.about) == (code, "file")


def test_a_file_from_windows_is_read(app: Flask) -> None:
    assert trying.read_source(b"\xef\xbb\xbf/*\r\n*/") == "/*\n*/"


def test_old_trials_go_and_adopted_versions_stay(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "trials", lambda _template: iter(trying.PHASES))  # printing is not the point here
    trial = send(bureau, SOURCE)
    work_off()
    session().refresh(trial)
    kept = adopt(bureau, trial)
    for later, left in ((trying.KEPT, 1), (trying.KEPT + timedelta(seconds=1), 0)):
        with transaction():
            trying.forget_trials(NOW + later)
        assert len(session().scalars(select(PaperTemplateTrial)).all()) == left
    assert template_for(bureau.authority.id, PaperKind.TRANSFER_LETTER, on=TODAY)[0] == kept.id
