"""Writes the tables of applications into docs/licensing.md and those of endings into docs/certificates.md."""

from collections.abc import Callable
from pathlib import Path

from regulator.features.licensing.rules.drawing import drawn, drawn_endings
from regulator.features.licensing.terms import Nature

DOCS = Path(__file__).resolve().parent.parent / "docs"
FILES: dict[str, Callable[[Nature], str]] = {"licensing.md": drawn, "certificates.md": drawn_endings}


def main() -> None:
    """Each nature's drawing in its place, between their marks."""
    for name, draw in FILES.items():
        text = (DOCS / name).read_text(encoding="utf-8")
        for nature in Nature:
            begin, end = f"<!-- {nature}: begin -->", f"<!-- {nature}: end -->"
            before, _begin, rest = text.partition(begin)
            text = f"{before}{begin}\n{draw(nature)}\n{end}{rest.partition(end)[2]}"
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
