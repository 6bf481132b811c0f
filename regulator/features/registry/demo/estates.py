"""Invented estates: where they stand, what they are, how large."""

from datetime import date

from regulator.features.registry.demo import words
from regulator.features.registry.demo.draws import Shares
from regulator.features.registry.demo.maker import Maker
from regulator.features.registry.demo.services import MODES, add_committee, add_management
from regulator.features.registry.terms import Condition, EstateKind, Mode, NameKind, Ownership
from regulator.features.registry.tokens import estate_tokens

KINDS = Shares({EstateKind.RESIDENTIAL: 92, EstateKind.OFFICE: 5, EstateKind.INDUSTRIAL: 2, EstateKind.OTHER: 1})
OWNERSHIPS = Shares(dict(zip(Ownership, (55, 20, 8, 9, 8), strict=True)))
LARGE = 4_000_000  # 0.01 ㎡: what an estate of unknown size counts as


def add_estate(maker: Maker, serial: int) -> None:
    draws = maker.draws
    street = draws.one_of(maker.streets)
    communities = maker.plan.communities.get(street, ())
    placed = bool(communities) and not draws.happens(0.012)
    division = draws.one_of(communities)[0] if placed else street
    scattered = draws.happens(0.06)
    name = _estate_name(maker, division, scattered=scattered)
    maker.counters[division] += 1
    code = f"{division}{maker.counters[division]:04}"
    key, year = maker.key(), draws.between(1980, maker.plan.today.year)
    kind, condition = _kind_and_condition(maker, year, scattered=scattered)
    mode = draws.by_share(MODES) if condition is not Condition.DEMOLISHED else None
    areas = _areas(maker, scattered=scattered)
    floor_area = None if draws.happens(0.01) else sum(area or 0 for area in areas)
    households = None if draws.happens(0.015) else max(12, (floor_area or LARGE) // draws.between(7500, 12000))
    address = f"{maker.names[street].removesuffix('街道')}{maker.road()}{draws.between(1, 240)}号"
    lon, lat = (None, None) if draws.happens(0.02) else maker.plan.place(division, serial)
    recorded = maker.recorded(date(min(max(year, 2005), maker.plan.today.year - 1), 6, 30))
    maker.rows["estate"].append(
        (
            *(key, code, name, kind, False, condition, False, None, division, not placed),
            *(None if placed else "（待定）社区", address, lon, lat, floor_area, *areas),
            *((floor_area or 0) * 2 // 3 or None, draws.between(1, 4) if scattered else draws.between(2, 48)),
            *(households, year, draws.by_share(OWNERSHIPS), draws.one_of(words.FACILITIES) or None),
            f"024-8{draws.between(1000000, 9999999)}" if draws.happens(0.7) else None,
            draws.one_of(words.OWNING_UNITS) if mode is Mode.UNIT_LOGISTICS else None,
            *recorded,
        )
    )
    maker.rows["estate_key"].append((division, name, key))
    names = [name]
    if draws.happens(0.1):
        alias = name[:2] + draws.one_of(("苑", "里", "大院"))
        maker.rows["estate_name"].append((maker.key(), key, alias, NameKind.ALIAS, None))
        names.append(alias)
    tokens = estate_tokens(
        name=name,
        other_names=names[1:],
        addresses=[address],
        division_code=division,
        kind=kind,
        condition=condition,
    )
    maker.rows["estate_search"].append((key, tokens))
    if condition is not Condition.DEMOLISHED:
        if mode is not None:
            add_management(maker, key, mode, year, recorded)
        add_committee(maker, key, name, year, recorded)


def _estate_name(maker: Maker, division: str, *, scattered: bool) -> str:
    draws = maker.draws
    for attempt in range(200):
        if scattered:
            name = f"{maker.road()}{draws.between(1, 240)}号{draws.one_of(words.SCATTERED_TAIL)}"
        else:
            name = "".join(map(draws.one_of, (words.ESTATE_FIRST, words.ESTATE_SECOND, words.ESTATE_PHASE)))
        if attempt > 50:
            name += f"{attempt}栋"
        if (division, name) not in maker.taken:
            maker.taken.add((division, name))
            return name
    raise ValueError(division)


def _kind_and_condition(maker: Maker, year: int, *, scattered: bool) -> tuple[EstateKind, Condition]:
    draws = maker.draws
    kind = EstateKind.SCATTERED_BUILDING if scattered else draws.by_share(KINDS)
    if year >= maker.plan.today.year:
        return kind, Condition.UNDER_CONSTRUCTION
    return kind, Condition.DEMOLISHED if year < 1990 and draws.happens(0.02) else Condition.OCCUPIED


def _areas(maker: Maker, *, scattered: bool) -> tuple[int | None, int | None, int | None, int | None]:
    """Floor areas by kind of building in 0.01 ㎡: multi-storey, high-rise, villa, other."""
    draws = maker.draws

    def area(chance: float, low: int, high: int) -> int | None:
        return draws.between(low, high) * 10_000 if draws.happens(chance) else None

    if scattered:
        return draws.between(8, 90) * 10_000, None, None, None
    return draws.between(40, 900) * 10_000, area(0.45, 100, 1500), area(0.06, 20, 500), area(0.3, 10, 300)
