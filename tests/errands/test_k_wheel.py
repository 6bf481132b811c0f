"""Errand k: the wheel, in an empty virtual environment in an empty directory, without network, does its work."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.errands.installation import EXPECTED, KEYS

ROOT = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).with_name("wheel_driver.py")
# Where there is no network of one's own to cut off, connecting anywhere else is an error in every process.
GUARD = """
import socket
_connect = socket.socket.connect
def _guarded(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1"):
        raise OSError(101, "the network is cut: " + repr(address))
    return _connect(self, address)
socket.socket.connect = _guarded
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `make wheel` builds it from this tree."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    (built,) = out.glob("regulator-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment with the wheel in it; its dependencies are lent by this run's, the checkout is not."""
    directory = tmp_path_factory.mktemp("elsewhere")
    environment = directory / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=120)
    pip = [
        str(environment / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        str(wheel),
    ]
    subprocess.run(pip, check=True, timeout=120, cwd=directory)
    (packages,) = environment.glob("lib/python*/site-packages")
    lent = directory / "lent"
    lent.mkdir()
    (own,) = {Path(path) for path in sys.path if path.endswith("site-packages") and sys.prefix in path}
    for entry in own.iterdir():
        if not entry.name.startswith(("regulator", "_regulator", "__editable__")) and entry.suffix != ".pth":
            (lent / entry.name).symlink_to(entry)
    (packages / "lent.pth").write_text(f"{lent}\n")
    (packages / "sitecustomize.py").write_text(GUARD)
    return environment


@pytest.fixture(scope="module")
def told(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the errand saw, done by a process that has no network but its own loopback."""
    directory = tmp_path_factory.mktemp("installation")
    answer = directory / "told.json"
    driver = [sys.executable, str(DRIVER), str(installed / "bin" / "regulator"), str(directory / "here"), str(answer)]
    words = [*_without_network(), "env", f"PYTHONPATH={ROOT}", *driver]
    done = subprocess.run(words, cwd=directory, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return found


def _without_network() -> list[str]:
    """Before a command: gives it a network of its own with nothing but loopback, where this machine lets us."""
    ip = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    unshare = shutil.which("unshare")
    if ip is None or unshare is None:
        return []
    for way in (["--net"], ["--net", "--map-root-user"]):
        words = [unshare, *way, "sh", "-c", f'{ip} link set lo up && exec "$@"', "sh"]
        if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
            return words
    return []


def test_the_checkout_is_out_of_reach(installed: Path, tmp_path: Path) -> None:
    script = "import regulator, sys; print(regulator.__file__); print(*sys.path, sep='\\n')"
    python = str(installed / "bin" / "python")
    done = subprocess.run([python, "-c", script], cwd=tmp_path, env={}, capture_output=True, text=True, check=True)
    where, *path = done.stdout.splitlines()
    assert Path(where).is_relative_to(installed)
    assert [entry for entry in path if entry and Path(entry).resolve() == ROOT] == []


def test_the_network_is_cut(told: dict[str, Any]) -> None:
    assert told["outside"] == "cut"


def test_the_four_workbooks_come_in_as_expected(told: dict[str, Any]) -> None:
    for name, expected in EXPECTED.items():
        assert {key: told["reports"][name].get(key) for key in expected} == expected, name


def test_a_company_is_looked_up_by_pinyin(told: dict[str, Any]) -> None:
    assert told["company_page"]["status"] == 200
    assert told["company"] in told["company_page"]["words"]
    assert told["company"] in told["found_by_pinyin"]
    assert told["company"] in told["found_by_initials"]


def test_an_estate_has_its_page(told: dict[str, Any]) -> None:
    assert told["estate_page"]["status"] == 200
    assert told["estate"] in told["estate_page"]["words"]


@pytest.mark.parametrize("kind", ["css", "js", "font", "vendor"])
def test_what_pages_need_is_served_too(told: dict[str, Any], kind: str) -> None:
    assert told["static"][kind], f"no page asked for {kind}"
    assert {path: status for path, status in told["static"][kind].items() if status != 200} == {}


def test_a_chinese_and_an_english_page(told: dict[str, Any]) -> None:
    assert "沈阳" in told["home_zh"]
    assert "Companies" in told["home_en"]
    assert "企业" in told["home_zh"]


def test_an_official_signs_in(told: dict[str, Any]) -> None:
    assert told["desk"].startswith("/office/")


def test_the_register_verifies(told: dict[str, Any]) -> None:
    assert told["verify"] == 0
    assert told["audit_verify"] == 0


def test_its_keys_are_not_in_its_log(told: dict[str, Any]) -> None:
    assert "Traceback" not in told["log"]
    assert not [key for key in KEYS.values() if key in told["log"]]
