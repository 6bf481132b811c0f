"""From what people write in a cell to a value: text, codes, numbers, days, phones. Pure; knows no column and no row.

Each reader gives the value, None for a cell in which nothing is stated, or raises ``Unreadable``. Computation is on
exact decimals; areas come out in 0.01 ㎡ and money in fen.
"""

import math
import re
import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from operator import mul

from regulator.foundation.tables.cells import Cell, CellError

EARLIEST, LATEST = date(1850, 1, 1), date(2150, 12, 31)
SERIALS = range(18_264, 73_051)
"""Excel's day numbers of 1950-01-01 to 2099-12-31: what a day looks like in a cell formatted as a number."""
SERIAL_ORIGIN = date(1899, 12, 30).toordinal()
EXACT_DIGITS = 15
"""A spreadsheet keeps no more digits of a number; longer codes typed as numbers have lost their end."""
CENTI = Decimal(100)
MAX_AMOUNT = Decimal(10) ** 15


class Unreadable(Exception):
    """Something stands in the cell, and it cannot be read as what the column holds."""


_WIDE = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20, 0xA0: 0x20, 0x200B: None, 0xFEFF: None}
_WIDE_WORDS = {wide: half for wide, half in _WIDE.items() if half is None or chr(half).isalnum() or half in b" -./&@+#"}
_SPACE = re.compile(r"\s+")
_LATIN_GAP = re.compile(r"(?<=[A-Za-z0-9])\s+(?=[A-Za-z0-9])")
_CHINESE = re.compile(r"[㐀-鿿]")
NOTHING = frozenset({"", "无", "—", "——", "―", "－", "–", "-", "--"})
_BRACKETS = str.maketrans("()", "（）")
_DANGEROUS_TEXT = re.compile(r"^'(?=[=+\-@\t\r\n])")
_UNTIDY = re.compile("[\\s'" + "".join(map(chr, _WIDE_WORDS)) + "]")
"""What words may have in them that is to be made ordinary; most have nothing, which is found out at once."""
_UNTIDY_NAME = re.compile(r"[\s()]")


def text(cell: Cell) -> str | None:
    """Words as they are meant: no line breaks or doubled blanks, full-width letters and digits made ordinary."""
    if type(cell) is str:  # the common case first: a hundred thousand rows of a dozen cells pass here
        return _text(cell)
    if isinstance(cell, CellError | bool):
        raise Unreadable
    if isinstance(cell, float):
        return _number_as_text(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell)


def _text(cell: str) -> str | None:
    if _UNTIDY.search(cell):
        cell = _DANGEROUS_TEXT.sub("", cell).translate(_WIDE_WORDS)
        cell = _SPACE.sub(" ", cell).strip()
    return None if cell in NOTHING else cell


def _number_as_text(cell: float) -> str:
    if not math.isfinite(cell):
        raise Unreadable
    if cell == int(cell):
        if len(str(abs(int(cell)))) > EXACT_DIGITS:
            raise Unreadable
        return str(int(cell))
    return repr(cell)


def name(cell: Cell) -> str | None:
    """The name of a company, an estate, a place or a person: blanks inside go, brackets are Chinese ones."""
    found = text(cell)
    return None if found is None else _name(found)


def _name(found: str) -> str | None:
    if not _UNTIDY_NAME.search(found) or not _CHINESE.search(found):
        return found
    squeezed = _LATIN_GAP.sub("\0", found)
    squeezed = _SPACE.sub("", squeezed).replace("\0", " ").translate(_BRACKETS)
    return None if squeezed in NOTHING else squeezed


