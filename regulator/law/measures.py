"""Values with units: area in 0.01 ㎡ and money in fen, both whole numbers; no presentation."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Self

CENTI = 100
SQUARE_METRES_PER_WAN = 10_000


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """A floor or site area, kept as a whole number of 0.01 ㎡."""

    centi: int

    @classmethod
    def from_square_metres(cls, value: Decimal | int | str) -> Self:
        """An area from ㎡; raises ValueError when it is finer than 0.01 ㎡."""
        scaled = Decimal(value) * CENTI
        if scaled != scaled.to_integral_value():
            raise ValueError(value)
        return cls(int(scaled))

    @property
    def square_metres(self) -> Decimal:
        """The area in ㎡ with two decimals."""
        return Decimal(self.centi).scaleb(-2)

    def __add__(self, other: "Area") -> "Area":
        return Area(self.centi + other.centi)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of yuan, kept as a whole number of fen."""

    fen: int

    @classmethod
    def from_yuan(cls, value: Decimal | int | str) -> Self:
        """An amount from yuan; raises ValueError when it is finer than one fen."""
        scaled = Decimal(value) * CENTI
        if scaled != scaled.to_integral_value():
            raise ValueError(value)
        return cls(int(scaled))

    @property
    def yuan(self) -> Decimal:
        """The amount in yuan with two decimals."""
        return Decimal(self.fen).scaleb(-2)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.fen + other.fen)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, exact; ``percent`` is None when there is nothing to divide by."""

    part: int
    whole: int

    @property
    def exact(self) -> Fraction | None:
        """The share as a fraction, None for an empty whole."""
        return Fraction(self.part, self.whole) if self.whole else None

    def percent(self, digits: int = 1) -> Decimal | None:
        """The share in percent, rounded half to even on exact numbers."""
        if not self.whole:
            return None
        step = Decimal(1).scaleb(-digits)
        return (Decimal(self.part) * 100 / Decimal(self.whole)).quantize(step, rounding=ROUND_HALF_EVEN)
