"""Long work as rows with a lease: survives being left, a restart and kill -9; no work of a subject itself.

A handler is a generator. Each step it yields is committed together with the job's progress, so after a crash it is
called again and must find in the database where it stood.
"""

import json
import os
import socket
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import JSON, Index, Integer, String, Text, Uuid, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from regulator.foundation import clock
from regulator.foundation.database import Base, Instant, Key, new_key, session, transaction
from regulator.foundation.errors import BadInput

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
INTERNAL, WORKER_LOST = "internal_error", "worker_lost"
"""Why work is given up that was not refused by itself."""
log = structlog.get_logger(__name__)


class JobState(StrEnum):
    """Where a piece of long work stands."""

    DONE = "done"
    FAILED = "failed"
    RUNNING = "running"
    WAITING = "waiting"


class Job(Base):
    """One piece of long work."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_open", "state", "due_at"),
        Index("uq_job_open_subject", "open_subject", unique=True),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    open_subject: Mapped[str | None] = mapped_column(String(120))  # one open job per kind and subject
    done_steps: Mapped[int] = mapped_column(Integer, default=0)
    all_steps: Mapped[int] = mapped_column(Integer, default=0)
    phase: Mapped[str] = mapped_column(String(40), default="")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error_code: Mapped[str | None] = mapped_column(String(80))
    error_detail: Mapped[str | None] = mapped_column(Text)
    leased_by: Mapped[str | None] = mapped_column(String(120))
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    enqueued_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    asked_by: Mapped[UUID | None] = mapped_column(Uuid)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a handler has come: ``done`` of ``total`` in the named phase."""

    done: int
    total: int
    phase: str = ""


Handler = Callable[[Mapping[str, Any]], Generator[Step, None, None]]
GivenUp = Callable[[Mapping[str, Any], str], None]
Sweeper = Callable[[datetime], None]

_handlers: dict[str, Handler] = {}
_given_up: dict[str, GivenUp] = {}
_sweepers: dict[str, Sweeper] = {}


def register_handler(kind: str, handler: Handler, given_up: GivenUp | None = None) -> None:
    """Say who does jobs of a kind (the composition root does).

    ``given_up`` is told the payload and the reason's code, in the transaction in which such a job fails for good.
    """
    _handlers[kind] = handler
    if given_up is not None:
        _given_up[kind] = given_up


def register_sweeper(name: str, sweeper: Sweeper) -> None:
    """Say what is to be looked after each minute; runs in a transaction of its own and must be idempotent."""
    _sweepers[name] = sweeper


def enqueue(
    kind: str, payload: Mapping[str, Any], *, subject: str, now: datetime, asked_by: UUID | None = None
) -> UUID:
    """Ask for work; while a job of this kind on this subject is open, gives that one instead of a second."""
    open_subject = f"{kind}:{subject}"
    present = session().scalar(select(Job.id).where(Job.open_subject == open_subject))
    if present is not None:
        return present
    job = Job(
        id=new_key(),
        kind=kind,
        payload=dict(payload),
        state=JobState.WAITING,
        open_subject=open_subject,
        enqueued_at=now,
        due_at=now,
        asked_by=asked_by,
    )
    session().add(job)
    session().flush()
    return job.id


def find_job(job_id: UUID) -> Job | None:
    """A job by its key, as it stands now."""
    return session().get(Job, job_id, populate_existing=True)


def refusal_params(job: Job) -> dict[str, object]:
    """What the sentence of a refused job's code speaks of; empty for one that failed by itself."""
    known = job.error_detail if job.error_code not in (None, INTERNAL, WORKER_LOST) else None
    return dict(json.loads(known)) if known else {}


def count_by_state() -> dict[str, int]:
    """How many jobs there are in each state they can have."""
    found = dict(session().execute(select(Job.state, func.count()).group_by(Job.state)).all())
    return {state.value: found.get(state.value, 0) for state in JobState}


def find_open_job(open_subject: str) -> UUID | None:
    """The open job on a subject (``kind:subject``), None when there is none."""
    return session().scalar(select(Job.id).where(Job.open_subject == open_subject))


def worker_name() -> str:
    """Who this process is: host, process and when it began (a reused number is another process)."""
    return f"{socket.gethostname()}:{os.getpid()}:{_process_start(os.getpid())}"


def run_next(worker: str) -> bool:
    """Do the next open job to its end; False when there is none. An idle look takes no write lock."""
    waiting = select(Job.id).where(Job.state.in_((JobState.WAITING, JobState.RUNNING))).limit(1)
    if session().scalar(waiting) is None:
        session().rollback()
        return False
    job_id = _lease(worker)
    if job_id is None:
        return False
    _run(job_id, worker)
    return True


