"""A case, told step by step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.notices.notice import Notice
from mall.ordering.order_actions import perform as perform_on_order
from mall.ordering.place_order import Wanted, place_order
from mall.outbox.deliver import deliver_waiting
from mall.people.user import UserAccount
from supervision.cases.case_actions import perform
from supervision.cases.hold_steps import Subject, propose_hold
from supervision.cases.hold_steps import perform as perform_on_hold
from supervision.cases.merge_findings import merge_findings
from supervision.cases.watch_case import WatchCase
from supervision.cases.watch_hold import WatchHold
from tests.supervision.cases.found import a_finding
from tests.world import PASSWORD, World

REGULATOR = "regulator-city"
QUESTION = {"parties": "unit", "question": "请说明分次购买的原因", "grounds": "全年累计超过标准"}


class CaseStory:
    """One case and what people do with it; `number` is that of the case."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.number = ""

    def found(self, **given: Any) -> CaseStory:
        a_finding(self.world, **given)
        merge_findings()
        self.number = the_cases()[-1].number
        return self

    @property
    def case(self) -> WatchCase:
        close_reading()
        return session().scalars(select(WatchCase).where(WatchCase.number == self.number)).one()

    def do(self, who: str, action: str, **body: Any) -> WatchCase:
        files = body.pop("attachments", ())
        key = body.pop("request_key", None)
        done = perform(
            action, actor=self.world.actor(who), number=self.number, body=body, attachments=files, request_key=key
        )
        close_reading()
        return done

    def assigned(self) -> CaseStory:
        self.do(REGULATOR, "assign")
        return self

    def asked(self, parties: str = "unit") -> CaseStory:
        self.assigned().do(REGULATOR, "ask", **{**QUESTION, "parties": parties})
        return self

    def explained(self) -> CaseStory:
        self.asked().do("leader", "explain", words="各部门分别申报，没有合并。")
        return self

    def confirmed(self) -> CaseStory:
        self.explained().do(REGULATOR, "confirm", note="事实清楚，理由不足。")
        return self

    def dismissed(self, code: str = "urgent") -> CaseStory:
        self.explained().do(REGULATOR, "dismiss", review_code=code, note="确属紧急。")
        return self

    def rectifying(self) -> CaseStory:
        self.confirmed().do(REGULATOR, "ask_rectification", question="请建立合并采购的办法。")
        return self

    # -- holds

    def order(self, *goods: tuple[str, int], road: str = "placed") -> str:
        """The number of an order of the school with the sunny supplier, so far along its road."""
        placed = place_order(
            actor=self.world.actor("handler"),
            unit_id=self.world.school_id,
            wanted=[
                Wanted(listing_id=self.world.listings[key], quantity=count, budget_line_id=self.world.office_line)
                for key, count in goods or (("paper", 10),)
            ],
            delivery={"address": "阳光路1号"},
            excess_reason="测试需要",
        )
        close_reading()
        number = str(placed["orders"][0])
        deeds = {
            "approved": [("approver", "approve", {})],
            "confirmed": [("supplier", "confirm", {}), ("handler", "sign", {"password": PASSWORD})],
            "invoiced": [
                ("supplier", "sign", {"password": PASSWORD}),
                ("supplier", "ship", {}),
                ("receiver", "receive", {}),
                ("receiver", "accept", {}),
            ],
        }
        stages = list(deeds)
        for stage in stages[: stages.index(road) + 1] if road in deeds else []:
            for who, action, body in deeds[stage]:
                self.on_order(number, who, action, **body)
        return number

    def on_order(self, order_number: str, who: str, action: str, **body: Any) -> None:
        perform_on_order(action, actor=self.world.actor(who), number=order_number, body=body)
        close_reading()

    def proposes(self, subject: Subject, *, who: str = REGULATOR, until: date | None = None) -> str:
        hold = propose_hold(
            actor=self.world.actor(who),
            number=self.number,
            subject=subject,
            reason="价格和数量有争议",
            until=until or clock.today() + timedelta(days=10),
        )
        close_reading()
        return hold.number

    def on_hold(self, number: str, who: str, action: str, **body: Any) -> None:
        self.decide_hold(number, who, action, **body)
        deliver()

    def decide_hold(self, number: str, who: str, action: str, **body: Any) -> None:
        """As `on_hold`, before the worker hears of it."""
        perform_on_hold(action, actor=self.world.actor(who), number=number, body=body)
        close_reading()

    def in_force(self, subject: Subject, **given: Any) -> str:
        number = self.proposes(subject, **given)
        self.on_hold(number, "regulator-city2", "approve")
        return number


def deliver() -> None:
    """Let the worker hear of everything."""
    deliver_waiting()
    close_reading()


def the_cases() -> list[WatchCase]:
    close_reading()
    return list(session().scalars(select(WatchCase).order_by(WatchCase.id)))


def the_hold(number: str) -> WatchHold:
    close_reading()
    return session().scalars(select(WatchHold).where(WatchHold.number == number)).one()


def told(username: str) -> list[str]:
    """Codes of the notices that wait for this person, oldest first."""
    close_reading()
    query = select(Notice.code).join(UserAccount, UserAccount.id == Notice.user_id)
    query = query.where(UserAccount.username == username, Notice.read_at.is_(None))
    return list(session().scalars(query.order_by(Notice.id)))


@atomic
def change_case(number: str, **values: Any) -> None:
    """Bend a case for a test."""
    session().execute(update(WatchCase).where(WatchCase.number == number).values(**values))
    record(actor=SYSTEM, action="test.case", subject=number)
