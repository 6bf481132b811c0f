"""Errand b: kill -9 of the worker while judging, applying and undoing; then the same register as undisturbed."""

import os
import signal
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from stdnum.cn import uscc
from xlsxwriter import Workbook

from tests.errands.importing import arrive, confirm, rows_shown, send, settle
from tests.errands.installation import AS_OF, EXPECTED, Installation
from tests.errands.visitor import Visitor

ROWS = 25_000
OWN = (
    "id",
    "batch_id",
    "company_id",
    "subject_id",
    "seq",
    "at",
    "registered_at",
    "updated_at",
    "decided_at",
    "changed_at",
    "closed_at",
    "counted_at",
)
"""Keys and moments differ from one run to the next; everything else may not."""


def big_workbook(path: Path, rows: int = ROWS) -> Path:
    """Companies by the thousand, now and then one with a fault."""
    with Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet("企业")
        page.write_row(
            0, 0, ["企业名称", "统一社会信用代码", "法定代表人", "联系电话", "注册资本（万元）", "成立日期", "所属区县"]
        )
        for at in range(rows):
            body = f"91210102{at:09d}"
            code = body + uscc.calc_check_digit(body + "0")
            founded = (date(2001, 1, 1) + timedelta(days=at % 7000)).isoformat()
            capital: Any = "五百" if at % 997 == 0 else 100 + at % 50
            row = [f"沈阳鼎{at}物业服务有限公司", code, "王敏", "024-24819091", capital, founded, "和平区"]
            page.write_row(at + 1, 0, row)
    return path


def register(installation: Installation) -> Any:
    """Every table of the register, and what the trail says was imported."""
    query = "SELECT act, subject_kind, facts FROM audit_entry WHERE act LIKE 'import.%' ORDER BY seq"
    return installation.dump(without=OWN) | {"trail": installation.select(query)}


def killed_when(installation: Installation, officer: Visitor, batch: str, share: float) -> None:
    """kill -9 of the worker as soon as so much of the work at hand is done; `serve` starts another."""
    before = installation.worker_pids()
    taken(installation, before)
    far(officer, batch, share)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while not set(installation.worker_pids()) - set(before):
        assert time.monotonic() < deadline, "no new worker came"
        time.sleep(0.1)


def taken(installation: Installation, workers: Sequence[int], seconds: float = 30) -> None:
    """Wait until one of these workers has the work at hand: one that has not yet would be killed for nothing."""
    deadline = time.monotonic() + seconds
    query = "SELECT leased_by FROM job WHERE kind LIKE 'import.%' AND state = 'running'"
    while not {str(job["leased_by"]).split(":")[1] for job in installation.select(query)} & set(map(str, workers)):
        assert time.monotonic() < deadline, "no worker took the work"
        time.sleep(0.05)


def far(officer: Visitor, batch: str, share: float, seconds: float = 120) -> None:
    """Wait until so much of the work at hand is done."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        state = officer.get(f"{batch}/progress.json").ok().data
        if state["state"] != "running" or (state["total"] and state["done"] >= share * state["total"]):
            assert state["state"] == "running", "the work ended before it could be disturbed"
            return
        time.sleep(0.02)  # asking without a pause would take half of the processor from the work
    raise AssertionError(state)


@pytest.mark.slow
def test_the_register_is_the_same_as_undisturbed(place: Installation, twin: Installation, tmp_path: Path) -> None:
    file = big_workbook(tmp_path / "many.xlsx")
    passwords = [installation.add_account("chen", "city_officer", "210100") for installation in (place, twin)]
    with twin.serve():
        calm = twin.signed_in("chen", passwords[1])
        done = confirm(calm, settle(calm, send(calm, "companies", file, as_of=AS_OF)))
        assert "已导入" in done.words
    accepted = ROWS - len(range(0, ROWS, 997))
    assert len(register(twin)["company"]) == EXPECTED["companies.xlsx"]["accepted"] + accepted

    before = register(place)
    with place.serve():
        officer = place.signed_in("chen", passwords[0])
        batch = settle(officer, send(officer, "companies", file, as_of=AS_OF))
        killed_when(place, officer, batch, 0.3)  # while judging
        judged = arrive(officer, batch, 120)
        assert rows_shown(officer, batch, "rejected") == {
            str(at + 2): "registered_capital_unreadable" for at in range(0, ROWS, 997)
        }
        officer.submit(judged, "/confirm").ok()
        killed_when(place, officer, batch, 0.1)  # while what is to be written is gathered
        killed_when(place, officer, batch, 0.5)  # while it is written, which begins as soon as half of the work is done
        killed_when(place, officer, batch, 0.6)  # while index and histories are finished
        arrive(officer, batch, 120)
        done = register(place)
        officer.submit(f"{batch}/undo", "/undo").ok()
        killed_when(place, officer, batch, 0.1)  # while the index lets go of the records
        killed_when(place, officer, batch, 0.6)  # while the histories are told
        assert "已撤销" in arrive(officer, batch, 120).words
    jobs = place.select(
        "SELECT kind, attempts, state FROM job WHERE kind LIKE 'import.%' AND attempts > 1 ORDER BY kind"
    )
    assert [(job["kind"], job["attempts"], job["state"]) for job in jobs] == [
        ("import.apply", 4, "done"),
        ("import.judge", 2, "done"),
        ("import.undo", 3, "done"),
    ]
    assert done == register(twin)
    assert register(place)["company"] == before["company"]
    assert place.run("verify").exit == 0
    assert place.run("audit", "verify").exit == 0
