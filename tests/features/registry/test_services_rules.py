"""Rules of services and contracts: who serves on a day, on what ground, and what an act may change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from regulator.features.registry.rules.contracts import ContractFacts, disputes_of, overlap_of, overlaps, proof_of
from regulator.features.registry.rules.services import (
    DAY,
    ProposedService,
    ServiceFacts,
    basis_of_service,
    judge_leaving,
    judge_service_change,
    mode_on,
)
from regulator.features.registry.terms import Basis, Mode, RecordedBasis
from tests.factories.periods import LOST, NONE, PRO, SELF, A, B, C, contract, d, served

# --- basis (民法典 948, 950) ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "contracts", "day", "basis"),
    [
        pytest.param(
            served(), [contract(A, "2024-01-01", "2026-12-31")], "2026-10-01", Basis.RUNNING, id="938-running"
        ),
        pytest.param(
            served(), [contract(A, "2024-01-01", "2026-10-01")], "2026-10-01", Basis.RUNNING, id="938-last-day"
        ),
        pytest.param(served(), [contract(A, "2026-10-01")], "2026-10-01", Basis.RUNNING, id="938-first-day-no-end"),
        pytest.param(
            served(),
            [contract(A, "2024-01-01", "2026-10-01")],
            "2026-10-02",
            Basis.CONTINUED,
            id="948-day-after-the-end",
        ),
        pytest.param(
            served(),
            [contract(A, "2020-01-01", "2022-12-31"), contract(A, "2023-01-01", "2027-12-31")],
            "2026-10-01",
            Basis.RUNNING,
            id="948-renewed",
        ),
        pytest.param(
            served(), [contract(B, "2024-01-01", "2027-12-31")], "2026-10-01", Basis.UNSTATED, id="33-another-company's"
        ),
        pytest.param(served(), [], "2026-10-01", Basis.UNSTATED, id="none-known"),
        pytest.param(served(), [contract(A, "2027-01-01")], "2026-10-01", Basis.UNSTATED, id="not-begun"),
        pytest.param(
            served(began="2025-01-01", stated=None),
            [contract(A, "2010-01-01", "2012-12-31")],
            "2026-10-01",
            Basis.UNSTATED,
            id="948-ended-before-this-service-began",
        ),
        pytest.param(
            served(recorded_basis=RecordedBasis.HANDOVER),
            [contract(A, "2024-01-01", "2026-01-01")],
            "2026-10-01",
            Basis.HANDOVER,
            id="950-handover-recorded",
        ),
        pytest.param(
            served(recorded_basis=RecordedBasis.EMERGENCY), [], "2026-10-01", Basis.EMERGENCY, id="emergency-recorded"
        ),
        pytest.param(served(None, mode=NONE), [contract(A, "2024-01-01")], "2026-10-01", None, id="nobody-serves"),
        pytest.param(served(), [contract(A, "2020-01-01")], "2026-09-29", None, id="not-known-before-the-list"),
        pytest.param(served(ended="2026-10-31"), [contract(A, "2020-01-01")], "2026-11-01", None, id="after-it-left"),
        pytest.param(
            served(None, spelling="万科", proof=B),
            [contract(B, "2024-01-01")],
            "2026-10-01",
            Basis.RUNNING,
            id="unconfirmed-with-proof",
        ),
        pytest.param(
            served(None, spelling="万科"),
            [contract(B, "2024-01-01")],
            "2026-10-01",
            Basis.UNSTATED,
            id="unconfirmed-without-proof",
        ),
    ],
)
def test_basis(service: ServiceFacts, contracts: list[ContractFacts], day: str, basis: Basis | None) -> None:
    assert basis_of_service(service, contracts, d(day)) is basis


@pytest.mark.parametrize(
    ("periods", "day", "mode"),
    [
        pytest.param([], "2026-10-01", None, id="nothing-stated-is-not-known"),
        pytest.param([served()], "2026-09-29", None, id="day-before-the-list-is-not-known"),
        pytest.param([served()], "2026-09-30", PRO, id="day-of-the-list"),
        pytest.param([served(began="2020-05-01")], "2020-05-01", PRO, id="known-beginning-before-the-list"),
        pytest.param([served(None, mode=NONE)], "2026-09-30", NONE, id="none-is-a-mode"),
        pytest.param([served(ended="2026-10-01")], "2026-10-01", PRO, id="last-day-included"),
        pytest.param([served(ended="2026-10-01")], "2026-10-02", None, id="gap-is-not-known"),
        pytest.param(
            [served(ended="2026-10-01"), served(None, began="2026-10-02", stated=None, mode=LOST)],
            "2026-10-02",
            LOST,
            id="abandoned-follows",
        ),
    ],
)
def test_mode_on(periods: list[ServiceFacts], day: str, mode: Mode | None) -> None:
    assert mode_on(periods, d(day)) is mode


# --- acts (条例 33) ------------------------------------------------------------------------------------------------

TODAY = d("2026-11-23")


@pytest.mark.parametrize(
    ("periods", "proposed", "codes"),
    [
        pytest.param([], ProposedService(PRO, A, d("2026-10-01")), [], id="33-first"),
        pytest.param([served()], ProposedService(PRO, B, d("2026-10-01")), [], id="33-open-one-ends-the-day-before"),
        pytest.param(
            [served()],
            ProposedService(PRO, B, d("2026-09-30")),
            ["service_overlap"],
            id="33-cannot-end-before-it-is-known",
        ),
        pytest.param(
            [served()], ProposedService(PRO, B, d("2020-01-01")), ["service_overlap"], id="33-open-end-runs-into-it"
        ),
        pytest.param(
            [served()],
            ProposedService(PRO, B, d("2020-01-01"), d("2026-09-29")),
            [],
            id="33-up-to-the-day-before-is-free",
        ),
        pytest.param(
            [served()],
            ProposedService(PRO, B, d("2020-01-01"), d("2026-09-30")),
            ["service_overlap"],
            id="33-one-common-day",
        ),
        pytest.param(
            [served(ended="2026-10-31"), served(B, began="2026-11-01", stated=None)],
            ProposedService(PRO, C, d("2026-10-15")),
            ["service_overlap"],
            id="33-inside-an-ended-period",
        ),
        pytest.param([], ProposedService(PRO, A, d("2026-11-24")), ["began_on_in_future"], id="a-fact-not-a-plan"),
        pytest.param(
            [], ProposedService(PRO, None, d("2026-10-01")), ["credit_code_needed"], id="professional-needs-a-company"
        ),
        pytest.param([], ProposedService(SELF, None, d("2026-10-01")), [], id="self-management-needs-none"),
        pytest.param(
            [], ProposedService(NONE, A, d("2026-10-01")), ["company_without_service"], id="none-has-no-company"
        ),
        pytest.param(
            [],
            ProposedService(PRO, A, d("2026-10-01"), d("2026-09-01")),
            ["ended_on_before_beginning"],
            id="ends-before-it-begins",
        ),
        pytest.param(
            [],
            ProposedService(LOST, None, d("2026-10-01"), recorded_basis=RecordedBasis.HANDOVER),
            ["recorded_basis_without_service"],
            id="950-nobody-serves",
        ),
    ],
)
def test_change_of_service(periods: list[ServiceFacts], proposed: ProposedService, codes: list[str]) -> None:
    assert [finding.code for finding in judge_service_change(periods, proposed, today=TODAY).findings] == codes


def test_a_period_corrected_does_not_stand_in_its_own_way() -> None:
    period = served()
    wanted = ProposedService(PRO, A, d("2020-01-01"))
    assert judge_service_change([period], wanted, today=TODAY, replaces=period.key)
    assert not judge_service_change(
        [served(B, stated="2019-01-01", ended="2020-01-01"), period], wanted, today=TODAY, replaces=period.key
    )


@pytest.mark.parametrize(
    ("service", "left_on", "codes"),
    [
        pytest.param(served(), "2026-10-31", [], id="left"),
        pytest.param(served(), "2026-09-30", [], id="on-its-only-known-day"),
        pytest.param(served(), "2026-09-29", ["left_on_before_beginning"], id="before-it-is-known"),
        pytest.param(served(), "2026-11-24", ["left_on_in_future"], id="not-yet"),
        pytest.param(served(ended="2026-10-01"), "2026-10-31", ["service_already_ended"], id="left-already"),
        pytest.param(served(None, mode=LOST), "2026-10-31", ["service_nobody_serves"], id="nobody-there"),
    ],
)
def test_leaving(service: ServiceFacts, left_on: str, codes: list[str]) -> None:
    assert [finding.code for finding in judge_leaving(service, d(left_on), today=TODAY).findings] == codes


# --- contracts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        pytest.param(("2024-01-01", "2024-12-31"), ("2025-01-01", None), None, id="next-day"),
        pytest.param(("2024-01-01", "2024-12-31"), ("2024-12-31", None), ("2024-12-31", "2024-12-31"), id="one-day"),
        pytest.param(("2024-01-01", None), ("2025-01-01", None), ("2025-01-01", None), id="both-without-end"),
        pytest.param(
            ("2024-01-01", None), ("2020-01-01", "2024-06-30"), ("2024-01-01", "2024-06-30"), id="one-without-end"
        ),
        pytest.param(
            ("2024-01-01", "2024-12-31"), ("2024-03-01", "2024-04-01"), ("2024-03-01", "2024-04-01"), id="inside"
        ),
    ],
)
def test_overlapping_contracts(
    one: tuple[str, str | None], other: tuple[str, str | None], shared: tuple[str, str | None] | None
) -> None:
    first, second = contract(A, *one, order=1), contract(B, *other, order=2)
    found = overlap_of(first, second)
    assert (found and (found.began_on, found.ended_on)) == (
        shared and (d(shared[0]), d(shared[1]) if shared[1] else None)
    )
    assert overlaps(first, second) is overlaps(second, first) is (shared is not None)
    assert not overlaps(first, replace(second, credit_code=A)), "a renewal of the same company is no dispute"
    for disputes in (disputes_of(first, [second]), disputes_of(second, [first])):
        assert [(dispute.earlier, dispute.later) for dispute in disputes] == ([(first, second)] if shared else [])


@pytest.mark.parametrize(
    ("candidates", "contracts", "proof"),
    [
        pytest.param([A], [], None, id="none"),
        pytest.param([A], [contract(A, "2026-01-01")], None, id="not-begun"),
        pytest.param([], [contract(B, "2020-01-01", "2021-01-01")], B, id="ended"),
        pytest.param([A], [contract(A, "2020-01-01", "2021-01-01"), contract(B, "2024-01-01")], B, id="covering-first"),
        pytest.param([A], [contract(A, "2020-01-01"), contract(B, "2024-01-01")], A, id="candidate-first"),
        pytest.param([], [contract(A, "2020-01-01"), contract(B, "2024-01-01")], B, id="later-beginning-first"),
    ],
)
def test_proof(candidates: list[str], contracts: list[ContractFacts], proof: str | None) -> None:
    assert proof_of(candidates, contracts, d("2025-01-01")) == proof
    assert proof_of(candidates, contracts[::-1], d("2025-01-01")) == proof


def test_the_day_between() -> None:
    assert timedelta(days=1) == DAY