@lru_cache(maxsize=65_536)
def name_key(found: str) -> str:
    """What two spellings of one name have in common: width, case, blanks and brackets do not count."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", found)).casefold()


def code(cell: Cell) -> str | None:
    """A code of letters and digits: no blanks, upper case, half width."""
    if isinstance(cell, str):
        if isinstance(cell, CellError):
            raise Unreadable
        squeezed = _SPACE.sub("", cell.translate(_WIDE)).upper()
        return None if squeezed in NOTHING else squeezed.removeprefix("'")
    if isinstance(cell, float):
        return _number_as_text(cell)
    if isinstance(cell, bool) or not isinstance(cell, int):
        raise Unreadable
    return str(cell)


# --- codes with a check digit ---------------------------------------------------------------------------------------

USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUE = {letter: value for value, letter in enumerate(USCC_LETTERS)}
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_USCC_FORM = re.compile(f"[{USCC_LETTERS}]{{18}}")


def uscc_is_formed(found: str) -> bool:
    """Whether a unified social credit code has 18 characters of its alphabet (GB 32100-2015)."""
    return _USCC_FORM.fullmatch(found) is not None


def uscc_checks(found: str) -> bool:
    """Whether the last character is the check digit of the others (GB 32100-2015, modulus 31)."""
    total = sum(map(mul, map(_USCC_VALUE.__getitem__, found[:17]), _USCC_WEIGHTS))
    return USCC_LETTERS[-total % 31] == found[17]


_ID_FORM = re.compile(r"\d{17}[\dX]")
_ID_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_ID_LETTERS = "10X98765432"


def id_number_is_formed(found: str) -> bool:
    """Whether a resident number has its 18 characters and a real day of birth; its area code is not judged."""
    return bool(_ID_FORM.fullmatch(found)) and birth_date(found) is not None


def birth_date(id_number: str) -> date | None:
    """The day of birth a resident number states, None when there is no such day."""
    try:
        return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    except ValueError:
        return None


def id_number_checks(found: str) -> bool:
    """Whether the last character is the check digit of the others (GB 11643-1999, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(found, _ID_WEIGHTS, strict=False))
    return _ID_LETTERS[total % 11] == found[17]


# --- numbers --------------------------------------------------------------------------------------------------------

_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLAIN = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_UNIT_WORDS: dict[str, Decimal] = {
    "万㎡": Decimal(10_000), "万m2": Decimal(10_000), "万m²": Decimal(10_000), "万平方米": Decimal(10_000),
    "万平米": Decimal(10_000), "万平": Decimal(10_000), "㎡": Decimal(1), "m2": Decimal(1), "m²": Decimal(1),
    "平方米": Decimal(1), "平米": Decimal(1), "亿元": Decimal(100_000_000), "万元": Decimal(10_000),
    "万元人民币": Decimal(10_000), "万": Decimal(10_000), "元": Decimal(1), "元/㎡·月": Decimal(1),
    "元/㎡.月": Decimal(1), "元/㎡/月": Decimal(1), "元/平方米·月": Decimal(1), "元/m2·月": Decimal(1),
}  # fmt: skip
_COUNT_WORDS = frozenset({"户", "套", "栋", "幢", "座", "年", "人", "家", "个"})
_TAIL = re.compile(r"[^\d.,]+$")


def number(cell: Cell, factor: Decimal = Decimal(1)) -> Decimal | None:
    """An exact number, not negative, times ``factor`` (the unit the header names) unless the cell names its own."""
    if isinstance(cell, bool):
        raise Unreadable
    if isinstance(cell, int | float):
        return _bounded(_decimal(cell)) * factor
    if not isinstance(cell, str) or isinstance(cell, CellError):
        raise Unreadable
    squeezed = _SPACE.sub("", cell.translate(_WIDE)).removeprefix("'")
    if squeezed in NOTHING:
        return None
    tail = _TAIL.search(squeezed)
    if tail:
        squeezed, word = squeezed[: tail.start()], tail[0].lower()
        if word not in _COUNT_WORDS:
            factor = _UNIT_WORDS.get(word) or _refuse_unit()
    return _digits(squeezed) * factor


def _refuse_unit() -> Decimal:
    raise Unreadable


def _decimal(cell: float) -> Decimal:
    if not math.isfinite(cell):
        raise Unreadable
    return Decimal(repr(cell))


def _digits(written: str) -> Decimal:
    if _THOUSANDS.fullmatch(written):
        written = written.replace(",", "")
    if not _PLAIN.fullmatch(written):
        raise Unreadable
    try:
        return _bounded(Decimal(written))
    except InvalidOperation as error:
        raise Unreadable from error


def _bounded(found: Decimal) -> Decimal:
    if not 0 <= found <= MAX_AMOUNT:
        raise Unreadable
    return found


