"""The catalogues are whole: every sentence and code has words in both languages, nothing lies about unused."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def load_tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations_tool", ROOT / "dev" / "translations.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_catalogues_are_whole() -> None:
    found = load_tool().problems()
    assert not found, "add words with dev/translations.py add FILE.json:\n" + "\n".join(found[:40])


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool on a small product of its own."""
    module = load_tool()
    (tmp_path / "regulator").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "babel.cfg").write_text((ROOT / "babel.cfg").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "regulator" / "terms.py").write_text(
        "from enum import StrEnum, auto\n"
        "class Mode(StrEnum):\n    A = 'a'\n    B = auto()\n"
        "class Inner(StrEnum):\n    C = 'c'\n"
        "UNLABELLED = (Inner,)\n"
        "def f():\n    raise BadInput('too_long')\n",
        encoding="utf-8",
    )
    (tmp_path / "templates" / "x.html").write_text(
        "{{ _('Hello') }} {{ ngettext('%(num)d row', '%(num)d rows', 2) }}", encoding="utf-8"
    )
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "TRANSLATIONS", tmp_path / "translations")
    return module


WORDS = {
    "messages": {"Hello": "你好"},
    "plurals": {"%(num)d row": ["%(num)d rows", "%(num)d 行"]},
    "codes": {"Mode.a": ["甲", "A"], "Mode.b": ["乙", "B"], "Finding.too_long": ["太长", "Too long"]},
}


def test_words_given_make_it_whole_and_are_compiled(tool: ModuleType, tmp_path: Path) -> None:
    assert any("missing 'Mode.a'" in line for line in tool.problems())
    (tmp_path / "words.json").write_text(json.dumps(WORDS), encoding="utf-8")
    tool.add(tmp_path / "words.json")
    assert tool.problems() == []
    assert (tmp_path / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "codes.mo").is_file()


def test_each_kind_of_gap_is_named(tool: ModuleType, tmp_path: Path) -> None:
    tool.extract(prune=False)
    lines = "\n".join(tool.problems())
    assert "zh_Hans_CN/messages: untranslated 'Hello'" in lines
    assert "en/codes: untranslated 'Mode.b'" in lines
    assert "zh_Hans_CN/codes: untranslated 'Finding.too_long'" in lines
    assert "Inner.c" not in lines
    (tmp_path / "words.json").write_text(json.dumps({"messages": {"Gone": "无"}}), encoding="utf-8")
    tool.add(tmp_path / "words.json")
    assert "unused 'Gone'" in "\n".join(tool.problems())
    tool.extract(prune=True)
    assert "Gone" not in "\n".join(tool.problems())


def test_extracting_keeps_what_was_translated(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "words.json").write_text(json.dumps(WORDS), encoding="utf-8")
    tool.add(tmp_path / "words.json")
    before = (tmp_path / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po").read_bytes()
    tool.extract(prune=True)
    assert tool.problems() == []
    assert (tmp_path / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po").read_bytes() == before


def test_no_code_has_two_meanings() -> None:
    """Two enumerations of one name would share their labels."""
    names: dict[str, list[str]] = {}
    for path in sorted((ROOT / "regulator" / "features").glob("*/terms.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "StrEnum" for base in node.bases):
                names.setdefault(node.name, []).append(path.parent.name)
    assert {name: where for name, where in names.items() if len(where) > 1} == {}


def test_the_check_speaks_on_the_command_line() -> None:
    answer = subprocess.run(
        [sys.executable, "dev/translations.py", "check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ("whole" in answer.stdout) == (answer.returncode == 0)
