"""One file of payments outside the mall for two schools of the demo province, with findings at every stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from mall import clock
from mall.database import close_reading, session
from mall.demo.load_organisations import ids_by_key
from mall.demo.organisations import DemoProvince
from mall.payment_watch.answer_payment_finding import perform
from mall.payment_watch.load_payment_file import load_payment_file
from mall.payment_watch.other_payment import OtherPayment
from mall.payment_watch.payment_file_columns import PAYMENT_COLUMNS
from mall.payment_watch.payment_finding import PaymentFinding
from mall.people.organisation import organisation
from mall.people.user import actor_named
from mall.suppliers.supplier import Supplier

HOURS_BEFORE = 90
FILE_NAME = "国库集中支付明细.csv"


@dataclass(frozen=True)
class DemoPayment:
    """One payment so many days before the end; an empty payee is a supplier of the mall."""

    unit_key: str
    days_before: int
    yuan: str
    payee: str
    economic_code: str
    purpose: str
    channel: str
    voucher: str


PAYMENTS = (
    DemoPayment("z-school", 40, "412360.00", "代发工资户", "30101", "发放工资", "财政授权支付", "SQ-0401"),
    DemoPayment("z-school", 33, "6800.00", "二七区恒达电子经营部", "31002", "购激光打印机", "实有资金", "SY-0117"),
    DemoPayment("z-school", 31, "21000.00", "新居物业公司", "30209", "物业服务费", "财政直接支付", "ZJ-0058"),
    DemoPayment("z-school", 28, "2140.50", "郑州自来水投资控股有限公司", "30205", "水费", "财政授权支付", "SQ-0433"),
    DemoPayment("z-school", 24, "3260.00", "", "30299", "货款", "实有资金", "SY-0121"),
    DemoPayment("z-school", 20, "680.00", "高新区便民服务部", "30299", "其他", "实有资金", "SY-0124"),
    DemoPayment("z-school", 16, "1850.00", "金水区建设电器维修部", "30213", "空调维修", "实有资金", "SY-0130"),
    DemoPayment("z-school", 13, "1850.00", "金水区建设电器维修部", "30213", "空调维修", "实有资金", "SY-0133"),
    DemoPayment("z-school", 11, "460.00", "二七区新华文具店", "30201", "购中性笔", "实有资金", "SY-0137"),
    DemoPayment("lc-school", 36, "28600.00", "洛阳市洛龙区宏图家具厂", "31003", "购课桌凳", "实有资金", "LC-0031"),
    DemoPayment("lc-school", 22, "5200.00", "栾川县新华书店", "30201", "购图书", "财政授权支付", "LC-0040"),
    DemoPayment("lc-school", 9, "3871.20", "国网栾川县供电公司", "30206", "电费", "财政授权支付", "LC-0046"),
)  # fmt: skip

#: (voucher, who, action, body), in order
ANSWERS = (
    ("SY-0117", "accountant", "explain", {"explanation": "emergency", "text": "教务处打印机故障，考试周应急购置"}),
    ("SY-0117", "budget-city", "keep_open", {"reason_code": "evidence_missing", "note": "请补应急采购审批单编号"}),
    ("ZJ-0058", "accountant", "explain",
     {"explanation": "outside_contract", "text": "物业服务已公开招标", "approval_number": "郑财招标采购-2025-118"}),
    ("ZJ-0058", "budget-city", "accept", {"reason_code": "approved_outside", "note": "合同已备案"}),
    ("LC-0031", "accountant2", "explain",
     {"explanation": "outside_contract", "text": "县教体局统一招标", "approval_number": "栾财采购-2026-9"}),
)  # fmt: skip


def run_payment_watch(*, province: DemoProvince, ends_at: datetime) -> int:
    """Load the file and answer some findings before `ends_at`. Run again after a kill, what stands is left alone.

    Returns how many findings there are.
    """
    with clock.frozen(ends_at - timedelta(hours=HOURS_BEFORE)):
        content = _file(province, ends_at=ends_at)
        load_payment_file(actor=actor_named("budget"), content=content, file_name=FILE_NAME)
    for place, (voucher, who, action, body) in enumerate(ANSWERS):
        with clock.frozen(ends_at - timedelta(hours=HOURS_BEFORE - 6 * (place + 1))):
            _answer(voucher, who=who, action=action, body=body)
    close_reading()
    count = len(session().scalars(select(PaymentFinding.id)).all())
    close_reading()
    return count


def _answer(voucher: str, *, who: str, action: str, body: dict[str, str]) -> None:
    close_reading()
    finding = session().scalar(
        select(PaymentFinding)
        .join(OtherPayment, OtherPayment.id == PaymentFinding.payment_id)
        .where(OtherPayment.voucher_number == voucher)
        .order_by(PaymentFinding.id)
        .limit(1)
    )
    close_reading()
    waits = {"explain": finding is not None and finding.state == "open" and not finding.decision_code}
    if finding is not None and waits.get(action, finding.state == "explained"):
        perform(action, actor=actor_named(who), number=finding.number, body=body)


def _file(province: DemoProvince, *, ends_at: datetime) -> bytes:
    ids = ids_by_key(province)
    units = {key: organisation(ids[key]) for key in {each.unit_key for each in PAYMENTS}}
    seller = session().scalar(select(Supplier.name).where(Supplier.state == "active").order_by(Supplier.id).limit(1))
    close_reading()
    last_day = clock.local(ends_at).date()
    lines = [",".join(column.title for column in PAYMENT_COLUMNS)]
    for each in PAYMENTS:
        unit = units[each.unit_key]
        assert unit is not None
        cells = {
            "credit_code": unit.credit_code or "",
            "unit_name": unit.name,
            "paid_on": (last_day - timedelta(days=each.days_before)).isoformat(),
            "amount": each.yuan,
            "payee_name": each.payee or seller or "",
            "economic_code": each.economic_code,
            "purpose": each.purpose,
            "channel": each.channel,
            "voucher_number": each.voucher,
        }
        lines.append(",".join(cells.get(column.name, "") for column in PAYMENT_COLUMNS))
    return "\n".join(lines).encode("utf-8-sig")
