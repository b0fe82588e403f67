"""Writes the demo suppliers' catalogues, each in that supplier's own format, the same from the same seed."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import xlsxwriter

from mall.catalogue.certificate import CERTIFICATE, CERTIFICATE_UNTIL
from mall.demo.goods.file_styles import COLUMNS, VOCABULARIES, FileStyle, style_of
from mall.demo.goods.read_goods import DemoProduct, products
from mall.demo.organisations import DemoSupplier, demo_suppliers
from mall.reference.read_reference import categories, compulsory_green, regions

# How many suppliers offer a product, by its popularity from 1 to 9.
OFFERS_BY_POPULARITY = (0, 2, 3, 4, 5, 5, 6, 7, 8, 8)
RICH_SUPPLIERS = ("s01", "s02")
PRICE_UPDATES = (("s01", 2), ("s05", 3), ("s24", 4), ("s02", 5))  # supplier, month
OUTLIERS_PER_THOUSAND = 15
# A price is so many thousandths of what is paid in the street, from and to.
PRICED_PER_THOUSAND = (940, 1_120)
#: suppliers whose whole catalogue is dearer: one for no reason that anybody knows, and one who brings drinks into a
#: remote city, freight included (mall/demo/plan_stories.py)
DEAR_PER_THOUSAND = {"s26": (1_150, 1_200), "s22": (1_090, 1_160)}
#: goods that suppliers from elsewhere do not bring to this city: too heavy for what they cost
NOT_DELIVERED = {"food": 411500}
DELIVERY_DAYS = (1, 2, 2, 3, 3, 5, 7)
PROVINCE = 410000
#: the last day of the invented certificates, far enough for a demo of any year
CERTIFIED_UNTIL = "2035-12-31"


@dataclass(frozen=True, kw_only=True)
class SupplierFile:
    """A written catalogue; `month_offset` counts months from the start of the demo, 0 the first catalogue."""

    credit_code: str
    path: Path
    month_offset: int


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One row of a supplier's catalogue before it is spelled in that supplier's way."""

    sku: str
    product: DemoProduct
    unit: str
    pack_size: int
    price_fen: int
    market_price_fen: int
    stock: int
    delivery_days: int


def write_files(folder: Path, *, seed: int) -> list[SupplierFile]:
    """Write every supplier's catalogue and the later price updates into `folder`, which must exist.

    Returned in the order of import: month 0 first.
    """
    suppliers = {supplier.key: supplier for supplier in demo_suppliers(year=2026)}
    catalogues = offers_by_supplier(seed=seed)
    written = [
        _write(folder / f"{key}_catalogue", supplier=suppliers[key], offers=offers, month_offset=0)
        for key, offers in catalogues.items()
    ]
    for key, month in PRICE_UPDATES:
        repriced = _repriced(catalogues[key], random=Random(f"{seed}/{key}/{month}"))
        name = f"{key}_prices_month_{month}"
        written.append(_write(folder / name, supplier=suppliers[key], offers=repriced, month_offset=month))
    return written


def offers_by_supplier(*, seed: int) -> dict[str, list[Offer]]:
    """Which supplier offers what and at what price, by supplier key."""
    random = Random(seed)
    suppliers = demo_suppliers(year=2026)
    level_per_thousand = {supplier.key: random.randint(-25, 35) for supplier in suppliers}
    found: dict[str, list[Offer]] = {supplier.key: [] for supplier in suppliers}
    for product in products():
        for key in _sellers(product, suppliers, random):
            offer = _offer(
                product,
                style=style_of(key),
                number=len(found[key]),
                level_per_thousand=level_per_thousand[key],
                dear_per_thousand=DEAR_PER_THOUSAND.get(key),
                random=random,
            )
            found[key].append(offer)
    return found


def _sellers(product: DemoProduct, suppliers: Sequence[DemoSupplier], random: Random) -> list[str]:
    """The rich suppliers carry whatever is in their families; the rest are drawn."""
    able = [supplier.key for supplier in suppliers if product.family in supplier.families]
    chosen = [key for key in able if key in RICH_SUPPLIERS]
    others = [key for key in able if key not in RICH_SUPPLIERS]
    random.shuffle(others)
    wanted = max(OFFERS_BY_POPULARITY[product.popularity] - len(chosen), 1)
    return sorted(chosen + others[:wanted])


