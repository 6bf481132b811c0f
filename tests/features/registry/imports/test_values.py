"""What people write in a cell becomes a value, nothing, or unreadable; never a guess."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from regulator.features.registry.imports import values
from regulator.features.registry.imports.values import Unreadable
from regulator.foundation.tables import CellError

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))
NOTATIONS = [
    "{0}.{1}.{2}",
    "{0}/{1:02}/{2:02}",
    "{0}年{1}月{2}日",
    "{0}{1:02}{2:02}",
    "{0}-{1:02}-{2:02}",
    " {0} - {1} - {2}\n",
]


@given(DAYS, st.sampled_from(NOTATIONS))
def test_a_day_in_every_notation(day: date, notation: str) -> None:
    written = notation.format(day.year, day.month, day.day)
    assert values.day(written) == day
    assert values.day(written.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789./-"})) == day


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31)))
def test_excels_own_days(day: date) -> None:
    assert values.day(day) == day
    assert values.day(datetime(day.year, day.month, day.day, 13, 30)) == day  # noqa: DTZ001  # as a spreadsheet keeps it
    assert values.day(float((day - date(1899, 12, 30)).days)) == day
    assert values.day(float(day.strftime("%Y%m%d"))) == day


@pytest.mark.parametrize(
    "written",
    [
        "不详",
        "2021年13月",
        "2021年3月",
        "2009",
        "2009.2.30",
        "20091301",
        "09.2.13",
        "2009.2/13",
        12.5,
        True,
        CellError("#N/A"),
    ],
)
def test_what_is_no_day(written: object) -> None:
    with pytest.raises(Unreadable):
        values.day(written)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["", " ", "无", "—", "－", "\u3000"])
def test_nothing_is_nothing_everywhere(written: str) -> None:
    for read in (values.day, values.text, values.name, values.code, values.number, values.count, values.phone):
        assert read(written) is None


@given(st.integers(min_value=0, max_value=10**11))
def test_an_area_in_square_metres_or_ten_thousands_is_the_same(centi: int) -> None:
    metres = Decimal(centi) / 100
    assert values.hundredths(str(metres)) == centi
    assert values.hundredths(f"{metres:,}") == centi
    assert values.hundredths(format(metres / 10_000, "f"), Decimal(10_000)) == centi
    assert values.hundredths(f"{format(metres / 10_000, 'f')}万㎡") == centi


@given(st.integers(min_value=0, max_value=10**9))
def test_a_figure_as_a_float_is_exact(centi: int) -> None:
    assert values.hundredths(centi / 100) == centi


@pytest.mark.parametrize(
    "written",
    [
        "-500",
        "五百",
        "N/A",
        "约一千户",
        "1,00",
        "1e3",
        "12 户左右",
        -20.0,
        float("nan"),
        float("inf"),
        True,
        CellError("#VALUE!"),
    ],
)
def test_what_is_no_number(written: object) -> None:
    with pytest.raises(Unreadable):
        values.number(written)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "found"),
    [("902户", 902), ("５００", 500), ("1,000", 1000), (48.0, 48), ("12 栋", 12)],
)
def test_counts(written: str | float, found: int) -> None:
    assert values.count(written) == found


@pytest.mark.parametrize(("written", "found"), [("2020年", 2020), (1984.0, 1984), (date(2003, 5, 1), 2003)])
def test_years(written: object, found: int) -> None:
    assert values.year(written) == found  # type: ignore[arg-type]


def test_a_count_is_whole_and_a_year_is_a_year() -> None:
    for read, written in ((values.count, 12.5), (values.year, 12), (values.year, "20200101")):
        with pytest.raises(Unreadable):
            read(written)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        (2420593130.0, "024-20593130"),
        ("２４２０５９３１３０", "024-20593130"),
        ("02424819091", "024-24819091"),
        ("024-24819091", "024-24819091"),
        (13812345678.0, "13812345678"),
        ("024 - 2481 9091", "024-24819091"),
    ],
)
def test_phones_get_their_zero_back(written: str | float, found: str) -> None:
    assert values.phone(written) == found


@pytest.mark.parametrize("written", ["不详", "12", "abc-12345678"])
def test_what_is_no_phone(written: str) -> None:
    with pytest.raises(Unreadable):
        values.phone(written)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("  沈阳嘉澜居\n城市服务有限公司 ", "沈阳嘉澜居城市服务有限公司"),
        ("沈阳(集团)公司", "沈阳（集团）公司"),
        ("Ａ１ 小区", "A1小区"),
        ("ABC  Property", "ABC Property"),
        ("万科 City Lights 花园", "万科City Lights花园"),
    ],
)
def test_names(written: str, found: str) -> None:
    assert values.name(written) == found


def test_a_code_typed_as_a_number_that_lost_its_end_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        values.code(912101067712147232.0)
    assert values.code("９１２１ ０１０３\n１７８４７２６７１ｃ") == "91210103178472671C"


@given(st.text(alphabet=values.USCC_LETTERS, min_size=17, max_size=17))
def test_the_credit_codes_check_digit_is_the_standards(body: str) -> None:
    right = uscc.calc_check_digit(body + "0")
    for letter in values.USCC_LETTERS:
        assert values.uscc_checks(body + letter) == (letter == right)


@given(st.text(alphabet="0123456789", min_size=17, max_size=17))
def test_the_resident_numbers_check_digit_is_the_standards(body: str) -> None:
    right = ric.calc_check_digit(body + "0")
    for letter in "0123456789X":
        assert values.id_number_checks(body + letter) == (letter == right)


def test_an_unknown_area_code_is_not_judged_but_a_day_that_never_was_is() -> None:
    assert values.id_number_is_formed("999999197604049805")
    assert not values.id_number_is_formed("210111197613049805")
    assert not values.id_number_is_formed("21011119760404980")
    assert not values.uscc_is_formed("9121010698698797I0")
