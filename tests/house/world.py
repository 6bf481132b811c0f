"""One of each thing that has an address, in one district; made as often as a test wants them. No tests here."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from regulator.features.accounts.models import Account
from regulator.features.accounts.terms import BRANCHES, Role
from regulator.features.coverage.models import Custodian, SurveyEstate, SurveyRound
from regulator.features.licensing.application_terms import ApplicationAct, ApplicationState, Recommendation
from regulator.features.licensing.endings_terms import EndingAct, EndingState
from regulator.features.licensing.models import (
    Application,
    ApplicationEvent,
    ApplicationFile,
    Certificate,
    CertificateEnding,
    CertificateEndingEvent,
    OutsideFact,
    ReviewEntry,
    ReviewEvent,
    ReviewRound,
)
from regulator.features.licensing.review_terms import ReviewAct, ReviewResult, ReviewRoundState, ReviewState
from regulator.features.licensing.terms import ApplicationKind, EndingKind, Nature, OutsideFactKind
from regulator.features.maps.geofiles.models import GeoBatch, GeoExport
from regulator.features.maps.geofiles.terms import FileType, GeoKind, GeoLayer, GeoState
from regulator.features.papers.models import Attachment, CaseFilePrint, Matter, MatterMove, Reminder
from regulator.features.papers.moved_terms import MovedTerm
from regulator.features.papers.queries.attachments import attachment_room
from regulator.features.papers.queries.case_files import print_room
from regulator.features.papers.terms import AttachmentRole, Tone
from regulator.features.registry.imports.columns import Kind
from regulator.features.registry.imports.models import ImportBatch
from regulator.features.registry.imports.terms import BatchState
from regulator.features.registry.models import (
    Committee,
    CommitteeMember,
    Company,
    CompanyLink,
    CompanyName,
    CompanyRequest,
    ContractDispute,
    EstateName,
    Notice,
    PersonCertificate,
    TermMove,
    VerificationConfirmation,
    VerificationDistrict,
    VerificationRound,
)
from regulator.features.registry.terms import Mode, NameKind, NoticeKind, Party, RecordSource, SubjectKind
from regulator.foundation import clock
from regulator.foundation.database import new_key
from tests.factories import certificates, duty
from tests.factories import registry as make
from tests.factories.matters import make_matter, make_paper
from tests.factories.paper_rows import serve_one
from tests.factories.zones import make_zone

BEGAN, LATER, ENDED = date(2020, 1, 1), date(2023, 1, 1), date(2024, 12, 31)
FIRST_REVIEW = 2004
RECORDED = {"source": RecordSource.TYPED, "registered_at": make.NOW, "updated_at": make.NOW, "version": 1}
PLAN = {"sheets": [], "passed_over": [], "heads": [], "samples": [], "many_sheets": False}
MARK = "独见"
"""Stands in the name of everything made here, so that a leak shows on any page."""


@dataclass
class Made:
    """What stands in the place of each part of an address."""

    credit_code: str
    company_name: str
    code: str
    parts: dict[str, UUID | str | int] = field(default_factory=dict)
    reviewers: tuple[UUID, ...] = ()  # who proposes in the yearly look, who decides


def make_one_of_each(session: Session, number: int = 1, division: str = make.HEPING_COMMUNITY) -> Made:
    """A company that serves one estate of the district only, and everything that hangs on both."""
    district = division[:6]
    company = make.make_company(f"沈阳{MARK}物业服务有限公司{number}", district)
    other = make.make_company(f"沈阳{MARK}城市服务有限公司{number}", district)
    estate = make.make_estate(f"{MARK}花园{number}", division, address=f"{MARK}路{number}号")
    unclear = make.make_estate(f"{MARK}新村{number}", division[:9], to_be_placed=True)
    make.make_estate(f"{MARK}散楼{number}", division)  # nobody has stated its mode: it needs a custodian
    service = make.make_service(estate, company)
    unlinked = make.make_service(unclear, None, Mode.PROFESSIONAL, company_spelling=f"{MARK}物业{number}")
    first = make.make_contract(estate, company, BEGAN, ENDED, number=f"{MARK}-{number}")
    second = make.make_contract(estate, other, LATER, ENDED)
    person = make.make_person(f"{MARK}{number}", company, post="项目经理")
    manager = make.make_manager(person, estate)
    (employment,) = session.query(make.Employment).filter_by(person_id=person.id)
    rows = {
        "committee_id": Committee(
            id=new_key(), estate_id=estate.id, name=f"{MARK}业委会{number}", term_began_on=BEGAN, **RECORDED
        ),
        "dispute_id": ContractDispute(
            id=new_key(), estate_id=estate.id, earlier_contract_id=first.id, later_contract_id=second.id,
            overlap_from=LATER, overlap_to=ENDED, recorded_at=make.NOW, version=1,
        ),
        "link_id": CompanyLink(
            id=new_key(), estate_id=unclear.id, service_id=unlinked.id, spelling=f"{MARK}物业{number}",
            candidates=[company.credit_code], recorded_at=make.NOW, version=1,
        ),
        "fact_id": OutsideFact(
            id=new_key(), company_id=company.id, credit_code=company.credit_code, kind=OutsideFactKind.BARRING_ACT,
            value="grave_accident", happened_on=LATER, document=f"{MARK}罚{number}号", recorded_at=make.NOW,
            recorded_by="x", version=1,
        ),
        "request_id": CompanyRequest(
            id=new_key(), company_id=company.id, before={"phone": None}, after={"phone": f"{MARK}024"}, reason=MARK,
            asked_at=make.NOW, asked_by="x", version=1,
        ),
        "notice_id": Notice(
            id=new_key(), estate_id=estate.id, company_id=company.id, kind=NoticeKind.DISMISSAL,
            given_by=Party.OWNERS, dated_on=LATER, document_number=f"{MARK}字{number}号", **RECORDED,
        ),
        "batch_id": ImportBatch(
            id=new_key(), kind=Kind.COMPANIES, state=BatchState.APPLIED, file_name=f"{MARK}{number}.xlsx",
            content_hash="0" * 64, account_id=new_key(), authority_id=None, actor={"name": "x"}, scope={}, plan=PLAN,
            sent_at=make.NOW, version=1,
        ),
        "geo_batch_id": GeoBatch(
            id=new_key(), kind=GeoKind.ESTATES, state=GeoState.APPLIED, file_name=f"{MARK}{number}.geojson",
            content_hash="0" * 64, account_id=new_key(), authority_id=None, actor={"name": "x"}, scope={},
            datum="wgs84", source=MARK, findings={}, error_params={}, sent_at=make.NOW, version=1,
        ),
        "geo_export_id": GeoExport(
            id=new_key(), layer=GeoLayer.ESTATES, file_type=FileType.GEOJSON, account_id=new_key(),
            scope={"label": MARK}, asked_at=make.NOW,
        ),
        "company_name_id": CompanyName(
            id=new_key(), company_id=company.id, name=f"{MARK}旧名{number}", kind=NameKind.ALIAS
        ),
        "estate_name_id": EstateName(
            id=new_key(), estate_id=estate.id, name=f"{MARK}小区{number}", kind=NameKind.ALIAS
        ),
    }  # fmt: skip
    session.add_all(rows.values())
    session.flush()
    matter, reminder, attachment = make_one_matter(session, number, division)
    move = make_move(session, rows["notice_id"].id)
    survey = make_survey(session, number, estate.code, division)
    session.add(CommitteeMember(id=new_key(), committee_id=rows["committee_id"].id, name=f"{MARK}委员{number}"))
    session.add(PersonCertificate(id=new_key(), person_id=person.id, number=f"{MARK}证{number}"))
    made = Made(company.credit_code, company.name, estate.code, {name: row.id for name, row in rows.items()})
    made.parts |= {
        "credit_code": company.credit_code,
        "rule_set_code": "licence-2007",
        "code": estate.code,
        "contract_id": first.id,
        "service_id": service.id,
        "person_id": person.id,
        "employment_id": employment.id,
        "assignment_id": manager.id,
        "district": district,
        "survey_id": survey.id,
        "move_id": move.id,
        "matter": matter.number,
        "reminder_id": reminder.id,
        "attachment_id": attachment.id,
        "draft_id": make_paper(matter, session.get_one(Account, matter.owner_id), title=f"{MARK}草稿{number}").id,
        "zone_id": make_zone(make.make_estate(f"{MARK}弃管楼{number}", division), number, f"{MARK}片区{number}").id,
    }
    held = certificates.issue_filed(company, f"{MARK}发证局{number}", district)
    made.parts["certificate_id"] = held.id
    made.parts["ending"] = make_ending(session, held, company, number, matter.owner_id)
    made.parts |= make_duty(number, division)
    made.parts |= make_application(session, company, number, matter.owner_id)
    made.reviewers = (matter.owner_id, reminder.by_id)
    made.parts |= make_reviews(session, made, number)
    made.parts |= serve_one(company.credit_code, division, f"{MARK}文书{number}")
    return made


def make_application(session: Session, company: Any, number: int, examiner: UUID) -> dict[str, UUID | str]:
    """An application that waits for the city's decision, with a paper and a line of its history."""
    day = clock.today()
    application = Application(
        id=new_key(), number=f"{company.division_code}-2026-{number:05d}", follow_code=f"FOLLOW{number}",
        company_id=company.id, credit_code=company.credit_code, rule_set="licence-2015", nature=Nature.LICENCE,
        kind=ApplicationKind.CHANGE, held_certificate=f"{MARK}证书{number}", contact=f"{MARK}联系人{number}",
        state=ApplicationState.EXAMINED, division_code=company.division_code, owner_id=examiner, drafted_at=make.NOW,
        drafted_by="x", received_on=day, papers_on=day, accepted_on=day, examined_on=day, examiner_id=examiner,
        recommendation=Recommendation.APPROVE, due_on=day, order_on=day, version=1,
    )  # fmt: skip
    session.add(application)
    session.flush()
    file_id = add_to_application(session, application.id, number)
    return {"application": application.number, "application_id": application.id, "file_id": file_id}


