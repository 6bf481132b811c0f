"""A pytest plugin for .ci/run: a run in which anything was skipped has failed."""

from collections.abc import Generator

import pytest


class NoSkips:
    """Counts skips of tests and of whole files, on the controller when pytest-xdist distributes."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test reported, from whichever process ran it; an expected failure is no skip."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that skipped itself as a whole."""
        if report.skipped:
            self.skipped.append(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turns success into failure."""
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(wrapper=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None]:
        """Names what was skipped."""
        yield
        for nodeid in sorted(set(self.skipped)):
            terminalreporter.write_line(f"SKIPPED, which is not allowed here: {nodeid}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the counter once."""
    config.pluginmanager.register(NoSkips(), "no-skips-counter")
