"""A bureau's company list of any length, as such lists are written: title, unit, header of mixed columns, a total."""

from collections.abc import Iterator
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
