"""The ways people write a mode, a title, an ownership, a kind, a datum: synonyms of the register's codes. Pure."""

from collections.abc import Mapping

from regulator.features.registry.imports.values import name_key


def _table(**written: str) -> Mapping[str, str]:
    return {name_key(word): code for code, words in written.items() for word in words.split()}


MODES = _table(
    professional=(
        "专业化 专业物业 专业化企业进驻 专业化物业 专业化管理 专业化物业管理 专业化物业服务 专业服务 "
        "专业物业管理 专业物业服务 物业公司 物业企业 物业企业管理 市场化 市场化物业"
    ),
    unit_logistics=("单位后勤 单位自管 后勤管理 单位管理 单位后勤管理 产权单位自管 后勤自管 产权单位管理 单位代管"),
    community_custody=(
        "社区托管 社区代管 社区介入 社区管理 社区兜底 社区兜底管理 社区接管 街道代管 街道托管 准物业 社区准物业"
    ),
    owners_self="业主自治 自治管理 业主自管 居民自治 自我管理 业主自治管理 业主自行管理 居民自管 自治",
    interim_custody="临时托管 应急物业 临时管理 应急托管 临时代管 应急管理 过渡管理 临时物业 应急服务",
    abandoned="弃管 物业撤离 弃管小区 已弃管 物业弃管 失管 物业撤出 撤管",
    none="无 无物业 没有物业 无物业管理 未实施物业 无管理 无物业服务 未覆盖",
)

TITLES = _table(
    none="无 无职称 没有",
    junior="初级 助理 助理工程师 技术员 员级 助理级 助理会计师 助理经济师 初级职称 助工",
    intermediate="中级 工程师 会计师 经济师 中级职称 中级工程师 技师",
    senior=(
        "高级 高级工程师 正高级工程师 教授级高工 高工 副高 正高 副高级 正高级 高级会计师 高级经济师 高级职称 高级技师"
    ),
)

OWNERSHIPS = _table(
    commodity="商品房 商品住宅 商品 私产 商品住房",
    reformed="房改房 房改 房改售房 房改房产权",
    public="公房 直管公房 自管公房 公产 公有住房 直管公产 自管公产 公有",
    indemnificatory="保障房 保障性住房 经济适用房 经适房 廉租房 公租房 回迁房 安置房 保障性租赁住房",
    mixed="混合 混合产权 多种产权 混合型",
)

KINDS = _table(
    residential="住宅小区 住宅 小区 居住小区 封闭小区 住宅区 居民小区",
    scattered_building="散楼 单体楼 独立楼 散居楼 单栋楼 零散楼 楼座 独栋楼 开放式散楼",
    office="写字楼 办公 办公楼 商务楼 办公写字楼 商业写字楼",
    industrial="工业 工业区 厂区 工业园 工业园区 产业园",
    other="其他 其它 学校 医院 商业 综合体 公建",
)

CONDITIONS = _table(
    under_construction="在建 建设中 未竣工 施工中 未交付",
    occupied="已入住 入住 使用中 已交付 在用 正常使用 已建成 建成",
    demolished="已拆除 拆除 已拆迁 拆迁 已征收",
)

STATUSES = _table(
    operating="正常 在营 存续 开业 营业 正常经营 在业 经营",
    suspended="停业 歇业 暂停营业 停业整顿 暂停",
    cancelled="注销 已注销 吊销 已吊销 注吊销",
)

EDUCATIONS = _table(
    junior_secondary="初中 初中及以下 小学",
    senior_secondary="高中 中专 职高 中职 技校 高中及中专 中专及以下 高中(中专)",
    junior_college="大专 专科 高职 大学专科",
    bachelor="本科 大学 大学本科 学士",
    master="硕士 研究生 硕士研究生",
    doctor="博士 博士研究生",
)

GRADES = _table(
    grade_1="一级 壹级 1级 一级资质",
    grade_2="二级 贰级 2级 二级资质",
    grade_3="三级 叁级 3级 三级资质",
    grade_3_provisional="三级暂定 暂定三级 三级(暂定) 暂定 三级暂定资质",
    ungraded="未定级 无资质 无等级",
)

CONTRACT_KINDS = _table(
    preliminary="前期 前期物业 前期合同 前期物业服务合同 前期物业服务",
    ordinary="普通 正式 物业服务合同 业主委员会签订 业委会合同 普通合同",
    interim="临时 临时合同 应急 应急合同 过渡",
)

SEXES = _table(male="男 男性", female="女 女性")
YES_NO = _table(yes="是 有 专职 全职 √ 对 y yes", no="否 非 没有 兼职 不是 × n no")

DATUMS = _table(
    wgs84="wgs84 wgs-84 wgs1984 gps wgs_84",
    cgcs2000=(
        "cgcs2000 国家2000 2000国家大地坐标系 国家大地坐标系2000 大地2000 epsg:4490 epsg4490 cgcs-2000 2000坐标系"
    ),
    gcj02="gcj02 gcj-02 gcj_02 火星 火星坐标 火星坐标系 高德 腾讯 高德坐标 国测局坐标",
    bd09="bd09 bd-09 bd_09 百度 百度坐标 百度坐标系 bd09ll",
)


def find(table: Mapping[str, str], written: str) -> str | None:
    """The code of what somebody wrote, None when the words are not known."""
    return table.get(name_key(written))
