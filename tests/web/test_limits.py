"""Guessing wrongly: counted by address, forgiven when the window has passed, bounded in memory."""

from datetime import timedelta

import pytest

from regulator.web import limits
from regulator.web.limits import Guesses

WINDOW = timedelta(minutes=15)


def test_so_many_then_wait_until_the_first_is_past(monkeypatch: pytest.MonkeyPatch) -> None:
    guesses, passed = Guesses(3, WINDOW), [0]
    monkeypatch.setattr(limits, "monotonic", lambda: passed[0] * 60.0)
    for passed[0] in range(3):
        assert guesses.wait("10.0.0.1") == 0
        guesses.note_wrong("10.0.0.1")
    passed[0] = 3
    assert guesses.wait("10.0.0.1") == 12 * 60
    assert guesses.wait("10.0.0.2") == 0
    passed[0] = 15
    assert guesses.wait("10.0.0.1") == 0
    guesses.note_wrong("10.0.0.1")
    assert guesses.wait("10.0.0.1") == 60, "the window slides"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        (None, None, True),
        ("unix:", "unix:", True),
    ],
)
def test_who_counts_as_one(one: str | None, other: str | None, same: bool) -> None:
    guesses = Guesses(1, WINDOW)
    guesses.note_wrong(one)
    assert (guesses.wait(other) > 0) is same


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_ADDRESSES", 10)
    guesses = Guesses(1, WINDOW)
    for number in range(50):
        guesses.note_wrong(f"10.0.0.{number}")
    assert [guesses.wait(f"10.0.0.{number}") > 0 for number in (0, 39, 40, 49)] == [False, False, True, True]
    for _ in range(1000):
        guesses.note_wrong("10.0.0.49")
    assert sum(len(wrong) for wrong in guesses._wrong.values()) == 10
