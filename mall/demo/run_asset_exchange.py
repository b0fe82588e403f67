"""A demo school's asset system answers: most cards are acknowledged, a few moved, one scrapped, one sent back."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from mall import clock
from mall.access.actor import Actor
from mall.assets.asset_card import AssetCard
from mall.assets.asset_exchange import AssetFile
from mall.assets.send_cards import send_cards
from mall.assets.take_card_file import take_card_file
from mall.database import close_reading, session
from mall.demo.load_organisations import ids_by_key
from mall.demo.organisations import DemoProvince
from mall.people.user import actor_named

#: the school whose accountant exchanges files, and her account; the other units' cards only wait to be sent
SCHOOL, ACCOUNTANT = "z-school", "accountant"
#: of every so many cards one has not been answered yet
UNANSWERED_EVERY = 5
_TITLES = "卡片号,事项,资产编号,存放地点,保管人,处置方式,日期,单据号,原因"


def run_asset_exchange(*, province: DemoProvince, ends_at: datetime) -> int:
    """Live through it before `ends_at`. Run again after a kill, what stands there already is left alone.

    Returns how many cards went to the asset system; none where the school has registered none.
    """
    unit_id = ids_by_key(province)[SCHOOL]
    ready = select(func.count()).where(AssetCard.unit_id == unit_id, AssetCard.state == "registered")
    files = session().scalar(select(func.count()).where(AssetFile.unit_id == unit_id)) or 0
    count = session().scalar(ready) or 0
    close_reading()
    if not count and not files:
        return 0
    actor = actor_named(ACCOUNTANT)
    close_reading()
    if files == 0:
        with clock.frozen(ends_at - timedelta(hours=5)):
            send_cards(actor=actor, unit_id=unit_id)
    if files <= 1:
        _answer(actor, unit_id=unit_id, at=ends_at - timedelta(hours=3))
    return count


def _answer(actor: Actor, *, unit_id: int, at: datetime) -> None:
    """What the asset system says of the cards that went to it, in one file."""
    query = select(AssetCard.number, AssetCard.keeper).where(AssetCard.unit_id == unit_id, AssetCard.state == "sent")
    cards = session().execute(query.order_by(AssetCard.id)).all()
    close_reading()
    answered = [card for place, card in enumerate(cards) if (place + 1) % UNANSWERED_EVERY]
    today = f"{clock.local(at):%Y-%m-%d}"
    rows = [
        f"{number},回执,XT{clock.local(at):%y}{place:05d},,,,,," for place, (number, _keeper) in enumerate(answered, 1)
    ]
    if len(answered) > 4:
        rows[-1] = f"{answered[-1].number},退回,,,,,,,请补出厂编号"
        rows += [f"{card.number},变动,,综合楼 301,{card.keeper},,{today},BD-{n:04d},办公室调整"
                 for n, card in enumerate(answered[:2], 1)]  # fmt: skip
        rows.append(f"{answered[2].number},处置,,,,报废,{today},CZ-0001,主板损坏无法修复")
        rows.append("OLD-2019-0031,变动,,库房,,,,,")
    with clock.frozen(at):
        content = "\r\n".join([_TITLES, *rows]).encode()
        take_card_file(actor=actor, unit_id=unit_id, content=content, file_name="资产系统回执.csv")
    close_reading()
