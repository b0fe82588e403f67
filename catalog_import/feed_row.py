"""The one canonical record of the loading dock: what a row of any supplier's file means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """A column a file may have. `title` is the header of our own template, `example` its sample cell."""

    name: str
    title: str
    title_en: str
    required: bool
    example: str
    hint: str


#: In the order of the template. `net_price`, `summary` and `shelf` are read and folded into other values.
COLUMNS: tuple[Column, ...] = (
    Column("sku", "商品编号", "SKU", True, "DL-3423-20", "本店唯一，最长64个字符；请把该列设为文本"),
    Column("name", "商品名称", "Name", True, "得力 5号牛皮纸信封 20张", "最长200个字符"),
    Column("category", "采购目录编码或类目", "Category", False, "A05040101", "品目编码、品目名称或本店自己的类目"),
    Column("brand", "品牌", "Brand", False, "得力", ""),
    Column("model", "型号", "Model", False, "3423-20", ""),
    Column("specification", "规格参数", "Specification", False, "尺寸:220×110mm;克重:80g", "用“名称:值”，以分号隔开"),
    Column("unit", "计量单位", "Unit", True, "包", "销售单位"),
    Column("pack", "包装规格", "Pack", False, "20张/包", "如 500张/包 5包/箱"),
    Column("price", "含税单价", "Price incl. tax", True, "4.27", "元，最多两位小数"),
    Column("net_price", "不含税单价", "Price excl. tax", False, "3.78", "元，与含税单价核对"),
    Column("market_price", "市场价", "Market price", False, "5.00", "元"),
    Column("tax_rate", "税率", "Tax rate", False, "13%", "13、13%或0.13"),
    Column("stock", "库存", "Stock", False, "1000", "整数；留空表示不限"),
    Column("delivery_days", "交货天数", "Delivery days", False, "3", "整数"),
    Column("regions", "配送区域", "Delivery regions", False, "全省", "区划名称或代码，以顿号隔开"),
    Column("origin", "产地", "Origin", False, "浙江宁波", ""),
    Column("warranty", "质保期", "Warranty", False, "12个月", "个月，或“1年”"),
    Column("gtin", "商品条码", "GTIN", False, "6921734934239", "8、12、13或14位"),
    Column("green", "节能环保", "Green label", False, "是", "是或否"),
    Column("summary", "商品简介", "Summary", False, "", ""),
    Column("description", "商品详情", "Description", False, "", "文字；图片与链接不保留"),
    Column("shelf", "是否上架", "On shelf", False, "是", "是或否"),
    Column("action", "操作", "Action", False, "新增", "新增、更新或删除；留空按新增，商品编号已有的按文件更新"),
)

COLUMN_NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)
#: What a row may ask for: the whole of a listing, some of an existing one, or to take it off the shelf.
ACTIONS: tuple[str, ...] = ("add", "update", "delete")
TITLES: dict[str, str] = {column.name: column.title for column in COLUMNS}


@dataclass(frozen=True)
class FeedRow:
    """One row after cleaning. Money in fen, tax in basis points; None where the file says nothing usable.

    `raw` keeps every cell as it was written, by column name; `row_number` counts from 1 in the
    source, header and blank rows included.
    """

    row_number: int
    sku: str | None
    name: str | None
    category: str | None
    brand: str | None
    model: str | None
    specification: Mapping[str, str]
    unit: str | None
    base_unit: str | None
    pack: str | None
    pack_size: int
    price_fen: int | None
    market_price_fen: int | None
    tax_rate_bp: int | None
    stock: int | None
    delivery_days: int | None
    regions: tuple[int, ...]
    origin: str | None
    warranty_months: int | None
    gtin: str | None
    green: bool | None
    description: str | None
    shelf: bool
    action: str = "add"
    raw: Mapping[str, str] = field(default_factory=dict)
