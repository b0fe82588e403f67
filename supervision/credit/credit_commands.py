"""`sunmall credit ...`: the exchange with the credit platform and the night's reckoning from the command line."""

from __future__ import annotations

import click

from mall.access.actor import SYSTEM
from mall.console import say, with_database
from mall.exchange.exchange_key import OVERLAP_DAYS, keys_of, retire_key, rotate_key
from mall.settings import read_settings
from mall.signed_calls.signature import instant_text
from supervision.credit.exchange_credit import PARTNER, exchange_with_platform
from supervision.credit.reckon_credit import reckon_all


def register(cli_group: click.Group) -> None:
    """Hang the commands into the group of the product's own commands."""
    cli_group.add_command(credit)


@click.group()
def credit() -> None:
    """信用评价。 Credit scores, and the exchange with the credit platform."""


@credit.command("reckon")
@with_database
def reckon() -> None:
    """立即计算全部信用评价。 Reckon all scores now."""
    say(f"{reckon_all(actor=SYSTEM)} 家有变化 changed")


@credit.command("exchange")
@with_database
def exchange() -> None:
    """收取失信名单，生成并写出报文。 Take in lists, make and write messages."""
    say(f"{exchange_with_platform(read_settings().data_dir)} 份文件 files")


@credit.group("key")
def key() -> None:
    """信用平台的签名密钥。 The keys that the credit platform and the mall sign with."""


@key.command("rotate")
@click.option("--overlap-days", default=OVERLAP_DAYS, show_default=True, type=click.IntRange(0, 90))
@with_database
def key_rotate(overlap_days: int) -> None:
    """生成新密钥；原密钥在重叠期内仍有效。 Make a new key; the one before stays good for the overlap."""
    made = rotate_key(read_settings().data_dir, actor=SYSTEM, partner=PARTNER, overlap_days=overlap_days)
    say(f"{made.id}\t{made.secret}")


@key.command("list")
def key_list() -> None:
    """列出有效的密钥（不显示密钥本身）。 The good keys, without their secrets."""
    for one in keys_of(read_settings().data_dir, partner=PARTNER):
        say(f"{one.id}\t{instant_text(one.made_at)}\t{instant_text(one.ends_at) if one.ends_at else '-'}")


@key.command("retire")
@click.argument("key_id")
@with_database
def key_retire(key_id: str) -> None:
    """立即停用一把密钥。 End a key at once."""
    retire_key(read_settings().data_dir, actor=SYSTEM, key_id=key_id, partner=PARTNER)
    say("已停用 ended")
