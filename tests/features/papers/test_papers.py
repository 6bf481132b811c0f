"""A paper from draft to served on both databases: chain, number, file, faults between, what the database keeps."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from regulator.features.accounts import actions as accounts
from regulator.features.accounts.terms import Role
from regulator.features.audit.models import AuditEntry
from regulator.features.audit.terms import Actor
from regulator.features.divisions.terms import Scope
from regulator.features.papers.actions import approving, close_matter, drafting, issuing
from regulator.features.papers.actions import settings as setting
from regulator.features.papers.actions.approving import Approver
from regulator.features.papers.actions.drafting import Draft
from regulator.features.papers.models import Approval, Attachment, Paper, PaperCounter
from regulator.features.papers.queries import papers as queries
from regulator.features.papers.queries.papers import PaperFilter
from regulator.features.papers.templating import sample_facts, shipped
from regulator.features.papers.terms import (
    AttachmentRole,
    Decision,
    MatterStep,
    Outcome,
    PaperKind,
    PaperState,
)
from regulator.foundation import files, jobs, signing
from regulator.foundation.database import session, transaction
from regulator.foundation.errors import BadInput, NotFound, StaleVersion
from regulator.law.findings import Refused
from tests.factories import accounts as people
from tests.factories.papers import NOW, Bureau, actor_of, day, matter_of, work_off
from tests.factories.registry import CITY, HEPING, SHENHE

COMPANY = "91210103MA0000001X"


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in refused.value.findings]


# --- approval -------------------------------------------------------------------------------------------------------


def test_three_steps_a_number_a_file(bureau: Bureau) -> None:
    matter = bureau.matter()
    paper = bureau.draft(matter)
    assert (paper.state, paper.number) == (PaperState.DRAFT, None)
    bureau.submit(paper, bureau.head.id)
    assert (paper.state, paper.waits_for_id, matter.step) == (
        PaperState.APPROVING, bureau.head.id, MatterStep.APPROVAL,
    )  # fmt: skip
    bureau.passes(paper, bureau.head, bureau.director.id)
    bureau.passes(paper, bureau.director)
    assert (paper.state, paper.number, paper.file_hash) == (PaperState.SIGNED, "沈河房物〔2026〕1号", None)
    work_off()
    session().refresh(paper)
    session().refresh(matter)
    content = issuing.paper_room().read(paper.file_hash or "")
    assert (paper.state, len(content), matter.step) == (PaperState.ISSUED, paper.file_size, MatterStep.DELIVERY)
    assert signing.validate(content).intact
    assert issuing.file_of(paper) == content, "the same record gives the same bytes"
    acts = [entry.act for entry in session().scalars(select(AuditEntry).order_by(AuditEntry.seq))]
    wanted = ["drafted", "submitted", "passed", "signed", "issued"]
    assert [act.removeprefix("paper.") for act in acts if act.startswith("paper.")] == wanted


def test_a_deputy_acts_for_somebody_absent_and_it_shows(bureau: Bureau) -> None:
    stand_in = people.make_account("standin", (Role.SECTION_HEAD, SHENHE))
    paper = bureau.draft(bureau.matter())
    bureau.submit(paper, bureau.head.id)
    with transaction():
        approving.pass_paper(
            paper, matter_of(paper), to=bureau.director.id, opinion="同意",
            by=Approver(stand_in.id, bureau.head.id, bureau.head.name), version=paper.version,
            actor=actor_of(stand_in, "head"), now=NOW,
        )  # fmt: skip
    step = queries.list_steps(paper)[-1]
    assert (step.name, step.deputy_for) == ("Standin", "Head")


def test_a_paper_sent_back_is_corrected_and_comes_again(bureau: Bureau) -> None:
    paper = bureau.draft(bureau.matter())
    bureau.submit(paper, bureau.head.id)
    given: dict[str, Any] = {"by": Approver(bureau.head.id), "actor": actor_of(bureau.head), "now": NOW}
    with pytest.raises(Refused) as refused, transaction():
        approving.send_back_paper(paper, matter_of(paper), opinion=" ", version=paper.version, **given)
    assert codes(refused) == ["remarks_missing"]
    with transaction():
        approving.send_back_paper(paper, matter_of(paper), opinion="期限过短", version=paper.version, **given)
    assert (paper.state, paper.waits_for_id) == (PaperState.RETURNED, None)
    changed = sample_facts(shipped(PaperKind.RECTIFICATION))
    with transaction():
        drafting.correct_paper(
            paper, matter_of(paper), Draft(PaperKind.RECTIFICATION, "沈阳独见物业服务有限公司", changed),
            authority=bureau.name, version=paper.version, actor=actor_of(bureau.handler), now=NOW,
        )  # fmt: skip
    bureau.submit(paper, bureau.head.id)
    bureau.passes(paper, bureau.head, bureau.director.id)
    bureau.passes(paper, bureau.director)
    steps = [(one.round, one.step.value, one.decision) for one in queries.list_steps(paper)]
    assert steps[:2] == [(1, "handle", Decision.PASSED), (1, "examine", Decision.SENT_BACK)]
    assert [round_ for round_, _, _ in steps[2:]] == [2, 2, 2]


def test_nobody_signs_twice_even_by_sql(bureau: Bureau) -> None:
    both = people.make_account("both", (Role.SECTION_HEAD, SHENHE), (Role.DIRECTOR, SHENHE))
    paper = bureau.draft(bureau.matter())
    bureau.submit(paper, both.id)
    with pytest.raises(Refused) as refused:
        bureau.passes(paper, both, both.id)
    assert codes(refused) == ["same_person_twice"]
    session().refresh(paper)
    step = {"paper_id": paper.id, "round": 1, "step": "sign", "account_id": bureau.handler.id, "name": "x", "role": "x"}
    with pytest.raises(DBAPIError, match=r"(?i)unique"), transaction():
        session().add(Approval(**step, position=2, decision=Decision.PASSED, at=NOW))


def test_two_at_once_and_the_second_is_told(bureau: Bureau) -> None:
    paper = bureau.draft(bureau.matter())
    bureau.submit(paper, bureau.head.id)
    seen = paper.version
    bureau.passes(paper, bureau.head, bureau.director.id)
    with pytest.raises(StaleVersion), transaction():
        approving.pass_paper(
            paper, matter_of(paper), to=bureau.second.id, opinion="", by=Approver(bureau.head.id), version=seen,
            actor=actor_of(bureau.head), now=NOW,
        )  # fmt: skip
    session().refresh(paper)
    assert paper.waits_for_id == bureau.director.id


def test_somebody_of_another_district_is_not_asked(bureau: Bureau) -> None:
    stranger = people.make_account("stranger", (Role.SECTION_HEAD, HEPING))
    paper = bureau.draft(bureau.matter())
    with pytest.raises(Refused) as refused:
        bureau.submit(paper, stranger.id)
    assert codes(refused) == ["next_person_may_not"]


def test_the_chain_is_data_and_minutes_may_be_needed(bureau: Bureau) -> None:
    with transaction():
        setting.set_chain(
            bureau.authority, kind=PaperKind.RECTIFICATION, steps=2, needs_minutes=True, began_on=day(NOW),
            actor=Actor.system(), now=NOW,
        )  # fmt: skip
    paper = bureau.draft(bureau.matter())
    with pytest.raises(Refused) as refused:
        bureau.submit(paper, bureau.director.id)
    assert codes(refused) == ["minutes_missing"]
    with transaction():
        session().add(
            Attachment(
                matter_id=paper.matter_id,
                paper_id=paper.id,
                role=AttachmentRole.MINUTES,
                name="会议纪要.pdf",
                media_type="application/pdf",
                size=1,
                content_hash="0" * 64,
                added_at=NOW,
                added_by="x",
            )
        )
    session().refresh(paper)
    bureau.submit(paper, bureau.director.id)
    bureau.passes(paper, bureau.director)
    assert paper.state is PaperState.SIGNED


def test_what_is_missing_is_an_error_at_drafting(bureau: Bureau) -> None:
    with pytest.raises(Refused) as refused:
        bureau.draft(bureau.matter(), facts={"nothing": "x"})
    assert {"fact_missing", "fact_unknown"} <= set(codes(refused))
    assert session().scalar(select(Paper)) is None


# --- numbers --------------------------------------------------------------------------------------------------------


def _dies(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_numbers_have_no_gap_when_a_signing_is_taken_back(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    matter = bureau.matter()
    bureau.signed(matter)
    paper = bureau.draft(matter)
    bureau.submit(paper, bureau.head.id)
    bureau.passes(paper, bureau.head, bureau.director.id)
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "enqueue", _dies)  # the last thing but the trail, after the number was taken
        with pytest.raises(OSError, match="No space"):
            bureau.passes(paper, bureau.director)
    session().refresh(paper)
    assert (paper.state, paper.number) == (PaperState.APPROVING, None)
    bureau.passes(paper, bureau.director)
    assert paper.number == "沈河房物〔2026〕2号"
    assert session().scalar(select(PaperCounter.last)) == 2


def test_each_year_begins_anew_and_a_kind_may_have_a_series_of_its_own(bureau: Bureau) -> None:
    matter = bureau.matter()
    with transaction():
        setting.set_series(
            bureau.authority, kind=PaperKind.CIRCULAR, pattern="沈河房通〔{year}〕{n}号", began_on=day(NOW),
            actor=Actor.system(), now=NOW,
        )  # fmt: skip
    later = NOW + timedelta(days=365)
    made = [
        bureau.signed(matter), bureau.signed(matter, PaperKind.CIRCULAR), bureau.signed(matter, now=later),
        bureau.signed(matter, now=later),
    ]  # fmt: skip
    assert [paper.number for paper in made] == [
        "沈河房物〔2026〕1号", "沈河房通〔2026〕1号", "沈河房物〔2027〕1号", "沈河房物〔2027〕2号",
    ]  # fmt: skip


def test_without_a_pattern_nothing_is_signed(bureau: Bureau) -> None:
    with transaction():
        other = accounts.add_authority("无文号机关", SHENHE, actor=Actor.system(), now=NOW)
    bureau.authority = other
    paper = bureau.draft(bureau.matter(), PaperKind.INTERVIEW_RECORD)
    with pytest.raises(BadInput, match="series_missing"):
        bureau.submit(paper, None)


# --- the file -------------------------------------------------------------------------------------------------------


def test_a_crash_between_number_and_file_is_made_good(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = bureau.signed(bureau.matter())

    with monkeypatch.context() as broken:
        broken.setattr(files.FileRoom, "keep", _dies)
        work_off()
    session().refresh(paper)
    assert (paper.state, paper.number, paper.file_hash) == (PaperState.SIGNED, "沈河房物〔2026〕1号", None)
    session().execute(text("UPDATE job SET state = 'failed', open_subject = NULL"))
    session().commit()
    with transaction():
        issuing.issue_left(NOW + timedelta(minutes=5))
    work_off()
    session().refresh(paper)
    assert paper.state is PaperState.ISSUED
    with transaction():
        jobs.enqueue(issuing.ISSUE_JOB, {"paper": str(paper.id)}, subject="again", now=NOW)
    before = paper.issued_at
    work_off()
    session().refresh(paper)
    assert paper.issued_at == before, "asked again, nothing is made again"


@pytest.mark.parametrize("change", ["number = '改'", "facts = '{}'", "title = '改'", "sequence = 9", "file_hash = 'x'"])
def test_the_database_keeps_a_numbered_paper(bureau: Bureau, change: str) -> None:
    bureau.issued(bureau.matter())
    with pytest.raises(DBAPIError, match="paper_stands"), transaction():
        session().execute(text(f"UPDATE paper SET {change}"))
    with transaction():
        for table in ("matter_entry", "approval"):
            session().execute(text(f"DELETE FROM {table}"))
    with pytest.raises(DBAPIError, match="paper_stands"), transaction():
        session().execute(text("DELETE FROM paper"))


def test_a_successor_supersedes_in_the_moment_of_signing(bureau: Bureau) -> None:
    matter = bureau.matter()
    old = bureau.issued(matter)
    new = bureau.draft(matter, supersedes=old)
    with pytest.raises(Refused) as refused:
        bureau.draft(matter, supersedes=old)
    assert codes(refused) == ["paper_has_successor"]
    bureau.submit(new, bureau.head.id)
    bureau.passes(new, bureau.head, bureau.director.id)
    assert old.state is PaperState.ISSUED
    bureau.passes(new, bureau.director)
    session().refresh(old)
    found = queries.public_state(old.number or "")
    assert found is not None
    assert (old.state, found.state, found.superseded_by) == (
        PaperState.SUPERSEDED, PaperState.SUPERSEDED, new.number,
    )  # fmt: skip


def test_a_withdrawn_paper_stays_with_its_reason(bureau: Bureau) -> None:
    paper = bureau.issued(bureau.matter())
    given: dict[str, Any] = {"actor": actor_of(bureau.director), "now": NOW}
    with pytest.raises(Refused) as refused, transaction():
        issuing.withdraw_paper(paper, matter_of(paper), reason=" ", version=paper.version, **given)
    assert codes(refused) == ["reason_missing"]
    with transaction():
        issuing.withdraw_paper(paper, matter_of(paper), reason="事实有误", version=paper.version, **given)
    found = queries.public_state(paper.number or "")
    assert found is not None
    assert found.state is PaperState.WITHDRAWN
    assert queries.public_state("沈河房物〔2026〕99号") is None


def test_a_matter_is_not_closed_over_an_unfinished_paper(bureau: Bureau) -> None:
    matter = bureau.matter()
    paper = bureau.draft(matter)
    given: dict[str, Any] = {"outcome": Outcome.DONE, "reason": None, "actor": actor_of(bureau.handler), "now": NOW}
    with pytest.raises(Refused) as refused, transaction():
        close_matter(matter, **given)
    assert codes(refused) == ["papers_unfinished"]
    with transaction():
        drafting.discard_paper(paper, matter, version=paper.version, actor=actor_of(bureau.handler), now=NOW)
        close_matter(matter, **given)
    assert matter.outcome is Outcome.DONE


def test_demo_key_is_in_the_data_directory_of_the_test(tmp_path: Path, bureau: Bureau) -> None:
    bureau.signed(bureau.matter())
    assert [path.name for path in (tmp_path / "var" / "signing").iterdir()] == [signing.DEMO_FILE]


def test_a_key_that_has_run_out_gives_no_number(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    matter = bureau.matter()
    paper = bureau.draft(matter)
    bureau.submit(paper, bureau.head.id)
    bureau.passes(paper, bureau.head, bureau.director.id)
    office = signing._configured()  # the demo key, as if an authority had been given it
    key = office.directory / signing.DEMO_FILE
    monkeypatch.setattr(signing, "_office", replace(office, key=key))
    late = NOW.replace(year=2100)
    with pytest.raises(BadInput, match="signing_key_out_of_term"):
        bureau.passes(paper, bureau.director, now=late)
    session().refresh(paper)
    assert (paper.state, paper.number) == (PaperState.APPROVING, None)
    bureau.passes(paper, bureau.director)
    assert paper.number is not None


def test_a_paper_of_a_matter_without_a_place_is_the_citys(bureau: Bureau) -> None:
    matter = bureau.matter(code=None)
    paper = bureau.draft(matter, PaperKind.INTERVIEW_RECORD)
    city, district = Scope.division(CITY, "沈阳市"), Scope.division(SHENHE, "沈河区")
    assert queries.get_paper(city, paper.id).id == paper.id
    assert [row.id for row in queries.list_papers(city, PaperFilter()).items] == [paper.id]
    with pytest.raises(NotFound):
        queries.get_paper(district, paper.id)
    assert not queries.list_papers(district, PaperFilter()).items
