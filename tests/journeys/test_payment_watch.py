"""Payments outside the mall: a file is loaded, suspicions are found, the unit explains, finance decides."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import xlsxwriter
from sqlalchemy import func, select

from mall import clock
from mall.access.actor import SYSTEM
from mall.database import close_reading, session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.ordering.order_actions import perform as perform_on_order
from mall.ordering.place_order import Wanted, place_order
from mall.outbox.outbox_event import OutboxEvent
from mall.payment_watch.answer_payment_finding import perform, possible
from mall.payment_watch.evaluate_payment import RULE_VERSION, evaluate_payment, inputs_from
from mall.payment_watch.evaluate_payments import evaluate_payments
from mall.payment_watch.list_payments import PaymentFilter, list_loads, list_payments, real_account_share
from mall.payment_watch.load_payment_file import load_payment_file, look_at_payment_file
from mall.payment_watch.other_payment import OtherPayment, PaymentEvaluation, PaymentLoad
from mall.payment_watch.payment_finding import PaymentFinding
from tests.conftest import Clone
from tests.world import World

SCHOOL, COUNTY = "12410100MB00000018", "12410324MB0000002X"
TITLES = ("信用代码", "付款日期", "支付金额", "收款人名称", "经济分类科目", "摘要", "支付渠道", "流水号", "发票号")
SUNNY = "郑州晴天办公用品有限公司"


def day(before: int = 0) -> str:
    return (clock.today() - timedelta(days=before)).isoformat()


def row(voucher: str, yuan: str, payee: str, economic: str, purpose: str, *, unit: str = SCHOOL, before: int = 0,
        channel: str = "实有资金", invoice: str = "") -> tuple[str, ...]:  # fmt: skip
    return (unit, day(before), yuan, payee, economic, purpose, channel, voucher, invoice)


def sheet(*rows: tuple[str, ...], encoding: str = "utf-8-sig") -> bytes:
    return "\n".join(",".join(one) for one in (TITLES, *rows)).encode(encoding)


def workbook(*rows: tuple[str, ...]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        table = book.add_worksheet()
        for number, cells in enumerate((TITLES, *rows)):
            table.write_row(number, 0, cells)
    return target.getvalue()


def rows() -> tuple[tuple[str, ...], ...]:
    """One of each outcome."""
    return (
        row("V1", "5000.00", "某办公设备店", "31002", "购激光打印机", before=3),
        row("V2", "86000.00", "代发工资户", "30101", "发放工资", before=3),
        row("V3", "300.00", "某文具店", "30201", "购中性笔", before=2),
        row("V4", "700.00", "某公司", "30299", "其他", before=2),
        row("V5", "2600.00", SUNNY, "30299", "货款", before=1, channel="财政授权支付"),
    )


def loaded(world: World, content: bytes, *, who: str = "accountant") -> PaymentLoad:
    load = load_payment_file(actor=world.actor(who), content=content, file_name="三月.csv")
    close_reading()
    return load


def outcomes() -> dict[str, str]:
    close_reading()
    return dict(session().execute(select(OtherPayment.voucher_number, OtherPayment.outcome)).all())


def findings(**by: Any) -> list[PaymentFinding]:
    close_reading()
    return list(session().scalars(select(PaymentFinding).filter_by(**by).order_by(PaymentFinding.id)))


def refused(deed: Any, *args: Any, **facts: Any) -> str:
    with pytest.raises(Refusal) as raised:
        deed(*args, **facts)
    close_reading()
    return raised.value.code


def order_of_two_packs(world: World) -> str:
    """A live order of 43.00 yuan at Sunny."""
    placed = place_order(
        actor=world.actor("handler"),
        unit_id=world.school_id,
        wanted=[Wanted(listing_id=world.listings["paper"], quantity=2, budget_line_id=world.office_line)],
        delivery={"address": "阳光路1号", "contact": "王老师", "phone": "0371-60000000"},
    )
    number = str(placed["orders"][0])
    perform_on_order("approve", actor=world.actor("approver"), number=number, body={})
    close_reading()
    return number


def test_from_the_file_to_the_decision(world: World) -> None:
    load = loaded(world, sheet(*rows()))

    assert (load.new_count, load.row_count, load.amount_fen) == (5, 5, 9_460_000)
    assert outcomes() == {
        "V1": "hit", "V2": "not_applicable", "V3": "clear", "V4": "not_computable", "V5": "hit",
    }  # fmt: skip
    first, second = findings()
    assert [(one.kind, one.state) for one in (first, second)] == [
        ("catalogue_without_order", "open"), ("supplier_without_order", "open"),
    ]  # fmt: skip
    assert first.evidence["classified"]["category_code"] == "A02021003"
    assert first.evidence["rule"]["code"] == "payment_watch.petty_fen"
    told = session().scalars(select(OutboxEvent).where(OutboxEvent.name == "payment_finding.found")).all()
    assert [event.payload["number"] for event in told] == [first.number, second.number]
    assert told[0].payload["rule_version"] == RULE_VERSION

    share = real_account_share(actor=world.actor("accountant"), unit_id=world.school_id, year=clock.today().year)
    assert (share.paid_fen, share.suspected_fen, share.suspected_payments) == (9_200_000, 500_000, 1)

    explanation = {
        "explanation": "outside_contract",
        "text": "上学期招标采购",
        "approval_number": "郑财采备〔2026〕8号",
    }
    perform("explain", actor=world.actor("accountant"), number=first.number, body=explanation)
    assert possible(findings()[0], world.actor("budget-city")) == ["accept", "keep_open"]
    kept = {"reason_code": "evidence_missing", "note": "请补合同编号"}
    perform("keep_open", actor=world.actor("budget-city"), number=first.number, body=kept)
    perform("explain", actor=world.actor("accountant"), number=first.number, body=explanation)
    accepted = {"reason_code": "approved_outside"}
    perform("accept", actor=world.actor("budget-city"), number=first.number, body=accepted)

    first = findings()[0]
    assert (first.state, first.decision_code, first.due_at) == ("accepted", "approved_outside", None)
    assert [step.action for step in history_of(first.reference)] == ["explain", "keep_open", "explain", "accept"]
    share = real_account_share(actor=world.actor("accountant"), unit_id=world.school_id, year=clock.today().year)
    assert share.suspected_fen == 0


def test_orders_speak_for_payments_and_against_paying_twice(world: World) -> None:
    order_of_two_packs(world)

    loaded(
        world, sheet(row("O1", "43.00", SUNNY, "30201", "购复印纸"), row("O2", "43.00", "别家", "30201", "购复印纸"))
    )

    assert outcomes() == {"O1": "clear", "O2": "hit"}

    loaded(world, sheet(row("T1", "900.00", "水务公司", "30205", "水费", before=4),
                        row("T2", "900.00", "水务公司", "30205", "水费", before=1)))  # fmt: skip

    assert outcomes() | {"O1": "", "O2": ""} == {"O1": "", "O2": "", "T1": "not_applicable", "T2": "hit"}
    assert findings()[-1].evidence["twin"]["voucher_number"] == "T1"


def test_the_limit_holds_to_the_fen_and_over_the_years_payments(world: World) -> None:
    # The county's limit is 300,000 yuan; tea is outside the centralised catalogue.
    given = [row("L1", "299000.00", "茶庄", "30299", "购绿茶", unit=COUNTY, before=2),
             row("L2", "1000.00", "茶庄乙", "30299", "购绿茶", unit=COUNTY, before=1)]  # fmt: skip
    loaded(world, sheet(*given), who="accountant2")
    assert "over_limit" not in {one.kind for one in findings()}

    loaded(world, sheet(row("L3", "0.01", "茶庄丙", "30299", "购绿茶", unit=COUNTY)), who="budget2")

    (over,) = findings(kind="over_limit")
    assert (over.evidence["total_fen"], over.evidence["limit_fen"]) == (30_000_001, 30_000_000)
    assert over.evidence["rule"]["legal_source"].startswith("河南省政府集中采购目录")


def test_what_finance_accepts_as_procured_does_not_fill_the_limit(world: World) -> None:
    rows_of = [row(f"L{n}", "200000.00", f"茶庄{n}", "30299", "购绿茶", unit=COUNTY, before=3 - n) for n in (1, 2)]
    loaded(world, sheet(*rows_of), who="accountant2")
    (over,) = findings(kind="over_limit")
    first = next(one for one in findings(kind="catalogue_without_order") if one.id < over.id)
    body = {"explanation": "outside_contract", "text": "已招标", "approval_number": "栾财采购-9"}
    perform("explain", actor=world.actor("accountant2"), number=first.number, body=body)
    perform("accept", actor=world.actor("budget2"), number=first.number, body={"reason_code": "approved_outside"})

    counts = evaluate_payments(actor=world.actor("budget2"), unit_id=world.county_id, year=clock.today().year)

    assert counts == {"payments": 2, "evaluated": 1, "found": 0, "cleared": 1}
    assert [one.state for one in findings(kind="over_limit")] == ["cleared"]


def test_the_same_file_is_one_load_and_judging_again_writes_nothing(world: World) -> None:
    content = sheet(*rows())
    first = loaded(world, content)

    again = loaded(world, content, who="budget-city")
    counts = evaluate_payments(actor=world.actor("accountant"), unit_id=world.school_id, year=clock.today().year)

    assert again.number == first.number
    assert counts == {"payments": 5, "evaluated": 0, "found": 0, "cleared": 0}
    assert session().scalar(select(func.count()).select_from(PaymentEvaluation)) == 5
    for one in session().scalars(select(PaymentEvaluation)):
        judged = evaluate_payment(inputs_from(one.inputs))
        assert (one.input_hash, one.outcome) == (inputs_from(one.inputs).hash, judged.outcome)
    other_bytes = sheet(*rows(), encoding="gb18030")
    assert refused(loaded, world, other_bytes) == "payments.nothing_new"


def test_a_corrected_payment_clears_its_finding_and_a_new_suspicion_reopens_it(world: World) -> None:
    loaded(world, sheet(rows()[0]))
    corrected = row("V1", "5000.00", "某市电力公司", "30206", "电费", before=3)

    judged = look_at_payment_file(actor=world.actor("accountant"), content=sheet(corrected))
    close_reading()
    assert [(one.outcome, one.before["purpose"]) for one in judged.rows] == [("changed", "购激光打印机")]
    loaded(world, sheet(corrected))
    assert (outcomes(), findings()[0].state) == ({"V1": "not_applicable"}, "cleared")

    loaded(world, workbook(row("V1", "5100.00", "某店", "31002", "购激光打印机", before=3)))

    assert (findings()[0].state, findings()[0].amount_fen) == ("open", 510_000)
    assert session().scalar(select(OtherPayment.edition)) == 3


def test_rows_at_fault_are_named_and_the_mended_file_is_taken(world: World) -> None:
    bad = sheet(
        rows()[0],
        row("V1", "5", "某店", "31002", "同一凭证"),
        row("B1", "五元", "某店", "31002", ""),
        row("B2", "5", "", "31002", ""),
        row("B3", "5", "某店", "abc", "", channel="支票"),
        row("B4", "5", "某店", "31002", "", before=-2),
        row("B5", "5", "某店", "31002", "", unit=COUNTY),
        row("", "5", "某店", "31002", ""),
    )

    judged = look_at_payment_file(actor=world.actor("accountant"), content=bad)
    close_reading()

    assert [[fault.code for fault in one.faults] for one in judged.rows] == [
        ["voucher_twice"], ["voucher_twice"], ["bad_amount"], ["no_payee_name"], ["bad_channel", "bad_economic_code"],
        ["day_ahead"], ["unknown_unit"], ["no_voucher_number"],
    ]  # fmt: skip
    assert refused(loaded, world, bad) == "workbook.faulty_rows"
    assert outcomes() == {}
    assert loaded(world, sheet(rows()[0])).new_count == 1
    assert refused(loaded, world, b"\xff\xfe\x00nonsense") == "workbook.not_readable"


def test_everybody_sees_and_does_only_her_own(world: World) -> None:
    loaded(world, sheet(*rows()))
    finding = findings()[0]
    explanation = {"explanation": "other", "text": "说明"}

    seen = {who: list_payments(actor=world.actor(who), wanted=PaymentFilter()).total for who in (
        "accountant", "finance", "handler", "accountant2", "supplier", "regulator", "regulator-city",
        "regulator-county", "budget", "budget-city", "budget2", "auditor",
    )}  # fmt: skip
    loads = {who: len(list_loads(world.actor(who))) for who in ("accountant", "accountant2", "budget-city", "budget2")}

    assert {who for who, total in seen.items() if total} == {
        "accountant", "finance", "regulator", "regulator-city", "budget", "budget-city",
    }  # fmt: skip
    assert loads == {"accountant": 1, "accountant2": 0, "budget-city": 1, "budget2": 0}
    for who in ("regulator", "budget-city", "finance"):
        assert refused(perform, "explain", actor=world.actor(who), number=finding.number, body=explanation) == (
            "access.denied"
        )
    unknown = refused(perform, "explain", actor=world.actor("accountant2"), number=finding.number, body=explanation)
    assert unknown == "finding.unknown"
    assert refused(loaded, world, sheet(rows()[0]), who="regulator") == "access.denied"
    perform("explain", actor=world.actor("accountant"), number=finding.number, body=explanation)
    for who in ("regulator-city", "accountant"):
        decision = {"reason_code": "emergency"}
        assert refused(perform, "accept", actor=world.actor(who), number=finding.number, body=decision) == (
            "access.denied"
        )


def test_an_explanation_names_what_it_rests_on(world: World) -> None:
    number = order_of_two_packs(world)
    loaded(world, sheet(rows()[0]))
    finding = findings()[0].number
    actor = world.actor("accountant")

    def explain(**body: Any) -> Any:
        return perform("explain", actor=actor, number=finding, body={"text": "见附件", **body})

    assert refused(explain, explanation="order", order_number="DD-1") == "finding.order_needed"
    assert refused(explain, explanation="outside_contract") == "finding.approval_needed"
    assert refused(explain, explanation="nonsense") == "request.invalid"
    assert refused(perform, "dance", actor=actor, number=finding, body={}) == "finding.unknown_action"
    assert explain(explanation="order", order_number=number).order_number == number


def test_even_the_database_keeps_explainer_and_decider_apart(world: World, own_database: Clone) -> None:
    loaded(world, sheet(rows()[0]))
    number = findings()[0].number
    perform("explain", actor=world.actor("accountant"), number=number, body={"explanation": "other", "text": "说明"})

    with psycopg.connect(own_database.admin) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("update payment_finding set decided_by_id = explained_by_id")


def test_the_console_loads_for_the_whole_province(world: World) -> None:
    content = sheet(rows()[0], row("C1", "9", "某店", "30205", "水费", unit=COUNTY))

    load = load_payment_file(actor=SYSTEM, content=content, file_name="全省.csv")

    assert (load.side, load.unit_ids) == ("system", sorted([world.school_id, world.county_id]))
    close_reading()
    assert list_loads(world.actor("accountant")) == []
    assert len(list_loads(world.actor("regulator"))) == 1
