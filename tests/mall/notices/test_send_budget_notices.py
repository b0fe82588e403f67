"""Who is told what when a budget document changes hands."""

from __future__ import annotations

from mall import clock
from mall.database import atomic, close_reading, session
from mall.finance.budget_document_actions import perform
from mall.finance.check_budget_document import AmountOnLine
from mall.finance.draw_up_budget_document import draw_up_budget_document
from mall.notices.notice import Notice
from mall.notices.send_budget_notices import send_budget_notices
from mall.outbox.deliver import deliver_waiting
from mall.outbox.event import Event
from mall.outbox.outbox_event import OutboxEvent
from tests.world import World


def submitted(world: World, *, who: str, kind: str = "supplement") -> str:
    document = draw_up_budget_document(
        actor=world.actor(who), unit_id=world.school_id, year=clock.today().year, kind=kind,
        lines=[AmountOnLine(world.office_line, 100)], reason="测试事由", basis="测试文号", is_submitted=True,
    )  # fmt: skip
    deliver_waiting()
    return document.number


def act(world: World, who: str, action: str, number: str, **body: str) -> None:
    perform(action, actor=world.actor(who), number=number, body=body)
    deliver_waiting()


def unread_of(world: World, username: str) -> list[str]:
    close_reading()
    rows = session().query(Notice).filter_by(user_id=world.users[username], read_at=None).order_by(Notice.id)
    return [notice.code for notice in rows]


def test_the_budget_officers_of_the_region_and_above_hear_of_a_submission(world: World) -> None:
    submitted(world, who="accountant")

    assert unread_of(world, "budget-city") == ["decide_budget_document"]
    assert unread_of(world, "budget") == ["decide_budget_document"]
    assert unread_of(world, "budget2") == []
    assert unread_of(world, "accountant") == []


def test_the_maker_is_not_asked_to_decide(world: World) -> None:
    submitted(world, who="budget-city", kind="freeze")

    assert unread_of(world, "budget-city") == []
    assert unread_of(world, "budget") == ["decide_budget_document"]


def test_a_return_goes_to_the_maker_and_takes_the_task_from_the_officers(world: World) -> None:
    number = submitted(world, who="accountant")

    act(world, "budget", "return", number, reason="金额不符")

    assert unread_of(world, "accountant") == ["budget_document_returned"]
    assert unread_of(world, "budget-city") == []


def test_the_unit_hears_of_what_finance_has_frozen(world: World) -> None:
    number = submitted(world, who="budget-city", kind="freeze")

    act(world, "budget", "approve", number)

    assert unread_of(world, "accountant") == ["budget_document_approved"]
    assert unread_of(world, "budget-city") == ["budget_document_approved"]


def test_a_withdrawn_document_asks_nobody_any_more(world: World) -> None:
    number = submitted(world, who="accountant")

    act(world, "accountant", "withdraw", number)

    assert unread_of(world, "budget") == []


def test_the_same_event_twice_is_one_notice(world: World) -> None:
    submitted(world, who="accountant")
    row = session().query(OutboxEvent).filter_by(name="budget_document.submit").one()
    event = Event(id=row.id, name=row.name, document=row.document, payload=row.payload, happened_at=row.happened_at)

    atomic(housekeeping="delivery once more, as after a crash")(send_budget_notices)(event)

    assert unread_of(world, "budget") == ["decide_budget_document"]
