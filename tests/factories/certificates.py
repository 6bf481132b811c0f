"""Certificates in the small world: an authority that issues, and rule sets to issue under."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from regulator.features.accounts.models import Authority
from regulator.features.licensing import rulesets
from regulator.features.licensing.actions.certificates import issue_certificate
from regulator.features.licensing.actions.filing import certificate_room, note_filed
from regulator.features.licensing.actions.records import record_historical
from regulator.features.licensing.actions.rulesets import add_rule_set
from regulator.features.licensing.certificate_terms import CertificateLanguage, Former
from regulator.features.licensing.models import Certificate, OwnRuleSet
from regulator.features.licensing.terms import RuleSet
from regulator.features.registry.models import Company
from regulator.foundation.database import session
from tests.factories import registry as make
from tests.factories.duty import make_authority
from tests.factories.papers import sign_with_one_key

ISSUED, UNTIL = date(2026, 5, 1), date(2029, 4, 30)


def evaluation() -> RuleSet:
    """The demo city's evaluation, added to the register when it is not there."""
    source = rulesets.shipped_source(rulesets.DEMO)
    if session().query(OwnRuleSet).filter_by(code=rulesets.DEMO).first() is None:
        add_rule_set(source, actor=make.actor(), now=make.NOW)
    return rulesets.read(source)


def city_bureau(name: str = "沈阳市住房和城乡建设局", place: str = make.CITY) -> Authority:
    """The authority that issues; made when it is not there."""
    return session().query(Authority).filter_by(name=name).first() or make_authority(name, place)


def issue(company: Company, grade: str = "2", *, signing: Path | None = None, **given: Any) -> Certificate:
    """A certificate of the evaluation; ``signing`` is where the key of the tests is put first."""
    if signing is not None:
        sign_with_one_key(signing)
    usual: dict[str, Any] = {
        "provisional": False, "issued_on": ISSUED, "valid_until": UNTIL, "authority": city_bureau(),
        "actor": make.actor(), "now": make.NOW,
    }  # fmt: skip
    return issue_certificate(company, given.pop("rule_set", None) or evaluation(), grade, **(usual | given))


def issue_filed(company: Company, authority: str, place: str) -> Certificate:
    """A certificate whose files lie in the file room, whatever is in them."""
    found = issue(company, authority=city_bureau(authority, place))
    name = certificate_room().keep([f"%PDF {found.number}".encode()], maximum=100)
    note_filed(found, dict.fromkeys(CertificateLanguage, name), now=make.NOW)
    return found


def former(number: str = "辽物企二2009-0417", **given: Any) -> Former:
    """A licence of 2009 as its paper tells it."""
    usual: dict[str, Any] = {
        "grade": "2", "issued_on": date(2009, 6, 1), "valid_until": None, "authority_name": "辽宁省建设厅",
        "document": "档案2009-33",
    }  # fmt: skip
    return Former(number, **(usual | given))


def record(company: Company, number: str = "辽物企二2009-0417", **given: Any) -> Certificate:
    """The same in the register."""
    return record_historical(company, former(number, **given), actor=make.actor(), now=make.NOW)


def moment(day: date) -> datetime:
    """Noon in China of a day."""
    return make.NOW.replace(year=day.year, month=day.month, day=day.day)