def add_to_application(session: Session, application_id: UUID, number: int) -> UUID:
    """One more paper and one more line of an application's history."""
    stored = attachment_room().keep([b"%PDF"], maximum=10)
    file = ApplicationFile(
        id=new_key(), application_id=application_id, name=f"{MARK}材料{number}.pdf", media_type="application/pdf",
        size=4, content_hash=stored, added_at=make.NOW, added_by="x",
    )  # fmt: skip
    line = ApplicationEvent(
        application_id=application_id, version=number, at=make.NOW, act=ApplicationAct.EXAMINE,
        state=ApplicationState.EXAMINED, by_name="x", words=f"{MARK}意见{number}", facts={},
    )  # fmt: skip
    session.add_all([file, line])
    session.flush()
    return file.id


def make_reviews(session: Session, made: Made, number: int) -> dict[str, UUID]:
    """A round of the yearly look that waits for the city, and a published one of years gone by."""
    district, people = str(made.parts["district"]), made.reviewers
    waiting = make_round(session, district, clock.today().year + 1 - number, ReviewRoundState.SUBMITTED, people[0])
    published = make_round(session, district, FIRST_REVIEW + number, ReviewRoundState.PUBLISHED, people[0])
    entry_id = review_too(session, waiting.id, made.credit_code, people)
    review_too(session, published.id, made.credit_code, people)
    return {"review_id": waiting.id, "published_id": published.id, "review_entry_id": entry_id}


