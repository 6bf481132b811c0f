"""Writes the tables of an application's life into docs/licensing.md, between their marks."""

from pathlib import Path

from regulator.features.licensing.rules.drawing import drawn
from regulator.features.licensing.terms import Nature

FILE = Path(__file__).resolve().parent.parent / "docs" / "licensing.md"


def main() -> None:
    """Each nature's drawing in its place."""
    text = FILE.read_text(encoding="utf-8")
    for nature in Nature:
        begin, end = f"<!-- {nature}: begin -->", f"<!-- {nature}: end -->"
        before, _begin, rest = text.partition(begin)
        text = f"{before}{begin}\n{drawn(nature)}\n{end}{rest.partition(end)[2]}"
    FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
