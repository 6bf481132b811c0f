"""`regulator init` makes a register, brings an older one up to date with its words, and may be run again."""

from collections.abc import Iterator

import pytest

from tests import postgres
from tests.errands.installation import Installation

SMALL = ("--seed", "7", "--companies", "8", "--estates", "24", "--people", "40", "--cities", "2")
SEARCHED = ("company_search", "estate_search", "person_search")


@pytest.fixture(params=["sqlite", "postgresql"])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Two small demo cities with districts of the same names, on each database."""
    url = postgres.create_database() if request.param == "postgresql" else None
    installation = Installation(tmp_path_factory.mktemp("init"), url).prepare()
    installation.run("demo", *SMALL, exits=0)
    yield installation
    if url:
        postgres.drop_database(url)


def test_words_that_an_upgrade_took_away_are_written_anew(demo: Installation) -> None:
    before = {table: words(demo, table) for table in SEARCHED}
    assert all(before.values())
    for table in SEARCHED:
        demo.execute(f"DELETE FROM {table}")
    assert "search_tokens_missing" in demo.run("verify", exits=1).out
    demo.run("init", exits=0)
    assert {table: words(demo, table) for table in SEARCHED} == before
    assert "agrees with itself" in demo.run("verify", exits=0).out
    assert "The register is ready: 2 city, 26 district" in demo.run("init", exits=0).out, "once more does no harm"


def words(demo: Installation, table: str) -> list[tuple[str, list[str]]]:
    """Of each record its words, whatever their order."""
    rows = demo.select(f"SELECT subject_id, tokens FROM {table}")
    return sorted((str(row["subject_id"]), sorted(row["tokens"].split())) for row in rows)
