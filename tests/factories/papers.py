"""A bureau with people who may draft, examine and sign, a matter of theirs, and papers at every stage."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from regulator.features.accounts import actions as accounts
from regulator.features.accounts.models import Account, Authority
from regulator.features.accounts.terms import Permission, Role
from regulator.features.audit.terms import Actor
from regulator.features.papers.actions import approving, drafting, issuing, open_matter
from regulator.features.papers.actions import settings as setting
from regulator.features.papers.actions.approving import Approver
from regulator.features.papers.actions.drafting import Draft
from regulator.features.papers.actions.matters import NewMatter
from regulator.features.papers.models import Matter, Paper
from regulator.features.papers.templating import sample_facts, shipped
from regulator.features.papers.terms import MatterKind, PaperKind
from regulator.foundation import jobs, signing
from regulator.foundation.database import session, transaction
from tests.factories import accounts as people
from tests.factories.registry import SHENHE, SHENHE_COMMUNITY

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 11, 1)
AUTHORITY = "沈河区住房和城乡建设局"
PATTERN = "沈河房物〔{year}〕{n}号"


@cache
def _key() -> bytes:
    """A signing key for all tests of a process: making one takes a second."""
    from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

    key, certificate = signing.demo_certificate()
    return pkcs12.serialize_key_and_certificates(b"test", key, certificate, None, NoEncryption())


def sign_with_one_key(directory: Path) -> None:
    """Let this process sign with the key all tests share."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / signing.DEMO_FILE).write_bytes(_key())


def actor_of(account: Account, deputy_for: str | None = None) -> Actor:
    """The account as it acts."""
    return Actor(account.id, account.username, account.name, "district_officer", "沈河区", "127.0.0.1", deputy_for)


class Bureau:
    """One authority of a district: handler, section head, director, a second of each of the last two."""

    def __init__(self, directory: Path, division: str = SHENHE, name: str = AUTHORITY, mark: str = "") -> None:
        sign_with_one_key(directory)
        self.division, self.name = division, name
        self.handler = people.make_account(f"handler{mark}", (Role.DISTRICT_OFFICER, division))
        self.head = people.make_account(f"head{mark}", (Role.SECTION_HEAD, division))
        self.director = people.make_account(f"director{mark}", (Role.DIRECTOR, division))
        self.second = people.make_account(f"second{mark}", (Role.DIRECTOR, division))
        with transaction():
            self.authority: Authority = accounts.add_authority(name, division, actor=Actor.system(), now=NOW)
            setting.set_series(
                self.authority, kind=None, pattern=PATTERN if not mark else f"{mark}房〔{{year}}〕{{n}}号",
                began_on=day(NOW), actor=Actor.system(), now=NOW,
            )  # fmt: skip

    def matter(
        self, key: str = "1", title: str = "惠工花园物业服务收费核查", code: str | None = SHENHE_COMMUNITY
    ) -> Matter:
        """An open matter of the handler's."""
        new = NewMatter(
            MatterKind.OFFICIAL, key, title, code, Permission.MATTERS_HANDLE, owner=self.handler.id
        )  # fmt: skip
        with transaction():
            return open_matter(new, actor=actor_of(self.handler), now=NOW)

    def draft(self, matter: Matter, kind: PaperKind = PaperKind.RECTIFICATION, **more: Any) -> Paper:
        """A paper of the matter, filled with what its template gives as samples."""
        facts: Mapping[str, Any] = more.pop("facts", None) or sample_facts(shipped(kind))
        draft = Draft(
            kind, more.pop("addressee", "沈阳独见物业服务有限公司"), facts, credit_code=more.pop("credit_code", None)
        )
        with transaction():
            return drafting.draft_paper(
                matter, draft, authority_id=self.authority.id, authority=self.name, account_id=self.handler.id,
                actor=actor_of(self.handler), now=NOW, **more,
            )  # fmt: skip

    def submit(self, paper: Paper, to: UUID | None, now: datetime = NOW) -> None:
        """The handler hands it on."""
        with transaction():
            approving.submit_paper(
                paper, matter_of(paper), to=to, opinion="", by=Approver(self.handler.id), version=paper.version,
                actor=actor_of(self.handler), now=now,
            )  # fmt: skip

    def passes(self, paper: Paper, account: Account, to: UUID | None = None, now: datetime = NOW) -> None:
        """Somebody takes the step that waits."""
        with transaction():
            approving.pass_paper(
                paper, matter_of(paper), to=to, opinion="同意", by=Approver(account.id), version=paper.version,
                actor=actor_of(account), now=now,
            )  # fmt: skip

    def signed(
        self, matter: Matter, kind: PaperKind = PaperKind.RECTIFICATION, now: datetime = NOW, **more: Any
    ) -> Paper:
        """A paper with its number, its file not made yet."""
        paper = self.draft(matter, kind, **more)
        self.submit(paper, self.head.id, now)
        self.passes(paper, self.head, self.director.id, now)
        self.passes(paper, self.director, None, now)
        return paper

    def issued(
        self, matter: Matter, kind: PaperKind = PaperKind.RECTIFICATION, now: datetime = NOW, **more: Any
    ) -> Paper:
        """A paper with its file."""
        paper = self.signed(matter, kind, now, **more)
        work_off()
        session().refresh(paper)
        return paper


def matter_of(paper: Paper) -> Matter:
    """The matter of a paper."""
    return session().get_one(Matter, paper.matter_id)


def work_off() -> None:
    """What the worker would do now."""
    jobs.register_handler(issuing.ISSUE_JOB, issuing.issue_paper)
    while jobs.run_next("test:1:1"):
        pass


def day(moment: datetime) -> date:
    """The day of a moment in China."""
    return moment.date()