def _offer(
    product: DemoProduct,
    *,
    style: FileStyle,
    number: int,
    level_per_thousand: int,
    dear_per_thousand: tuple[int, int] | None,
    random: Random,
) -> Offer:
    # A file without a column for the pack cannot say what is in a carton, so its owner sells single units.
    tells_packs = bool(VOCABULARIES[style.vocabulary][COLUMNS.index("pack")])
    sells_packs = product.pack_unit is not None and random.random() < 0.35 and tells_packs
    pack_size = product.pack_size if sells_packs else 1
    lowest, highest = PRICED_PER_THOUSAND
    per_thousand = max(lowest, min(highest, 1000 + level_per_thousand + random.randint(-45, 85)))
    if dear_per_thousand is not None:
        # Dear throughout, and nowhere so dear that a single price would be stopped.
        low, high = dear_per_thousand
        per_thousand = low + (per_thousand - lowest) * (high - low) // (highest - lowest)
    if random.randint(1, 1000) <= OUTLIERS_PER_THOUSAND:
        per_thousand = random.randint(1300, 1900)
    if sells_packs:
        per_thousand = per_thousand * 970 // 1000
    price_fen = _priced(product.price_fen * pack_size * per_thousand // 1000)
    return Offer(
        sku=f"{style.sku_prefix}{10001 + number}",
        product=product,
        unit=product.pack_unit if sells_packs and product.pack_unit else product.unit,
        pack_size=pack_size,
        price_fen=price_fen,
        market_price_fen=_priced(price_fen * random.randint(1030, 1250) // 1000),
        stock=random.choice((20, 50, 80, 120, 200, 300, 500)) * (4 if product.popularity >= 7 else 1),
        delivery_days=random.choice(DELIVERY_DAYS),
    )


def _priced(amount_fen: int) -> int:
    """A price as shops write it: whole yuan from 100 yuan, whole jiao from 10 yuan, at least one fen."""
    step = 100 if amount_fen >= 10_000 else 10 if amount_fen >= 1_000 else 1
    return max(amount_fen // step * step, 1)


def _repriced(offers: Sequence[Offer], *, random: Random) -> list[Offer]:
    """A quarter of a catalogue at new prices, mostly a little lower, every one of them changed."""
    changed = []
    for offer in offers:
        if random.random() >= 0.25:
            continue
        price_fen = _priced(offer.price_fen * random.choice((900, 930, 950, 970, 980, 1020, 1040, 1060)) // 1000)
        if price_fen != offer.price_fen:
            market_price_fen = max(offer.market_price_fen, price_fen)
            changed.append(_with_price(offer, price_fen=price_fen, market_price_fen=market_price_fen))
    return changed


def _with_price(offer: Offer, *, price_fen: int, market_price_fen: int) -> Offer:
    return Offer(
        sku=offer.sku,
        product=offer.product,
        unit=offer.unit,
        pack_size=offer.pack_size,
        price_fen=price_fen,
        market_price_fen=market_price_fen,
        stock=offer.stock,
        delivery_days=offer.delivery_days,
    )


def _write(stem: Path, *, supplier: DemoSupplier, offers: Sequence[Offer], month_offset: int) -> SupplierFile:
    style = style_of(supplier.key)
    headers = VOCABULARIES[style.vocabulary]
    kept = [place for place, header in enumerate(headers) if header]
    table = [[headers[place] for place in kept]]
    for number, offer in enumerate(offers):
        cells = _cells(offer, supplier=supplier, style=style, number=number)
        table.append([cells[COLUMNS[place]] for place in kept])
    path = _write_xlsx(stem, table) if style.file_format == "xlsx" else _write_csv(stem, table, style.file_format)
    return SupplierFile(credit_code=supplier.credit_code, path=path, month_offset=month_offset)


def _cells(offer: Offer, *, supplier: DemoSupplier, style: FileStyle, number: int) -> dict[str, str | int | Decimal]:
    """The row as this supplier spells it, by canonical column."""
    product = offer.product
    return {
        "sku": offer.sku,
        "name": _name(offer, style=style),
        "category": _category(product.category_code, style=style),
        "brand": product.brand,
        "model": product.model,
        "specification": ";".join(f"{name}:{value}" for name, value in _said(product).items()),
        "unit": offer.unit,
        "pack": f"{offer.pack_size}{product.unit}/{offer.unit}" if offer.pack_size > 1 else "",
        "price": _price(offer.price_fen, style=style),
        "market_price": _price(offer.market_price_fen, style=style),
        "tax_rate": "6%" if product.family == "services" else "13%",
        "stock": offer.stock,
        "delivery_days": offer.delivery_days,
        "regions": _regions(supplier, family=product.family, style=style),
        "origin": "" if product.family == "services" else "中国",
        "warranty": _warranty(product.warranty_months, style=style),
        # Shops know the barcode of most things, not of all.
        "gtin": product.gtin if product.gtin and number % 4 else "",
        "green": "是" if product.is_green else "否",
        "description": _description(offer, number=number),
    }


def _said(product: DemoProduct) -> dict[str, str]:
    """What the file says of the product; green goods of compulsory categories have an invented certificate."""
    if not product.is_green or product.category_code not in _CERTIFIED:
        return product.specification
    number = int(hashlib.sha256(f"{product.brand}{product.model}".encode()).hexdigest()[:10], 16) % 10**8
    return {**product.specification, CERTIFICATE: f"YANSHI-{number:08d}", CERTIFICATE_UNTIL: CERTIFIED_UNTIL}


def _name(offer: Offer, *, style: FileStyle) -> str:
    product = offer.product
    brand, name, model, variant = product.brand, product.name, product.model, product.variant
    size = f"{offer.pack_size}{product.unit}/{offer.unit}" if offer.pack_size > 1 else ""
    spellings = (
        (brand, model, name, variant, size),
        (f"{brand}{name}", f"({model})" if model else "", variant, size),
        (brand, name, variant, model, size),
        (name, brand, model, variant, f"【{size}】" if size else ""),
    )
    # A service has no brand: its name leads, whoever writes it.
    return " ".join(word for word in spellings[style.name_style if brand else 2] if word)


def _category(code: str, *, style: FileStyle) -> str:
    if style.category_style == "code":
        return code
    name = _CATEGORY_NAMES[code]
    return name if style.category_style == "name" else f"{code} {name}"


def _price(amount_fen: int, *, style: FileStyle) -> str | Decimal:
    amount = Decimal(amount_fen).scaleb(-2)
    if style.price_style == "yuan_sign":
        return f"￥{amount:,.2f}"
    # A number cell where the file has number cells, digits elsewhere.
    return amount if style.file_format == "xlsx" else f"{amount:.2f}"


def _regions(supplier: DemoSupplier, *, family: str, style: FileStyle) -> str:
    codes = supplier.delivery_region_codes
    if codes == (PROVINCE,) and family in NOT_DELIVERED:
        codes = tuple(code for code in _CITIES if code != NOT_DELIVERED[family])
    if codes == (PROVINCE,):
        return "410000" if style.vocabulary == "english" else "全省"
    if style.category_style == "code":
        return ";".join(str(code) for code in codes)
    return "、".join(_REGION_NAMES[code] for code in codes)


def _warranty(months: int, *, style: FileStyle) -> str:
    if not months:
        return ""
    if style.vocabulary == "english":
        return str(months)
    return f"{months // 12}年" if months % 12 == 0 else f"{months}个月"


def _description(offer: Offer, *, number: int) -> str:
    """Plain words, or the HTML that shop systems export, now and then with what must not survive."""
    product = offer.product
    title = f"{product.brand}{product.name}{product.model}"
    facts = list(product.specification.items())
    if number % 3 == 0:
        return f"{title}，" + "，".join(f"{name}{value}" for name, value in facts) + "。"
    if number % 3 == 1:
        items = "".join(f"<li><b>{name}</b>：{value}</li>" for name, value in facts)
        return f'<p style="color:red">{title}</p><ul>{items}</ul>'
    cells = "".join(f'<tr><td width="120">{name}</td><td>{value}</td></tr>' for name, value in facts)
    script = "<script>document.title='特价'</script>" if number % 30 == 2 else ""
    return f'<div class="detail"><h3>{title}</h3><table border="1">{cells}</table>{script}&nbsp;</div>'


def _write_csv(stem: Path, table: Sequence[Sequence[str | int | Decimal]], file_format: str) -> Path:
    encoding = {"csv-bom": "utf-8-sig", "csv-utf8": "utf-8", "csv-gb18030": "gb18030"}[file_format]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(table)
    path = stem.with_suffix(".csv")
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def _write_xlsx(stem: Path, table: Sequence[Sequence[str | int | Decimal]]) -> Path:
    path = stem.with_suffix(".xlsx")
    with xlsxwriter.Workbook(path, {"strings_to_urls": False, "strings_to_formulas": False}) as workbook:
        # The day of creation stands in the file; a fixed one keeps the bytes the same.
        workbook.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        sheet = workbook.add_worksheet("商品目录")
        for row, cells in enumerate(table):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                else:
                    sheet.write_number(row, column, cell)
    return path


_CERTIFIED = {record.category_code for record in compulsory_green()}
_CATEGORY_NAMES = {category.code: category.name for category in categories()}
_CITIES = tuple(region.code for region in regions() if region.level == "city")
_REGION_NAMES = {region.code: region.name for region in regions()}
