"""The console's commands for payments outside the mall: `sunmall payments load FILE`, `sunmall payments evaluate`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from sqlalchemy import select

from mall.access.actor import SYSTEM
from mall.console import EXIT_DONE, EXIT_FINDINGS, say, with_database
from mall.database import close_reading, session
from mall.payment_watch.evaluate_payments import evaluate_payments
from mall.payment_watch.load_payment_file import load_payment_file, look_at_payment_file
from mall.payment_watch.other_payment import OtherPayment
from mall.web.amounts import yuan


@click.group()
def payments() -> None:
    """商城以外的支付。 Payments outside the mall."""


@payments.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看会带来什么 / only show what it would bring")
@with_database
def payments_load(file: Path, dry_run: bool) -> None:
    """导入国库或银行的支付明细并逐笔判断；同一文件只算一次。 Take a file of payments in and judge each."""
    content = file.read_bytes()
    judged = look_at_payment_file(actor=SYSTEM, content=content)
    close_reading()
    for row in judged.rows:
        for fault in row.faults:
            click.echo(f"{row.row_number}\t{fault.code}\t{fault.facts or ''}", err=True)
    counts = judged.counts
    say("，".join(f"{name} {count}" for name, count in counts.items()) + f"，{yuan(judged.amount_fen)}")
    if dry_run or counts["faulty"]:
        sys.exit(EXIT_FINDINGS if counts["faulty"] else EXIT_DONE)
    load = load_payment_file(actor=SYSTEM, content=content, file_name=file.name)
    outcomes = list(session().scalars(select(OtherPayment.outcome).where(OtherPayment.load_id == load.id)))
    say(f"{load.number}\t" + "，".join(f"{one} {outcomes.count(one)}" for one in sorted(set(outcomes))))


@payments.command("evaluate")
@click.option("--year", type=click.IntRange(2000, 2127), required=True)
@with_database
def payments_evaluate(year: int) -> None:
    """重新判断一年的支付；依据没有变化的不改动。 Judge a year's payments again; what is unchanged stays as it is."""
    query = select(OtherPayment.unit_id).where(OtherPayment.year == year).distinct()
    units = sorted(session().scalars(query))
    close_reading()
    for unit_id in units:
        counts = evaluate_payments(actor=SYSTEM, unit_id=unit_id, year=year)
        say(f"{unit_id}\t" + "，".join(f"{name} {count}" for name, count in counts.items()))
