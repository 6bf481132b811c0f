"""What the log keeps of a failure: where it happened, never whose row it was."""

import json
from collections.abc import Iterator

import pytest
import structlog
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from regulator.foundation import logs

PERSON = ("王秘密", "13812345678", "210103198506070015")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    yield
    logs.configure(as_json=False)


@pytest.mark.parametrize("as_json", [False, True], ids=["plain", "json"])
def test_a_refused_row_is_not_logged(
    app: Flask, session: Session, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    row = text("INSERT INTO audit_entry (username, actor_name, facts, act) VALUES (:name, :phone, :number, NULL)")
    logs.configure(as_json=as_json)
    try:
        session.execute(row, dict(zip(("name", "phone", "number"), PERSON, strict=True)))
    except DBAPIError:
        structlog.get_logger("test").exception("job.failed", kind="x")
    session.rollback()
    said = capsys.readouterr().err
    said = json.dumps(json.loads(said), ensure_ascii=False) if as_json else said
    assert "INSERT INTO audit_entry" in said, "the place is told"
    assert [value for value in PERSON if value in said] == []
    del app


def test_only_the_row_is_left_out() -> None:
    said = "null value\nDETAIL:  Failing row contains (王秘密, 1\n2).\nCONTEXT:  COPY person\n[SQL: x]"
    event = logs.without_rows(None, "", {"exception": [{"exc_value": said}]})
    assert event["exception"] == [{"exc_value": "null value\nDETAIL: not logged\nCONTEXT:  COPY person\n[SQL: x]"}]
