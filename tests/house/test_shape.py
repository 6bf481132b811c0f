"""Every room says what it is, stays small, and has a name that tells what lies inside."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path for path in (ROOT / "regulator").rglob("*.py") if "_bundled" not in path.parts)
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 60  # mostly under 10, rarely over 40
NO_ROOMS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}


def _short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=_short)
def test_a_module_says_what_it_is_and_stays_small(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert not tree.body or ast.get_docstring(tree), "begin with one line: what this room is and what does not belong"
    assert source.count("\n") < MOST_LINES, "split by subject, not by size"


def test_functions_are_short() -> None:
    found = [
        f"{_short(path)}:{node.lineno} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
        if node.end_lineno - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]
    assert found == []


def test_no_room_is_a_drawer() -> None:
    found = [_short(path) for path in MODULES if NO_ROOMS & {*path.relative_to(ROOT).parts, path.stem}]
    assert found == [], "name it after what it holds"
