"""What is committed, locked and packed: no outside addresses, nothing unlocked, nothing missing from a wheel."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from regulator.resources import resource_dir

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("run", "test", "node")
PAGE_FILES = {".html", ".css", ".js", ".svg", ".xml"}
# names, not addresses: nothing is fetched from them
NAMESPACES = ("http://www.w3.org/", "http://127.0.0.1", "http://localhost")
OUTSIDE = re.compile(r"https?://[^\s\"'<>)]+|(?<=[\"'(])//[a-z0-9-]+\.[a-z0-9.-]+[^\s\"'<>)]*")
REGISTRIES = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmmirror|--index-url|--extra-index|--find-links")
MACHINE_PATHS = re.compile(r"(?<![\w./-])/(root|home/\w+|work)/")


def committed(*, suffixes: set[str] | None = None) -> list[Path]:
    """The files git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and (suffixes is None or path.suffix in suffixes)]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="ignore")


def pins(lock: str) -> set[str]:
    """What a lock file pins, as name==version."""
    return set(re.findall(r"^([a-z0-9.-]+==\S+)", text(ROOT / "requirements" / f"{lock}.txt"), re.MULTILINE))


# --- nothing from outside --------------------------------------------------------------------------------------------


def test_pages_name_no_outside_address() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {address}"
        for path in committed(suffixes=PAGE_FILES)
        for address in OUTSIDE.findall(text(path))
        if not address.startswith(NAMESPACES)
    ]
    assert not found, "pages must work on a closed network; vendor the file by dev/vendor.py instead"


def test_no_registry_address_is_committed() -> None:
    this = Path(__file__)
    found = [path.relative_to(ROOT) for path in committed() if path != this and REGISTRIES.search(text(path))]
    assert not found, "which registry is used is the machine's business (pip.conf, .npmrc of the user)"


def test_no_path_of_a_developers_machine_is_committed() -> None:
    code = {".py", ".toml", ".sh", ".html", ".js", ".css", ".md", ".json", ".po", ".cfg", ".ini", ""}
    found = [path.relative_to(ROOT) for path in committed(suffixes=code) if MACHINE_PATHS.search(text(path))]
    assert [path for path in found if path != Path(__file__).relative_to(ROOT)] == []


def test_vendored_styles_reach_nothing_outside(tmp_path: Path) -> None:
    vendor = _script("vendor")
    sheet = tmp_path / "a.css"
    sheet.write_text("/* url(https://a.example/x) */ a{b:url(data:x)} @font-face{src:url(./files/a.woff2)}")
    assert vendor.unresolved(sheet) == ["a.css points to ./files/a.woff2"]
    sheet.write_text("@import 'https://fonts.example/x.css'; a{b:url('//cdn.example/y.png')}")
    assert len(vendor.unresolved(sheet)) == 2
    for real in (ROOT / "regulator" / "static" / "vendor").rglob("*.css"):
        assert vendor.unresolved(real) == []


def test_a_vendored_module_becomes_a_script() -> None:
    vendor = _script("vendor")
    text = vendor.classic("import { a, b } from 'vega-util';\nconst c = a;\nexport { c as d };\n")
    assert "const { a, b } = globalThis.vega;" in text
    assert "globalThis.d = c;" in text
    with pytest.raises(ValueError, match="2 imports"):
        vendor.classic("import { a } from 'vega-util';\nimport { b } from 'vega-util';\nexport { a as d };\n")


# --- nothing unlocked ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_is_pinned_and_hashed(name: str) -> None:
    entries = re.split(r"\n(?=\S)", text(ROOT / "requirements" / f"{name}.txt").strip())
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+(\[[a-z,-]+\])?==\S+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    declared = {"run": [*project["dependencies"], *extras["build"]], "test": list(chain(*extras.values()))}
    for lock, needs in declared.items():
        locked = dict(pin.split("==") for pin in pins(lock))
        for need in map(Requirement, needs):
            version = locked.get(canonicalize_name(need.name))
            assert version is not None, f"{need.name} is declared but not in requirements/{lock}.txt: run `make lock`"
            assert need.specifier.contains(version, prereleases=True)


def test_one_version_of_a_package_in_both_locks() -> None:
    assert pins("run") <= pins("test")


def test_browser_packages_are_pinned_and_locked() -> None:
    package = json.loads(text(ROOT / "package.json"))
    wanted = package["dependencies"] | package["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values()), "pin exactly in package.json"
    locked = json.loads(text(ROOT / "package-lock.json"))["packages"]
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in entry and "resolved" not in entry for path, entry in locked.items() if path)


# --- nothing missing from the wheel ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    directory = tmp_path_factory.mktemp("wheel")
    done = _build(ROOT, directory)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(directory.glob("regulator-*.whl")))


@pytest.mark.parametrize("name", ["templates", "migrations", "geodata"])
def test_wheel_bundles_every_committed_file(wheel: zipfile.ZipFile, name: str) -> None:
    packed = set(wheel.namelist())
    wanted = [path.relative_to(ROOT).as_posix() for path in committed() if path.relative_to(ROOT).parts[0] == name]
    assert wanted
    assert [path for path in wanted if f"regulator/_bundled/{path}" not in packed] == []


def test_wheel_carries_code_styles_scripts_and_languages(wheel: zipfile.ZipFile) -> None:
    packed = set(wheel.namelist())
    own = [path.relative_to(ROOT).as_posix() for path in committed() if path.relative_to(ROOT).parts[0] == "regulator"]
    assert [path for path in own if path not in packed] == []
    vendored = _script("vendor").FILES.values()
    for target in vendored:
        assert any(name.startswith(f"regulator/static/vendor/{target}") for name in packed), target
    for locale in ("zh_Hans_CN", "en"):
        for domain in ("messages", "codes"):
            assert f"regulator/_bundled/translations/{locale}/LC_MESSAGES/{domain}.mo" in packed


def test_wheel_carries_whole_fonts_that_are_not_served(wheel: zipfile.ZipFile) -> None:
    fonts = {f"regulator/_bundled/fonts/{name}" for name in _script("vendor").FONTS.values()}
    assert {name for name in wheel.namelist() if "/fonts/" in name} == fonts
    assert [name for name in wheel.namelist() if name.endswith((".ttf", ".otf")) and "/static/" in name] == []
    assert all("LICENSE" in name or wheel.getinfo(name).file_size > 1_000_000 for name in fonts)


def test_wheel_carries_nothing_else(wheel: zipfile.ZipFile) -> None:
    allowed = re.compile(r"regulator/|regulator-[\d.]+\.dist-info/")
    strange = [name for name in wheel.namelist() if not allowed.match(name) or "__pycache__" in name]
    strange += [name for name in wheel.namelist() if name.endswith((".pyc", ".sqlite", ".map"))]
    assert strange == []
    entry_points = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert b"regulator = regulator.app:main" in wheel.read(entry_points)


def test_a_wheel_without_browser_files_is_not_built(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tree)
    for name in ("dev", "translations"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "regulator").mkdir()
    (tree / "regulator" / "__init__.py").touch()
    done = _build(tree, tmp_path)
    assert done.returncode != 0
    assert "make wheel" in done.stderr + done.stdout


def test_resources_are_found_in_a_checkout() -> None:
    assert resource_dir("templates") == ROOT / "templates"
    assert resource_dir("migrations") == ROOT / "migrations"
    assert resource_dir("fonts") == ROOT / "fonts"


def _build(tree: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(tree)]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=120)


def _script(name: str) -> Any:
    """A script of dev/ as a module."""
    spec = spec_from_file_location(name, ROOT / "dev" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
