"""The continuous run cannot be green when a test was skipped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("distribution", [[], ["-p", "xdist", "-n", "1"]], ids=["one-process", "xdist"])
@pytest.mark.parametrize(
    ("body", "exit_code"),
    [
        pytest.param("def test_a():\n    pass", 0, id="all-ran"),
        pytest.param("import pytest\ndef test_a():\n    pytest.skip('no database')", 1, id="skipped-test"),
        pytest.param("import pytest\npytest.skip('no browser', allow_module_level=True)\n", 1, id="skipped-file"),
        pytest.param("import pytest\n@pytest.mark.xfail\ndef test_a():\n    assert False", 0, id="expected-failure"),
    ],
)
def test_a_skip_fails_the_run(tmp_path: Path, body: str, exit_code: int, distribution: list[str]) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_sample.py").write_text(body + "\n")
    (tmp_path / "test_other.py").write_text("def test_b():\n    pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.no_skips", "-p", "no:cacheprovider", *distribution, tmp_path],
        cwd=ROOT, env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == exit_code, done.stdout + done.stderr
