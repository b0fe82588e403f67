"""The objects of the access test: an order at every point of its road, goods, files, carts, money and people.

A maker returns the facts of one object: what stands in addresses (by the names of the URL rules), what a
form needs, and `canary`, the words by which the object is recognised on a page.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
from PIL import Image
from sqlalchemy import select

from catalog_import.drop_folder import folder_of
from catalog_import.receive_file import receive_file
from catalog_import.run_import import run_batch
from catalog_import.switch_drop import switch_drop
from catalog_import.take_drops import Manner, take_drops
from ledger import budget_lines
from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.assets.asset_card import AssetCard, asset_cards_of
from mall.assets.send_cards import send_cards
from mall.assets.take_card_file import take_card_file
from mall.audit.record import record
from mall.catalogue.add_listing_image import add_listing_image
from mall.catalogue.enter_ceiling import enter_ceiling
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.compulsory_budget.category_need import record_need
from mall.contracts.contract import contract_of
from mall.database import atomic, close_reading, session
from mall.demo import stand_in_treasury
from mall.errors import Refusal
from mall.exchange.decide_suspense import act_on_suspense
from mall.exchange.receive_return import keep_refused
from mall.exchange.receive_statement import receive_statement
from mall.exchange.reconcile import reconcile
from mall.exchange.return_file import IN_HEAD, IN_LINE, tail_line
from mall.finance.budget_document_actions import perform as perform_on_document
from mall.finance.check_budget_document import AmountOnLine
from mall.finance.draw_up_budget_document import draw_up_budget_document
from mall.finance.draw_up_journal import approve_journal, draw_up_journal
from mall.finance.exchange_treasury import export_batch, import_returns, take_returns, write_batches
from mall.finance.invoice import invoices_of
from mall.finance.keep_attachment import keep_attachment
from mall.finance.payment_request import payment_requests_of
from mall.finance.refund_claim import refund_claims_of
from mall.images.keep_image import keep_image
from mall.images.prepare_image import prepare_image
from mall.ordering.edit_cart import add_to_cart
from mall.ordering.order import order_numbered
from mall.ordering.order_actions import perform
from mall.ordering.place_order import Wanted, place_order
from mall.outbox.event import Event
from mall.payment_watch.answer_payment_finding import perform as perform_on_finding
from mall.payment_watch.load_payment_file import load_payment_file
from mall.payment_watch.other_payment import OtherPayment
from mall.payment_watch.payment_finding import findings_of
from mall.people.create_user import create_user
from mall.people.disable_user import disable_user
from mall.people.grant_post import grant_post
from mall.people.user import posts_of
from mall.people.web_session import begin_session
from mall.plans.check_fund_use_plan import PlannedMonth
from mall.plans.draw_up_fund_use_plan import draw_up_fund_use_plan
from mall.plans.fund_use_plan_actions import perform as perform_on_plan
from mall.printing.print_order import documents_of, enter_documents
from mall.search.edit_synonyms import add_synonyms
from mall.supplier_push.change_push_keys import make_push_key
from mall.year_end.draw_up_worksheet import draw_up_worksheet
from mall.year_end.worksheet_actions import perform as perform_on_worksheet
from supervision.cases.apply_holds_subscriber import put_in_force
from supervision.cases.hold_steps import Subject
from supervision.rule_changes.draw_up_change import draw_up_change
from supervision.rule_changes.rule_change_actions import perform as perform_on_change
from tests.house.access_credit import MAKERS as CREDIT_MAKERS
from tests.house.access_people import Person, token_of
from tests.supervision.cases.case_story import CaseStory
from tests.supervision.cases.found import a_finding
from tests.world import COUNTY_REGION, PASSWORD, SCHOOL_REGION, World

Facts = dict[str, Any]
#: (who, action, body)
Deed = tuple[str, str, Facts]

PAPER, MACHINES = ("paper", 2), ("printer", 1)
#: above the limits of the second approval and of the second acceptor
FOR_THE_LEADER, FOR_THE_ACCEPTOR = ("printer", 85), ("computer", 11)

_REASON = {"reason": "测试说明理由"}
_APPROVED: tuple[Deed, ...] = (("approver", "approve", {}),)
_CONFIRMED = (*_APPROVED, ("supplier", "confirm", {}))
_CONTRACTED = (
    *_CONFIRMED, ("handler", "sign", {"password": PASSWORD}), ("supplier", "sign", {"password": PASSWORD}),
)  # fmt: skip
_SHIPPED = (*_CONTRACTED, ("supplier", "ship", {}))
_SHIPPED_IN_PART = (*_CONTRACTED, ("supplier", "ship", {"lines": [{"line_no": 1, "quantity": 1}]}))
_RECEIVED = (*_SHIPPED, ("receiver", "receive", {}))
_ACCEPTED = (*_RECEIVED, ("receiver", "accept", {}))
_INVOICED = (*_ACCEPTED, ("supplier", "invoice", {}))
_REQUESTED = (*_INVOICED, ("accountant", "request_payment", {}))
_IN_PAYMENT = (*_REQUESTED, ("finance", "approve_payment", {}))
_PAID = (*_IN_PAYMENT, ("treasury", "pay", {}))
_CUT = {"lines": [{"line_no": 1, "amount_fen": 100}], **_REASON}
_CHANGE_ASKED = (*_ACCEPTED, ("handler", "ask_price_cut", _CUT))
_BACK = {"lines": [{"line_no": 1, "quantity": 1}], **_REASON}
_CLAIMED = (*_PAID, ("handler", "claim_refund", _BACK))
_REFUND_AGREED = (*_CLAIMED, ("supplier", "agree_refund", {}))
_REFUND_DISPUTED = (*_CLAIMED, ("supplier", "dispute_refund", _REASON))
_DISPUTED = (*_RECEIVED, ("receiver", "dispute", _REASON))


@dataclass(frozen=True)
class Situation:
    """An order on which `action` is possible: what it buys, the road up to there, and the action's own body."""

    action: str
    road: tuple[Deed, ...]
    goods: tuple[str, int] = PAPER
    body: Facts = field(default_factory=dict)
    form: Facts = field(default_factory=dict)


_ONE_PIECE = {"quantity_1": "1"}
_ONE_LINE = {"lines": [{"line_no": 1, "quantity": 1}]}
_MARKS = {"goods": 5, "delivery": 4, "service": 3}

