"""How each demo supplier writes its catalogue: file format, headers, and the spelling of prices, regions and categories."""

# ruff: noqa: E501 - a vocabulary is one line, to be read beside COLUMNS
from dataclasses import dataclass

COLUMNS = (
    "sku",
    "name",
    "category",
    "brand",
    "model",
    "specification",
    "unit",
    "pack",
    "price",
    "market_price",
    "tax_rate",
    "stock",
    "delivery_days",
    "regions",
    "origin",
    "warranty",
    "gtin",
    "green",
    "description",
)

# Header words by column, in the order of COLUMNS; an empty word leaves the column out.
VOCABULARIES: dict[str, tuple[str, ...]] = {
    "goods": ("商品编码", "商品名称", "品目编码", "品牌", "型号", "规格参数", "计量单位", "包装规格", "单价(含税)", "市场价", "税率", "库存", "交货天数", "配送区域", "产地", "质保期", "商品条码", "节能环保", "商品详情"),
    "stock": ("货号", "货物名称", "采购品目", "品牌名称", "规格型号", "技术参数", "单位", "箱规", "销售价", "原价", "税率", "库存数量", "发货天数", "供货区域", "产地", "保修期", "条形码", "绿色产品", ""),
    "agreement": ("物料编码", "品名", "品目编码", "品牌", "型号", "配置", "单位", "", "协议价", "市场价格", "", "可售数量", "供货周期", "配送范围", "原产地", "质保", "", "环保标志", "商品描述"),
    "retail": ("产品编号", "产品名称", "类目", "商品品牌", "产品型号", "规格", "销售单位", "包装", "零售价", "专柜价", "税率", "库存", "交货期", "销售区域", "产地", "质保期", "条码", "", "详情"),
    "english": ("SKU", "Product Name", "Category Code", "Brand", "Model", "Specifications", "Unit", "Pack", "Price", "List Price", "Tax Rate", "Stock", "Delivery Days", "Regions", "Country of Origin", "Warranty Months", "Barcode", "Green", "Description"),
    "bare": ("编号", "名称", "", "品牌", "型号", "参数", "单位", "包装", "单价", "", "", "库存", "发货天数", "配送区域", "产地", "质保", "", "", "描述"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FileStyle:
    """One supplier's habits."""

    file_format: str  # csv-bom, csv-utf8, csv-gb18030 or xlsx
    vocabulary: str
    category_style: str  # code, name or code_and_name
    price_style: str  # plain, or yuan_sign with thousands separators
    name_style: int  # 0 to 3
    sku_prefix: str


_FORMATS = ("csv-bom", "csv-gb18030", "xlsx", "csv-utf8")
_CYCLE = ("goods", "stock", "agreement", "retail", "english")
_CATEGORY_OF = {
    "goods": "code",
    "stock": "name",
    "agreement": "code",
    "retail": "code_and_name",
    "english": "code",
    "bare": "code",
}
# The only supplier that knows nothing of official categories; its rows wait to be settled.
_WITHOUT_CATEGORY = "s06"
_WITH_YUAN_SIGN = "s10"
_PREFIXES = [
    "YQ",
    "HD",
    "SY",
    "JS",
    "HL",
    "MD",
    "WD",
    "BS",
    "ML",
    "BX",
    "NY",
    "JM",
    "YC",
    "KN",
    "TH",
    "TL",
    "HS",
    "QM",
    "TS",
    "MX",
    "AJ",
    "MS",
    "TQ",
    "JH",
    "JJ",
    "QL",
    "SQ",
    "TZ",
]


def style_of(supplier_key: str) -> FileStyle:
    """The habits of the supplier `s01` to `s28`."""
    place = int(supplier_key[1:]) - 1
    vocabulary = "bare" if supplier_key == _WITHOUT_CATEGORY else _CYCLE[place % len(_CYCLE)]
    return FileStyle(
        file_format=_FORMATS[place % len(_FORMATS)],
        vocabulary=vocabulary,
        category_style=_CATEGORY_OF[vocabulary],
        price_style="yuan_sign" if supplier_key == _WITH_YUAN_SIGN else "plain",
        name_style=place % 4,
        sku_prefix=_PREFIXES[place],
    )
