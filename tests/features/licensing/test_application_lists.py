"""Lists of applications: what was typed finds one thing by its own index, what is over comes last received first."""

import pytest
from flask import Flask

from regulator.features.divisions.terms import Scope
from regulator.features.licensing.application_terms import ApplicationAct
from regulator.features.licensing.queries.applications import listing
from regulator.features.licensing.queries.applications.listing import ApplicationFilter
from regulator.features.licensing.terms import ApplicationKind
from tests.factories.applications import Offices
from tests.factories.registry import CITY, HEPING

A, K = ApplicationAct, ApplicationKind
HERE = Scope.division(CITY)


def numbers(wanted: ApplicationFilter, scope: Scope = HERE) -> list[str | None]:
    found = [row.number for row in listing.list_applications(scope, wanted).items]
    assert listing.count_applications(scope, wanted).number == len(found)
    return found


@pytest.mark.parametrize("few", [200, 0], ids=["few-of-a-name", "many-of-a-name"])
def test_a_number_a_code_or_the_beginning_of_a_name(app: Flask, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    assert app
    monkeypatch.setattr(listing, "FEW_NAMES", few)
    offices = Offices()
    found, other = offices.sent(), offices.sent(K.REISSUE)
    offices.does("applicant", A.RETRACT, other, days=1)
    code = offices.company.credit_code
    for q in (code, code.lower(), "沈阳独见", offices.company.name):
        assert numbers(ApplicationFilter(q=q)) == [found.number], q
        assert numbers(ApplicationFilter(is_open=None, q=q)) == [other.number, found.number], q
    assert numbers(ApplicationFilter(is_open=None, q=other.number)) == [other.number]
    for q in (other.number, "独见", "%", "沈阳独见%", "210103-2026"):
        assert numbers(ApplicationFilter(q=q)) == [], q
    assert numbers(ApplicationFilter(is_open=None, q=code), Scope.division(HEPING)) == []


def test_what_is_over_comes_last_received_first(app: Flask) -> None:
    assert app
    offices = Offices()
    early = offices.sent()
    offices.does("applicant", A.RETRACT, early)
    offices.does("applicant", A.DISCARD, offices.draft())
    offices.now = offices.now.replace(day=5)
    late = offices.sent(K.REISSUE)
    offices.does("examiner", A.REFUSE_ACCEPTANCE, late)
    offices.draft()
    still = offices.sent(K.CANCELLATION)
    assert numbers(ApplicationFilter(is_open=False)) == [late.number, early.number]
    assert numbers(ApplicationFilter(is_open=False, kind=K.REISSUE)) == [late.number]
    assert numbers(ApplicationFilter()) == [still.number]
