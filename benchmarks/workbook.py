"""A bureau's lists of companies and of estates of any length, as such lists are written: title, unit, mixed columns."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

from regulator.features.registry.demo import words
from regulator.features.registry.demo.draws import Draws
from regulator.features.registry.demo.numbers import credit_code

HEADER = (
    *("序号", "企业名称", "统一社会信用代码", "法定代表人", "联系电话", "注册资本（万元）", "成立日期", "注册地址"),
    *("所属区县", "资质等级", "证书编号", "备注"),
)
DISTRICTS = {
    "和平区": "210102",
    "沈河区": "210103",
    "大东区": "210104",
    "皇姑区": "210105",
    "铁西区": "210106",
    "浑南区": "210112",
}
ESTATE_HEADER = (
    *("街道", "社区", "小区名称", "详细地址", "建筑面积（㎡）", "户数", "栋数", "建成年份", "产权性质", "管理方式"),
    *("物业企业", "收费标准（元/㎡·月）", "经度", "纬度"),
)
MODES = ("专业化", "专业化", "专业化", "单位后勤", "社区托管", "业主自治", "弃管", "无物业")
GRADES = ("一级", "二级", "三级", "三级暂定", None)


def write_companies(path: Path, count: int, seed: int = 7) -> None:
    """An xlsx of so many companies, all of which a register that holds Shenyang's divisions takes."""
    with xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet("企业")
        sheet.write_string(0, 0, "附件1  沈阳市物业服务企业基本情况汇总表")
        sheet.write_row(1, 0, ("填报单位：市物业处", None, None, None, None, None, "填报时间：2026年9月30日"))
        sheet.write_row(2, 0, HEADER)
        for number, row in enumerate(_rows(count, Draws(seed)), start=3):
            sheet.write_row(number, 0, row)
        sheet.write_row(count + 3, 0, ("合计", f"{count}家"))


def _rows(count: int, draws: Draws) -> Iterator[tuple[object, ...]]:
    districts = tuple(DISTRICTS)
    for number in range(1, count + 1):
        district = draws.one_of(districts)
        stem = "".join(map(draws.one_of, (words.COMPANY_FIRST, words.COMPANY_SECOND, words.COMPANY_SECOND)))
        road = draws.one_of(words.ROADS) + draws.one_of(words.ROAD_TAIL)
        founded = date(2000, 1, 3) + timedelta(days=draws.between(0, 8000))
        yield (
            number,
            f"沈阳{stem}{number}{draws.one_of(words.COMPANY_TAIL)}",
            credit_code(DISTRICTS[district], number, draws),
            draws.one_of(words.SURNAMES) + draws.one_of(words.GIVEN) + draws.one_of(words.GIVEN),
            f"024-2{draws.between(1000000, 9999999)}",
            draws.one_of((50, 100, 300, 500, 1000)),
            founded if draws.happens(0.5) else f"{founded.year}.{founded.month}.{founded.day}",
            f"沈阳市{district}{road}{draws.between(1, 320)}号",
            district,
            draws.one_of(GRADES),
            f"辽物资{draws.between(10000, 99999)}" if draws.happens(0.4) else None,
            "无" if draws.happens(0.1) else None,
        )


def write_estates(path: Path, count: int, managers: Sequence[str], seed: int = 7) -> None:
    """An xlsx of so many estates in the streets of DISTRICTS, a sheet for each, served by companies of these names."""
    by_parent = _divisions()
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        for place, (district, code) in enumerate(DISTRICTS.items()):
            sheet = workbook.add_worksheet(district)
            sheet.write_string(0, 0, f"{district}住宅小区基本情况统计表（坐标系：GCJ-02）")
            sheet.write_row(1, 0, ESTATE_HEADER)
            communities = [(street, name) for key, street in by_parent[code] for _, name in by_parent[key]]
            numbers = range(place, count, len(DISTRICTS))
            rows = _estate_rows(numbers, communities, managers, Draws(seed + place))
            for line, row in enumerate(rows, start=2):
                sheet.write_row(line, 0, row)


def _divisions() -> dict[str, list[tuple[str, str]]]:
    """Code and name of what lies directly below each division."""
    below: dict[str, list[tuple[str, str]]] = {}
    with (Path(__file__).parent.parent / "geodata" / "divisions.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            below.setdefault(row["parent"], []).append((row["code"], row["name"]))
    return below


def _estate_rows(
    numbers: Iterable[int], communities: Sequence[tuple[str, str]], managers: Sequence[str], draws: Draws
) -> Iterator[tuple[object, ...]]:
    for number in numbers:
        street, community = communities[number % len(communities)]
        name = draws.one_of(words.ESTATE_FIRST) + draws.one_of(words.ESTATE_SECOND)
        mode = draws.one_of(MODES)
        served = mode == "专业化"
        yield (
            *(street, community, f"{name}{number}号院"),
            f"{draws.one_of(words.ROADS)}{draws.one_of(words.ROAD_TAIL)}{draws.between(1, 320)}号",
            *(draws.between(3_000, 300_000), draws.between(20, 3_000), draws.between(1, 60), draws.between(1980, 2025)),
            *(draws.one_of(("商品房", "房改房", "公房", "混合")), mode, draws.one_of(managers) if served else None),
            draws.between(30, 400) / 100 if served else None,
            *(122.8 + draws.between(0, 9_000) / 10_000, 41.5 + draws.between(0, 9_000) / 10_000),
        )
