"""Writes the tables of applications and of yearly reviews into docs/licensing.md, between their marks."""

from pathlib import Path

from regulator.features.licensing.rules.drawing import drawn, drawn_review, drawn_round
from regulator.features.licensing.terms import Nature

FILE = Path(__file__).resolve().parent.parent / "docs" / "licensing.md"


def main() -> None:
    """Each drawing in its place."""
    text = FILE.read_text(encoding="utf-8")
    drawings = {nature.value: drawn(nature) for nature in Nature} | {"round": drawn_round(), "review": drawn_review()}
    for name, drawing in drawings.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        before, _begin, rest = text.partition(begin)
        text = f"{before}{begin}\n{drawing}\n{end}{rest.partition(end)[2]}"
    FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
