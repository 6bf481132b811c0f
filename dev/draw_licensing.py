"""Writes the tables of an application's life into docs/licensing.md, between their marks."""

import re
from pathlib import Path

from regulator.features.licensing.rules.drawing import drawn
from regulator.features.licensing.terms import Nature

FILE = Path(__file__).resolve().parent.parent / "docs" / "licensing.md"


def main() -> None:
    """Each nature's drawing in its place."""
    text = FILE.read_text(encoding="utf-8")
    for nature in Nature:
        begin, end = f"<!-- {nature}: begin -->", f"<!-- {nature}: end -->"
        place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        made = f"{begin}\n{drawn(nature)}\n{end}"
        text = place.sub(lambda _found, made=made: made, text)
    FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
