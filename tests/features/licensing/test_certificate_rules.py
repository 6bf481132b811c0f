"""What a certificate is on a day and which acts may end it: each line names the article and the case."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from regulator.features.licensing import rulesets
from regulator.features.licensing.certificate_terms import (
    CertificateFacts,
    CertificateOrigin,
    CertificateState,
    EvaluatedState,
    shown_state,
)
from regulator.features.licensing.rules.certificates import (
    abolition_of,
    judge_end,
    judge_former,
    judge_issue,
    number_of,
    numbers_in,
    read_number,
    state_on,
)
from regulator.features.licensing.rules.rulesets import LICENCE_WORDS
from regulator.features.licensing.terms import Nature, RuleSet
from regulator.foundation.i18n import LOCALES, label
from tests.factories.certificates import former

S = CertificateState
EVALUATION = rulesets.read(rulesets.shipped_source(rulesets.DEMO))
FACTS = CertificateFacts(
    CertificateOrigin.ISSUED, Nature.EVALUATION, date(2024, 3, 1), date(2027, 2, 28), is_provisional=False
)
LICENCE = replace(
    FACTS, nature=Nature.LICENCE, origin=CertificateOrigin.RECORDED, issued_on=date(2009, 6, 1), valid_until=None,
    abolished_on=date(2017, 1, 12),
)  # fmt: skip
TODAY = date(2026, 11, 1)


def ended(facts: CertificateFacts, state: CertificateState, day: date) -> CertificateFacts:
    return replace(facts, ended_as=state, ended_on=day)


@pytest.mark.parametrize(
    ("facts", "day", "state"),
    [
        pytest.param(FACTS, date(2024, 2, 29), None, id="before-issue"),
        pytest.param(FACTS, date(2024, 3, 1), S.VALID, id="first-day"),
        pytest.param(FACTS, date(2027, 2, 28), S.VALID, id="last-day"),
        pytest.param(FACTS, date(2027, 3, 1), S.EXPIRED, id="day-after"),
        pytest.param(replace(FACTS, valid_until=None), date(2050, 1, 1), S.VALID, id="without-end"),
        pytest.param(replace(FACTS, is_provisional=True), TODAY, S.VALID, id="provisional-is-valid"),
        pytest.param(ended(FACTS, S.WITHDRAWN, TODAY), date(2026, 10, 31), S.VALID, id="许可法8-day-before"),
        pytest.param(ended(FACTS, S.WITHDRAWN, TODAY), TODAY, S.WITHDRAWN, id="许可法8"),
        pytest.param(ended(FACTS, S.ANNULLED, date(2027, 5, 1)), date(2027, 4, 1), S.EXPIRED, id="许可法69-not-yet"),
        pytest.param(ended(FACTS, S.ANNULLED, date(2027, 5, 1)), date(2027, 5, 1), S.ANNULLED, id="许可法69-after-end"),
        pytest.param(ended(FACTS, S.REVOKED, TODAY), date(2030, 1, 1), S.REVOKED, id="处罚法9-stays-after-its-term"),
        pytest.param(ended(FACTS, S.DOWNGRADED, TODAY), TODAY, S.DOWNGRADED, id="处罚法9-lower-grade"),
        pytest.param(ended(FACTS, S.CANCELLED, date(2027, 6, 1)), date(2027, 6, 1), S.CANCELLED, id="许可法70-run-out"),
        pytest.param(ended(FACTS, S.SUPERSEDED, TODAY), TODAY, S.SUPERSEDED, id="superseded"),
        pytest.param(ended(FACTS, S.SUPERSEDED, date(2027, 4, 1)), date(2027, 4, 1), S.EXPIRED, id="ran-out-first"),
        pytest.param(LICENCE, date(2017, 1, 11), S.VALID, id="国发〔2017〕7号-day-before"),
        pytest.param(LICENCE, date(2017, 1, 12), S.HISTORICAL, id="国发〔2017〕7号-grade-2"),
        pytest.param(
            replace(LICENCE, valid_until=date(2012, 5, 31)), date(2013, 1, 1), S.EXPIRED, id="licence-run-out-then"
        ),
        pytest.param(replace(LICENCE, valid_until=date(2012, 5, 31)), TODAY, S.HISTORICAL, id="licence-today"),
        pytest.param(ended(LICENCE, S.REVOKED, date(2011, 1, 1)), TODAY, S.REVOKED, id="处罚法8-of-1996-stays"),
        pytest.param(
            replace(FACTS, origin=CertificateOrigin.DECLARED, nature=Nature.LICENCE, issued_on=None),
            date(2010, 1, 1),
            S.HISTORICAL,
            id="declared-on-every-day",
        ),
    ],
)
def test_state_on_a_day(facts: CertificateFacts, day: date, state: CertificateState | None) -> None:
    assert state_on(facts, day) is state


@pytest.mark.parametrize(
    ("grade", "granted_on", "day"),
    [
        pytest.param("3", date(2005, 1, 1), date(2017, 1, 12), id="国发〔2017〕7号-grade-3"),
        pytest.param("2", date(2016, 1, 1), date(2017, 1, 12), id="国发〔2017〕7号-grade-2"),
        pytest.param("1", date(2008, 1, 1), date(2017, 9, 22), id="国发〔2017〕46号-grade-1"),
        pytest.param("1", date(2017, 6, 1), date(2017, 9, 22), id="国发〔2017〕46号-granted-in-2017"),
        pytest.param("4", date(2017, 12, 1), date(2018, 3, 8), id="repeal-at-the-latest"),
    ],
)
def test_from_when_a_grade_was_no_longer_granted(grade: str, granted_on: date, day: date) -> None:
    assert abolition_of(Nature.LICENCE, grade, granted_on, rulesets.shipped()) == day
    assert abolition_of(Nature.EVALUATION, grade, granted_on, rulesets.shipped()) is None


@pytest.mark.parametrize(
    ("rule_set", "grade", "issued_on", "until", "codes"),
    [
        pytest.param(EVALUATION, "1", TODAY, date(2029, 10, 31), [], id="evaluation-today"),
        pytest.param(EVALUATION, "4", TODAY, None, ["certificate_grade_unknown"], id="no-such-grade"),
        pytest.param(
            rulesets.shipped()[2], "1", date(2018, 3, 8), None, ["certificate_licence_today"], id="许可法15-repeal-day"
        ),
        pytest.param(rulesets.shipped()[2], "1", TODAY, None, ["certificate_licence_today"], id="许可法15-today"),
        pytest.param(rulesets.shipped()[2], "2", date(2016, 5, 1), None, [], id="licence-of-its-time"),
        pytest.param(
            rulesets.shipped()[3], "2", date(2017, 2, 1), None, ["certificate_grade_unknown"], id="国发〔2017〕7号"
        ),
        pytest.param(
            EVALUATION, "1", date(2022, 12, 31), None, ["certificate_rules_not_in_force"], id="before-the-rules"
        ),
        pytest.param(EVALUATION, "1", date(2026, 11, 2), None, ["certificate_in_future"], id="tomorrow"),
        pytest.param(EVALUATION, "1", TODAY, date(2026, 10, 31), ["certificate_ends_before"], id="ends-before"),
    ],
)
def test_what_can_be_issued(
    rule_set: RuleSet, grade: str, issued_on: date, until: date | None, codes: list[str]
) -> None:
    verdict = judge_issue(rule_set, grade, issued_on, until, today=TODAY)
    assert [one.code for one in verdict.findings] == codes


YEAR_BEFORE = date(2025, 1, 1)
EXPIRED = replace(FACTS, valid_until=date(2026, 2, 28))


@pytest.mark.parametrize(
    ("facts", "act", "given", "codes"),
    [
        *(pytest.param(FACTS, act, {}, [], id=f"valid-{act}") for act in (S.WITHDRAWN, S.ANNULLED, S.REVOKED)),
        pytest.param(FACTS, S.CANCELLED, {"paper": None}, [], id="许可法70-at-the-holders-wish"),
        pytest.param(FACTS, S.DOWNGRADED, {}, [], id="处罚法9-lower"),
        pytest.param(FACTS, S.DOWNGRADED, {"lower": False}, ["certificate_no_lower_grade"], id="lowest-grade"),
        pytest.param(EXPIRED, S.ANNULLED, {}, [], id="许可法69-wrongly-granted-and-run-out"),
        pytest.param(EXPIRED, S.CANCELLED, {"paper": None}, [], id="许可法70(1)-run-out"),
        *(
            pytest.param(EXPIRED, act, {}, ["certificate_end_from_state"], id=f"run-out-{act}")
            for act in (S.WITHDRAWN, S.REVOKED, S.DOWNGRADED)
        ),
        *(
            pytest.param(
                ended(FACTS, was, date(2025, 1, 1)), act, {}, ["certificate_end_from_state"], id=f"{was}-{act}"
            )
            for was, act in product((S.WITHDRAWN, S.REVOKED, S.CANCELLED, S.SUPERSEDED), (S.ANNULLED, S.CANCELLED))
        ),
        *(
            pytest.param(FACTS, act, {}, ["certificate_end_not_by_act"], id=f"nobodys-act-{act}")
            for act in (S.LAPSED, S.SUPERSEDED, S.EXPIRED, S.HISTORICAL, S.VALID)
        ),
        pytest.param(LICENCE, S.REVOKED, {}, ["certificate_end_from_state"], id="no-penalty-on-what-is-history"),
        pytest.param(FACTS, S.REVOKED, {"paper": " "}, ["certificate_end_paper_missing"], id="处罚法-decision"),
        pytest.param(FACTS, S.WITHDRAWN, {"reason": ""}, ["reason_missing"], id="without-reason"),
        pytest.param(FACTS, S.WITHDRAWN, {"on": date(2026, 11, 2)}, ["certificate_end_day"], id="tomorrow"),
    ],
)
def test_how_one_may_end(
    facts: CertificateFacts, act: CertificateState, given: dict[str, object], codes: list[str]
) -> None:
    usual = {"on": TODAY, "reason": "事实", "paper": "沈房物〔2026〕9号", "lower": True, "today": TODAY}
    verdict = judge_end(facts, act, **(usual | given))  # type: ignore[arg-type]
    assert [one.code for one in verdict.findings] == codes


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        pytest.param({}, [], id="licence-of-2009"),
        pytest.param({"issued_on": date(2018, 3, 8)}, ["certificate_not_former"], id="after-the-repeal"),
        pytest.param({"document": " "}, ["certificate_unproved"], id="without-proof"),
        pytest.param({"grade": "9"}, ["certificate_grade_unknown"], id="no-such-grade"),
        pytest.param({"ended_as": S.REVOKED}, ["certificate_end_half_told"], id="end-without-a-day"),
        pytest.param(
            {"ended_as": S.REVOKED, "ended_on": date(2012, 1, 1), "ended_reason": "处罚"}, [], id="revoked-in-2012"
        ),
        pytest.param(
            {"ended_as": S.REVOKED, "ended_on": date(2019, 1, 1), "ended_reason": "处罚"},
            ["certificate_end_out_of_time"],
            id="revoked-after-the-repeal",
        ),
    ],
)
def test_what_can_be_recorded(given: dict[str, object], codes: list[str]) -> None:
    told = former(**given)
    verdict = judge_former(told, rulesets.shipped()[1], today=TODAY)
    assert [one.code for one in verdict.findings] == codes


def test_under_an_evaluation_nothing_is_called_as_under_a_licence() -> None:
    for state, locale in product(CertificateState, LOCALES):
        shown = shown_state(state, Nature.EVALUATION)
        assert isinstance(shown, EvaluatedState)
        assert not any(word in label(shown, locale).lower() for word in LICENCE_WORDS), shown
    assert label(shown_state(S.REVOKED, Nature.LICENCE), LOCALES[0]) == "已吊销"
    assert label(shown_state(S.REVOKED, Nature.EVALUATION), LOCALES[0]) == "等级已取消"


def test_numbers() -> None:
    assert number_of(Nature.EVALUATION, "210100", "", 2026, 12) == "DJ210100-2026-00012"
    assert number_of(Nature.LICENCE, "210103", "B", 2016, 1) == "ZZ210103B-2016-00001"
    assert read_number(" dj210100－2026—00012\u200b ") == "DJ210100-2026-00012"
    assert numbers_in(b"%PDF x DJ210100-2026-00012 y DJ210100-2026-00012 ZZ210103B-2016-00001") == (
        "DJ210100-2026-00012",
        "ZZ210103B-2016-00001",
    )
