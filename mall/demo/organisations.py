"""The invented organisations of the demo province: units with people and budget lines, suppliers, centre and regulators."""

# ruff: noqa: E501 - the invented province is laid out as tables, one organisation a line
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from mall.demo.credit_codes import credit_code

UNIT_ROLES = ("handler", "approver", "leader", "receiver", "acceptor", "accountant", "finance")
PROVINCE = 410000


@dataclass(frozen=True, kw_only=True)
class DemoOrganisation:
    """An organisation that is not a supplier: unit, department, purchasing centre, finance department or platform."""

    key: str
    kind: str  # unit, department, centre, finance or platform
    name: str
    name_en: str
    region_code: int
    parent_key: str | None
    credit_code: str | None  # departments have none
    staff_quota: int
    body: str  # bureau, school, health_centre, clinic, ... decides the budget; empty for non-units
    address: str


@dataclass(frozen=True, kw_only=True)
class DemoPost:
    """A role that a person holds in an organisation."""

    role: str
    organisation_key: str


@dataclass(frozen=True, kw_only=True)
class DemoPerson:
    """A person with a sign-in name; may hold posts in several organisations."""

    username: str
    name: str
    posts: tuple[DemoPost, ...]
    department_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class DemoBudgetLine:
    """One budget line of a unit for a year; an empty scope allows every category of the mall."""

    code: str
    name: str
    year: int
    unit_key: str
    region_code: int
    function_code: str
    economic_code: str
    project: str
    fund_source: str
    amount_fen: int
    category_scope: tuple[str, ...]
    is_procurement: bool


@dataclass(frozen=True, kw_only=True)
class DemoSupplier:
    """A supplier; `state` is how the demo province should leave it: active or suspended."""

    key: str
    name: str
    name_en: str
    credit_code: str
    region_code: int
    is_small_firm: bool
    delivery_region_codes: tuple[int, ...]
    licence_expires_on: date
    state: str
    families: tuple[str, ...]  # of goods it deals in, names of mall/demo/goods/*.csv
    username: str
    contact_name: str
    contact_phone: str
    address: str
    bank_name: str
    bank_account: str


@dataclass(frozen=True, kw_only=True)
class DemoProvince:
    """Everything the demo loader creates before goods and orders."""

    organisations: tuple[DemoOrganisation, ...]
    people: tuple[DemoPerson, ...]
    budget_lines: tuple[DemoBudgetLine, ...]
    suppliers: tuple[DemoSupplier, ...]


