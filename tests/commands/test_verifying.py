"""`regulator verify` finds each disagreement it promises to find, names it, and changes nothing."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest

from regulator.commands.verifying import SENTENCES, all_checks
from tests import postgres
from tests.errands.installation import Installation

CHECKS = all_checks()
SMALL = ("--seed", "7", "--companies", "8", "--estates", "24", "--people", "40")
OTHER_COMPANY = "(SELECT min(credit_code) FROM company c WHERE c.id <> original.company_id)"
ANOTHER = f"(SELECT id FROM company WHERE credit_code = {OTHER_COMPANY})"
# What an accident or an intruder does, on both databases; each is what one check looks for.
VALID = "SELECT id FROM certificate WHERE origin = 'issued' AND ended_as IS NULL ORDER BY valid_until DESC LIMIT 1"
HARM = {
    "applications_numbers_gap": "INSERT INTO application_counter (office, year, last) VALUES ('999900', 2026, 1)",
    "certificates_altered": "UPDATE certificate SET grade = '9' WHERE origin = 'issued'",
    "certificates_files_missing": f"UPDATE certificate SET file_hash = '{'0' * 64}' WHERE origin = 'issued'",
    "certificates_numbers_gap": "UPDATE certificate_counter SET last = last + 1",
    "certificates_two_at_once": f"UPDATE certificate SET credit_code = (SELECT credit_code FROM ({VALID}) AS first "
    f"JOIN certificate ON certificate.id = first.id) WHERE id = ({VALID} OFFSET 1)",
    "coverage_month_altered": "UPDATE coverage_month SET content_hash = '0' WHERE month = "
    "(SELECT max(month) FROM coverage_month)",
    "coverage_tallies_wrong": "UPDATE coverage_tally SET floor_area = floor_area + 1 WHERE level = 'street'",
    "counter_behind": "UPDATE estate_counter SET last = 0",
    "endings_disagree": "UPDATE certificate_ending SET ends_on = '2020-01-01' WHERE state = 'decided'",
    "endings_numbers_gap": "UPDATE certificate_ending_counter SET last = last + 1",
    "estate_key_missing": "DELETE FROM estate_key WHERE name = (SELECT min(name) FROM estate)",
    "link_without_effect": "INSERT INTO company_link (id, estate_id, service_id, spelling, candidates, state, "
    "recorded_at, version) SELECT id, estate_id, id, '某物业', '[]', 'open', '2026-01-01 00:00:00', 1 FROM service "
    "WHERE company_id IS NOT NULL ORDER BY id LIMIT 1",
    "map_cells_wrong": "UPDATE map_cluster SET estates = estates + 1 WHERE zoom = 3 AND dimension = 'all'",
    "map_estates_wrong": "UPDATE map_estate SET kind = 'other' WHERE number = (SELECT max(number) FROM map_estate)",
    "matters_without_owner": "UPDATE account SET state = 'suspended' WHERE id = "
    "(SELECT owner_id FROM matter WHERE state = 'open' ORDER BY number LIMIT 1)",
    "papers_numbers_gap": "UPDATE paper_counter SET last = last + 1",
    "place_mark_wrong": "UPDATE estate SET to_be_placed = NOT to_be_placed WHERE code = (SELECT min(code) FROM estate)",
    "reviews_counts_wrong": "INSERT INTO review_round (id, year, rule_set, nature, division_code, title, state, "
    "listed, opened_on, opened_by, looked_on, submitted_on, decided_on, published_on, passed, failed, version) "
    f"SELECT '{'9' * 32}', 2020, 'x', 'evaluation', min(code), '2020', 'published', 9, '2020-01-01', 'x', "
    "'2020-01-01', '2020-01-01', '2020-01-01', '2020-01-01', 0, 0, 1 FROM division WHERE level = 'district'",
    "reviews_published_undecided": "INSERT INTO review_entry (id, round_id, company_id, credit_code, certificate_id, "
    "grade, state, passes, looked_on, conditions, version) "
    f"SELECT id, '{'9' * 32}', company_id, credit_code, id, grade, 'awaiting', false, '2020-01-01', '[]', 1 "
    f"FROM certificate WHERE id = ({VALID})",
    "search_tokens_missing": "DELETE FROM company_search WHERE seq = (SELECT min(seq) FROM company_search)",
    "zone_estates_twice": "INSERT INTO zone_estate (zone_id, estate_code, living) "
    "SELECT id, (SELECT max(code) FROM estate), false FROM zone WHERE number IN (901, 902)",
    "zone_figures_wrong": "UPDATE zone SET diameter = 999 WHERE number = 901",
    "zone_marks_wrong": "INSERT INTO zone_estate (zone_id, estate_code, living) "
    "SELECT id, (SELECT min(code) FROM estate), false FROM zone WHERE number = 902",
    "zone_members_astray": "INSERT INTO zone_estate (zone_id, estate_code, living) "
    "SELECT id, '9999990010010001', true FROM zone WHERE number = 902",
}
ZONES = tuple(
    "INSERT INTO zone (id, division_code, state, ordinal, number, name, proposed_at, proposed_by, adopted_at, "
    "adopted_by, limit_diameter, neighbour_within, barriers_respected, version) "
    f"SELECT '{number:032d}', min(code), 'adopted', {number}, {number}, '{number}', '2026-01-01 00:00:00', 'x', "
    "'2026-01-01 00:00:00', 'x', 500, 500, true, 1 FROM division WHERE level = 'street'"
    for number in (901, 902)
)
"""Two zones of one street that hold nothing yet, for the harm."""
UNGUARD = {
    "sqlite": ("DROP TRIGGER service_overlap_insert", "DROP TRIGGER certificate_stands_update"),
    "postgresql": (
        "ALTER TABLE service DROP CONSTRAINT ex_service_overlap",
        "DROP TRIGGER certificate_stands_update ON certificate",
    ),
}
EMPTY_INDEX = "INSERT INTO person_search_fts(person_search_fts) VALUES ('delete-all')"


@pytest.fixture(params=["sqlite", "postgresql"])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A small demo city on each database."""
    url = postgres.create_database() if request.param == "postgresql" else None
    installation = Installation(tmp_path_factory.mktemp("verifying"), url).prepare()
    installation.run("demo", *SMALL, exits=0)
    yield installation
    if url:
        postgres.drop_database(url)


