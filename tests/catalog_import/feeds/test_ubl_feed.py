"""UBL 2.1 Catalogue: lines that add, update and delete, prices without tax."""

from __future__ import annotations

from tests.catalog_import.conftest import Dock

HEAD = (
    '<?xml version="1.0" encoding="{encoding}"?>\n'
    '<Catalogue xmlns="urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2"'
    ' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
    ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><cbc:ID>1</cbc:ID>'
)
LINE = """<cac:CatalogueLine><cbc:ID>1</cbc:ID><cbc:ActionCode>{action}</cbc:ActionCode>
<cbc:OrderableUnit>EA</cbc:OrderableUnit>
<cac:RequiredItemLocationQuantity><cbc:LeadTimeMeasure unitCode="DAY">3</cbc:LeadTimeMeasure>
<cac:Price><cbc:PriceAmount currencyID="{currency}">{price}</cbc:PriceAmount>
<cbc:BaseQuantity unitCode="EA">10</cbc:BaseQuantity></cac:Price></cac:RequiredItemLocationQuantity>
<cac:Item><cbc:Description>双面打印</cbc:Description><cbc:Name>奔图 P2506 黑白激光打印机</cbc:Name>
<cbc:BrandName>奔图</cbc:BrandName><cbc:ModelName>P2506</cbc:ModelName>
<cac:SellersItemIdentification><cbc:ID>{sku}</cbc:ID></cac:SellersItemIdentification>
<cac:StandardItemIdentification><cbc:ID schemeID="0160">6935211302503</cbc:ID></cac:StandardItemIdentification>
<cac:OriginCountry><cbc:Name>中国</cbc:Name></cac:OriginCountry>
<cac:CommodityClassification>
<cbc:ItemClassificationCode listID="MP" name="A02021003">43212105</cbc:ItemClassificationCode>
</cac:CommodityClassification>
<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>13</cbc:Percent></cac:ClassifiedTaxCategory>
<cac:AdditionalItemProperty><cbc:Name>颜色</cbc:Name><cbc:Value>白</cbc:Value></cac:AdditionalItemProperty>
</cac:Item></cac:CatalogueLine>"""


def line(sku: str, *, price: str = "8000", action: str = "Add", currency: str = "CNY") -> str:
    return LINE.format(sku=sku, price=price, action=action, currency=currency)


def catalogue(*lines: str, encoding: str = "UTF-8") -> bytes:
    codec = {"ISO-8859-1": "ascii"}.get(encoding, encoding)
    return (HEAD.format(encoding=encoding) + "".join(lines) + "</Catalogue>").encode(codec, "xmlcharrefreplace")


def test_lines_add_update_and_delete(dock: Dock) -> None:
    first = dock.bring(catalogue(line("U1"), line("U2")), name="catalogue.xml")
    second = dock.bring(
        catalogue(line("U1", price="7500", action="Update"), line("U2", action="Delete"), line("U3", action="Update")),
        name="catalogue.xml",
    )

    assert (first.counts["new"], first.faulty) == (2, 0)
    assert (second.counts["price_cut"], second.counts["taken_off"], second.faulty) == (1, 1, 1)
    # 8,000 and 7,500 for ten without tax.
    assert dock.rows("select sku, price_fen, origin, delivery_days, state from listing order by sku") == [
        ("U1", 84_750, "中国", 3, "on_shelf"),
        ("U2", 90_400, "中国", 3, "off_shelf"),
    ]
    assert dock.rows("select category_code, gtin, specification from product") == [
        ("A02021003", "6935211302503", {"颜色": "白"})
    ]


def test_an_encoding_without_chinese_signs_is_honoured_in_both_directions(dock: Dock) -> None:
    summary = dock.bring(catalogue(line("U1", currency="EUR"), encoding="ISO-8859-1"), name="catalogue.xml")

    report = dock.report(summary.batch_id)

    assert dock.rows("select name, codes from import_row") == [("奔图 P2506 黑白激光打印机", ["price.currency"])]
    assert b"error price.currency" in report and report.isascii()
    assert dock.bring(report, name="again.xml").faulty == 1


def test_an_action_nobody_knows_is_named(dock: Dock) -> None:
    summary = dock.bring(catalogue(line("U1", action="Ponder")), name="catalogue.xml")

    assert summary.faulty == 1
    assert dock.rows("select codes from import_row") == [(["price.from_net", "action.unknown"],)]
