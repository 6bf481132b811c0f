"""What lies in the file room leaves it by one door, which never lets a browser show it as a page of ours."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "regulator"
DOOR = "web/sending.py"
OWN_TABLES = {"portals/office/listing.py", "portals/office/views/imports.py"}
"""These write a workbook of their own in memory and send that."""


def _modules() -> list[tuple[str, ast.Module]]:
    paths = [*ROOT.glob("web/**/*.py"), *ROOT.glob("portals/**/*.py")]
    return [(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def _calls(tree: ast.Module, module: str, name: str) -> bool:
    """Whether flask's own function is taken from flask, under whatever name."""
    return any(
        isinstance(node, ast.ImportFrom) and node.module == module and any(one.name == name for one in node.names)
        for node in ast.walk(tree)
    ) or any(
        isinstance(node, ast.Attribute) and node.attr == name and getattr(node.value, "id", "") == module
        for node in ast.walk(tree)
    )


def test_only_the_door_and_own_tables_send_files() -> None:
    senders = {
        path
        for path, tree in _modules()
        if _calls(tree, "flask", "send_file") or _calls(tree, "flask", "send_from_directory")
    }
    assert senders == {DOOR, *OWN_TABLES}, "send what is stored by web.sending.send_kept"


def test_portals_do_not_open_the_file_room_themselves() -> None:
    openers = {
        path
        for path, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("regulator.foundation.files")
    }
    assert openers == {DOOR}, "a feature keeps and names files; web.sending.send_kept gives them out"
