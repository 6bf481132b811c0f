"""Keeps the catalogues: add, extract, compile, check. Safe to run by several people at once (file lock).

add FILE.json   {"messages": {"English": "中文"}, "plurals": {"%(num)d row": ["%(num)d rows", "%(num)d 行"]},
                 "codes": {"Mode.professional": ["专业化", "Professional"]}}
extract         put every msgid the code uses into the catalogues (empty in Chinese); --prune drops what is unused
compile         write the .mo files
check           fail when anything is missing, empty, fuzzy or unused
"""

import argparse
import ast
import fcntl
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "translations"
ZH = "zh_Hans_CN"
EN = "en"
DOMAINS = ("messages", "codes")
KEYWORDS: dict[str, Any] = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
FINDING_CALLS = {"Finding", "BadInput", "Conflict", "FileDamaged", "Unavailable", "code_sentence"}
SCREEN_ENUMS = (  # enumerations outside terms.py that people read
    "regulator/foundation/cleaners/kinds.py",
    "regulator/features/papers/moved_terms.py",
    "regulator/features/licensing/certificate_terms.py",
    "regulator/features/licensing/application_terms.py",
    "regulator/features/licensing/review_terms.py",
    "regulator/features/licensing/endings_terms.py",
    "regulator/features/registry/imports/columns.py",
    "regulator/features/registry/imports/verdicts.py",
    "regulator/portals/admin/words.py",
    "regulator/portals/office/words.py",
    "regulator/web/navigation.py",
)
FINDING_ENUMS = {"FileProblem"}  # enumerations whose members are answered with as findings are