# fmt: off
# key, name, English name, region, parent, body, staff. All are invented; parents stand before their children.
UNITS = (
    ("p-affairs", "河南省政务事务服务中心", "Henan Government Affairs Service Centre", 410000, None, "bureau", 220),
    ("p-education", "河南省教育条件保障中心", "Henan Education Resources Centre", 410000, None, "bureau", 120),
    ("p-health", "河南省卫生健康技术服务中心", "Henan Health Technology Service Centre", 410000, None, "health_bureau", 140),
    ("p-statistics", "河南省经济调查数据中心", "Henan Economic Survey Data Centre", 410000, "p-affairs", "bureau", 85),
    ("p-vocational", "河南省中原机电技师学校", "Henan Zhongyuan Electromechanical School", 410000, "p-education", "vocational", 310),
    ("z-education", "郑州市教育事务服务中心", "Zhengzhou Education Service Centre", 410100, None, "bureau", 90),
    ("z-school", "郑州市第二〇六中学", "Zhengzhou No. 206 Middle School", 410100, "z-education", "school", 260),
    ("z-primary", "郑州市嵩岳路实验小学", "Zhengzhou Songyue Road Primary School", 410100, "z-education", "primary", 150),
    ("z-vocational", "郑州市商都财经职业学校", "Zhengzhou Shangdu Finance School", 410100, "z-education", "vocational", 190),
    ("z-affairs", "郑州市综合保障服务中心", "Zhengzhou General Support Centre", 410100, None, "bureau", 110),
    ("z-health", "郑州市卫生事务服务中心", "Zhengzhou Health Service Centre", 410100, None, "health_bureau", 75),
    ("z-community", "郑州市熊耳河社区卫生服务中心", "Xiong'er River Community Health Centre", 410100, "z-health", "health_centre", 96),
    ("l-affairs", "洛阳市综合保障服务中心", "Luoyang General Support Centre", 410300, None, "bureau", 80),
    ("l-education", "洛阳市教育事务服务中心", "Luoyang Education Service Centre", 410300, None, "bureau", 60),
    ("l-school", "洛阳市第一〇八中学", "Luoyang No. 108 Middle School", 410300, "l-education", "school", 180),
    ("n-affairs", "南阳市综合保障服务中心", "Nanyang General Support Centre", 411300, None, "bureau", 78),
    ("n-education", "南阳市教育事务服务中心", "Nanyang Education Service Centre", 411300, None, "bureau", 66),
    ("n-school", "南阳市白河湾中学", "Nanyang Baihe Bay Middle School", 411300, "n-education", "school", 170),
    ("lc-education", "栾川县教育事务服务中心", "Luanchuan Education Service Centre", 410324, None, "bureau", 40),
    ("lc-school", "栾川县伊源实验学校", "Luanchuan Yiyuan Experimental School", 410324, "lc-education", "school", 128),
    ("lc-primary", "栾川县君山路小学", "Luanchuan Junshan Road Primary School", 410324, "lc-education", "primary", 72),
    ("lc-health", "栾川县伏牛镇中心卫生院", "Luanchuan Funiu Township Health Centre", 410324, None, "health_centre", 58),
    ("lc-clinic-1", "栾川县伏牛镇上河村卫生室", "Shanghe Village Clinic", 410324, "lc-health", "clinic", 4),
    ("lc-clinic-2", "栾川县伏牛镇竹园沟村卫生室", "Zhuyuangou Village Clinic", 410324, "lc-health", "clinic", 3),
    ("zm-affairs", "中牟县综合保障服务中心", "Zhongmu General Support Centre", 410122, None, "bureau", 52),
    ("zm-school", "中牟县雁鸣湖畔中学", "Zhongmu Yanming Lakeside Middle School", 410122, None, "school", 140),
    ("zm-health", "中牟县潘安乡卫生院", "Zhongmu Pan'an Township Health Centre", 410122, None, "health_centre", 45),
    ("zm-clinic", "中牟县潘安乡柳行村卫生室", "Liuhang Village Clinic", 410122, "zm-health", "clinic", 4),
    ("sx-affairs", "嵩县综合保障服务中心", "Song County General Support Centre", 410325, None, "bureau", 46),
    ("sx-school", "嵩县陆浑湖中学", "Song County Luhun Lake Middle School", 410325, None, "school", 118),
    ("sx-health", "嵩县白云岭镇卫生院", "Song County Baiyunling Health Centre", 410325, None, "health_centre", 42),
    ("sx-clinic", "嵩县白云岭镇石窑村卫生室", "Shiyao Village Clinic", 410325, "sx-health", "clinic", 3),
    ("xy-school", "新野县汉桑城中学", "Xinye Hansangcheng Middle School", 411329, None, "school", 132),
    ("xy-primary", "新野县白水路小学", "Xinye Baishui Road Primary School", 411329, None, "primary", 66),
    ("xy-health", "新野县五里堡镇卫生院", "Xinye Wulibao Township Health Centre", 411329, None, "health_centre", 48),
    ("xy-clinic", "新野县五里堡镇沙堰洼村卫生室", "Shayanwa Village Clinic", 411329, "xy-health", "clinic", 4),
    ("zp-school", "镇平县玉雕湾学校", "Zhenping Yudiaowan School", 411324, None, "school", 110),
    ("zp-health", "镇平县彭家坪乡卫生院", "Zhenping Pengjiaping Health Centre", 411324, None, "health_centre", 38),
    ("lk-school", "兰考县桐花路中学", "Lankao Tonghua Road Middle School", 410225, None, "school", 124),
    ("lk-health", "兰考县黄河湾乡卫生院", "Lankao Huanghewan Health Centre", 410225, None, "health_centre", 44),
    ("gs-school", "固始县史河源中学", "Gushi Shiheyuan Middle School", 411525, None, "school", 136),
    ("gs-health", "固始县柳树岗镇卫生院", "Gushi Liushugang Health Centre", 411525, None, "health_centre", 50),
)

