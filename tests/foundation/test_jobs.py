"""Long work goes on after a crash exactly where its last committed step left it, and nobody does it twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from regulator.features.divisions.models import Division
from regulator.features.divisions.terms import Level
from regulator.foundation import clock, jobs
from regulator.foundation.database import session, transaction
from regulator.foundation.errors import BadInput
from regulator.foundation.jobs import Job, JobState, Step

KIND = "test.cities"


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_handlers", {})
    monkeypatch.setattr(jobs, "_given_up", {})
    monkeypatch.setattr(jobs, "_sweepers", {})


def add_cities(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
    """One city a step; finds in the database where it stood."""
    total = payload["total"]
    while (done := session().query(Division).count()) < total:
        if done == payload.get("fails_at"):
            raise RuntimeError("broken")
        session().add(Division(code=f"{10 + done}0000", level=Level.CITY, name="市"))
        yield Step(done + 1, total, "cities")


def ask(**payload: Any) -> Any:
    with transaction():
        return jobs.enqueue(KIND, payload, subject="one", now=clock.now())


def state_of(job_id: Any) -> Job:
    found = jobs.find_job(job_id)
    assert found is not None
    session().rollback()
    return found


def test_work_is_done_step_by_step(app: Flask) -> None:
    jobs.register_handler(KIND, add_cities)
    job_id = ask(total=3)
    assert jobs.run_next("w") is True
    job = state_of(job_id)
    assert (job.state, job.done_steps, job.all_steps, job.phase) == (JobState.DONE, 3, 3, "cities")
    assert session().query(Division).count() == 3
    assert jobs.run_next("w") is False


def test_the_same_work_is_asked_for_once_while_it_is_open(app: Flask) -> None:
    jobs.register_handler(KIND, add_cities)
    first = ask(total=1)
    assert ask(total=1) == first
    jobs.run_next("w")
    assert ask(total=1) != first


def test_a_step_that_fails_is_taken_back_and_tried_again_later(app: Flask) -> None:
    jobs.register_handler(KIND, add_cities)
    job_id = ask(total=3, fails_at=2)
    jobs.run_next("w")
    job = state_of(job_id)
    assert (job.state, job.attempts, job.error_code, job.error_detail) == (JobState.WAITING, 1, None, "RuntimeError")
    assert session().query(Division).count() == 2
    assert job.due_at > clock.now()
    assert jobs.run_next("w") is False, "not before it is due"


def test_work_that_always_fails_is_given_up_and_says_why(app: Flask) -> None:
    told: list[tuple[Mapping[str, Any], str]] = []
    jobs.register_handler(KIND, add_cities, lambda payload, code: told.append((payload, code)))
    job_id = ask(total=3, fails_at=0)
    for _ in range(jobs.MAX_ATTEMPTS):
        assert told == []
        with transaction() as current:
            current.execute(update(Job).values(due_at=clock.now()))
        jobs.run_next("w")
    job = state_of(job_id)
    assert (job.state, job.error_code, job.open_subject) == (JobState.FAILED, "internal_error", None)
    assert told == [({"total": 3, "fails_at": 0}, "internal_error")]


def test_bad_input_is_not_tried_again(app: Flask) -> None:
    def refuse(_payload: Mapping[str, Any]) -> Generator[Step, None, None]:
        raise BadInput("file_empty")
        yield

    jobs.register_handler(KIND, refuse)
    job_id = ask()
    jobs.run_next("w")
    job = state_of(job_id)
    assert (job.state, job.error_code, job.attempts) == (JobState.FAILED, "file_empty", 1)


def test_a_lapsed_lease_goes_to_another_worker_and_the_first_one_stops(app: Flask) -> None:
    def slow(payload: Mapping[str, Any]) -> Generator[Step, None, None]:
        for step in add_cities(payload):
            yield step
            if step.done == 1:
                with transaction() as current:  # another worker takes over between two steps
                    current.execute(update(Job).values(leased_by="elsewhere:1:1", leased_until=clock.now()))

    jobs.register_handler(KIND, slow)
    job_id = ask(total=3)
    jobs.run_next("w")
    job = state_of(job_id)
    assert (job.state, job.leased_by) == (JobState.RUNNING, "elsewhere:1:1")
    assert session().query(Division).count() == 1, "the step of the worker that lost its lease was taken back"
    jobs.register_handler(KIND, add_cities)
    with transaction() as current:
        current.execute(update(Job).values(leased_until=clock.now() - timedelta(seconds=1)))
    assert jobs.run_next("v") is True
    assert state_of(job_id).state == JobState.DONE


def test_a_killed_worker_is_noticed_at_once(app: Flask) -> None:
    """Its lease would hold for a minute; that its process is gone is known at once."""
    child = subprocess.Popen(
        [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"], stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    child.stdout.readline()
    host = jobs.worker_name().partition(":")[0]
    name = f"{host}:{child.pid}:{jobs._process_start(child.pid)}"
    jobs.register_handler(KIND, add_cities)
    job_id = ask(total=1)
    with transaction() as current:
        lease = clock.now() + jobs.LEASE
        current.execute(update(Job).values(state=JobState.RUNNING, leased_by=name, leased_until=lease, attempts=1))
    assert jobs.run_next("w") is False, "the other worker is alive"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    deadline = time.monotonic() + 5
    while not jobs.run_next("w") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert state_of(job_id).state == JobState.DONE


def test_one_sweeper_that_fails_does_not_stop_the_others(app: Flask) -> None:
    seen: list[object] = []

    def broken(_now: object) -> None:
        raise RuntimeError("broken")

    jobs.register_sweeper("a", broken)
    jobs.register_sweeper("b", seen.append)
    now = clock.now()
    jobs.sweep(now)
    assert seen == [now]