def make_round(session: Session, district: str, year: int, state: ReviewRoundState, opener: UUID) -> ReviewRound:
    """A district's round of a year."""
    day, over = clock.today(), state is ReviewRoundState.PUBLISHED
    current = ReviewRound(
        id=new_key(), year=year, rule_set="evaluation-demo", nature=Nature.EVALUATION, division_code=district,
        title=f"{MARK}{year}年度复核", state=state, listed=1, opened_on=day, opened_by_id=opener, opened_by=MARK,
        due_on=day, looked_on=day, submitted_on=day, decided_on=day if over else None,
        published_on=day if over else None, passed=1 if over else None, failed=0 if over else None, version=1,
    )  # fmt: skip
    session.add(current)
    session.flush()
    return current


def review_too(session: Session, round_id: object, credit_code: str, people: tuple[UUID, ...]) -> UUID:
    """One more company in a round: proposed to pass, and decided where the round is published; with its history."""
    company = session.query(Company).filter_by(credit_code=credit_code).one()
    (certificate,) = session.query(Certificate).filter_by(company_id=company.id)
    over = session.get_one(ReviewRound, round_id).state is ReviewRoundState.PUBLISHED
    day = clock.today()
    second = {"second_result": ReviewResult.PASS, "second_by_id": people[1], "second_by": MARK, "second_on": day}
    entry = ReviewEntry(
        id=new_key(), round_id=round_id, company_id=company.id, credit_code=credit_code,
        certificate_id=certificate.id, grade="2", state=ReviewState.DECIDED if over else ReviewState.PROPOSED,
        passes=True, looked_on=day, first_result=ReviewResult.PASS, first_by_id=people[0], first_by=MARK, first_on=day,
        conditions=[{"code": "staff", "required": 20, "found": 22, "passes": True, "counted": 22}], version=2,
        **(second if over else {}),
    )  # fmt: skip
    session.add(entry)
    session.flush()
    session.add(
        ReviewEvent(
            entry_id=entry.id, version=2, at=make.NOW, act=ReviewAct.PROPOSE_PASS, state=ReviewState.PROPOSED,
            by_name=MARK, words=f"{MARK}初检",
        )
    )  # fmt: skip
    session.flush()
    return entry.id