DEPARTMENTS = {
    "bureau": (("office", "办公室", "General Office"), ("assets", "资产与后勤科", "Assets and Logistics"), ("information", "信息科", "Information")),
    "health_bureau": (("office", "办公室", "General Office"), ("assets", "资产与后勤科", "Assets and Logistics"), ("laboratory", "检验科", "Laboratory")),
    "school": (("teaching", "教务处", "Teaching Affairs"), ("logistics", "总务处", "General Affairs"), ("information", "信息中心", "Information Centre")),
    "primary": (("teaching", "教导处", "Teaching Affairs"), ("logistics", "总务处", "General Affairs")),
    "vocational": (("teaching", "教务科", "Teaching Affairs"), ("logistics", "总务科", "General Affairs"), ("training", "实训中心", "Training Centre")),
    "health_centre": (("office", "办公室", "General Office"), ("wards", "护理部", "Nursing")),
    "clinic": (),
}

OTHERS = (
    ("centre", "centre", "河南省公共资源集中采购服务中心", "Henan Central Purchasing Service Centre", 410000),
    ("finance-410000", "finance", "河南省财政厅", "Henan Department of Finance", 410000),
    ("finance-410100", "finance", "郑州市财政局", "Zhengzhou Finance Bureau", 410100),
    ("finance-410300", "finance", "洛阳市财政局", "Luoyang Finance Bureau", 410300),
    ("finance-411300", "finance", "南阳市财政局", "Nanyang Finance Bureau", 411300),
    ("finance-410324", "finance", "栾川县财政局", "Luanchuan Finance Bureau", 410324),
    ("platform", "platform", "阳光采购商城运行中心", "Sunmall Operations Centre", 410000),
    ("monitor", "centre", "中原正衡政府采购监审中心", "Zhongyuan Procurement Monitoring Centre", 410000),
)

OFFICERS = (
    ("centre", "郭明哲", "centre", "centre"),
    ("monitor", "苗正清", "monitor", "monitor"),
    ("regulator", "秦书远", "regulator", "finance-410000"),
    ("regulator-city", "魏若晴", "regulator", "finance-410100"),
    ("regulator-county", "靳向东", "regulator", "finance-410324"),
    ("budget", "祁文渊", "budget", "finance-410000"),
    ("budget-city", "戚雨桐", "budget", "finance-410100"),
    ("budget2", "卓清和", "budget", "finance-410324"),
    ("sysadmin", "段一鸣", "sysadmin", "platform"),
    ("secadmin", "邢静雯", "secadmin", "platform"),
    ("auditor", "申国栋", "auditor", "platform"),
    ("regulator2", "尹知行", "regulator", "finance-410000"),
)

FUNCTION_OF_BODY = {
    "bureau": "2010350",
    "health_bureau": "2100199",
    "school": "2050203",
    "primary": "2050202",
    "vocational": "2050302",
    "health_centre": "2100302",
    "clinic": "2100399",
}

# economic item, name, project, fund source, yuan for each of 100 staff, category scope, is procurement, bodies
BUDGET_TEMPLATES = (
    ("30201", "日常办公费", "基本支出—公用经费", "一般公共预算", 260_000, ("A04", "A05", "A07", "A0202", "A0201", "A0206", "A0210"), True, None),
    ("31002", "办公设备购置", "办公设备更新", "一般公共预算", 420_000, ("A0201", "A0202", "A0206", "A0208", "A0209", "A0501"), True, None),
    ("30202", "印刷费", "基本支出—公用经费", "一般公共预算", 60_000, ("C2309",), True, None),
    ("30213", "维修（护）费", "设施设备维修", "一般公共预算", 90_000, ("C2312", "C1607", "A0206", "A0701"), True, None),
    ("30209", "物业管理费", "后勤服务", "一般公共预算", 160_000, ("C21", "C0504", "C2316", "C1305", "A0504"), True, ("bureau", "health_bureau", "school", "primary", "vocational")),
    ("31007", "信息网络及软件购置更新", "信息化建设", "一般公共预算", 140_000, ("A0201", "A0806", "C16", "C17"), True, ("bureau", "health_bureau", "school", "vocational")),
    ("30218", "教学材料费", "教学条件改善", "教育费附加", 150_000, ("A0504", "A0246", "A0245", "A04", "A0305", "A0210", "A0709", "A0209"), True, ("school", "primary", "vocational")),
    ("31003", "教学设备购置", "义务教育薄弱环节改善与能力提升", "上级专项", 460_000, ("A0202", "A0209", "A0246", "A0245", "A0210", "A0501", "A0305", "A0201"), True, ("school", "primary", "vocational")),
    ("30218", "卫生材料费", "基本公共卫生服务", "上级专项", 240_000, ("A0232", "A0702", "A0504", "A0709"), True, ("health_bureau", "health_centre", "clinic")),
    ("31003", "医疗设备购置", "基层医疗服务能力提升", "上级专项", 320_000, ("A0232", "A0201", "A0202", "A0206"), True, ("health_bureau", "health_centre", "clinic")),
    ("30201", "自有资金办公费", "单位自有资金支出", "单位资金", 50_000, (), False, ("bureau", "school", "vocational", "health_centre")),
)