SITUATIONS: dict[str, Situation] = {
    "to:submit": Situation("submit", (("approver", "return", _REASON),)),
    "to:edit": Situation("edit", (("approver", "return", _REASON),), body=_ONE_LINE, form=_ONE_PIECE),
    "to:approve": Situation("approve", ()),
    "to:approve_second": Situation("approve", _APPROVED, FOR_THE_LEADER),
    "to:return": Situation("return", (), body=_REASON, form=_REASON),
    "to:return_second": Situation("return", _APPROVED, FOR_THE_LEADER, body=_REASON, form=_REASON),
    "to:cancel": Situation("cancel", (), body=_REASON, form=_REASON),
    "to:confirm": Situation("confirm", _APPROVED),
    "to:decline": Situation("decline", _APPROVED, body=_REASON, form=_REASON),
    "to:sign": Situation("sign", _CONFIRMED, body={"password": PASSWORD}, form={"password": PASSWORD}),
    "to:request_cancellation": Situation("request_cancellation", _CONTRACTED, body=_REASON, form=_REASON),
    "to:agree_cancellation": Situation(
        "agree_cancellation", (*_CONTRACTED, ("handler", "request_cancellation", _REASON))
    ),
    "to:ship": Situation("ship", _CONTRACTED, body=_ONE_LINE, form=_ONE_PIECE),
    "to:receive": Situation("receive", _SHIPPED, body=_ONE_LINE, form=_ONE_PIECE),
    "to:refuse": Situation("refuse", _SHIPPED, body=_REASON, form=_REASON),
    "to:request_short": Situation(
        "request_short", _SHIPPED_IN_PART, body={**_ONE_LINE, **_REASON}, form={**_ONE_PIECE, **_REASON}
    ),
    "to:agree_short": Situation("agree_short", (*_SHIPPED_IN_PART, ("handler", "request_short", _REASON))),
    "to:accept": Situation("accept", _RECEIVED, body=_ONE_LINE, form=_ONE_PIECE),
    "to:accept_second": Situation("accept_second", _ACCEPTED, FOR_THE_ACCEPTOR),
    "to:dispute": Situation("dispute", _RECEIVED, body={**_ONE_LINE, **_REASON}, form={**_ONE_PIECE, **_REASON}),
    "to:answer_dispute": Situation(
        "answer_dispute", _DISPUTED, body={"answer": "同意更换"}, form={"answer": "同意更换"}
    ),
    "to:settle_dispute": Situation(
        "settle_dispute",
        _DISPUTED,
        body={"outcome": "accept", "decision": "双方同意"},
        form={"outcome": "accept", "decision": "双方同意"},
    ),
    "to:invoice": Situation("invoice", _ACCEPTED),
    "to:request_payment": Situation("request_payment", _INVOICED),
    "to:return_payment": Situation("return_payment", _REQUESTED, body=_REASON, form=_REASON),
    "to:approve_payment": Situation("approve_payment", _REQUESTED),
    "to:credit_note": Situation("credit_note", _INVOICED, body=_REASON, form=_REASON),
    "to:offset_refund": Situation("offset_refund", _INVOICED),
    "to:ask_price_cut": Situation("ask_price_cut", _ACCEPTED, body=_CUT, form={"amount_1": "1.00", **_REASON}),
    "to:ask_return": Situation("ask_return", _ACCEPTED, body=_BACK, form={**_ONE_PIECE, **_REASON}),
    "to:ask_retention": Situation("ask_retention", _ACCEPTED, body=_REASON, form=_REASON),
    "to:release_retention": Situation("release_retention", _ACCEPTED, body=_REASON, form=_REASON),
    "to:agree_change": Situation("agree_change", _CHANGE_ASKED),
    "to:decline_change": Situation("decline_change", _CHANGE_ASKED, body=_REASON, form=_REASON),
    "to:withdraw_change": Situation("withdraw_change", _CHANGE_ASKED),
    "to:claim_refund": Situation("claim_refund", _PAID, body=_BACK, form={**_ONE_PIECE, **_REASON}),
    "to:agree_refund": Situation("agree_refund", _CLAIMED),
    "to:dispute_refund": Situation("dispute_refund", _CLAIMED, body=_REASON, form=_REASON),
    "to:insist_refund": Situation("insist_refund", _REFUND_DISPUTED, body=_REASON, form=_REASON),
    "to:withdraw_refund": Situation("withdraw_refund", _CLAIMED),
    "to:receive_refund": Situation(
        "receive_refund", _REFUND_AGREED, body={"reference": "GK0001"}, form={"reference": "GK0001"}
    ),
    "to:give_up_refund": Situation("give_up_refund", _REFUND_AGREED, body=_REASON, form=_REASON),
    "to:register_asset": Situation("register_asset", _ACCEPTED, MACHINES),
    "to:rate": Situation(
        "rate", (*_IN_PAYMENT, ("treasury", "pay", {})), body=_MARKS, form={name: str(m) for name, m in _MARKS.items()}
    ),
    "to:nonsense": Situation("nonsense", ()),
    "to:pay": Situation("pay", _IN_PAYMENT),
}


class Scene:
    """The world with its people, and one maker for every object that the oracle names."""

    def __init__(self, world: World, people: dict[str, Person], *, admin: psycopg.Connection, folder: Path) -> None:
        self.world, self.people, self.admin, self.folder = world, people, admin, folder
        self.numbers = count(1)
        self._actors: dict[str, Actor] = {}
        #: what the forms of many objects need
        self._known: Facts = {
            "paper_id": world.listings["paper"],
            "supplier_ids": {"supplier": world.sunny_id, "supplier2": world.moon_id},
        }
        self.school_money = _rich_line(world, "金丝雀经费", unit_id=world.school_id, region_code=SCHOOL_REGION)

    def actor(self, username: str) -> Actor:
        if username not in self._actors:
            self._actors[username] = self.world.actor(username)
        return self._actors[username]

    def make(self, name: str) -> Facts:
        """The facts of a new object of this name."""
        try:
            if name in SITUATIONS:
                return _in_situation(self, SITUATIONS[name])
            return {**self._known, **MAKERS[name](self)} if name else {}
        finally:
            close_reading()

    def placed(self, goods: tuple[str, int], *, by: str = "handler", request_key: str | None = None) -> str:
        """The number of an order just placed."""
        of_county = by == "handler2"
        placed = place_order(
            actor=self.actor(by),
            unit_id=self.world.county_id if of_county else self.world.school_id,
            wanted=[
                Wanted(
                    listing_id=self.world.listings[goods[0]],
                    quantity=goods[1],
                    budget_line_id=self.world.lines["county_office"] if of_county else self.school_money,
                )
            ],
            delivery={"address": "阳光路1号", "contact": _canary_of(by), "phone": "0371-60000000"},
            # All its printers together are more than the school's staff quota allows.
            excess_reason="测试需要",
            request_key=request_key,
        )
        close_reading()
        return str(placed["orders"][0])

    def drive(self, number: str, road: tuple[Deed, ...], *, suffix: str = "") -> None:
        """Take the order along a road."""
        for who, action, body in road:
            if action == "pay":
                self._pay()
                continue
            given = self.invoice_for(number) if action == "invoice" else body
            perform(action, actor=self.actor(who + suffix), number=number, body=given)
            close_reading()

    def invoice_for(self, number: str) -> Facts:
        """A matching invoice with a number of its own."""
        order = order_numbered(number)
        amount_fen = sum(line.accepted_fen for line in order.lines)
        close_reading()
        return {
            "number": f"{next(self.numbers):020d}", "issued_on": clock.today().isoformat(), "amount_fen": amount_fen,
        }  # fmt: skip

    def _pay(self) -> None:
        out, back = self.folder / "out", self.folder / "back"
        export_batch(actor=SYSTEM)
        write_batches(out)
        with patch.object(stand_in_treasury, "REFUSED_PER_THOUSAND", 0):
            answers = stand_in_treasury.answer_batches(outgoing=out, incoming=back)
        for answer in answers:
            import_returns(actor=SYSTEM, path=answer)


def _canary_of(handler: str) -> str:
    return f"金丝雀收货人{handler}"


def _in_situation(scene: Scene, situation: Situation) -> Facts:
    number = scene.placed(situation.goods)
    scene.drive(number, situation.road)
    facts: Facts = {"number": number, "action": situation.action, "canary": _canary_of("handler")}
    facts |= {"form": dict(situation.form), "body": dict(situation.body)}
    if situation.action == "invoice":
        facts["body"] = scene.invoice_for(number)
        yuan = f"{facts['body']['amount_fen'] // 100}.{facts['body']['amount_fen'] % 100:02d}"
        facts["form"] = {**facts["body"], "amount": yuan}
    if situation.action == "credit_note":
        order = order_numbered(number)
        facts["body"] |= {**scene.invoice_for(number), "invoice": invoices_of(order.id)[0].number}
        facts["form"] |= {**facts["body"], "amount": f"{facts['body']['amount_fen'] / 100:.2f}"}
    if situation.action in ("ask_retention", "release_retention"):
        held = {"amount_fen": 100, "due_on": (clock.today() + timedelta(days=90)).isoformat(), **_REASON}
        if situation.action == "release_retention":
            perform("ask_retention", actor=scene.actor("accountant"), number=number, body=held)
            perform("agree_change", actor=scene.actor("supplier"), number=number)
        else:
            facts |= {"body": held, "form": {**held, "amount": "1.00"}}
    if situation.action == "offset_refund":
        other = scene.placed(("paper", 1))
        scene.drive(other, _REFUND_AGREED)
        refund = refund_claims_of(order_numbered(other).id)[0].number
        facts |= {"body": {"refund": refund}, "form": {"refund": refund}}
    if situation.action == "register_asset":
        cards = asset_cards_of(order_numbered(number).id)
        facts["form"] = {name: text for card in cards for name, text in _typed(card.id).items()}
        facts["body"] = {"cards": [{"number": card.number, "place": "机房", "keeper": "保管人"} for card in cards]}
    return facts


def _typed(card_id: int) -> Facts:
    return {f"place_{card_id}": "机房", f"keeper_{card_id}": "保管人"}


def _school_order(scene: Scene) -> Facts:
    number = scene.placed(MACHINES)
    scene.drive(number, _IN_PAYMENT)
    order = order_numbered(number)
    contract = contract_of(order.id)
    assert contract is not None
    facts = {"number": number, "canary": _canary_of("handler"), "kind": "contract", "paper": contract.number}
    return {**facts, "order_id": order.id}


def _school_payment(scene: Scene) -> Facts:
    facts = _school_order(scene)
    return {**facts, "kind": "payment_request", "paper": payment_requests_of(facts["order_id"])[0].number}


def _school_paper(scene: Scene) -> Facts:
    number = _school_order(scene)["number"]
    _enter_documents(number)
    kind, paper = documents_of(order_numbered(number))[0]
    row = scene.admin.execute(
        "select code from printed_document where kind = %s and number = %s", (kind, paper)
    ).fetchone()
    assert row is not None
    return {"code": row[0]}


