"""Which columns a workbook of each kind may have and what people call them. Pure; reads no cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the rows of a file are about."""

    COMPANIES = "companies"
    CONTRACTS = "contracts"
    ESTATES = "estates"
    PEOPLE = "people"


class Unit(StrEnum):
    """What a column of amounts is measured in, so that the unit in its header can be turned into a factor."""

    AREA = "area"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field it fills, its titles as people write them, and whether no row can do without it."""

    field: str
    titles: tuple[str, ...]
    required: bool = False
    unit: Unit | None = None


def _column(field: str, titles: str, *, required: bool = False, unit: Unit | None = None) -> Column:
    return Column(field, tuple(titles.split()), required, unit)


_IGNORED = _column("ignored", "序号 编号 行号 未通过原因 审核意见 是否通过")
_NOTE = _column("note", "备注 说明 备注说明")
_USCC_TITLES = (
    "统一社会信用代码 社会信用代码 信用代码 统一信用代码 统一社会信用码 企业统一社会信用代码 统一代码 企业信用代码"
)
_COMPANY_TITLES = (
    "物业企业 物业服务企业 物业公司 企业名称 管理单位 物业管理单位 物业服务企业名称 物业企业名称 服务企业 "
    "所在企业 单位名称 所在单位 所属企业 公司名称 工作单位 物业公司名称 物业管理企业 服务单位 任职企业 管理企业"
)
_DISTRICT = _column(
    "district", "所属区县 区县 区 行政区 所在区 所属区 所在区县 区域 行政区划 区(县) 区、县 县区 区县市"
)
_STREET = _column(
    "street", "街道 街道办 所属街道 街道名称 所在街道 镇街 街道办事处 街道乡镇 街镇 镇办 街道(镇)", required=True
)
_COMMUNITY = _column("community", "社区 所属社区 社区名称 所在社区 居委会 社区居委会 社区村 社区(村) 村社区")

COLUMNS: Mapping[Kind, tuple[Column, ...]] = {
    Kind.COMPANIES: (
        _IGNORED,
        _column(
            "name", "企业名称 公司名称 单位名称 物业企业名称 名称 物业服务企业名称 物业公司名称 企业全称", required=True
        ),
        _column("uscc", _USCC_TITLES, required=True),
        _column("legal_representative", "法定代表人 法人代表 法人 法定代表人姓名 负责人"),
        _column("phone", "联系电话 电话 联系方式 手机 办公电话 企业电话 联系人电话"),
        _column("registered_capital", "注册资本 注册资金 注册资本金", unit=Unit.MONEY),
        _column("founded_on", "成立日期 成立时间 注册日期 设立日期 注册时间"),
        _column("address", "注册地址 地址 企业地址 住所 注册住所 经营地址 办公地址"),
        _DISTRICT,
        _column("declared_grade", "资质等级 等级 企业等级 资质 原资质等级"),
        _column("certificate_number", "证书编号 资质证书编号 证书号 资质证号"),
        _column("registration_kind", "企业类型 登记类型 注册类型 公司类型"),
        _column("business_scope", "经营范围 业务范围"),
        _column("status", "经营状态 企业状态 状态 登记状态"),
        _column("former_names", "曾用名 原名称 曾用名称 企业曾用名"),
        _column("introduction", "企业简介 简介 公司简介"),
        _NOTE,
    ),
    Kind.ESTATES: (
        _IGNORED,
        _DISTRICT,
        _STREET,
        _COMMUNITY,
        _column(
            "name",
            "小区名称 项目名称 名称 小区 物业项目名称 物业管理区域名称 散楼名称 楼盘名称 物业名称",
            required=True,
        ),
        _column("aliases", "小区别名 别名 曾用名 俗称 又名 小区曾用名"),
        _column("address", "详细地址 地址 坐落 小区地址 门牌号 具体地址 坐落位置 项目地址 位置"),
        _column("area_multi_storey", "多层 多层建筑面积 多层面积 建筑面积多层 多层住宅", unit=Unit.AREA),
        _column("area_high_rise", "高层 高层建筑面积 高层面积 建筑面积高层 高层住宅", unit=Unit.AREA),
        _column("area_villa", "别墅 别墅建筑面积 别墅面积 建筑面积别墅", unit=Unit.AREA),
        _column("area_other", "其他 其它 其他建筑面积 其他面积 建筑面积其他 建筑面积其它", unit=Unit.AREA),
        _column(
            "floor_area",
            "建筑面积 总建筑面积 建筑面积合计 建筑面积小计 建筑总面积 建筑面积总计 面积 物业面积 管理面积",
            unit=Unit.AREA,
        ),
        _column("site_area", "占地面积 用地面积 土地面积", unit=Unit.AREA),
        _column("households", "户数 总户数 住户数 居民户数 业主户数"),
        _column("buildings", "栋数 楼栋数 幢数 楼数 楼座数"),
        _column("completion_year", "建成年份 竣工年份 建成年代 建造年份 建成时间 竣工时间 年代 竣工年度"),
        _column("ownership", "产权性质 房屋性质 产权 房屋产权 产权类型"),
        _column("kind", "物业类型 小区类型 项目类型 类型 物业类别"),
        _column("condition", "建设状态 使用状态 小区状态 项目状态 建设情况 入住情况"),
        _column("mode", "管理方式 管理模式 物业管理模式 物业管理方式 管理形式 物业模式 服务模式"),
        _column("company", _COMPANY_TITLES),
        _column("fee", "收费标准 物业费 物业费标准 物业服务费 物业收费标准 物业服务费标准 收费", unit=Unit.MONEY),
        _column("longitude", "经度 坐标经度 东经 lon lng longitude x坐标(经度)"),
        _column("latitude", "纬度 坐标纬度 北纬 lat latitude y坐标(纬度)"),
        _column("owning_unit", "主管单位 产权单位 权属单位 所属单位"),
        _column("duty_phone", "值班电话 服务电话 小区电话 客服电话 联系电话 24小时值班电话"),
        _column("facilities", "设施设备 配套设施 公共设施"),
        _NOTE,
    ),
    Kind.PEOPLE: (
        _IGNORED,
        _column("name", "姓名 人员姓名 从业人员姓名 员工姓名", required=True),
        _column(
            "id_number", "身份证号 身份证号码 公民身份号码 身份证 证件号码 居民身份证号 居民身份证号码", required=True
        ),
        _column("company", _COMPANY_TITLES),
        _column("uscc", _USCC_TITLES, required=True),
        _column("title", "职称 技术职称 专业职称 职称等级 专业技术职称"),
        _column("post", "岗位 职务 工作岗位 岗位名称 岗位类别 任职岗位"),
        _column("employed_on", "入职日期 入职时间 聘用日期 任职日期 到岗日期 到岗时间 聘用时间"),
        _column("certificate_number", "证书编号 证书号 职业证书编号 上岗证号 资格证书编号 职称证书编号"),
        _column("sex", "性别"),
        _column("education", "学历 文化程度 最高学历"),
        _column("is_head", "是否部门负责人 是否负责人 部门负责人 岗位负责人"),
        _column("is_full_time", "是否专职 是否全职 专职 用工形式"),
        _NOTE,
    ),
    Kind.CONTRACTS: (
        _IGNORED,
        _column("estate", "小区名称 项目名称 小区 物业项目名称 物业管理区域 项目 物业项目", required=True),
        _DISTRICT,
        _STREET,
        _COMMUNITY,
        _column("company", _COMPANY_TITLES),
        _column("uscc", _USCC_TITLES, required=True),
        _column(
            "begins_on",
            "合同开始 合同开始日期 合同起始日期 开始日期 起始日期 合同期限起 "
            "合同起 合同生效日期 服务开始日期 合同期限开始 合同期限自 合同开始时间",
            required=True,
        ),
        _column(
            "ends_on",
            "合同结束 合同结束日期 合同终止日期 结束日期 终止日期 合同期限止 合同止 "
            "合同到期日期 到期日期 合同期限结束 合同期限至 合同结束时间 合同到期时间",
        ),
        _column("signed_on", "签订日期 签约日期 合同签订日期 签订时间"),
        _column("filed_on", "备案日期 备案时间 合同备案日期"),
        _column("fee", "收费标准 物业费 物业费标准 物业服务费 物业收费标准 合同收费标准", unit=Unit.MONEY),
        _column("kind", "合同类型 合同种类 合同类别 合同性质"),
        _column("service_level", "服务等级 服务标准 服务级别"),
        _NOTE,
    ),
}


def column_of(kind: Kind, field: str) -> Column:
    """The column of a field; raises KeyError."""
    for column in COLUMNS[kind]:
        if column.field == field:
            return column
    raise KeyError(field)
