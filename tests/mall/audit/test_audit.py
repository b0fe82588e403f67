"""The audit as the auditor reads it, and as a spreadsheet must not read it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.export_audit import audit_csv, neutral
from mall.audit.list_audit import AuditFilter, all_audit, list_audit
from mall.audit.record import record
from mall.database import atomic, close_reading
from mall.errors import Refusal
from tests.world import World


@atomic
def write(action: str, subject: str, result: str = "done", **facts: object) -> None:
    record(actor=SYSTEM, action=action, subject=subject, result=result, facts=facts)


def found(world: World, **wanted: object) -> list[str]:
    close_reading()
    return [one.subject for one in list_audit(actor=world.actor("auditor"), wanted=AuditFilter(**wanted)).records]  # type: ignore[arg-type]


def test_records_are_found_by_action_subject_result_and_person(world: World) -> None:
    write("order.ship", "order:1")
    write("order.ship", "order:2", result="refused")
    write("user.create", "user:9")

    assert found(world, action="order.") == ["order:2", "order:1"]
    assert found(world, action="order.", result="refused") == ["order:2"]
    assert found(world, subject="user:9") == ["user:9"]
    assert found(world, person="系统", action="user.") == ["user:9"]
    assert found(world, action="%") == []


def test_days_are_shanghai_days(world: World) -> None:
    with clock.frozen(datetime(2026, 3, 1, 16, 30, tzinfo=UTC)):
        write("test.late", "evening")

    assert found(world, action="test.late", from_day=date(2026, 3, 2), to_day=date(2026, 3, 2)) == ["evening"]
    assert found(world, action="test.late", to_day=date(2026, 3, 1)) == []


def test_a_page_leads_to_the_next(world: World) -> None:
    @atomic
    def many() -> None:
        for number in range(150):
            record(actor=SYSTEM, action="test.many", subject=f"n:{number}")

    many()
    first = list_audit(actor=world.actor("auditor"), wanted=AuditFilter(action="test.many"))
    second = list_audit(actor=world.actor("auditor"), wanted=AuditFilter(action="test.many", before=first.next_before))

    assert [len(first.records), len(second.records), second.next_before] == [100, 50, None]
    assert first.records[-1].subject == "n:50" and second.records[0].subject == "n:49"


@pytest.mark.parametrize("person", ["handler", "sysadmin", "secadmin", "regulator", "centre"])
def test_nobody_but_the_auditor_reads_the_audit(world: World, person: str) -> None:
    with pytest.raises(Refusal) as caught:
        list_audit(actor=world.actor(person), wanted=AuditFilter())

    assert caught.value.code == "access.denied"


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠x", "=cmd|'/c calc'!A0"],
)
def test_formulas_are_neutralised(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "order:1", "1-1", "a=b", "王芳"])
def test_plain_cells_are_left_alone(cell: str) -> None:
    assert neutral(cell) == cell


def test_export_holds_one_line_for_each_record_whatever_is_in_it(world: World) -> None:
    write("test.export", '=HYPERLINK("http://x")', words='quote " comma , line\nend')

    text = audit_csv(all_audit(actor=world.actor("auditor"), wanted=AuditFilter(action="test.export")))

    assert text.startswith("\ufeff编号,时间,")
    assert '"\'=HYPERLINK(""http://x"")"' in text
    assert text.count("\r\n") == 2
