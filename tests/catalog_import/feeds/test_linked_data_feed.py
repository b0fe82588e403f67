"""schema.org and GS1 JSON-LD: products wherever they stand, offers, currencies, and remarks in the document."""

from __future__ import annotations

import json
from typing import Any

from tests.catalog_import.conftest import Dock


def product(sku: str, **offer: Any) -> dict[str, Any]:
    return {
        "@type": "Product", "sku": sku, "name": "罗技 M185 无线鼠标", "brand": {"@type": "Brand", "name": "罗技"},
        "mpn": "M185", "gtin13": "6920377909611", "category": "鼠标器",
        "additionalProperty": [{"@type": "PropertyValue", "name": "颜色", "value": "灰"}],
        "offers": {"@type": "Offer", "price": "79.00", "priceCurrency": "CNY", "unitText": "个",
                   "availability": "https://schema.org/InStock", **offer},
    }  # fmt: skip


def graph(*products: dict[str, Any]) -> bytes:
    return json.dumps({"@context": "https://schema.org", "@graph": list(products)}, ensure_ascii=False).encode()


def test_products_of_a_graph_are_listed(dock: Dock) -> None:
    summary = dock.bring(
        graph(product("L1"), product("L2", availability="https://schema.org/Discontinued")), name="goods.jsonld"
    )

    assert (summary.counts["new"], summary.faulty) == (2, 0)
    assert dock.rows("select sku, name, price_fen, unit, state from listing order by sku") == [
        ("L1", "罗技 M185 无线鼠标", 7_900, "个", "on_shelf"),
        ("L2", "罗技 M185 无线鼠标", 7_900, "个", "draft"),
    ]
    assert dock.rows("select brand, model, gtin, specification from product") == [
        ("罗技", "M185", "6920377909611", {"颜色": "灰"})
    ]


def test_gs1_names_and_values_with_a_language_are_read(dock: Dock) -> None:
    given = {
        "@context": {"gs1": "https://gs1.org/voc/"}, "@type": "gs1:Product", "gs1:gtin": "6920377909611",
        "gs1:productName": [{"@value": "罗技 M185 无线鼠标", "@language": "zh"}],
        "gs1:brand": {"gs1:brandName": [{"@value": "罗技"}]},
        "offers": [{"price": 79, "priceCurrency": "CNY", "unitCode": "C62"}],
    }  # fmt: skip

    summary = dock.bring(json.dumps(given).encode(), name="goods.jsonld")

    assert summary.faulty == 0
    assert dock.rows("select sku, name, price_fen, unit from listing") == [
        ("6920377909611", "罗技 M185 无线鼠标", 7_900, "个")
    ]


def test_remarks_stand_in_the_products_they_speak_of(dock: Dock) -> None:
    summary = dock.bring(graph(product("L1"), product("L2", priceCurrency="USD")), name="goods.jsonld")

    report = json.loads(dock.report(summary.batch_id))

    assert report["@context"] == "https://schema.org"
    assert [one.get("错误代码", "") for one in report["@graph"]] == ["", "price.currency"]
    assert dock.bring(dock.report(summary.batch_id), name="again.jsonld").faulty == 1


def test_a_document_without_a_product_is_refused(dock: Dock) -> None:
    summary = dock.bring(b'{"@context": "https://schema.org", "@type": "Organization"}', name="org.jsonld")

    assert (summary.stage, summary.refusal_code) == ("failed", "import.no_items")
