"""Errand i: SQL cannot change the trail; altered past its triggers it is found; powers stay separated in SQL."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.errands.installation import Installation

Refused = (psycopg.Error, sqlite3.DatabaseError)
CITY = "210100"
BOTH = "INSERT INTO role_assignment (id, account_id, branch, role, scope_kind, scope_code, began_on) "


def triggers_dropped(installation: Installation) -> None:
    """What only the owner of the database could do."""
    for table in ("audit_entry", "audit_seal"):
        if installation.database_url:
            installation.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        else:
            for act in ("update", "delete"):
                installation.execute(f"DROP TRIGGER {table}_no_{act}")


def verified(installation: Installation) -> tuple[int, str]:
    """How `audit verify` ends and what it says."""
    done = installation.run("audit", "verify")
    return done.exit, done.out + done.err


@pytest.fixture(scope="module")
def original(shared_place: Installation) -> Installation:
    """The register with the four workbooks and two administrators, on each database, to be copied."""
    for name, role in (("guanli", "system_administrator"), ("shenji", "auditor")):
        shared_place.add_account(name, role, CITY)
    return shared_place


@pytest.fixture
def used(original: Installation, tmp_path: Path) -> Iterator[Installation]:
    """This test's own copy."""
    if original.database_url is None:
        yield original.copy_to(tmp_path)
        return
    url = postgres.create_database(template=original.database_url)
    yield Installation(tmp_path, url)
    postgres.drop_database(url)


def test_sql_can_neither_change_nor_remove_entries_or_seals(used: Installation) -> None:
    before = used.dump(["audit_entry", "audit_seal"])
    assert len(before["audit_entry"]) > 10
    assert before["audit_seal"]
    statements = [
        "UPDATE audit_entry SET username = 'somebody' WHERE seq = 3",
        "UPDATE audit_entry SET facts = facts",
        "DELETE FROM audit_entry WHERE seq = 3",
        "DELETE FROM audit_entry",
        "UPDATE audit_seal SET sealed_at = sealed_at",
        "DELETE FROM audit_seal",
        *(["TRUNCATE audit_entry", "TRUNCATE audit_seal"] if used.database_url else []),
    ]
    if not used.database_url:  # there it deletes the row without meeting the triggers of DELETE
        statements += [
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}" for table in ("audit_entry", "audit_seal")
        ]
    for statement in statements:
        with pytest.raises(Refused, match="append-only"):
            used.execute(statement)
    assert used.dump(["audit_entry", "audit_seal"]) == before
    assert verified(used)[0] == 0


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        pytest.param(
            "UPDATE audit_entry SET act = 'x' || substr(act, 2) WHERE seq = 7", "entry 7 was altered", id="a-byte"
        ),
        pytest.param("UPDATE audit_entry SET deputy_for = 'x' WHERE seq = 2", "entry 2 was altered", id="a-null"),
        pytest.param("DELETE FROM audit_entry WHERE seq = 5", "entry 5 was removed", id="a-row-removed"),
        pytest.param("DELETE FROM audit_seal WHERE number = 2", "seal 2 was removed", id="a-seal-removed"),
        pytest.param("UPDATE audit_seal SET first_seq = 2 WHERE number = 1", "seal 1 was altered", id="a-seal-altered"),
    ],
)
def test_past_the_triggers_the_place_is_named(used: Installation, statement: str, named: str) -> None:
    triggers_dropped(used)
    assert used.execute(statement) == 1
    code, said = verified(used)
    assert code == 1
    assert named in said


BYTES = {
    "at": ("at + interval '1 microsecond'", "strftime('%Y-%m-%d %H:%M:%f000', at, '+0.001 seconds')"),
    "account_id": ("gen_random_uuid()", "lower(hex(randomblob(16)))"),
    "digest": ("set_byte(digest, 31, (get_byte(digest, 31) + 1) % 256)", "zeroblob(32)"),
}
"""Columns whose bytes are not text: how they are changed on PostgreSQL and on SQLite."""
COLUMNS = (
    *("at", "account_id", "username", "actor_name", "role", "scope", "deputy_for", "address", "act"),
    *("subject_kind", "subject_key", "division_code", "facts", "digest"),
)


