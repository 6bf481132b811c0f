"""A verdict is lawful without findings, and a refusal carries every one of them."""

import pytest

from regulator.law.findings import Finding, Refused, Verdict

CAPITAL = Finding("capital_below_minimum", params={"found": 1, "required": 2}, about="capital")
NAME = Finding("name_taken")


@pytest.mark.parametrize(
    ("results", "codes"),
    [
        pytest.param([], [], id="no rule asked"),
        pytest.param([None, None], [], id="all content"),
        pytest.param([None, CAPITAL, None], ["capital_below_minimum"], id="one objects"),
        pytest.param([NAME, None, CAPITAL], ["name_taken", "capital_below_minimum"], id="two object, in their order"),
    ],
)
def test_a_verdict_of_single_rules(results: list[Finding | None], codes: list[str]) -> None:
    verdict = Verdict.of(results)
    assert [finding.code for finding in verdict.findings] == codes
    assert bool(verdict) is (not codes)
    if verdict:
        verdict.or_refuse()
        return
    with pytest.raises(Refused) as refusal:
        verdict.or_refuse()
    assert refusal.value.findings == verdict.findings
    assert str(refusal.value) == ", ".join(codes)


def test_a_refusal_takes_findings_from_anywhere() -> None:
    assert Refused(finding for finding in (NAME, CAPITAL)).findings == (NAME, CAPITAL)


def test_findings_are_values() -> None:
    assert Finding("name_taken") == NAME
    assert Finding("name_taken", about="name") != NAME
    assert (NAME.citation, NAME.params, NAME.about) == (None, {}, None)
    with pytest.raises(AttributeError):
        NAME.code = "other"  # type: ignore[misc]  # the very mistake