SMALLEST_LINE_FEN = 3_000_000

# key, name, English, region of registration, small firm, delivery regions, families, sign-in name of the demo accounts
_OFFICE = ("paper", "writing", "desk", "consumables")
_DEVICES = ("computers", "printers", "peripherals", "network")
SUPPLIERS = (
    ("s01", "河南豫晴办公用品有限公司", "Henan Yuqing Office Supplies", 410105, True, (410000,), (*_OFFICE, "printers", "peripherals", "cleaning", "computers"), "supplier"),
    ("s02", "郑州中州恒达科技有限公司", "Zhengzhou Zhongzhou Hengda Technology", 410105, True, (410000,), (*_DEVICES, "consumables", "appliances", "paper", "desk", "services"), "supplier2"),
    ("s03", "河南嵩晓文仪商贸有限公司", "Henan Songxiao Stationery Trade", 410102, True, (410000,), (*_OFFICE, "teaching"), ""),
    ("s04", "郑州金水源办公设备有限公司", "Zhengzhou Jinshuiyuan Office Equipment", 410105, True, (410100,), ("printers", "consumables", "peripherals", "paper"), ""),
    ("s05", "河南河洛信息技术有限公司", "Henan Heluo Information Technology", 410300, True, (410000,), (*_DEVICES, "services"), ""),
    ("s06", "洛阳牡丹路文具商行有限公司", "Luoyang Mudan Road Stationery", 410300, True, (410300, 410324, 410325), (*_OFFICE, "cleaning"), ""),
    ("s07", "南阳宛都办公服务有限公司", "Nanyang Wandu Office Services", 411300, True, (411300, 411324, 411329), (*_OFFICE, "printers", "services", "furniture"), ""),
    ("s08", "河南汴水家具制造有限公司", "Henan Bianshui Furniture", 410200, True, (410000,), ("furniture",), ""),
    ("s09", "洛阳邙岭钢制家具有限公司", "Luoyang Mangling Steel Furniture", 410300, True, (410000,), ("furniture",), ""),
    ("s10", "郑州百姓厨电器商贸有限公司", "Zhengzhou Baixingchu Appliances", 410103, True, (410000,), ("appliances", "cleaning"), ""),
    ("s11", "河南暖阳电器销售有限公司", "Henan Nuanyang Appliances", 410700, True, (410000,), ("appliances", "network"), ""),
    ("s12", "郑州净美洁清洁用品有限公司", "Zhengzhou Jingmeijie Cleaning Supplies", 410104, True, (410000,), ("cleaning", "food", "medical"), ""),
    ("s13", "许昌颍川日用百货有限公司", "Xuchang Yingchuan General Goods", 411000, True, (410000,), ("cleaning", "food", "desk", "furniture"), ""),
    ("s14", "河南康宁源医疗器械有限公司", "Henan Kangningyuan Medical Devices", 410105, False, (410000,), ("medical",), ""),
    ("s15", "新乡太行卫生材料有限公司", "Xinxiang Taihang Medical Materials", 410700, True, (410000,), ("medical", "cleaning"), ""),
    ("s16", "河南桃李教学仪器有限公司", "Henan Taoli Teaching Instruments", 410102, True, (410000,), ("teaching", "writing"), ""),
    ("s17", "安阳洹水体育用品有限公司", "Anyang Huanshui Sports Goods", 410500, True, (410000,), ("teaching",), ""),
    ("s18", "河南启明视听设备有限公司", "Henan Qiming Audio-visual Equipment", 410105, True, (410000,), ("peripherals", "computers", "network", "teaching"), ""),
    ("s19", "郑州天枢网络技术有限公司", "Zhengzhou Tianshu Network Technology", 410172, True, (410000,), ("network", "services", "computers"), ""),
    ("s20", "河南墨香印务有限公司", "Henan Moxiang Printing", 410100, True, (410000,), ("services", "paper"), ""),
    ("s21", "郑州安居邦物业服务有限公司", "Zhengzhou Anjubang Property Services", 410100, True, (410100, 410122), ("services",), ""),
    ("s22", "信阳茗山茶叶商贸有限公司", "Xinyang Mingshan Tea Trade", 411500, True, (411500,), ("food",), ""),
    ("s23", "焦作覃怀耗材有限公司", "Jiaozuo Tanhuai Consumables", 410800, True, (410000,), ("consumables", "paper", "writing"), ""),
    ("s24", "武汉江汉办公集采服务有限公司", "Wuhan Jianghan Office Procurement", 420100, False, (410000,), (*_OFFICE, "cleaning", "appliances", "peripherals", "medical", "furniture", "food"), ""),
    ("s25", "北京京畿数码供应链有限公司", "Beijing Jingji Digital Supply Chain", 110100, False, (410000,), (*_DEVICES, "consumables", "appliances"), ""),
    ("s26", "西安秦岭文教用品有限公司", "Xi'an Qinling Education Supplies", 610100, True, (410000,), ("teaching", "writing", "desk", "paper"), ""),
    ("s27", "商丘睢阳办公设备有限公司", "Shangqiu Suiyang Office Equipment", 411400, True, (410000,), ("printers", "consumables"), ""),
    ("s28", "驻马店天中百货商贸有限公司", "Zhumadian Tianzhong General Trade", 411700, True, (410000,), ("cleaning", "desk", "food", "furniture"), ""),
)
# fmt: on
EXPIRED_SUPPLIER = "s27"
SUSPENDED_SUPPLIER = "s28"

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
_GIVEN_NAMES = [
    "建国",
    "秀英",
    "志强",
    "桂兰",
    "晓燕",
    "文博",
    "雅琴",
    "海涛",
    "丽娟",
    "明辉",
    "春梅",
    "俊杰",
    "淑华",
    "永刚",
    "慧敏",
    "振华",
    "佳怡",
    "立新",
    "红霞",
    "国庆",
    "思远",
    "玉洁",
    "景行",
    "婉清",
    "保全",
    "若兰",
    "向阳",
    "静怡",
    "鸿飞",
    "素云",
    "守义",
    "晨曦",
    "维民",
    "凤仪",
    "德明",
    "佩珊",
    "新宇",
    "瑞芳",
    "长河",
    "如意",
]
_BANKS = ("中国工商银行", "中国农业银行", "中国建设银行", "中国银行", "交通银行", "中原银行")


