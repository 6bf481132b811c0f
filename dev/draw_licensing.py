"""Writes the tables of applications and reviews into docs/licensing.md, those of endings into docs/certificates.md."""

from pathlib import Path

from regulator.features.licensing.rules.drawing import drawn, drawn_endings, drawn_review, drawn_round
from regulator.features.licensing.terms import Nature

DOCS = Path(__file__).resolve().parent.parent / "docs"


def drawings() -> dict[str, dict[str, str]]:
    """What stands in which file, by the name in its marks."""
    reviews = {"round": drawn_round(), "review": drawn_review()}
    return {
        "licensing.md": {nature.value: drawn(nature) for nature in Nature} | reviews,
        "certificates.md": {nature.value: drawn_endings(nature) for nature in Nature},
    }


def main() -> None:
    """Each drawing in its place, between its marks."""
    for name, found in drawings().items():
        text = (DOCS / name).read_text(encoding="utf-8")
        for mark, drawing in found.items():
            begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
            before, _begin, rest = text.partition(begin)
            text = f"{before}{begin}\n{drawing}\n{end}{rest.partition(end)[2]}"
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
