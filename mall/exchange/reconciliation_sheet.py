"""A run of the reconciliation as a workbook: the same rows and sums as its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from mall import clock
from mall.exchange.reconciliation import DifferenceExplanation, ReconciliationDifference, ReconciliationRun
from mall.exchange.reconciliation_words import cause_name
from mall.finance.book_files import Column, SheetRow, workbook
from mall.regions.region import region_named


def reconciliation_sheet(
    run: ReconciliationRun,
    differences: Sequence[ReconciliationDifference],
    *,
    explained: Mapping[int, DifferenceExplanation],
) -> bytes:
    """All differences of a run with their causes, ages and explanations (by id of the difference)."""
    columns = [
        Column(_("差异"), width=20), Column(_("付款或指标"), width=26), Column(_("回单号或名称"), width=24),
        Column(_("商城（元）"), "amount", 18), Column(_("国库或预算系统（元）"), "amount", 18),
        Column(_("差额（元）"), "amount", 18), Column(_("起算日"), width=12), Column(_("天数"), "number", 8),
        Column(_("说明"), width=40),
    ]  # fmt: skip
    rows = [
        SheetRow((
            cause_name(one.cause), one.subject, one.reference, one.mall_fen, one.theirs_fen, one.amount_fen,
            one.since.isoformat(), max((run.compared_on - one.since).days, 0),
            explained[one.id].reason if one.id in explained else "",
        ))
        for one in differences
    ]  # fmt: skip
    heading = [
        (_("地区"), f"{region_named(run.region_code)} {run.year}"),
        (_("对账时间"), f"{clock.local(run.at):%Y-%m-%d %H:%M} {run.actor_name}"),
        *((_("文件"), f"{file['name']} SHA-256 {file['sha256']}") for file in run.files),
    ]
    return workbook(name=_("三方对账"), heading=heading, columns=columns, rows=rows)