def copy_row(installation: Installation, table: str, where: str, **changes: str) -> None:
    """Writes a second row like the first that fits, with a key of its own and some columns as SQL says."""
    changes = {"id": f"'{uuid4().hex}'", **changes}
    columns = list(installation.select(f"SELECT * FROM {table} LIMIT 1")[0])
    values = ", ".join(changes.get(column, f'original."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    first = f"(SELECT * FROM {table} WHERE {where} ORDER BY id LIMIT 1) AS original"
    assert installation.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {first}") == 1


def alter_a_paper(installation: Installation) -> None:
    """Writes past the database: one byte of the file of an issued paper."""
    file = min(one for one in (installation.data / "files" / "papers").rglob("*") if one.is_file())
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.chmod(0o600)
    file.write_bytes(content)


def harm(installation: Installation) -> set[str]:
    """Does everything verify looks for; gives the names of the checks that must speak."""
    kind = "postgresql" if installation.database_url else "sqlite"
    for statement in UNGUARD[kind]:
        installation.execute(statement)
    for statement in (*ZONES, *HARM.values()):
        assert installation.execute(statement) > 0, statement
    copy_row(installation, "service", "ended_on IS NULL", ended_on="'2100-01-01'")
    copy_row(installation, "employment", "ended_on IS NULL", company_id=ANOTHER)
    copy_row(installation, "contract", "retired_on IS NULL", company_id=ANOTHER)
    alter_a_paper(installation)
    named = {
        *HARM,
        "matters_out_of_step",
        "papers_altered",
        "services_overlap",
        "person_employed_twice",
        "contracts_overlap_unrecorded",
    }
    if kind == "sqlite":
        installation.execute(EMPTY_INDEX)
        named.add("search_index_broken")
    return named


def test_every_check_has_its_sentence() -> None:
    assert set(SENTENCES) == set(CHECKS)


def test_it_agrees_first_and_finds_every_harm_afterwards_changing_nothing(demo: Installation) -> None:
    assert "The register agrees with itself in" in demo.run("verify", exits=0).out
    expected = harm(demo)
    before = demo.dump(demo.tables())
    found = demo.run("verify", exits=1).out.splitlines()
    assert {line.partition(":")[0] for line in found} == expected
    assert expected | {"search_index_broken"} == set(CHECKS), "a new check needs its harm here"
    for line in found:
        name, _, said = line.partition(": ")
        assert said.startswith(SENTENCES[name])
        assert ", such as " in said
    estate = demo.select("SELECT min(code) AS code FROM estate")[0]["code"]
    assert estate in next(line for line in found if line.startswith("place_mark_wrong"))
    assert demo.dump(demo.tables()) == before


def test_a_writer_at_work_is_waited_for_and_not_called_a_broken_index(tmp_path_factory: pytest.TempPathFactory) -> None:
    installation = Installation(tmp_path_factory.mktemp("busy")).prepare()
    release = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(installation.sqlite, isolation_level=None)) as there:
            while not release.is_set():
                there.execute("BEGIN IMMEDIATE")
                there.execute("UPDATE estate_counter SET last = last")
                time.sleep(0.3)
                there.execute("COMMIT")
                time.sleep(0.3)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        done = installation.run("verify")
    finally:
        release.set()
        writer.join()
    assert (done.exit, done.err) == (0, "")