def demo_province(*, year: int) -> DemoProvince:
    """The whole invented province for one budget year; the same year gives the same province."""
    organisations = _organisations()
    units = tuple(each for each in organisations if each.kind == "unit")
    return DemoProvince(
        organisations=organisations,
        people=_people(units),
        budget_lines=tuple(line for number, unit in enumerate(units, 1) for line in _budget_lines(unit, number, year)),
        suppliers=demo_suppliers(year=year),
    )


def demo_suppliers(*, year: int) -> tuple[DemoSupplier, ...]:
    """The 28 suppliers; one licence runs out on 30 April of the year, one supplier is to be suspended."""
    random = Random(20260)
    return tuple(_supplier(row, random, year) for row in SUPPLIERS)


def _organisations() -> tuple[DemoOrganisation, ...]:
    found = []
    for key, name, name_en, region_code, parent_key, body, staff in UNITS:
        found.append(
            DemoOrganisation(
                key=key,
                kind="unit",
                name=name,
                name_en=name_en,
                region_code=region_code,
                parent_key=parent_key,
                credit_code=credit_code(name, kind="12", region_code=region_code),
                staff_quota=staff,
                body=body,
                address=f"{name}收发室",
            )
        )
        found.extend(_departments(key, region_code, body))
    for key, kind, name, name_en, region_code in OTHERS:
        found.append(
            DemoOrganisation(
                key=key,
                kind=kind,
                name=name,
                name_en=name_en,
                region_code=region_code,
                parent_key=None,
                credit_code=credit_code(name, kind="11" if kind == "finance" else "12", region_code=region_code),
                staff_quota=0,
                body="",
                address="",
            )
        )
    return tuple(found)