def make_ending(session: Session, held: Any, company: Any, number: int, opener: UUID) -> str:
    """A case of ending its company was told of, with two lines of its history."""
    day, found = clock.today(), new_key()
    ending = CertificateEnding(
        id=found, number=f"ZA{company.division_code}-2026-{number:05d}", certificate_id=held.id, company_id=company.id,
        credit_code=company.credit_code, nature=held.nature, kind=EndingKind.ANNULMENT, ground="cheated",
        found=f"{MARK}事实{number}", state=EndingState.TOLD, division_code=company.division_code,
        office_code=company.division_code, owner_id=opener, opened_on=day, opened_by_id=opener, opened_by="x",
        told_on=day, notice_paper=f"{MARK}告知{number}", answer_until=day, order_on=date.max, version=2,
    )  # fmt: skip
    session.add(ending)
    session.flush()
    for version, act, state in ((1, EndingAct.OPEN, EndingState.OPENED), (2, EndingAct.TELL, EndingState.TOLD)):
        line = CertificateEndingEvent(
            ending_id=found, version=version, at=make.NOW, act=act, state=state, by_name="x",
            words=f"{MARK}经过{number}", facts={},
        )  # fmt: skip
        session.add(line)
    session.flush()
    return ending.number


def make_duty(number: int, division: str) -> dict[str, UUID]:
    """A shift of today on the district's roster, and a hand-over between two of its officials."""
    district = division[:6]
    authority = duty.make_authority(f"{MARK}房产局{number}", district)
    giver, taker = (duty.make_official(f"{MARK}{who}{number}", district, authority=authority) for who in "甲乙")
    matter = duty.make_matter(giver, f"{MARK}事项{number}", division)
    return {
        "shift_id": duty.make_shift(authority, giver).id,
        "handover_id": duty.make_handover(giver, taker, matter, district).id,
    }


