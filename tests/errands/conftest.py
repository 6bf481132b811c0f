"""What errands share: empty and filled installations; each errand gets its own copy."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.errands.installation import EXPECTED, Installation

ONE = {"web_workers": "1"}
"""Enough where what several web workers do to one another is not the question: each costs two seconds to start."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here is an errand."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.errand)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An empty register on each database, prepared by `init`."""
    prepared: Installation = request.getfixturevalue(f"prepared_{request.param}")
    url = postgres.create_database(template=prepared.database_url) if prepared.database_url else None
    directory = tmp_path / "installation"
    installation = Installation(directory, url, **ONE) if url else prepared.copy_to(directory, **ONE)
    yield installation
    installation.stop()
    if url:
        postgres.drop_database(url)


@pytest.fixture
def filled(filled_once: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A register on SQLite holding the four workbooks, this test's own; not served yet."""
    installation = filled_once.copy_to(tmp_path / "installation", **ONE)
    yield installation
    installation.stop()


@pytest.fixture
def filled_on_postgres(filled_database: str, tmp_path: Path) -> Iterator[Installation]:
    """The same on PostgreSQL."""
    url = postgres.create_database(template=filled_database)
    installation = Installation(tmp_path / "installation", url, **ONE)
    yield installation
    installation.stop()
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Installation:
    """The four workbooks on each database, this test's own; not served yet."""
    found: Installation = request.getfixturevalue("filled" if request.param == "sqlite" else "filled_on_postgres")
    return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The same for all tests of a file together, which leave it as they found it or copy it."""
    directory = tmp_path_factory.mktemp("shared")
    if request.param == "postgresql":
        url = postgres.create_database(template=request.getfixturevalue("filled_database"))
        installation = Installation(directory, url, **ONE)
    else:
        url = None
        installation = request.getfixturevalue("filled_once").copy_to(directory, **ONE)
    yield installation
    installation.stop()
    if url:
        postgres.drop_database(url)


@pytest.fixture
def twin(place: Installation, tmp_path: Path) -> Iterator[Installation]:
    """Another copy of the very same register, to be compared with ``place``."""
    url = postgres.create_database(template=place.database_url) if place.database_url else None
    installation = Installation(tmp_path / "twin", url) if url else place.copy_to(tmp_path / "twin")
    yield installation
    installation.stop()
    if url:
        postgres.drop_database(url)


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """`init` and nothing more, to be copied."""
    return Installation(tmp_path_factory.mktemp("prepared")).prepare()


@pytest.fixture(scope="session")
def prepared_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The same on PostgreSQL."""
    return Installation(tmp_path_factory.mktemp("prepared"), postgres.create_database()).prepare()


@pytest.fixture(scope="session")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The four workbooks imported once for all tests, also for those of other pytest processes of this run."""
    shared = tmp_path_factory.getbasetemp()
    if shared.name.startswith("popen-"):  # pytest-xdist: a directory for each of its processes
        shared = shared.parent
    installation = Installation(shared / "filled")
    with (shared / "filled.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = shared / "filled.done"
        if not done.exists():
            fill(installation.prepare())
            done.touch()
    return installation


@pytest.fixture(scope="session")
def filled_database(prepared_postgresql: Installation, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PostgreSQL database holding the four workbooks, to be copied."""
    url = postgres.create_database(template=str(prepared_postgresql.database_url))
    fill(Installation(tmp_path_factory.mktemp("filled"), url))
    # nobody does it here in the background, and without it estates are listed four times as slowly
    postgres.cluster().execute("VACUUM ANALYZE", postgres.database_name(url))
    return url


def fill(installation: Installation) -> None:
    """Import all four, which must come out as expected."""
    for name, report in installation.import_all().items():
        found = {key: report.get(key) for key in EXPECTED[name]}
        assert found == EXPECTED[name], f"{name} was not imported as expected.json says: {report}"
