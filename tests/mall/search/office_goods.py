"""A made-up catalogue of office goods for the search tests: the same documents for the same number and seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from mall.search.document import Document


@dataclass(frozen=True)
class Family:
    """Goods of one category: brands with their models, specifications, and what the goods are called."""

    code: str
    ancestors: tuple[str, ...]
    category: str
    nouns: tuple[str, ...]
    makes: tuple[tuple[str, tuple[str, ...]], ...]
    specifications: tuple[str, ...]
    price_fen: tuple[int, int]


COMPUTERS = ("A02010100", "A02010000", "A02000000")
PRINTERS = ("A02021000", "A02020000", "A02000000")
OFFICE = ("A02020000", "A02000000")
STATIONERY = ("A05040400", "A05040000", "A05000000")
CONSUMABLES = ("A05040200", "A05040000", "A05000000")
PAPER = ("A05040100", "A05040000", "A05000000")
FURNITURE = ("A05010000", "A05000000")
CLEANING = ("A05040500", "A05040000", "A05000000")

FAMILIES = (
    Family(
        "A02010108",
        COMPUTERS,
        "便携式计算机",
        ("笔记本电脑", "商用笔记本", "便携式计算机"),
        (
            ("联想/Lenovo", ("ThinkPad E14", "ThinkPad T14", "昭阳 K4e")),
            ("华为/HUAWEI", ("MateBook D14", "MateBook B5")),
            ("戴尔/DELL", ("Latitude 3440", "Vostro 3520")),
            ("惠普/HP", ("ProBook 440", "EliteBook 840")),
        ),
        ("i5 16G 512G", "i7 16G 1TB", "R5 8G 256G"),
        (380000, 899900),
    ),
    Family(
        "A02010105",
        COMPUTERS,
        "台式计算机",
        ("台式机", "台式电脑", "商用台式计算机"),
        (
            ("联想/Lenovo", ("启天 M455", "ThinkCentre E77")),
            ("惠普/HP", ("ProDesk 480",)),
            ("清华同方", ("超越 E500",)),
        ),
        ("i5 8G 256G 21.5英寸", "i3 8G 512G 23.8英寸"),
        (300000, 599900),
    ),
    Family(
        "A02010103",
        COMPUTERS,
        "服务器",
        ("机架式服务器", "塔式服务器"),
        (("华为/HUAWEI", ("2288H V5",)), ("浪潮", ("NF5280M6",)), ("戴尔/DELL", ("PowerEdge R750",))),
        ("2颗银牌 64G", "单路 32G"),
        (1500000, 6000000),
    ),
    Family(
        "A02010604",
        COMPUTERS,
        "显示设备",
        ("液晶显示器", "电脑显示器"),
        (("飞利浦/PHILIPS", ("242S1A",)), ("明基/BenQ", ("GW2480",)), ("戴尔/DELL", ("E2420H",))),
        ("23.8英寸 IPS", "27英寸 2K"),
        (59900, 189900),
    ),
    Family(
        "A02021003",
        PRINTERS,
        "A4黑白打印机",
        ("黑白激光打印机", "A4激光打印机"),
        (
            ("惠普/HP", ("LaserJet Pro M203dw", "LaserJet P1108")),
            ("兄弟/brother", ("HL-2260D",)),
            ("奔图/PANTUM", ("P2206NW",)),
        ),
        ("自动双面", "无线网络", "有线"),
        (89900, 219900),
    ),
    Family(
        "A02021004",
        PRINTERS,
        "A4彩色打印机",
        ("彩色激光打印机", "彩色喷墨打印机"),
        (("惠普/HP", ("Color LaserJet M154a",)), ("爱普生/EPSON", ("L1218",)), ("佳能/Canon", ("G2870",))),
        ("墨仓式", "家用办公"),
        (79900, 299900),
    ),
    Family(
        "A02021006",
        PRINTERS,
        "票据打印机",
        ("针式打印机", "票据针式打印机"),
        (("爱普生/EPSON", ("LQ-630KII", "LQ-735KII")), ("得实/Dascom", ("DS-1100II",)), ("得力/deli", ("DL-630K",))),
        ("82列 平推", "增值税发票"),
        (99900, 259900),
    ),
    Family(
        "A02020400",
        OFFICE,
        "多功能一体机",
        ("多功能一体机", "打印复印扫描一体机"),
        (("惠普/HP", ("LaserJet M1005", "M227fdw")), ("佳能/Canon", ("MF113w",)), ("兄弟/brother", ("DCP-7080",))),
        ("A4 黑白", "自动双面 传真"),
        (129900, 349900),
    ),
    Family(
        "A02020100",
        OFFICE,
        "复印机",
        ("数码复合机", "A3复印机"),
        (("理光/RICOH", ("IM 2702",)), ("京瓷/KYOCERA", ("TASKalfa 2020",)), ("震旦/AURORA", ("ADC225",))),
        ("双面输稿器", "双纸盒"),
        (850000, 1990000),
    ),
    Family(
        "A02020200",
        OFFICE,
        "投影仪",
        ("商务投影仪", "高清投影机"),
        (("爱普生/EPSON", ("CB-X50",)), ("明基/BenQ", ("E540",)), ("索尼/SONY", ("VPL-EX430",))),
        ("4000流明", "1080P 3600流明"),
        (299900, 699900),
    ),
    Family(
        "A02021118",
        PRINTERS,
        "扫描仪",
        ("高速扫描仪", "馈纸式扫描仪"),
        (("富士通/FUJITSU", ("fi-7030",)), ("佳能/Canon", ("DR-C225",)), ("紫光", ("Q2240",))),
        ("A4 双面", "25页每分钟"),
        (199900, 599900),
    ),
    Family(
        "A02021300",
        OFFICE,
        "碎纸机",
        ("碎纸机", "大容量碎纸机"),
        (("得力/deli", ("9939", "27507")), ("三木/SUNWOOD", ("SD9520",)), ("科密/comet", ("3838",))),
        ("4级保密 30L", "5级保密 22L"),
        (39900, 159900),
    ),
    Family(
        "A02010601",
        COMPUTERS,
        "键盘鼠标",
        ("无线鼠标", "有线鼠标", "静音鼠标"),
        (("罗技/Logitech", ("M185", "M590")), ("联想/Lenovo", ("M120",)), ("雷柏/Rapoo", ("M216",))),
        ("USB 即插即用", "2.4G 接收器"),
        (3900, 19900),
    ),
    Family(
        "A02010507",
        COMPUTERS,
        "存储设备",
        ("U盘", "高速优盘"),
        (("闪迪/SanDisk", ("CZ73",)), ("金士顿/Kingston", ("DTX",)), ("爱国者/aigo", ("U330",))),
        ("64G USB3.0", "128G 金属"),
        (3900, 12900),
    ),
    Family(
        "A02010508",
        COMPUTERS,
        "移动存储",
        ("移动硬盘", "固态移动硬盘"),
        (("希捷/Seagate", ("STJL1000",)), ("西部数据/WD", ("WDBYVG",)), ("三星/SAMSUNG", ("T7",))),
        ("1TB Type-C", "2TB 2.5英寸"),
        (39900, 99900),
    ),
    Family(
        "A02010202",
        COMPUTERS,
        "网络设备",
        ("千兆路由器", "企业级路由器"),
        (("普联/TP-LINK", ("TL-R473", "AX3000")), ("华三/H3C", ("MER3200",)), ("华为/HUAWEI", ("AR611W",))),
        ("双频", "多WAN口"),
        (19900, 129900),
    ),
    Family(
        "A05040101",
        PAPER,
        "复印纸",
        ("复印纸", "A4纸 打印纸", "多功能复印纸"),
        (
            ("得力/deli", ("莱茵河 7794", "佳宣")),
            ("晨光/M&G", ("APYVJ", "APYVY")),
            ("百旺/Bestwant", ("绿百旺",)),
            ("金旗舰", ("70",)),
        ),
        ("70g 500张/包 5包/箱", "80g 500张/包 8包/箱"),
        (11900, 24900),
    ),
    Family(
        "A05040201",
        CONSUMABLES,
        "硒鼓、粉盒",
        ("硒鼓", "易加粉硒鼓", "黑色碳粉盒"),
        (
            ("惠普/HP", ("CF230A", "CC388A")),
            ("得力/deli", ("DBH-388A",)),
            ("格之格/G&G", ("NT-PH388",)),
            ("奔图/PANTUM", ("PD-213",)),
        ),
        ("适用LaserJet打印机 1500页", "黑色"),
        (9900, 69900),
    ),
    Family(
        "A05040202",
        CONSUMABLES,
        "墨盒、墨水",
        ("墨盒", "打印机墨水"),
        (("爱普生/EPSON", ("T672", "002")), ("佳能/Canon", ("GI-890",)), ("天威/PrintRite", ("672",))),
        ("四色套装", "黑色 70ml"),
        (4900, 29900),
    ),
    Family(
        "A05040203",
        CONSUMABLES,
        "色带",
        ("色带架", "色带芯"),
        (("爱普生/EPSON", ("S015290",)), ("天威/PrintRite", ("RFE060",)), ("得力/deli", ("DLS-630K",))),
        ("适用LQ630K 黑色", "10米"),
        (1500, 9900),
    ),
    Family(
        "A05040401",
        STATIONERY,
        "书写工具",
        ("中性笔", "按动中性笔", "签字笔"),
        (("晨光/M&G", ("K35", "Q7", "GP1390")), ("得力/deli", ("S01", "6600ES")), ("三菱/uni", ("UM-100",))),
        ("0.5mm 黑色 12支/盒", "0.7mm 蓝色 12支/盒"),
        (900, 6900),
    ),
    Family(
        "A05040402",
        STATIONERY,
        "装订用品",
        ("订书机", "省力订书机"),
        (("得力/deli", ("0414", "0371")), ("齐心/Comix", ("B2993",)), ("晨光/M&G", ("ABS92748",))),
        ("12号 25页", "可订50页"),
        (1200, 5900),
    ),
    Family(
        "A05040403",
        STATIONERY,
        "档案用品",
        ("档案盒", "塑料档案盒", "牛皮纸档案盒"),
        (("得力/deli", ("5683",)), ("齐心/Comix", ("HC-55",)), ("广博/GuangBo", ("A8027",))),
        ("A4 55mm", "A4 35mm 10个装"),
        (900, 8900),
    ),
    Family(
        "A05040404",
        STATIONERY,
        "文件夹",
        ("文件夹", "资料夹", "双强力文件夹"),
        (("得力/deli", ("5302", "5382")), ("晨光/M&G", ("ADM95089",)), ("树德/shuter", ("D2",))),
        ("A4 蓝色", "A4 40页"),
        (600, 3900),
    ),
    Family(
        "A05040405",
        STATIONERY,
        "计算器",
        ("计算器", "语音计算器"),
        (("卡西欧/CASIO", ("DX-120B", "GY-120")), ("得力/deli", ("1654",)), ("晨光/M&G", ("ADG98837",))),
        ("12位 双电源", "财务专用"),
        (2900, 18900),
    ),
    Family(
        "A05010301",
        FURNITURE,
        "办公椅",
        ("办公椅", "电脑椅", "会议椅"),
        (("永艺/UE", ("M60",)), ("西昊/SIHOO", ("M18",)), ("震旦/AURORA", ("JCF01",))),
        ("人体工学 网布", "可升降 扶手"),
        (29900, 129900),
    ),
    Family(
        "A05010501",
        FURNITURE,
        "文件柜",
        ("文件柜", "铁皮文件柜", "资料柜"),
        (("得力/deli", ("9353",)), ("中伟/ZHONGWEI", ("ZW-WJG",)), ("洛阳花都", ("HD-02",))),
        ("1800*850*390mm", "四门 加厚"),
        (39900, 119900),
    ),
    Family(
        "A02061804",
        ("A02061800", "A02000000"),
        "空调机",
        ("壁挂式空调", "立柜式空调"),
        (("格力/GREE", ("KFR-35GW", "KFR-72LW")), ("美的/Midea", ("KFR-26GW",)), ("海尔/Haier", ("KFR-50LW",))),
        ("1.5匹 变频 一级能效", "3匹 冷暖"),
        (219900, 799900),
    ),
    Family(
        "A05040501",
        CLEANING,
        "卫生用纸",
        ("抽纸", "卷纸", "面巾纸"),
        (("清风", ("B338",)), ("维达/Vinda", ("V2239",)), ("心相印", ("DT200",))),
        ("3层 120抽 24包", "4层 10卷"),
        (1900, 7900),
    ),
    Family(
        "A05040502",
        CLEANING,
        "洗手液",
        ("洗手液", "抑菌洗手液"),
        (("蓝月亮", ("芦荟抑菌",)), ("威露士/Walch", ("健康呵护",)), ("滴露/Dettol", ("自然清新",))),
        ("500g 瓶装", "525ml"),
        (990, 4900),
    ),
)

REGIONS = (410000, 410100, 410122, 410200, 410300, 410400)
SUPPLIERS = tuple(
    (100 + number, f"{city}{name}有限公司")
    for number, (city, name) in enumerate(
        (city, name)
        for city in ("郑州", "开封", "洛阳", "平顶山")
        for name in ("华丰商贸", "中原科技", "万里实业", "诚信贸易", "天成电子")
    )
)
FIRST_DAY = date(2026, 1, 1)


def office_goods(*, count: int, seed: int = 7) -> list[Document]:
    """Return `count` documents with ids from 1, families in turn."""
    chance = random.Random(seed)
    return [_document(listing_id, FAMILIES[listing_id % len(FAMILIES)], chance) for listing_id in range(1, count + 1)]


def _document(listing_id: int, family: Family, chance: random.Random) -> Document:
    brand, models = chance.choice(family.makes)
    model = chance.choice(models)
    supplier_id, supplier_name = chance.choice(SUPPLIERS)
    shown_brand = brand.replace("/", "(") + ")" if "/" in brand else brand
    specification = chance.choice(family.specifications)
    noun = chance.choice(family.nouns)
    name = (
        f"{shown_brand} {model} {specification} {noun}"
        if chance.random() < 0.5
        else f"{shown_brand}{model} {noun} {specification}"
    )
    return Document(
        id=listing_id,
        name=name,
        brand=brand,
        category_code=family.code,
        category_ancestors=family.ancestors,
        category_name=family.category,
        model=model,
        sku=f"SKU{listing_id:06d}",
        supplier_id=supplier_id,
        supplier_name=supplier_name,
        region_codes=tuple(sorted(chance.sample(REGIONS, chance.choice((1, 1, 2))))),
        price_fen=chance.randrange(*family.price_fen, 100),
        created=FIRST_DAY + timedelta(days=chance.randrange(40)),
        green=chance.random() < 0.3,
        sales=chance.randrange(50),
    )
