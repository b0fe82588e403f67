"""The audit as a CSV file that no spreadsheet program takes for formulas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

from mall import clock
from mall.audit.audit_record import AuditRecord

HEADER = ("编号", "时间", "人员编号", "人员", "操作", "对象", "结果", "内容", "地址", "请求编号")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def audit_csv(records: Iterable[AuditRecord]) -> str:
    """CSV with a header, UTF-8 with the mark that spreadsheets want, one line for each record."""
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for one in records:
        writer.writerow(
            neutral(value)
            for value in (
                str(one.id),
                clock.local(one.at).strftime("%Y-%m-%d %H:%M:%S"),
                "" if one.user_id is None else str(one.user_id),
                one.actor_name,
                one.action,
                one.subject,
                one.result,
                json.dumps(one.facts, ensure_ascii=False, sort_keys=True),
                one.address,
                one.request_id,
            )
        )
    return text.getvalue()


def neutral(value: str) -> str:
    """The value with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA_STARTS) or value.startswith(_FORMULA_STARTS) else value