def hundredths(cell: Cell, factor: Decimal = Decimal(1)) -> int | None:
    """An area in 0.01 ㎡ or an amount in fen; finer than that is rounded half up."""
    found = number(cell, factor)
    return None if found is None else int((found * CENTI).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def count(cell: Cell) -> int | None:
    """A whole number of households, buildings, people."""
    found = number(cell)
    if found is None:
        return None
    if found != found.to_integral_value() or found >= 10**9:
        raise Unreadable
    return int(found)


def year(cell: Cell) -> int | None:
    """A year between 1850 and 2150; a whole day gives its year."""
    if isinstance(cell, date):
        return cell.year
    found = count(cell)
    if found is not None and not EARLIEST.year <= found <= LATEST.year:
        raise Unreadable
    return found


def degrees(cell: Cell) -> float | None:
    """A longitude or latitude in decimal degrees."""
    if isinstance(cell, str):
        cell = cell.strip().rstrip("°度")
    found = number(cell)
    if found is not None and found > 360:
        raise Unreadable
    return None if found is None else float(found)


# --- days -----------------------------------------------------------------------------------------------------------

_DAY = re.compile(
    r"(?P<y>\d{4})(?:年(?P<m1>\d{1,2})月(?P<d1>\d{1,2})[日号]?|(?P<sep>[-./])(?P<m2>\d{1,2})(?P=sep)(?P<d2>\d{1,2}))"
    r"(?:T?00:00(?::00(?:\.0+)?)?)?"
)
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")


def day(cell: Cell) -> date | None:
    """A day in any of the notations in use, or Excel's own; a month or a year alone is no day."""
    if isinstance(cell, datetime):
        return _plausible(cell.date())
    if isinstance(cell, date):
        return _plausible(cell)
    if isinstance(cell, str) and not isinstance(cell, CellError):
        return _written_day(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell == int(cell):
        whole = int(cell)
        if whole in SERIALS:
            return date.fromordinal(SERIAL_ORIGIN + whole)
        return _written_day(str(whole))
    raise Unreadable


@lru_cache(maxsize=16_384)
def _written_day(cell: str) -> date | None:
    squeezed = _SPACE.sub("", cell.translate(_WIDE)).removeprefix("'").replace("。", ".")
    if squeezed in NOTHING:
        return None
    found = _EIGHT.fullmatch(squeezed)
    if found:
        return _made(found[1], found[2], found[3])
    found = _DAY.fullmatch(squeezed)
    if not found:
        raise Unreadable
    return _made(found["y"], found["m1"] or found["m2"], found["d1"] or found["d2"])


def _made(year_: str, month: str, day_: str) -> date:
    try:
        return _plausible(date(int(year_), int(month), int(day_)))
    except ValueError as error:
        raise Unreadable from error


def _plausible(found: date) -> date:
    if not EARLIEST <= found <= LATEST:
        raise Unreadable
    return found


# --- phones ---------------------------------------------------------------------------------------------------------

_PHONE = re.compile(r"[\d\-()（）/、,，;；转\s+*]+")
_USUAL_PHONE = re.compile(r"0[0-9]{2,3}-[0-9]{7,8}|1[3-9][0-9]{9}")
MIN_PHONE_DIGITS = 5
MOBILE_DIGITS = 11


def phone(cell: Cell) -> str | None:
    """A telephone number; a number that lost its leading 0 (2424819091) gets it back: 024-24819091."""
    if isinstance(cell, str) and _USUAL_PHONE.fullmatch(cell):
        return cell
    found = _number_as_text(cell) if isinstance(cell, float) else text(cell)
    if found is None:
        return None
    found = _SPACE.sub("", found.translate(_WIDE))
    if not _PHONE.fullmatch(found) or sum(letter.isdigit() for letter in found) < MIN_PHONE_DIGITS:
        raise Unreadable
    return _restored(found) if found.isdigit() else found


def _restored(digits: str) -> str:
    """Digits alone: a mobile as it is; area code and number apart (010 and 02x have three digits, others four)."""
    if len(digits) == MOBILE_DIGITS and digits[0] == "1" and digits[1] != "0":
        return digits
    if digits[0] != "0" and len(digits) in (10, 11):
        digits = f"0{digits}"
    if digits[0] != "0" or len(digits) < 10:
        return digits
    area = 3 if digits[1] in "12" else 4
    return f"{digits[:area]}-{digits[area:]}"