def make_one_matter(session: Session, number: int, division: str) -> tuple[Matter, Reminder, Attachment]:
    """An open matter of somebody, with a reminder, an attachment and a printed file."""
    facts = {"branch": BRANCHES[Role.STREET_OFFICER], "must_change_password": False, "created_at": make.NOW}
    owner, other = (
        Account(id=new_key(), username=f"{MARK}{role}{number}", name=f"{MARK}某{role}{number}", **facts)
        for role in ("承办", "督办")
    )
    session.add_all([owner, other])
    session.flush()
    matter = make_matter(f"{MARK}事项{number}", owner.id, division)
    stored = attachment_room().keep([b"%PDF"], maximum=10)
    attachment = Attachment(
        id=new_key(), matter_id=matter.id, role=AttachmentRole.OTHER, name=f"{MARK}附件{number}.pdf", size=4,
        media_type="application/pdf", content_hash=stored, added_at=make.NOW, added_by="x",
    )  # fmt: skip
    reminder = Reminder(
        id=new_key(), matter_id=matter.id, tone=Tone.URGE, text=f"{MARK}催办{number}", sent_at=make.NOW,
        by_id=other.id, by_name="x", to_id=owner.id,
    )  # fmt: skip
    printed = print_room().keep([b"%PDF"], maximum=10)
    session.add_all([attachment, reminder])
    session.add(
        CaseFilePrint(matter_id=matter.id, basis="0" * 64, content_hash=printed, size=4, pages=1, made_at=make.NOW)
    )
    move = MatterMove(
        id=new_key(), matter_id=matter.id, term=MovedTerm.NOTICE, due_before=clock.today(), due_after=LATER,
        calendar_year=LATER.year, moved_at=make.NOW,
    )  # fmt: skip
    session.add(move)
    session.flush()
    return matter, reminder, attachment


def make_move(session: Session, notice_id: UUID) -> TermMove:
    """The term of a notice, moved by the holidays."""
    due = clock.today() + timedelta(days=1)
    move = TermMove(
        id=new_key(), notice_id=notice_id, due_before=clock.today(), due_after=due, calendar_year=due.year,
        moved_at=make.NOW,
    )  # fmt: skip
    session.add(move)
    session.flush()
    return move


def make_survey(session: Session, number: int, code: str, division: str) -> SurveyRound:
    """A custodian of an estate and a round that asks about it; only the first is open, a street has no two."""
    survey = SurveyRound(
        id=new_key(), division_code=division[:9], title=f"{MARK}摸底{number}", due_on=LATER, opened_at=make.NOW,
        opened_by="x", closed_at=None if number == 1 else make.NOW, version=1,
    )  # fmt: skip
    session.add(survey)
    session.flush()
    survey_too(session, survey.id, code, division)
    session.add(
        Custodian(
            id=new_key(), estate_code=code, name=f"{MARK}管护{number}", phone="13904010023", began_on=LATER,
            recorded_at=make.NOW, recorded_by="x", version=1,
        )
    )  # fmt: skip
    return survey


def survey_too(session: Session, survey_id: object, code: str, division: str) -> None:
    """One more estate in a round."""
    entry = {"division_code": division, "lacked": ["duty_phone"], "done": False, "version": 1}
    session.add(SurveyEstate(round_id=survey_id, estate_code=code, **entry))


def open_round(session: Session, *made: Made) -> None:
    """Round 1 in both districts, in which these companies are confirmed."""
    current = VerificationRound(
        id=new_key(), number=1, name="核对", due_on=date(2026, 12, 31), opened_at=make.NOW, opened_by="x", version=1
    )
    session.add(current)
    session.flush()
    for district in (make.HEPING, make.SHENHE):
        session.add(VerificationDistrict(round_id=current.id, division_code=district, version=1))
    for one in made:
        session.add(
            VerificationConfirmation(
                id=new_key(),
                round_id=current.id,
                subject_kind=SubjectKind.COMPANY,
                subject_id=new_key(),
                subject_key=one.credit_code,
                division_code=make.HEPING,
                version=1,
                facts={"name": MARK},
                confirmed_at=make.NOW,
                confirmed_by="x",
            )
        )