def test_one_changed_byte_of_any_column_names_its_row(used: Installation) -> None:
    """Each row has a byte changed in another column; whatever is not named could be altered unseen."""
    assert {"seq", *COLUMNS} == set(used.select("SELECT * FROM audit_entry LIMIT 1")[0])
    triggers_dropped(used)
    places = [row["seq"] for row in used.select("SELECT seq FROM audit_entry ORDER BY seq")][-len(COLUMNS) :]
    for column, seq in zip(COLUMNS, places, strict=True):
        text = f"chr(120) || substr({column}, 2)" if used.database_url else f"char(120) || substr({column}, 2)"
        changed = BYTES[column][not used.database_url] if column in BYTES else f"coalesce({text}, 'x')"
        assert used.execute(f"UPDATE audit_entry SET {column} = {changed} WHERE seq = {seq}") == 1
    code, said = verified(used)
    assert code == 1
    unseen = [f"{column} of {seq}" for column, seq in zip(COLUMNS, places, strict=True)
              if f"entry {seq} was altered" not in said]  # fmt: skip
    assert unseen == [], said
    assert said.count("was altered") == len(COLUMNS), "and no row is named for nothing"


def test_a_cut_off_end_is_found_by_the_hash_written_down(used: Installation) -> None:
    code, said = verified(used)
    head = re.search(r"head ([0-9a-f]{64})", said)
    assert code == 0
    assert head
    triggers_dropped(used)
    last = used.select("SELECT max(number) AS number, max(first_seq) AS seq FROM audit_seal")[0]
    used.execute(f"DELETE FROM audit_seal WHERE number = {last['number']}")
    used.execute(f"DELETE FROM audit_entry WHERE seq >= {last['seq']}")
    assert verified(used)[0] == 0  # nothing left inside the database could tell
    done = used.run("audit", "verify", "--expect", head[1])
    assert done.exit == 1
    assert "cut off" in done.err


def test_powers_are_separated_by_sql(used: Installation) -> None:
    row = used.select("SELECT id FROM account WHERE username = 'guanli'")[0]
    auditor = used.select("SELECT id FROM account WHERE username = 'shenji'")[0]
    roles = used.dump(["role_assignment", "account", "deputy"])
    key = "'00000000000000000000000000000001'"
    for branch, role in (("audit", "auditor"), ("system", "auditor"), ("business", "city_officer")):
        values = f"VALUES ({key}, '{row['id']}', '{branch}', '{role}', 'division', '{CITY}', '2026-01-01')"
        with pytest.raises(Refused):
            used.execute(BOTH + values)
    with pytest.raises(Refused):
        used.execute(f"UPDATE role_assignment SET role = 'auditor' WHERE account_id = '{row['id']}'")
    with pytest.raises(Refused):
        used.execute(f"UPDATE role_assignment SET role = 'auditor', branch = 'audit' WHERE account_id = '{row['id']}'")
    with pytest.raises(Refused):
        used.execute(f"UPDATE account SET branch = 'audit' WHERE id = '{row['id']}'")
    with pytest.raises(Refused):
        used.execute(
            "INSERT INTO deputy (id, principal_id, deputy_id, branch, began_on, ended_on, reason) "
            f"VALUES ({key}, '{auditor['id']}', '{row['id']}', 'audit', '2026-01-01', '2026-12-31', 'x')"
        )
    assert used.dump(["role_assignment", "account", "deputy"]) == roles
    for role in ("auditor", "security_administrator", "city_officer"):
        assert used.add_role("guanli", role, CITY).exit == 2  # the command says so in words


def test_no_other_row_takes_an_accounts_place(used: Installation) -> None:
    """On SQLite, where a connection need not check foreign keys: by REPLACE, or by DELETE and a changed key."""
    if used.database_url:
        return  # PostgreSQL has no REPLACE, and its foreign keys refuse the rest
    auditor = used.select("SELECT id FROM account WHERE username = 'shenji'")[0]["id"]
    columns = [str(row["name"]) for row in used.select("SELECT name FROM pragma_table_info('account')")]

    def copied(**given: str) -> str:
        values = ", ".join(given.get(name, name) for name in columns)
        return f"INTO account SELECT {values} FROM account WHERE id = '{auditor}'"

    with pytest.raises(Refused, match="powers are separated"):
        used.execute("INSERT OR REPLACE " + copied(branch="'system'"))
    used.execute("INSERT " + copied(branch="'system'", id="'other'", username="'other'"))
    used.execute("DELETE FROM account WHERE username = 'shenji'")
    with pytest.raises(Refused, match="powers are separated"):
        used.execute(f"UPDATE account SET id = '{auditor}' WHERE username = 'other'")