@contextmanager
def locked() -> Iterator[None]:
    """Hold the catalogues for one writer at a time."""
    TRANSLATIONS.mkdir(exist_ok=True)
    name = f"regulator-translations{ROOT.as_posix().replace('/', '_')}.lock"
    with (Path(tempfile.gettempdir()) / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def path_of(locale: str, domain: str, suffix: str = "po") -> Path:
    """The catalogue file of one language and domain."""
    return TRANSLATIONS / locale / "LC_MESSAGES" / f"{domain}.{suffix}"


def load(locale: str, domain: str) -> Catalog:
    """The catalogue as it lies on disk, or an empty one."""
    path = path_of(locale, domain)
    if not path.is_file():
        return Catalog(locale=locale, domain=domain, project="regulator", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale, domain=domain)
    catalogue.fuzzy = False
    return catalogue


def save(catalogue: Catalog, locale: str, domain: str) -> None:
    """Write the text form, sorted and without line numbers so that versions compare well; replaced at once."""
    catalogue.revision_date = catalogue.creation_date
    catalogue.obsolete.clear()
    path = path_of(locale, domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    with draft.open("wb") as file:
        write_po(file, catalogue, width=118, no_location=True, omit_header=True, sort_output=True)
    header = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: regulator\\n"\n"MIME-Version: 1.0\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Language: {locale}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    draft.write_text(header + draft.read_text(encoding="utf-8").lstrip(), encoding="utf-8")
    draft.replace(path)


def compile_one(locale: str, domain: str) -> None:
    """Write the binary form beside the text; replaced at once, so that running servers never read half of it."""
    path = path_of(locale, domain, "mo")
    draft = path.with_suffix(f".mo{os.getpid()}")
    with draft.open("wb") as file:
        write_mo(file, load(locale, domain))
    draft.replace(path)


def put(catalogue: Catalog, msgid: Any, string: Any) -> None:
    """Set a translation, keeping an existing one when `string` is empty."""
    key = msgid[0] if isinstance(msgid, tuple) else msgid
    before = catalogue.get(key)
    if before is not None and isinstance(before.id, (list, tuple)) and not isinstance(msgid, tuple):
        msgid = tuple(before.id)
    if not string and before is not None:
        string = before.string
    flags = {"python-format"} if "%(" in (key if isinstance(key, str) else key[0]) else set()
    catalogue.delete(key)
    catalogue.add(msgid, string, flags=flags)


def used_messages() -> set[Any]:
    """Every msgid of templates and Python: a text, or (singular, plural)."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found: set[Any] = set()
    for _name, _line, message, _comments, _context in extract_from_dir(
        ROOT, methods, options, KEYWORDS, directory_filter=_is_source
    ):
        found.add(tuple(message[:2]) if isinstance(message, (list, tuple)) else message)
    return {message for message in found if message}


def _is_source(directory: str | os.PathLike[str]) -> bool:
    path = Path(directory)
    skipped = {"tests", "node_modules", "var", "dist", "build", "vendor", "migrations", "geodata", "benchmarks"}
    return not path.name.startswith(".") and path.name not in skipped


def used_codes() -> set[str]:
    """Every `Enum.value` people may read and every `Finding.code` the law or a form may answer with."""
    found: set[str] = set()
    for path in sorted((ROOT / "regulator").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        if path.name in ("terms.py", "reasons.py") or path.relative_to(ROOT).as_posix() in SCREEN_ENUMS:
            found |= _enum_codes(tree)
        found |= _finding_codes(tree)
    return found


def _enum_codes(tree: ast.Module) -> set[str]:
    unlabelled = {
        element.id
        for node in tree.body
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "UNLABELLED" for t in node.targets)
        for element in getattr(node.value, "elts", [])
        if isinstance(element, ast.Name)
    }
    found = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or node.name in unlabelled:
            continue
        if not any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in node.bases):
            continue
        found |= {f"{node.name}.{value}" for value in _member_values(node)}
    return found


def _member_values(node: ast.ClassDef) -> Iterator[str]:
    for item in node.body:
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
            yield _member_value(item.targets[0].id, item.value)


def _member_value(name: str, value: ast.expr) -> str:
    return str(value.value) if isinstance(value, ast.Constant) else name.lower()


def _finding_codes(tree: ast.Module) -> set[str]:
    named = {
        f"Finding.{value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and node.name in FINDING_ENUMS
        for value in _member_values(node)
    }
    return named | {
        f"Finding.{node.args[0].value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in FINDING_CALLS
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def _say_what_changes(catalogue: Catalog, msgid: str, string: str) -> None:
    """Two places that need two words in Chinese may have one in English: say so before the first loses its own."""
    before = catalogue.get(msgid)
    if before is not None and before.string and before.string != string:
        print(f"note: {msgid!r} was {before.string!r}, now {string!r} everywhere it is used")


def add(path: Path) -> None:
    """Take translations from a JSON file into all four catalogues and compile them."""
    given = json.loads(path.read_text(encoding="utf-8"))
    if unknown := set(given) - {"messages", "plurals", "codes"}:
        sys.exit(f"{path}: unknown keys {sorted(unknown)}")
    with locked():
        catalogues = {(locale, domain): load(locale, domain) for locale in (ZH, EN) for domain in DOMAINS}
        for msgid, chinese in given.get("messages", {}).items():
            _say_what_changes(catalogues[ZH, "messages"], msgid, chinese)
            put(catalogues[ZH, "messages"], msgid, chinese)
            put(catalogues[EN, "messages"], msgid, msgid)
        for singular, (plural, chinese) in given.get("plurals", {}).items():
            put(catalogues[ZH, "messages"], (singular, plural), (chinese,))
            put(catalogues[EN, "messages"], (singular, plural), (singular, plural))
        for code, (chinese, english) in given.get("codes", {}).items():
            put(catalogues[ZH, "codes"], code, chinese)
            put(catalogues[EN, "codes"], code, english)
        for (locale, domain), catalogue in catalogues.items():
            save(catalogue, locale, domain)
            compile_one(locale, domain)


def extract(*, prune: bool) -> None:
    """Bring the catalogues to the msgids the code uses."""
    used, codes = used_messages(), used_codes()
    with locked():
        for locale in (ZH, EN):
            messages = load(locale, "messages")
            for msgid in used:
                if locale == EN:
                    put(messages, msgid, msgid)
                elif _entry(messages, msgid) is None:
                    put(messages, msgid, ("",) if isinstance(msgid, tuple) else "")
            words = load(locale, "codes")
            for code in codes:
                if words.get(code) is None:
                    put(words, code, "")
            if prune:
                _prune(messages, used)
                _prune(words, codes)
            save(messages, locale, "messages")
            save(words, locale, "codes")


def _entry(catalogue: Catalog, msgid: Any) -> Any:
    """The entry of a msgid; a plural entry answers for its singular."""
    found = catalogue.get(msgid[0] if isinstance(msgid, tuple) else msgid)
    if found is not None and isinstance(msgid, tuple) and not isinstance(found.id, (list, tuple)):
        return None
    return found


def _keys(used: set[Any]) -> set[str]:
    return {msgid[0] if isinstance(msgid, tuple) else msgid for msgid in used}


def _unused(catalogue: Catalog, used: set[Any]) -> list[str]:
    keys = _keys(used)
    ids = [entry.id[0] if isinstance(entry.id, (list, tuple)) else entry.id for entry in catalogue if entry.id]
    return [key for key in ids if key not in keys]


def _prune(catalogue: Catalog, used: set[Any]) -> None:
    for key in _unused(catalogue, used):
        catalogue.delete(key)


def problems() -> list[str]:
    """Everything that keeps the catalogues from being whole, one line each."""
    found: list[str] = []
    for domain, used in (("messages", used_messages()), ("codes", used_codes())):
        for locale in (ZH, EN):
            catalogue = load(locale, domain)
            where = f"{locale}/{domain}"
            for msgid in sorted(used, key=str):
                entry = _entry(catalogue, msgid)
                if entry is None:
                    found.append(f"{where}: missing {msgid!r}")
                elif not _filled(entry.string):
                    found.append(f"{where}: untranslated {msgid!r}")
            found += [f"{where}: fuzzy {entry.id!r}" for entry in catalogue if entry.id and entry.fuzzy]
            found += [f"{where}: unused {key!r}" for key in _unused(catalogue, used)]
            for entry in catalogue:
                found += [f"{where}: {error}" for error in entry.check(catalogue)]
    return found


def _filled(string: Any) -> bool:
    return all(string) if isinstance(string, (list, tuple)) else bool(string)


def check() -> None:
    """Exit 1 with the list of problems, if any."""
    if found := problems():
        print("\n".join(found))
        advice = "Add words with: dev/translations.py add FILE.json; drop unused ones with: extract --prune"
        sys.exit(f"{len(found)} problems. {advice}")
    print("translations: whole")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("add").add_argument("file", type=Path)
    commands.add_parser("extract").add_argument("--prune", action="store_true")
    commands.add_parser("compile")
    commands.add_parser("check")
    given = parser.parse_args()
    if given.command == "add":
        add(given.file)
    elif given.command == "extract":
        extract(prune=given.prune)
    elif given.command == "compile":
        with locked():
            for locale in (ZH, EN):
                for domain in DOMAINS:
                    compile_one(locale, domain)
    else:
        check()


if __name__ == "__main__":
    main()
