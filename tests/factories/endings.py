"""A certificate of the small world and cases on it: a city officer opens, the director decides, papers as rows."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from regulator.features.licensing.actions.endings.opening import open_ending
from regulator.features.licensing.actions.endings.steps import take_ending_step
from regulator.features.licensing.endings_terms import DECIDED_BY, EndingAct, EndingGiven, EndingGround
from regulator.features.licensing.models import Certificate, CertificateEnding
from regulator.features.licensing.queries.certificates import find_number
from regulator.features.licensing.terms import EndingKind
from regulator.features.papers.actions.deliveries import Receipt, Sending, record_served, send_paper
from regulator.features.papers.models import Matter, Paper
from regulator.features.papers.terms import DeliveryWay, PaperKind
from regulator.foundation.clock import day_of
from regulator.foundation.database import session, transaction
from tests.factories.applications import Offices, actor_of
from tests.factories.certificates import issue
from tests.factories.paper_rows import make_paper
from tests.factories.registry import CITY

GROUNDS = {
    EndingKind.WITHDRAWAL: EndingGround.CIRCUMSTANCES_CHANGED.value,
    EndingKind.ANNULMENT: EndingGround.CHEATED.value,
    EndingKind.REVOCATION: "certificate_lent",
    EndingKind.DOWNGRADE: "complaints_verified",
    EndingKind.CANCELLATION: EndingGround.OTHERWISE_BY_LAW.value,
}
A = EndingAct


class Cases(Offices):
    """`decider` is the city's officer, who opens; `head` the director, who hears and decides."""

    def certificate(self) -> Certificate:
        """The one the company holds."""
        found = find_number(self.holds())
        assert found is not None
        return found

    @property
    def number(self) -> str:
        """Of the certificate the company held first."""
        return session().scalars(select(Certificate.number).order_by(Certificate.recorded_at)).first() or ""

    def certificate_of_grade(self, grade: str) -> Certificate:
        """Another grade than the lowest."""
        with transaction():
            return issue(self.company, grade, authority=self.authority)

    def opens(
        self, kind: EndingKind = EndingKind.REVOCATION, *, name: str = "decider", **given: Any
    ) -> CertificateEnding:
        """A case on the certificate of the company, unless another is given."""
        account, role, _scope = self.accounts[name]
        held = given.pop("certificate", None) or self.certificate()
        with transaction():
            return open_ending(
                held, kind, given.pop("ground", GROUNDS[kind]), given.pop("words", "出借等级证书，经查证属实"),
                self.desk(name), version=held.version, actor=actor_of(account, role),
                now=self.now + timedelta(days=given.pop("days", 0)),
            )  # fmt: skip

    def takes(
        self, name: str, act: EndingAct, found: CertificateEnding, *, days: int = 0, version: int | None = None,
        words: str = "已核", on: date | None = None, lower_grade: str | None = None,
    ) -> CertificateEnding:  # fmt: skip
        """Somebody takes a step, so many days after the first."""
        account, role, _scope = self.accounts[name]
        with transaction():
            session().add(found)
            take_ending_step(
                found, act, EndingGiven(words, on, lower_grade), self.desk(name), actor=actor_of(account, role),
                now=self.now + timedelta(days=days), version=found.version if version is None else version,
            )  # fmt: skip
        return found

    def paper(self, found: CertificateEnding, kind: PaperKind, *, days: int = 0, mark: str = "") -> Paper:
        """A paper of the case, issued so many days after the first."""
        at = self.now + timedelta(days=days)
        with transaction():
            return make_paper(
                f"沈房物〔{at.year}〕{kind.value}{found.number[-2:]}{mark}号", CITY, credit_code=found.credit_code,
                matter_id=self.matter(found).id, kind=kind.value, at=at,
            )  # fmt: skip

    def matter(self, found: CertificateEnding) -> Matter:
        """The matter of a case."""
        return session().scalars(select(Matter).where(Matter.subject_key == found.number)).one()

    def served(self, found: CertificateEnding, kind: PaperKind, *, days: int = 0, mark: str = "") -> Paper:
        """A paper of the case, issued and handed over the same day by the acts of the papers room."""
        return self.hands_over(found, self.paper(found, kind, days=days, mark=mark), days=days)

    def hands_over(self, found: CertificateEnding, made: Paper, *, days: int = 0) -> Paper:
        """An issued paper, handed over so many days after the first."""
        at = self.now + timedelta(days=days)
        account, role, _scope = self.accounts["decider"]
        actor = actor_of(account, role)
        with transaction():
            matter = self.matter(found)
            sent = send_paper(made, matter, Sending(DeliveryWay.IN_PERSON), actor=actor, now=at)
            receipt = Receipt(day_of(at), "李经理")
            record_served(sent, made, matter, receipt, version=sent.version, actor=actor, now=at)
        session().refresh(found)
        return made

    def served_again(self, found: CertificateEnding, kind: PaperKind, *, days: int) -> None:
        """The same paper once more, after it was said that the first did not arrive."""
        self.served(found, kind, days=days, mark="再")

    def told(self, kind: EndingKind = EndingKind.REVOCATION, **given: Any) -> CertificateEnding:
        """A case whose holder was told on the first day."""
        found = self.opens(kind, **given)
        self.served(found, PaperKind.ADVANCE_NOTICE)
        return found

    def decided(self, kind: EndingKind = EndingKind.REVOCATION, *, days: int = 8, **given: Any) -> CertificateEnding:
        """A case decided after the term to answer."""
        found = self.told(kind)
        paper = self.paper(found, DECIDED_BY[kind], days=days)
        return self.takes("head", A.DECIDE, found, days=days, on=paper.dated_on, **given)