@atomic(housekeeping="what the worker does when it hears of the order")
def _enter_documents(number: str) -> None:
    enter_documents(order_numbered(number))


def _school_submitted(scene: Scene) -> Facts:
    return {"number": scene.placed(PAPER), "canary": _canary_of("handler")}


def _county_order(scene: Scene) -> Facts:
    number = scene.placed(("paper2", 1), by="handler2")
    road = tuple(deed for deed in _CONFIRMED if deed[1] in ("approve", "confirm"))
    scene.drive(number, road, suffix="2")
    return {"number": number, "canary": _canary_of("handler2")}


def _as_row(maker: Callable[[Scene], Facts]) -> Callable[[Scene], Facts]:
    """In a list an order is recognised by its number."""

    def make(scene: Scene) -> Facts:
        number = maker(scene)["number"]
        return {"number": number, "canary": number}

    return make


def _book_of(maker: Callable[[Scene], Facts]) -> Callable[[Scene], Facts]:
    def make(scene: Scene) -> Facts:
        return {"number": maker(scene)["number"], "canary": '"amount_fen"'}

    return make


def _school_asset(scene: Scene) -> Facts:
    number = _school_order(scene)["number"]
    card = asset_cards_of(order_numbered(number).id)[0]
    return {"canary": card.number}


def _accepted_piece(scene: Scene) -> tuple[str, AssetCard]:
    number = scene.placed(MACHINES)
    scene.drive(number, _ACCEPTED)
    return number, asset_cards_of(order_numbered(number).id)[0]


def _school_waiting(scene: Scene) -> Facts:
    """A piece that waits to be registered, with a form that does it."""
    number, card = _accepted_piece(scene)
    form = {
        f"choose_{card.order_line_id}": "1",
        f"count_{card.order_line_id}": "1",
        "place": "机房",
        "keeper": "保管人",
    }
    return {"unit_id": scene.world.school_id, "canary": number, "form": {**form, "unit": str(scene.world.school_id)}}


def _school_card(scene: Scene) -> Facts:
    """A registered card, that may still be mended."""
    number, card = _accepted_piece(scene)
    # Recognised by its place: its number stands in addresses, which are shown to those who are led away, too.
    canary = f"金丝雀地点{next(scene.numbers)}号"
    place = {"number": card.number, "place": canary, "keeper": "保管人", "serial_number": ""}
    perform("register_asset", actor=scene.actor("receiver"), number=number, body={"cards": [place]})
    form = {
        "place": "改过的地点",
        "serial_number": f"SN-{next(scene.numbers)}",
        "keeper": "保管人",
        "unit": str(scene.world.school_id),
    }
    return {"number": card.number, "canary": canary, "form": form}


def _school_report(scene: Scene) -> Facts:
    """What an asset system says of a card of the school; its number stands in the body alone."""
    number = _school_card(scene)["number"]
    said = {"card": number, "kind": "acknowledge", "system_number": f"XT-{number}"}
    return {"body": {"unit_id": scene.world.school_id, "reports": [said]}}


def _school_asset_file(scene: Scene) -> Facts:
    """A file that went out; the card's number stands in it."""
    card = _school_card(scene)
    number = send_cards(actor=scene.actor("accountant"), unit_id=scene.world.school_id)
    return {"number": number, "canary": card["canary"], "ending": "csv", "card": card["number"]}


def _school_asset_file_page(scene: Scene) -> Facts:
    """Its page names the cards, not their places."""
    facts = _school_asset_file(scene)
    return {**facts, "canary": facts["card"]}


def _school_refused_rows(scene: Scene) -> Facts:
    """A file that came back with a row that was refused."""
    canary = f"OLD-CANARY-{next(scene.numbers)}"
    number = take_card_file(
        actor=scene.actor("accountant"), unit_id=scene.world.school_id, file_name="canary.csv",
        content=f"卡片号,资产编号\n{canary},1\n".encode(),
    )  # fmt: skip
    return {"number": number, "canary": canary}


def _school_strange_card(scene: Scene) -> Facts:
    canary = _school_refused_rows(scene)["canary"]
    row = scene.admin.execute("select id from strange_card where card_number = %s", (canary,)).fetchone()
    assert row is not None
    return {"strange_id": row[0], "canary": canary, "form": {"reason": "商城外购置"}}


def _card_file(scene: Scene) -> Facts:
    canary = f"OLD-CANARY-{next(scene.numbers)}"
    return {"content": f"卡片号,资产编号\n{canary},1\n".encode(), "unit_id": scene.world.school_id}


def _listing(scene: Scene, state: str) -> Facts:
    number = next(scene.numbers)
    listing_id, product_id = _insert_listing(scene.world.sunny_id, number=number, state=state)
    word = f"金丝雀类目{number}"
    facts = {"listing_id": listing_id, "product_id": product_id, "supplier_id": scene.world.sunny_id, "word": word}
    return {**facts, "canary": word if state == "needs_category" else f"金丝雀文具{number}号"}


@atomic
def _insert_listing(supplier_id: int, *, number: int, state: str) -> tuple[int, int]:
    name = f"金丝雀文具{number}号"
    category = None if state == "needs_category" else "A05040101"
    product = Product(
        category_code=category, brand="金丝雀", model=str(number), name=name, match_key=f"canary|{number}",
        specification={}, base_unit="个", is_green=False, created_at=clock.now(),
    )  # fmt: skip
    session().add(product)
    session().flush()
    listing = Listing(
        product_id=product.id, supplier_id=supplier_id, sku=f"0CANARY-{number}", name=name, price_fen=1000, unit="个",
        region_codes=[410000], state=state, supplier_category=f"金丝雀类目{number}",
        created_at=clock.now(), updated_at=clock.now(),
    )  # fmt: skip
    session().add(listing)
    session().flush()
    record(actor=SYSTEM, action="test.listing", subject=f"listing:{listing.id}")
    return listing.id, product.id