def _departments(unit_key: str, region_code: int, body: str) -> list[DemoOrganisation]:
    return [
        DemoOrganisation(
            key=f"{unit_key}/{suffix}",
            kind="department",
            name=name,
            name_en=name_en,
            region_code=region_code,
            parent_key=unit_key,
            credit_code=None,
            staff_quota=0,
            body="",
            address="",
        )
        for suffix, name, name_en in DEPARTMENTS[body]
    ]


def _people(units: tuple[DemoOrganisation, ...]) -> tuple[DemoPerson, ...]:
    names = _person_names()
    people = [
        DemoPerson(username=username, name=name, posts=(DemoPost(role=role, organisation_key=key),))
        for username, name, role, key in OFFICERS
    ]
    # A village clinic has few hands: its leader, accountant and finance post are held at the health centre above it.
    clinics_of: dict[str, list[str]] = {}
    for unit in units:
        if unit.body == "clinic":
            clinics_of.setdefault(unit.parent_key or "", []).append(unit.key)
    for number, unit in enumerate(units, 1):
        departments = [f"{unit.key}/{suffix}" for suffix, _, _ in DEPARTMENTS[unit.body]]
        for place, role in enumerate(UNIT_ROLES):
            held_above = role in ("leader", "accountant", "finance")
            if unit.body == "clinic" and held_above:
                continue
            keys = [unit.key, *(clinics_of.get(unit.key, []) if held_above else [])]
            people.append(
                DemoPerson(
                    username=_username(unit.key, number, role),
                    name=next(names),
                    posts=tuple(DemoPost(role=role, organisation_key=key) for key in keys),
                    department_key=departments[place % len(departments)] if departments else None,
                )
            )
    return tuple(people)


def _username(unit_key: str, number: int, role: str) -> str:
    if unit_key == "z-school":
        return role
    if unit_key == "lc-school":
        return f"{role}2"
    return f"u{number:03d}-{role}"


def _person_names() -> Iterator[str]:
    """Invented full names, none twice."""
    pairs = [surname + given for surname in _SURNAMES for given in _GIVEN_NAMES]
    Random(4100).shuffle(pairs)
    return iter(pairs)


def _budget_lines(unit: DemoOrganisation, number: int, year: int) -> list[DemoBudgetLine]:
    lines = []
    for economic, name, project, fund, yuan, scope, is_procurement, bodies in BUDGET_TEMPLATES:
        if bodies is not None and unit.body not in bodies:
            continue
        # Whole hundreds of yuan, as budgets are approved; a small clinic gets a line it can still use.
        amount_fen = max(yuan * unit.staff_quota // 100 // 100 * 10_000, SMALLEST_LINE_FEN)
        lines.append(
            DemoBudgetLine(
                code=f"{unit.region_code}-{year}-{number:03d}-{len(lines) + 1:02d}",
                name=name,
                year=year,
                unit_key=unit.key,
                region_code=unit.region_code,
                function_code=FUNCTION_OF_BODY[unit.body],
                economic_code=economic,
                project=project,
                fund_source=fund,
                amount_fen=amount_fen,
                category_scope=scope,
                is_procurement=is_procurement,
            )
        )
    return lines


def _supplier(row: tuple, random: Random, year: int) -> DemoSupplier:
    key, name, name_en, region_code, is_small, delivers_to, families, username = row
    city = name[:2]
    bank = random.choice(_BANKS)
    return DemoSupplier(
        key=key,
        name=name,
        name_en=name_en,
        credit_code=credit_code(name, kind="91", region_code=region_code),
        # A firm from another province is admitted by the province itself.
        region_code=region_code if region_code // 10_000 == 41 else PROVINCE,
        is_small_firm=is_small,
        delivery_region_codes=delivers_to,
        licence_expires_on=date(year, 4, 30) if key == EXPIRED_SUPPLIER else date(year + 2, random.randint(1, 12), 28),
        state="suspended" if key == SUSPENDED_SUPPLIER else "active",
        families=families,
        username=username or f"{key}-supplier",
        contact_name=random.choice(_SURNAMES) + random.choice(_GIVEN_NAMES),
        # 0371-0000xxxx is no number anybody can be called at.
        contact_phone=f"0371-0000{random.randint(0, 9999):04d}",
        address=f"{city}供应链产业园{random.randint(1, 30)}号",
        bank_name=f"{bank}{city}示范支行",
        bank_account="6200" + "".join(random.choice("0123456789") for _ in range(15)),
    )