def run_job(job_id: UUID, worker: str) -> bool:
    """Do one open job to its end, as a command does that waits for it; False when somebody else has it or had it."""
    now = clock.now()
    with transaction() as current:
        _release_dead(now)
        job = current.get(Job, job_id, with_for_update=True, populate_existing=True)
        if job is None or job.state != JobState.WAITING:
            return False
        job.state, job.leased_by, job.leased_until = JobState.RUNNING, worker, now + LEASE
        job.attempts += 1
    _run(job_id, worker)
    return True


def sweep(now: datetime) -> None:
    """Let every sweeper look after its due rows, in the order of registration; one that fails stops no other."""
    for name, sweeper in _sweepers.items():
        try:
            with transaction():
                sweeper(now)
        except Exception:
            log.exception("sweep.failed", sweeper=name)


def _lease(worker: str) -> UUID | None:
    now = clock.now()
    with transaction() as current:
        _release_dead(now)
        stmt = (
            select(Job)
            .where(Job.state == JobState.WAITING, Job.due_at <= now)
            .order_by(Job.due_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        job = current.scalar(stmt)
        if job is None:
            return None
        job.state, job.leased_by, job.leased_until = JobState.RUNNING, worker, now + LEASE
        job.attempts += 1
        return job.id


def _release_dead(now: datetime) -> None:
    """Give back the jobs of workers that are gone: by lease, and at once when they were processes of this host."""
    running = session().scalars(select(Job).where(Job.state == JobState.RUNNING)).all()
    for job in running:
        lapsed = job.leased_until is None or job.leased_until < now
        if lapsed or not _alive(job.leased_by or ""):
            _put_back(job, WORKER_LOST, now)


def _put_back(job: Job, code: str, now: datetime) -> None:
    if job.attempts >= MAX_ATTEMPTS:
        _finish(job, JobState.FAILED, now, code)
    else:
        job.state, job.leased_by, job.leased_until = JobState.WAITING, None, None


def _finish(job: Job, state: JobState, now: datetime, code: str | None = None, detail: str | None = None) -> None:
    job.state, job.finished_at, job.open_subject = state, now, None
    job.leased_by = job.leased_until = None
    job.error_code, job.error_detail = code, detail
    if state is JobState.FAILED and job.kind in _given_up:
        _given_up[job.kind](job.payload, code or INTERNAL)


def _alive(worker: str) -> bool:
    host, _, rest = worker.partition(":")
    pid, _, begun = rest.partition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return True  # another host's process: only its lease tells
    return _process_start(int(pid)) == begun


def _process_start(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:  # noqa: PTH123  # not a path of ours
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]  # a zombie is dead; field 22 of proc(5): start time


def _run(job_id: UUID, worker: str) -> None:
    job = session().get_one(Job, job_id)
    kind, payload = job.kind, dict(job.payload)
    session().rollback()
    try:
        steps = _handlers[kind](payload)
        while True:
            with transaction() as current:
                step = next(steps, None)
                _note(current.get_one(Job, job_id), worker, step)
            if step is None:
                return
    except _LeaseLost:
        log.warning("job.lease_lost", kind=kind)
    except BadInput as error:
        _fail(job_id, error.code, json.dumps(error.params, ensure_ascii=False, default=str) if error.params else None)
    except Exception as error:
        log.exception("job.failed", kind=kind)
        _retry(job_id, type(error).__name__)


class _LeaseLost(Exception):
    """Another worker has taken the job over; this one takes its step back and stops."""


def _note(job: Job, worker: str, step: Step | None) -> None:
    now = clock.now()
    if job.leased_by != worker or job.state != JobState.RUNNING:
        raise _LeaseLost
    if step is None:
        _finish(job, JobState.DONE, now)
        return
    job.done_steps, job.all_steps, job.phase = step.done, step.total, step.phase
    job.leased_until = now + LEASE


def _fail(job_id: UUID, code: str, detail: str | None) -> None:
    with transaction() as current:
        _finish(current.get_one(Job, job_id), JobState.FAILED, clock.now(), code, detail)


def _retry(job_id: UUID, error_name: str) -> None:
    with transaction() as current:
        job = current.get_one(Job, job_id)
        now = clock.now()
        _put_back(job, INTERNAL, now)
        job.error_detail = error_name
        job.due_at = now + timedelta(seconds=2**job.attempts)


def forget_finished(before: datetime) -> None:
    """Delete the rows of finished jobs older than ``before``."""
    old = or_(Job.state == JobState.DONE, Job.state == JobState.FAILED)
    session().execute(Job.__table__.delete().where(old, Job.finished_at < before))  # type: ignore[attr-defined]


def touch_lease(job_id: UUID, now: datetime) -> None:
    """Lengthen the lease in the middle of a long step."""
    session().execute(update(Job).where(Job.id == job_id).values(leased_until=now + LEASE))
