"""The page of suppliers that share something, as a graph and as its table."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from mall.access.guards import current_actor, needs
from supervision.seeing.answer_page import answer, year_asked
from supervision.seeing.chart import Graph
from supervision.seeing.place_pages import scope_name, way_to
from supervision.seeing.seeing_words import identity_name
from supervision.seeing.sheet import Head, Line, Sheet
from supervision.seeing.sight import Scope, scope_asked
from supervision.seeing.supplier_network import SHARED_BY_MOST, SupplierNetwork, SupplierPair, supplier_network
from supervision.seeing.watched_orders import year_of

pages = Blueprint("seen_network", __name__, url_prefix="/watch")

#: a graph of more cannot be read; the table has them all
NODES_SHOWN = 40


@pages.get("/network")
@pages.get("/network.xlsx", endpoint="network_file")
@needs("watch.read")
def network() -> Any:
    """Suppliers of a scope, with what they share by kind and the buyers in common."""
    scope, year = scope_asked(current_actor(), request.args), year_asked()
    found = supplier_network(year_of(scope, year))
    name = scope_name(scope)
    return answer(
        "watch_seeing/network.html",
        sheets=[_pairs_sheet(found), _nodes_sheet(found, scope, year)],
        heading=[(_("范围"), name), (_("年度"), str(year))],
        name=f"network-{scope.unit_id or scope.region_code}-{year}",
        scope=scope,
        title=name,
        way=way_to(scope, year=year, is_end=False),
        year=year,
        found=found,
        shared_by_most=SHARED_BY_MOST,
        nodes_shown=NODES_SHOWN,
        graph=_graph(found),
    )


def _kinds(pair: SupplierPair) -> str:
    words = [identity_name(kind) for kind in pair.kinds]
    return "；".join([*words, *([_("疑似同一控制")] if pair.is_same_group else [])])


def _pairs_sheet(found: SupplierNetwork) -> Sheet:
    names = {node.supplier_id: node.name for node in found.nodes}
    heads = [
        Head(_("供应商"), width=36), Head(_("另一供应商"), width=36), Head(_("共同之处"), width=36),
        Head(_("共同的采购单位"), "number"),
    ]  # fmt: skip
    lines = [Line([names[pair.one_id], names[pair.other_id], _kinds(pair), pair.common_buyers]) for pair in found.pairs]
    return Sheet("pairs", _("疑似关联的供应商"), heads, lines)


def _nodes_sheet(found: SupplierNetwork, scope: Scope, year: int) -> Sheet:
    heads = [
        Head(_("供应商"), width=36), Head(_("疑似关联组")), Head(_("订单数"), "number"),
        Head(_("采购金额"), "amount", 20),
    ]  # fmt: skip
    lines = [
        Line(
            [node.name, node.group_key, node.order_count, node.spent_fen],
            {2: url_for("seen_places.orders", **scope.arguments, year=year, supplier=node.supplier_id)}
            if node.order_count
            else {},
        )
        for node in sorted(found.nodes, key=lambda node: (-node.spent_fen, node.supplier_id))
    ]
    return Sheet("suppliers", _("图中的供应商"), heads, lines)


def _graph(found: SupplierNetwork) -> Graph:
    most = sorted(found.nodes, key=lambda node: (-node.spent_fen, node.supplier_id))[:NODES_SHOWN]
    shown = {node.supplier_id for node in most}
    largest = max((node.spent_fen for node in most), default=0) or 1
    return Graph(
        _("供应商关联图"),
        [
            (
                node.supplier_id,
                node.name,
                _("组 %(key)s", key=node.group_key) if node.group_key else _("不成组"),
                node.spent_fen * 26 // largest,
            )
            for node in sorted(most, key=lambda node: (node.group_key, node.supplier_id))
        ],
        [
            (pair.one_id, pair.other_id, _kinds(pair), pair.common_buyers)
            for pair in found.pairs
            if pair.one_id in shown and pair.other_id in shown
        ],
    )
