"""What a document is made of, the same for PDF and docx; neither how it looks nor what it is about."""

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part (level 1) or of a part of a part (2)."""

    text: str
    level: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences; a line break in the text is one on paper."""

    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A heading of a table, how wide it is beside the others, and whether figures stand below it."""

    text: str
    is_number: bool = False
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text, their headings repeated on each page; raises ValueError for a row of another length."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.columns or any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a row has one cell for each column")


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as PNG and, for the sharper PDF, as SVG; ``alternative`` says in words what it shows. Width in mm."""

    png: bytes
    alternative: str
    caption: str = ""
    svg: str = ""
    width: float = 160.0

    def __post_init__(self) -> None:
        if not self.alternative.strip():
            raise ValueError("a picture says in words what it shows")


Block: TypeAlias = Heading | Paragraph | Table | Picture


@dataclass(frozen=True, slots=True)
class Report:
    """A whole document; ``author`` goes into the file's properties, ``language`` is that of its text."""

    title: str
    blocks: tuple[Block, ...]
    subtitle: str = ""
    author: str = ""
    language: Literal["zh", "en"] = "zh"