def _picture(number: int) -> bytes:
    """A PNG that nothing else in the scene shows."""
    target = io.BytesIO()
    Image.new("RGB", (16, 16), (number % 256, number // 256 % 256, number // 65536)).save(target, format="PNG")
    return target.getvalue()


def _image(scene: Scene, state: str) -> Facts:
    """Goods with two images, and a third picture that is not among them."""
    facts = _listing(scene, state)
    image_ids, image = [], None
    for _place in range(2):
        picture = prepare_image(_picture(1000 * next(scene.numbers)), bytes_max=1 << 20, pixels_max=1 << 20)
        image = keep_image(picture, data_dir=scene.folder)
        image_ids.append(add_listing_image(actor=scene.actor("supplier"), listing_id=facts["listing_id"], image=image))
    assert image is not None
    return {
        **facts, "image_id": image_ids[-1], "image_hash": image.sha256, "size": "page",
        "order": ",".join(map(str, reversed(image_ids))), "content": _picture(1000 * next(scene.numbers)),
    }  # fmt: skip


def _entered_ceiling(scene: Scene) -> Facts:
    source = f"金丝雀框架协议{next(scene.numbers)}号"
    entered = enter_ceiling(
        actor=scene.actor("centre"), category_code="A05040101", ceiling_fen=99_00, valid_from=date(2026, 1, 1),
        source=source,
    )  # fmt: skip
    return {"ceiling_id": entered.id, "canary": source}


def _synonyms(scene: Scene) -> Facts:
    word = f"金丝雀打印机{next(scene.numbers)}"
    added = add_synonyms(actor=scene.actor("centre"), direction="both", words=(word, "打印机"))
    return {"synonym_id": added.id, "canary": word}


def _open_question(scene: Scene) -> Facts:
    """A question of the matcher about two products of one supplier; earlier ones would push it off its page."""
    scene.admin.execute("update match_question set state = 'lapsed' where state = 'open'")
    facts, other = _listing(scene, "on_shelf"), _listing(scene, "on_shelf")
    row = scene.admin.execute(
        "insert into match_question (listing_id, supplier_id, product_id, candidate_id, confidence, evidence, state,"
        " asked_at) values (%s, %s, %s, %s, 70, '[]', 'open', now()) returning id",
        (facts["listing_id"], facts["supplier_id"], facts["product_id"], other["product_id"]),
    ).fetchone()
    assert row is not None
    return {"question_id": row[0], "canary": facts["canary"]}


def _two_products(scene: Scene) -> Facts:
    facts, other = _listing(scene, "on_shelf"), _listing(scene, "on_shelf")
    return {**facts, "form": {"into": str(other["product_id"]), "reason": "同一商品"}}


def _shared_product(scene: Scene) -> Facts:
    facts, other = _listing(scene, "on_shelf"), _listing(scene, "on_shelf")
    move = "update listing set product_id = %s where id = %s"
    scene.admin.execute(move, (facts["product_id"], other["listing_id"]))
    return {**facts, "form": {"listing": str(other["listing_id"]), "reason": "不是同一商品"}}


def _file(scene: Scene, *, for_supplier: int | None) -> Facts:
    number = next(scene.numbers)
    content = f"商品编号,商品名称,类目,计量单位,含税单价\nF{number},金丝雀复印纸{number},A05040101,包,20.00\n".encode()
    return {"content": content, "file_name": f"金丝雀复印纸{number}.csv", "for_supplier": for_supplier}


def _sunny_batch(scene: Scene) -> Facts:
    given = _file(scene, for_supplier=scene.world.sunny_id)
    actor = scene.actor("supplier")
    received = receive_file(
        actor=actor, supplier_id=scene.world.sunny_id, file_name=given["file_name"],
        stream=io.BytesIO(given["content"]), mode="dry-run",
    )  # fmt: skip
    run_batch(actor=actor, batch_id=received.batch_id, mode="dry-run")
    return {"batch_id": received.batch_id, "canary": given["file_name"].removesuffix(".csv")}


def _sunny_drop(scene: Scene) -> Facts:
    """A folder out of which a file was taken."""
    given = _file(scene, for_supplier=scene.world.sunny_id)
    switch_drop(actor=scene.actor("supplier"), supplier_id=scene.world.sunny_id, is_on=True, mode="dry-run")
    (folder_of("91410100MA00000011") / "in" / given["file_name"]).write_bytes(given["content"])
    take_drops(Manner(quiet_seconds=0))
    return {"canary": given["file_name"].removesuffix(".csv")}


def _drops_off(scene: Scene) -> Facts:
    for who, supplier_id in (("supplier", scene.world.sunny_id), ("supplier2", scene.world.moon_id)):
        switch_drop(actor=scene.actor(who), supplier_id=supplier_id, is_on=False, mode="dry-run")
    return {}


def _school_cart(scene: Scene) -> Facts:
    facts = _listing(scene, "on_shelf")
    world = scene.world
    add_to_cart(actor=scene.actor("handler"), unit_id=world.school_id, listing_id=facts["listing_id"], quantity=1)
    row = scene.admin.execute(
        "update cart_line set budget_line_id = %s where listing_id = %s returning id",
        (scene.school_money, facts["listing_id"]),
    ).fetchone()
    assert row is not None
    scene.admin.execute("delete from cart_line where user_id = %s and id <> %s", (world.users["handler"], row[0]))
    shown = {"listing": facts["listing_id"], "quantity": 1, "budget_line": scene.school_money, "seen": 1000}
    form = {f"{name}_{row[0]}": str(value) for name, value in shown.items()}
    return {"cart_line_id": row[0], "canary": facts["canary"], "unit_id": world.school_id, "cart_form": form}


def _placed_by_handler(scene: Scene) -> Facts:
    key = f"access-test-{next(scene.numbers)}"
    return {"request_key": key, "canary": scene.placed(PAPER, request_key=key)}


def _supplier(scene: Scene, state: str) -> Facts:
    number = next(scene.numbers)
    row = scene.admin.execute(
        "with place as (insert into organisation (kind, region_code, name)"
        " values ('supplier', 410100, %s) returning id)"
        " insert into supplier (id, name, credit_code, region_code, is_small_firm, state)"
        " select id, %s, %s, 410100, true, %s from place returning id",
        (f"金丝雀商行{number}", f"金丝雀商行{number}", f"CANARY{number:012d}", state),
    ).fetchone()
    assert row is not None
    return {"supplier_id": row[0]}


def _unit(unit: str) -> Callable[[Scene], Facts]:
    def make(scene: Scene) -> Facts:
        if unit == "school":
            return {"unit_id": scene.world.school_id, "budget_line_id": scene.school_money}
        return {"unit_id": scene.world.county_id, "budget_line_id": scene.world.lines["county_office"]}

    return make


def _school_line(scene: Scene) -> Facts:
    return {"line_id": scene.school_money, "unit_id": scene.world.school_id, "canary": "金丝雀经费"}


def _county_line(scene: Scene) -> Facts:
    line_id = _rich_line(scene.world, "金丝雀县级经费", unit_id=scene.world.county_id, region_code=410324)
    return {"line_id": line_id, "unit_id": scene.world.county_id, "canary": "金丝雀县级经费"}


def _books(maker: Callable[[Scene], Facts], *, region_code: int) -> Callable[[Scene], Facts]:
    """A budget line with the posting that gave it its money."""

    def make(scene: Scene) -> Facts:
        facts = maker(scene)
        row = scene.admin.execute(
            "select min(txn_id) from ledger.entry where line_id = %s", (facts["line_id"],)
        ).fetchone()
        assert row is not None
        books = {"account": 1000, "region_code": region_code, "year": clock.today().year, "txn_id": row[0]}
        return {**facts, **books}

    return make


@atomic
def _rich_line(world: World, name: str, *, unit_id: int, region_code: int, is_unflagged: bool = False) -> int:
    year = clock.today().year
    row = budget_lines.lines_of_unit(session(), region_code=region_code, year=year, unit_id=unit_id)
    code = f"{unit_id}-{year}-9{len(list(row))}"
    line_id = budget_lines.create_line(
        session(), region_code=region_code, year=year, unit_id=unit_id, code=code, name=name, created_at=clock.now(),
        economic_code="30202" if is_unflagged else "30201", economic_name="办公费", function_code="205",
        function_name="教育支出", fund_source="一般公共预算", category_scope=(), is_procurement=not is_unflagged,
    )  # fmt: skip
    budget_lines.appropriate(
        session(), line_id, amount_fen=10_000_000_000, source_type="budget", source_id=code,
        effective_on=date(year, 1, 2), posted_at=clock.now(), actor="test",
    )  # fmt: skip
    budget_lines.plan_line(
        session(), line_id, months={1: 10_000_000_000}, source_type="budget", source_id=code,
        effective_on=date(year, 1, 2), posted_at=clock.now(), actor="test",
    )  # fmt: skip
    record(actor=SYSTEM, action="test.line", subject=f"line:{line_id}")
    return line_id


def _notice(scene: Scene) -> Facts:
    canary = f"DD-410100-2026-9{next(scene.numbers):05d}"
    row = scene.admin.execute(
        "insert into notice (user_id, event_id, code, document, facts, at)"
        " values (%s, %s, 'approve_order', %s,"
        " jsonb_build_object('number', %s::text, 'unit', '', 'supplier', ''), now()) returning id",
        (scene.world.users["handler"], -next(scene.numbers), f"order:{canary}", canary),
    ).fetchone()
    assert row is not None
    return {"notice_id": row[0], "canary": canary}


def _session(scene: Scene) -> Facts:
    return {"session_id": begin_session(user_id=scene.world.users["handler"], address="", browser="lost")[0]}


def _token(scene: Scene) -> Facts:
    return {"token_id": token_of(scene.world.users["handler"])[1]}


def _somebody(scene: Scene) -> Facts:
    number = next(scene.numbers)
    user, link = create_user(actor=SYSTEM, username=f"somebody{number}", name=f"金丝雀人员{number}号")
    grant_post(actor=SYSTEM, user_id=user.id, organisation_id=scene.world.county_id, role="handler")
    facts = {"user_id": user.id, "post_id": posts_of(user.id)[0].post_id, "link": link}
    return {**facts, "organisation_id": scene.world.county_id, "canary": user.name}


def _disabled_somebody(scene: Scene) -> Facts:
    facts = _somebody(scene)
    disable_user(actor=scene.actor("sysadmin"), user_id=facts["user_id"], reason="离职")
    return facts


def _parked_event(scene: Scene) -> Facts:
    canary = f"canary:{next(scene.numbers)}"
    row = scene.admin.execute(
        "insert into outbox_event (name, document, payload, happened_at, state, tries)"
        " values ('canary.sang', %s, '{}', now(), 'parked', 9) returning id",
        (canary,),
    ).fetchone()
    assert row is not None
    return {"event_id": row[0], "canary": canary}


@atomic
def _audit_row(scene: Scene) -> Facts:
    canary = f"canary:audit{next(scene.numbers)}"
    record(actor=SYSTEM, action="test.canary", subject=canary)
    return {"canary": canary}


def _document(scene: Scene, *, who: str = "accountant", road: tuple[Deed, ...] = (), submitted: bool = True) -> Facts:
    """A budget document of the school, along a road."""
    line_id, kind = scene.school_money, "supplement" if who == "accountant" else "freeze"
    number = draw_up_budget_document(
        actor=scene.actor(who), unit_id=scene.world.school_id, year=clock.today().year, kind=kind,
        lines=[AmountOnLine(line_id, 100)], reason="金丝雀事由", basis="测试文号", is_submitted=submitted,
        attachments=[keep_attachment(b"%PDF-1.7 canary", file_name="canary.pdf", data_dir=scene.folder)],
    ).number  # fmt: skip
    for deed_by, action, body in road:
        perform_on_document(action, actor=scene.actor(deed_by), number=number, body=body)
    close_reading()
    return {"number": number, "canary": "金丝雀事由"}


def _document_for(action: str, *, road: tuple[Deed, ...] = (), submitted: bool = True) -> Callable[[Scene], Facts]:
    """A document on which `action` is possible, with a good body and form for it."""

    def make(scene: Scene) -> Facts:
        number = _document(scene, road=road, submitted=submitted)["number"]
        facts: Facts = {"number": number, "action": action, "form": {}, "body": {}}
        if action == "return":
            facts |= {"form": dict(_REASON), "body": dict(_REASON)}
        if action == "edit":
            grounds = {"reason": "改过的事由", "basis": "测试文号"}
            facts["form"] = {**grounds, f"amount_{scene.school_money}": "2.00"}
            facts["body"] = {**grounds, "lines": [{"budget_line_id": scene.school_money, "amount_fen": 200}]}
        return facts

    return make


def _document_file(scene: Scene) -> Facts:
    number = _document(scene)["number"]
    row = scene.admin.execute(
        "select a.id from budget_attachment a join budget_document d on d.id = a.document_id where d.number = %s",
        (number,),
    ).fetchone()
    assert row is not None
    return {"number": number, "attachment_id": row[0], "canary": "%PDF-1.7 canary"}


def _suspense(scene: Scene, *, region_code: int = SCHOOL_REGION) -> Facts:
    """A word of the treasury about a payment that does not exist in this region."""
    running = next(scene.numbers)
    line = f"{IN_LINE},ZF-{region_code}-2026-9{running:06d},OK,{running},GK{running:014d},"
    body = f"{IN_HEAD},1,1,1\n{line}\n"
    take_returns(actor=SYSTEM, file_name="canary.csv", content=(body + tail_line(body)).encode())
    row = scene.admin.execute(
        "select number from suspense_item where treasury_reference = %s", (f"GK{running:014d}",)
    ).fetchone()
    assert row is not None
    close_reading()
    return {"number": row[0], "canary": f"GK{running:014d}"}


def _suspense_for(action: str) -> Callable[[Scene], Facts]:
    """An item on which `action` is possible, with a good form for it."""

    def make(scene: Scene) -> Facts:
        number = _suspense(scene)["number"]
        body = {"decision": "mistake", "note": "国库更正"}
        if action in ("approve", "return"):
            act_on_suspense(actor=scene.actor("budget-city"), number=number, action="propose", body=body)
            # As if a third one had said it: both officers who may see it may settle it then.
            scene.admin.execute("update suspense_item set maker_ids = array[1] where number = %s", (number,))
        close_reading()
        form = {"propose": body, "clarify": {"note": "电话询问"}, "return": _REASON}.get(action, {})
        return {"number": number, "action": action, "form": dict(form)}

    return make


def _push_key(scene: Scene) -> Facts:
    """The only good key of the first supplier's system."""
    sunny = scene.world.sunny_id
    scene.admin.execute("update supplier_push_key set ends_at = made_at where supplier_id = %s", (sunny,))
    made = make_push_key(actor=scene.actor("supplier"), supplier_id=sunny)
    close_reading()
    return {"key_id": made.id, "supplier_id": sunny, "canary": made.id}


def _refused_file(scene: Scene) -> Facts:
    name = f"canary-{next(scene.numbers)}.csv"
    keep_refused(
        actor=SYSTEM, file_name=name, content=name.encode(), signature="",
        refusal=Refusal("treasury.bad_file", file=name, why="hash"),
    )  # fmt: skip
    row = scene.admin.execute("select id from refused_file where file_name = %s", (name,)).fetchone()
    assert row is not None
    return {"file_id": row[0], "canary": name}


def _statement(scene: Scene) -> Facts:
    """A statement of the treasury about a payment that nobody knows."""
    running, year = next(scene.numbers), clock.today().year
    head = f"TREASURY-STATEMENT,1,canary-{running},{SCHOOL_REGION},{year}-01-01,{year}-01-31,1,0,{running}"
    row = f"PAID,{year}-01-05,ZF-CANARY-{running:06d},GK-CANARY-{running:06d},{running}"
    body = f"{head}\n{row}\n"
    return {"content": (body + tail_line(body)).encode(), "canary": f"GK-CANARY-{running:06d}"}


def _run(scene: Scene) -> Facts:
    """A run of the reconciliation that found what the statement says."""
    facts = _statement(scene)
    receive_statement(
        actor=SYSTEM, file_name="canary.csv", content=facts["content"], signature="", data_dir=scene.folder,
        came_by="file",
    )  # fmt: skip
    run = reconcile(actor=SYSTEM, region_code=SCHOOL_REGION, year=clock.today().year)
    row = scene.admin.execute(
        "select id from reconciliation_difference where run_id = %s and reference = %s", (run.id, facts["canary"])
    ).fetchone()
    assert row is not None
    close_reading()
    return {"run_id": run.id, "difference_id": row[0], "canary": facts["canary"]}


def _budget_file(scene: Scene) -> Facts:
    number = next(scene.numbers)
    row = f"12410100MB00000018,410100-CANARY-{number},金丝雀指标{number},一般公共预算,100.00"
    content = f"统一社会信用代码,指标编号,指标名称,资金来源,批复金额（元）\n{row}\n".encode()
    return {"content": content, "region": SCHOOL_REGION}


def _county_document(scene: Scene) -> Facts:
    number = draw_up_budget_document(
        actor=scene.actor("accountant2"), unit_id=scene.world.county_id, year=clock.today().year, kind="supplement",
        lines=[AmountOnLine(scene.world.lines["county_office"], 100)], reason="金丝雀县级事由", basis="测试文号",
        is_submitted=True,
    ).number  # fmt: skip
    return {"number": number, "canary": "金丝雀县级事由"}


def _payment_file(scene: Scene, *, unit: str = "12410100MB00000018") -> Facts:
    number = next(scene.numbers)
    payee = f"金丝雀设备店{number}号"
    titles = "信用代码,支付日期,金额,收款人,经济分类,用途,支付方式,凭证号"
    row = f"{unit},{clock.today().isoformat()},5000.00,{payee},31002,购激光打印机,实有资金,CANARY-{number}"
    return {"content": f"{titles}\n{row}\n".encode(), "file_name": f"金丝雀明细{number}.csv", "canary_payee": payee}


def _finding(scene: Scene, *, county: bool = False) -> Facts:
    """A finding of the school, or of the county's school, with its load."""
    file = _payment_file(scene, unit="12410324MB0000002X") if county else _payment_file(scene)
    loader = scene.actor("accountant2" if county else "accountant")
    load_payment_file(actor=loader, content=file["content"], file_name=file["file_name"])
    close_reading()
    payment = session().scalar(select(OtherPayment).where(OtherPayment.payee_name == file["canary_payee"]))
    assert payment is not None
    number = findings_of([payment.id])[payment.id][0].number
    close_reading()
    return {"number": number, "canary": file["canary_payee"], "file_name": file["file_name"]}


def _finding_for(action: str) -> Callable[[Scene], Facts]:
    """A finding on which `action` is possible, with a good body for it."""

    def make(scene: Scene) -> Facts:
        number = _finding(scene)["number"]
        explanation = {"explanation": "other", "text": "测试说明情况"}
        if action in ("accept", "keep_open"):
            perform_on_finding("explain", actor=scene.actor("accountant"), number=number, body=explanation)
            close_reading()
        bodies = {"accept": {"reason_code": "emergency"}, "keep_open": {"reason_code": "evidence_missing"}}
        body = bodies.get(action, explanation)
        return {"number": number, "action": action, "form": dict(body), "body": dict(body)}

    return make


def _case(scene: Scene, *, road: str = "asked", amount_fen: int = 10_000_000) -> Facts:
    """A case of the school and the sunny supplier, so far along its road, asked of both."""
    story = CaseStory(scene.world).found(category_code=f"A{next(scene.numbers):06d}01", amount_fen=amount_fen)
    canary = f"金丝雀线索{next(scene.numbers)}号"
    question = {"parties": "both", "question": canary, "grounds": "全年累计超过标准"}
    steps = (
        ("found", ()),
        ("assigned", (("regulator-city", "assign", {}),)),
        ("asked", (("regulator-city", "ask", question),)),
        ("explained", (("leader", "explain", {"words": "单位说明"}), ("supplier", "explain", {"words": "供应商说明"}))),
        ("confirmed", (("regulator-city", "confirm", {"note": "认定"}),)),
        ("rectifying", (("regulator-city", "ask_rectification", {"question": canary}),)),
        ("rectified", (("leader", "rectify", {"words": "已整改"}),)),
        ("verified", (("regulator-city", "verify", {}),)),
    )
    far = "confirmed" if road == "appealed" else road
    for _state, deeds in steps[: [state for state, _deeds in steps].index(far) + 1]:
        for who, action, body in deeds:
            story.do(who, action, **body)
    if road == "appealed":
        story.do("leader", "appeal", words="事实有误")
    return {"number": story.number, "canary": canary}


def _case_for(action: str, road: str, **form: str) -> Callable[[Scene], Facts]:
    """A case on which `action` is possible, with a good form for it."""

    def make(scene: Scene) -> Facts:
        return {"number": _case(scene, road=road)["number"], "action": action, "form": form}

    return make


def _change(scene: Scene, *steps: str) -> Facts:
    """A change of a rule by the city, so many steps along its road; each wishes a value of its own."""
    number = next(scene.numbers)
    change = draw_up_change(
        actor=scene.actor("regulator-city"), rule_id="splitting.statutory", region_code=SCHOOL_REGION, mode="",
        values={"limit_fen": 50_000_000 + number}, valid_from=clock.today() + timedelta(days=1),
        legal_reference="测试文号", reason=f"金丝雀变更{number}号",
    )  # fmt: skip
    close_reading()
    for step in steps:
        if step == "back_test":
            scene.admin.execute("update rule_change set state = 'tested' where number = %s", (change.number,))
            continue
        who = "regulator" if step == "switch_on" else "regulator-city"
        perform_on_change(step, actor=scene.actor(who), number=change.number)
        close_reading()
    return {"number": change.number, "canary": f"金丝雀变更{number}号", "rule_id": "splitting.statutory"}


_CHANGE_ROADS = {
    "edit": (), "request_back_test": (), "shadow": ("back_test",), "propose": ("back_test",),
    "switch_on": ("back_test", "propose"), "reject": ("back_test", "propose"), "withdraw": (),
    "end": ("back_test", "propose", "switch_on"), "nonsense": (),
}  # fmt: skip


def _change_for(action: str) -> Callable[[Scene], Facts]:
    """A change on which `action` is possible, with a good form for it."""

    def make(scene: Scene) -> Facts:
        facts = _change(scene, *_CHANGE_ROADS[action])
        form = _change_form(scene) if action == "edit" else dict(_REASON) if action in ("reject", "end") else {}
        return {"number": facts["number"], "action": action, "form": form}

    return make


def _case_row(scene: Scene) -> Facts:
    """In a list a case is recognised by its number; this one stands on the first page."""
    number = _case(scene, amount_fen=10**15 - next(scene.numbers))["number"]
    return {"number": number, "canary": number}


def _case_file(scene: Scene) -> Facts:
    file = keep_attachment(b"%PDF-1.7 canary", file_name="canary.pdf", data_dir=scene.folder)
    number = _case(scene)["number"]
    story = CaseStory(scene.world)
    story.number = number
    story.do("leader", "explain", words="见附件", attachments=(file,))
    row = scene.admin.execute(
        "select a.id from case_attachment a join case_statement s on s.id = a.statement_id"
        " join watch_case c on c.id = s.case_id where c.number = %s",
        (number,),
    ).fetchone()
    assert row is not None
    return {"number": number, "attachment_id": row[0], "canary": "%PDF-1.7 canary"}


def _case_to_hold(scene: Scene) -> Facts:
    order = scene.placed(PAPER)
    until = (clock.today() + timedelta(days=9)).isoformat()
    form = {"kind": "order", "order_number": order, "reason": "数量有争议", "until": until}
    return {"number": _case(scene)["number"], "form": form}


def _hold(scene: Scene, *, steps: int = 0) -> Facts:
    """A hold that waits for a second regulator; one step further it is in force, two further it is to be lifted."""
    story = CaseStory(scene.world)
    story.number = _case(scene)["number"]
    order = scene.placed(PAPER)
    number = story.proposes(Subject("order", order_number=order))
    if steps > 0:
        story.decide_hold(number, "regulator", "approve")
        _put_in_force(number)
    if steps > 1:
        story.decide_hold(number, "regulator-city", "propose_lift", reason="已说明")
    return {"number": number, "canary": order}


@atomic(housekeeping="what the worker does when it hears of the approval")
def _put_in_force(number: str) -> None:
    document = f"watch_hold:{number}"
    put_in_force(Event(id=0, name="watch_hold.approve", document=document, payload={}, happened_at=clock.now()))


def _hold_for(action: str, maker: Callable[[Scene], Facts], **form: str) -> Callable[[Scene], Facts]:
    return lambda scene: {"number": maker(scene)["number"], "action": action, "form": form}


def _change_form(scene: Scene) -> Facts:
    return {
        "region": str(SCHOOL_REGION), "mode": "", "value-limit_fen": f"4000.{next(scene.numbers) % 100:02d}",
        "valid_from": (clock.today() + timedelta(days=1)).isoformat(), "legal_reference": "测试文号", **_REASON,
    }  # fmt: skip


def _new_change(scene: Scene) -> Facts:
    return {"rule_id": "splitting.statutory", "form": _change_form(scene)}


def _watch_finding(scene: Scene) -> Facts:
    """A suspicion about the school, in shadow, with a good review for it."""
    canary = f"canary:finding{next(scene.numbers)}"
    finding_id = a_finding(scene.world, standing="shadow", document=canary)
    return {"finding_id": finding_id, "canary": canary, "form": {"code": "urgent", "note": "测试说明"}}


def _school_need(scene: Scene) -> Facts:
    """A need of the school in a category of its own, with what it takes to record, draw up and read it."""
    row = scene.admin.execute(
        "select code from category where level = 2 and in_mall order by code"
        " offset (select count(*) from category_need) limit 1"
    ).fetchone()
    assert row is not None
    year, number = clock.today().year + 1, next(scene.numbers)
    record_need(
        actor=scene.actor("accountant"), unit_id=scene.world.school_id, year=year, category_code=row[0],
        amount_fen=500_000, note=f"金丝雀需求{number}号",
    )  # fmt: skip
    form = {"unit": str(scene.world.school_id), "year": str(year), "category": row[0], "amount": "6000"}
    return {"unit_id": scene.world.school_id, "canary": f"金丝雀需求{number}号", "need_form": form}


def _unflagged(scene: Scene) -> Facts:
    number = next(scene.numbers)
    name = f"金丝雀印刷费{number}号"
    line_id = _rich_line(scene.world, name, unit_id=scene.world.school_id, region_code=SCHOOL_REGION, is_unflagged=True)
    return {"line_id": line_id, "canary": name, "form": {"reason_code": "other_law", "note": "并入其他项目"}}


_WORKSHEET_ROAD = (("accountant", "submit"), ("finance", "sign"), ("budget", "approve"))


def _worksheet(scene: Scene, *, steps: int = 1, unit: str = "school") -> Facts:
    """A unit's worksheet of last year, so many steps along its road; the one before it is out of the way."""
    scene.admin.execute(
        "update year_end_worksheet set state = 'withdrawn' where state not in ('executed', 'withdrawn')"
    )
    suffix = "" if unit == "school" else "2"
    unit_id = scene.world.school_id if unit == "school" else scene.world.county_id
    year = clock.today().year - 1
    worksheet = draw_up_worksheet(actor=scene.actor(f"accountant{suffix}"), unit_id=unit_id, year=year)
    for who, action in _WORKSHEET_ROAD[:steps]:
        perform_on_worksheet(action, actor=scene.actor(who + suffix), number=worksheet.number)
    close_reading()
    canary = f"金丝雀{unit}清理"
    scene.admin.execute("update year_end_worksheet set note = %s where number = %s", (canary, worksheet.number))
    return {"number": worksheet.number, "canary": canary, "year": year}


def _worksheet_row(scene: Scene, *, unit: str) -> Facts:
    """In a list a worksheet is recognised by its number."""
    facts = _worksheet(scene, unit=unit)
    return {**facts, "canary": facts["number"]}


def _worksheet_for(action: str, *, steps: int) -> Callable[[Scene], Facts]:
    """A worksheet on which `action` is possible, with a good form for it."""

    def make(scene: Scene) -> Facts:
        facts = _worksheet(scene, steps=steps)
        return {"number": facts["number"], "action": action, "form": dict(_REASON) if action == "return" else {}}

    return make


def _load_row(scene: Scene) -> Facts:
    return {"canary": _finding(scene)["file_name"].removesuffix(".csv")}


def _without_worksheet(scene: Scene) -> Facts:
    facts = _worksheet(scene, steps=0)
    scene.admin.execute("update year_end_worksheet set state = 'withdrawn' where number = %s", (facts["number"],))
    return {"unit_id": scene.world.school_id, "form": {"unit": str(scene.world.school_id), "year": str(facts["year"])}}


def _period(scene: Scene) -> Facts:
    """The first month of last year's city books that is open."""
    year = clock.today().year - 1
    row = scene.admin.execute(
        "select min(month) from ledger.period where region = %s and year = %s and state = 'open'", (SCHOOL_REGION, year)
    ).fetchone()
    assert row is not None
    place = {"region": str(SCHOOL_REGION), "year": str(year), "month": str(row[0])}
    return {**place, "form": {**place, "confirmation": f"{year}-{row[0]:02d}"}}


def _order_with_costs(scene: Scene) -> Facts:
    number = scene.placed(PAPER)
    scene.drive(number, _ACCEPTED)
    cost = {"cost": f"{scene.school_money}.expense", "debit": "inventory", "amount": "1.00", "reason": "误记"}
    return {"number": number, "form": cost}


def _journal(scene: Scene, *, is_approved: bool = False) -> Facts:
    number = _order_with_costs(scene)["number"]
    journal = draw_up_journal(
        actor=scene.actor("accountant"), order_number=number, budget_line_id=scene.school_money, debit="inventory",
        credit="expense", amount_fen=100, reason="金丝雀误记",
    )  # fmt: skip
    if is_approved:
        approve_journal(actor=scene.actor("finance"), number=journal.number)
    close_reading()
    return {"number": journal.number, "canary": "金丝雀误记"}


def _journal_for(action: str) -> Callable[[Scene], Facts]:
    def make(scene: Scene) -> Facts:
        number = _journal(scene, is_approved=action == "reverse")["number"]
        return {"number": number, "action": action, "form": dict(_REASON) if action in ("return", "reverse") else {}}

    return make


def _plan(
    scene: Scene, *, county: bool = False, road: tuple[Deed, ...] = (), submitted: bool = True, held: bool = False
) -> Facts:
    """A fund-use plan of the school (or the county's school), along a road; `held`: its second line is procurement."""
    canary = f"金丝雀{'县级' if county else ''}用途"
    line_id = _plan_line(scene, county=county)
    lines = [PlannedMonth(line_id, 12, 100, canary)]
    if held:
        lines.append(PlannedMonth(line_id, 12, 100, f"{canary}办公用品"))
    number = draw_up_fund_use_plan(
        actor=scene.actor("accountant2" if county else "accountant"),
        unit_id=scene.world.county_id if county else scene.world.school_id,
        year=clock.today().year,
        kind="plan",
        lines=lines,
        reason=canary,
        is_submitted=submitted,
    ).number
    for deed_by, action, body in road:
        perform_on_plan(action, actor=scene.actor(deed_by), number=number, body=body)
    close_reading()
    return {"number": number, "plan_line_id": line_id, "canary": canary}


@atomic
def _plan_line(scene: Scene, *, county: bool) -> int:
    """A line with money that is not planned yet, and not budgeted for procurement."""
    code = f"plan-{next(scene.numbers)}"
    region_code = COUNTY_REGION if county else SCHOOL_REGION
    line_id = budget_lines.create_line(
        session(), region_code=region_code, year=clock.today().year,
        unit_id=scene.world.county_id if county else scene.world.school_id,
        code=code, name=f"计划指标{code}", created_at=clock.now(), economic_code="30299", is_procurement=False,
    )  # fmt: skip
    budget_lines.appropriate(
        session(), line_id, amount_fen=1_000_000, source_type="budget", source_id=code,
        effective_on=clock.today(), posted_at=clock.now(), actor="test",
    )  # fmt: skip
    record(actor=SYSTEM, action="test.plan_line", subject=code)
    return line_id


def _plan_for(action: str, *, road: tuple[Deed, ...] = (), submitted: bool = True) -> Callable[[Scene], Facts]:
    """A plan on which `action` is possible, with a good body and form for it."""

    def make(scene: Scene) -> Facts:
        is_held = action in ("plead", "exempt", "repoint", "adjust")
        made = _plan(scene, road=road, submitted=submitted, held=is_held)
        line_id = made["plan_line_id"]
        facts: Facts = {"number": made["number"], "action": action, "form": {}, "body": {}}
        if action == "return":
            facts |= {"form": dict(_REASON), "body": dict(_REASON)}
        if action == "edit":
            line = {"budget_line_id": line_id, "month": 12, "amount_fen": 200, "purpose": "改过的用途"}
            facts["form"] = {"rows": "1", "line_0": str(line_id), "purpose_0": "改过的用途", "month_0_12": "2.00"}
            facts["body"] = {"lines": [line]}
        if is_held:
            facts |= {"form": {"line_no": "2"}, "body": {"line_no": 2}}
        if action == "plead":
            facts["form"], facts["body"] = facts["form"] | _REASON, facts["body"] | _REASON
        if action == "repoint":
            facts["form"] |= {"target": str(scene.school_money)}
            facts["body"] |= {"budget_line_id": scene.school_money}
        return facts

    return make


def _plan_workbook(scene: Scene) -> Facts:
    line_id = _plan_line(scene, county=False)
    line = budget_lines.find_line(session(), line_id)
    close_reading()
    assert line is not None
    content = f"指标编号,用途,12月（元）\n{line.code},金丝雀表格用途,1.00\n".encode()
    return {"content": content, "unit_id": scene.world.school_id}


MAKERS: dict[str, Callable[[Scene], Facts]] = {
    "school_order": _school_order,
    "school_payment": _school_payment,
    "school_paper": _school_paper,
    "school_submitted": _school_submitted,
    "county_order": _county_order,
    "school_order_row": _as_row(_school_order),
    "school_submitted_row": _as_row(_school_submitted),
    "school_payment_row": _as_row(_school_payment),
    "county_order_row": _as_row(_county_order),
    "school_order_book": _book_of(_school_order),
    "county_order_book": _book_of(_county_order),
    "school_asset": _school_asset,
    "school_waiting": _school_waiting,
    "school_card": _school_card,
    "school_card_row": _as_row(_school_card),
    "school_report": _school_report,
    "school_asset_file": _school_asset_file,
    "school_asset_file_page": _school_asset_file_page,
    "school_asset_file_row": lambda scene: {"canary": _school_asset_file(scene)["number"]},
    "school_refused_rows": _school_refused_rows,
    "school_strange_card": _school_strange_card,
    "school_card_file": _card_file,
    "school_row": lambda scene: {"canary": "郑州市阳光中学"},
    "sunny_row": lambda scene: {"canary": "郑州晴天办公用品有限公司"},
    "sunny_listing": lambda scene: _listing(scene, "on_shelf"),
    "sunny_life": lambda scene: _listing(scene, "on_shelf"),
    "sunny_draft": lambda scene: _listing(scene, "draft"),
    "sunny_push_key": _push_key,
    "sunny_push_supplier": lambda scene: {"supplier_id": _push_key(scene)["supplier_id"]},
    "sunny_push_row": lambda scene: {"canary": _push_key(scene)["key_id"]},
    "sunny_checked": lambda scene: _listing(scene, "checked"),
    "sunny_image": lambda scene: _image(scene, "on_shelf"),
    "sunny_draft_image": lambda scene: _image(scene, "draft"),
    "entered_ceiling": _entered_ceiling,
    "added_synonyms": _synonyms,
    "open_question": _open_question,
    "two_products": _two_products,
    "shared_product": _shared_product,
    "sunny_waiting": lambda scene: _listing(scene, "needs_category"),
    "sunny_batch": _sunny_batch,
    "sunny_drop": _sunny_drop,
    "sunny_drop_off": lambda scene: {**_drops_off(scene), "for_supplier": scene.world.sunny_id},
    "own_drop": lambda scene: {**_drops_off(scene), "for_supplier": None},
    "sunny_file": lambda scene: _file(scene, for_supplier=scene.world.sunny_id),
    "own_file": lambda scene: _file(scene, for_supplier=None),
    "school_cart": _school_cart,
    "handler_placed": _placed_by_handler,
    "active_supplier": lambda scene: _supplier(scene, "active"),
    "suspended_supplier": lambda scene: _supplier(scene, "suspended"),
    "school_unit": _unit("school"),
    "county_unit": _unit("county"),
    "school_line": _school_line,
    "county_line": _county_line,
    "school_books": _books(_school_line, region_code=SCHOOL_REGION),
    "county_books": _books(_county_line, region_code=410324),
    "city_books": lambda scene: {"sum_of": SCHOOL_REGION},
    "school_document": _document,
    "county_document": _county_document,
    "school_draft": lambda scene: _document(scene, submitted=False),
    "city_draft": lambda scene: _document(scene, who="budget-city", submitted=False),
    "school_document_row": _as_row(_document),
    "county_document_row": _as_row(_county_document),
    "school_draft_row": _as_row(lambda scene: _document(scene, submitted=False)),
    "school_document_file": _document_file,
    "school_budget_file": _budget_file,
    "document_to:approve": _document_for("approve"),
    "document_to:return": _document_for("return"),
    "document_to:submit": _document_for("submit", submitted=False),
    "document_to:edit": _document_for("edit", road=(("budget", "return", _REASON),)),
    "document_to:withdraw": _document_for("withdraw"),
    "document_to:nonsense": _document_for("nonsense"),
    "a_rule": lambda scene: {"rule_id": "splitting.statutory"},
    "new_change": _new_change,
    "school_change": _change,
    "school_change_row": lambda scene: {
        "rule_id": "splitting.statutory",
        "canary": f'/watch/rules/changes/{_change(scene)["number"]}"',
    },
    **{f"change_to:{action}": _change_for(action) for action in _CHANGE_ROADS},
    "school_watch_finding": _watch_finding,
    "school_watch_finding_row": lambda scene: {"canary": f'/watch/findings/{_watch_finding(scene)["finding_id"]}"'},
    "school_need": _school_need,
    "school_unflagged": _unflagged,
    "school_payment_file": _payment_file,
    "school_finding": _finding,
    "county_finding": lambda scene: _finding(scene, county=True),
    "school_finding_row": lambda scene: {"canary": _finding(scene)["canary"]},
    "county_finding_row": lambda scene: {"canary": _finding(scene, county=True)["canary"]},
    "school_finding_number": _as_row(_finding),
    "school_load_row": _load_row,
    "finding_to:explain": _finding_for("explain"),
    "finding_to:accept": _finding_for("accept"),
    "finding_to:keep_open": _finding_for("keep_open"),
    "finding_to:nonsense": _finding_for("nonsense"),
    "school_worksheet": _worksheet,
    "school_worksheet_row": lambda scene: _worksheet_row(scene, unit="school"),
    "county_worksheet_row": lambda scene: _worksheet_row(scene, unit="county"),
    "county_worksheet": lambda scene: _worksheet(scene, unit="county"),
    "school_worksheet_draft": lambda scene: _worksheet(scene, steps=0),
    "school_at_year_end": _without_worksheet,
    "worksheet_to:edit": _worksheet_for("edit", steps=0),
    "worksheet_to:submit": _worksheet_for("submit", steps=0),
    "worksheet_to:withdraw": _worksheet_for("withdraw", steps=0),
    "worksheet_to:propose": _worksheet_for("propose", steps=2),
    "worksheet_to:sign": _worksheet_for("sign", steps=1),
    "worksheet_to:return": _worksheet_for("return", steps=1),
    "worksheet_to:approve": _worksheet_for("approve", steps=2),
    "worksheet_to:execute": _worksheet_for("execute", steps=3),
    "worksheet_to:nonsense": _worksheet_for("nonsense", steps=1),
    "school_period": _period,
    "school_costs": _order_with_costs,
    "school_journal": _journal,
    "journal_to:approve": _journal_for("approve"),
    "journal_to:return": _journal_for("return"),
    "journal_to:withdraw": _journal_for("withdraw"),
    "journal_to:reverse": _journal_for("reverse"),
    "journal_to:nonsense": _journal_for("nonsense"),
    "school_plan": _plan,
    "county_plan": lambda scene: _plan(scene, county=True),
    "school_plan_draft": lambda scene: _plan(scene, submitted=False),
    "school_plan_row": _as_row(_plan),
    "county_plan_row": _as_row(lambda scene: _plan(scene, county=True)),
    "school_plan_draft_row": _as_row(lambda scene: _plan(scene, submitted=False)),
    "school_plan_line": lambda scene: {"unit_id": scene.world.school_id, "line_id": _plan_line(scene, county=False)},
    "school_plan_workbook": _plan_workbook,
    "plan_to:approve": _plan_for("approve"),
    "plan_to:return": _plan_for("return"),
    "plan_to:submit": _plan_for("submit", submitted=False),
    "plan_to:edit": _plan_for("edit", road=(("budget", "return", _REASON),)),
    "plan_to:withdraw": _plan_for("withdraw"),
    "plan_to:plead": _plan_for("plead"),
    "plan_to:exempt": _plan_for("exempt", road=(("accountant", "plead", {"line_no": 2, **_REASON}),)),
    "plan_to:repoint": _plan_for("repoint"),
    "plan_to:adjust": _plan_for("adjust"),
    "plan_to:nonsense": _plan_for("nonsense"),
    "some_batch": lambda scene: {"sequence_no": 1},
    "refused_file": _refused_file,
    "school_suspense": _suspense,
    "county_suspense": lambda scene: _suspense(scene, region_code=410324),
    "school_suspense_row": _as_row(_suspense),
    "county_suspense_row": _as_row(lambda scene: _suspense(scene, region_code=410324)),
    "suspense_to:propose": _suspense_for("propose"),
    "suspense_to:wait": _suspense_for("wait"),
    "suspense_to:clarify": _suspense_for("clarify"),
    "suspense_to:approve": _suspense_for("approve"),
    "suspense_to:return": _suspense_for("return"),
    "suspense_to:nonsense": _suspense_for("nonsense"),
    "school_statement": _statement,
    "school_run": lambda scene: {name: fact for name, fact in _run(scene).items() if name != "difference_id"},
    "school_run_row": lambda scene: {"canary": f'/treasury/reconciliation/{_run(scene)["run_id"]}"'},
    "school_difference": lambda scene: {"difference_id": _run(scene)["difference_id"]},
    "school_case": _case,
    "school_case_row": _case_row,
    "school_case_file": _case_file,
    "school_case_to_hold": _case_to_hold,
    "case_to:assign": _case_for("assign", "found"),
    "case_to:take_over": _case_for("take_over", "explained", reason="由上级办理"),
    "case_to:ask": _case_for("ask", "assigned", parties="unit", question="请说明原因", grounds="超过标准"),
    "case_to:explain": _case_for("explain", "asked", words="说明情况"),
    "case_to:confirm": _case_for("confirm", "explained", note="事实清楚"),
    "case_to:dismiss": _case_for("dismiss", "explained", review_code="urgent", note="确属紧急"),
    "case_to:appeal": _case_for("appeal", "confirmed", words="事实有误"),
    "case_to:uphold": _case_for("uphold", "appealed", note="维持"),
    "case_to:overturn": _case_for("overturn", "appealed", review_code="approved", note="确有批准"),
    "case_to:ask_rectification": _case_for("ask_rectification", "confirmed", question="请整改"),
    "case_to:rectify": _case_for("rectify", "rectifying", words="已整改"),
    "case_to:send_back": _case_for("send_back", "rectified", reason="还不够"),
    "case_to:verify": _case_for("verify", "rectified"),
    "case_to:close": _case_for("close", "verified"),
    "case_to:nonsense": _case_for("nonsense", "asked"),
    "school_hold": _hold,
    "hold_to:approve": _hold_for("approve", _hold),
    "hold_to:reject": _hold_for("reject", _hold, reason="证据不足"),
    "hold_to:withdraw": _hold_for("withdraw", _hold),
    "hold_to:propose_lift": _hold_for("propose_lift", lambda scene: _hold(scene, steps=1), reason="已说明"),
    "hold_to:lift": _hold_for("lift", lambda scene: _hold(scene, steps=2)),
    "hold_to:keep": _hold_for("keep", lambda scene: _hold(scene, steps=2), reason="还没有说明"),
    "hold_to:nonsense": _hold_for("nonsense", _hold),
    "handler_notice": _notice,
    "handler_session": _session,
    "handler_token": _token,
    "somebody": _somebody,
    "disabled_somebody": _disabled_somebody,
    "invited": _somebody,
    "newcomer": lambda scene: {"username": f"newcomer{next(scene.numbers)}"},
    "parked_event": _parked_event,
    "audit_row": _audit_row,
    "stylesheet": lambda scene: {"filename": "sunmall.css"},
    "manual_style": lambda scene: {"filename": "css/swagger-ui.css"},
    "template": lambda scene: {"ending": "csv"},
    **CREDIT_MAKERS,
}
