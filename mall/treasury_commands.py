"""Console commands of the exchange with the treasury: `sunmall treasury ...`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mall import clock
from mall.access.actor import SYSTEM
from mall.console import EXIT_DONE, EXIT_FINDINGS, say, with_database
from mall.demo.stand_in_treasury import answer_batches
from mall.exchange.exchange_key import OVERLAP_DAYS, key_to_sign_with, keys_of, retire_key, rotate_key
from mall.exchange.receive_return import receive_return_file
from mall.exchange.receive_statement import receive_statement_file
from mall.exchange.reconcile import reconcile
from mall.exchange.reconciliation import differences_of
from mall.exchange.settle_return import retry_waiting
from mall.exchange.sign_batches import sign_batches
from mall.finance.exchange_treasury import export_batch, write_batches
from mall.jobs.worker import treasury_folders
from mall.settings import read_settings
from mall.signed_calls.signature import instant_text
from mall.web.amounts import fen


@click.group()
def treasury() -> None:
    """与国库交换文件。 The exchange of files with the treasury."""


@treasury.command("export")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="缺省为数据目录下 treasury/out")
@with_database
def treasury_export(folder: Path | None) -> None:
    """生成待发的支付批次文件。 Write the batches that wait."""
    data_dir = read_settings().data_dir
    target = folder or treasury_folders(data_dir)[0]
    batch = export_batch(actor=SYSTEM)
    while batch is not None:
        say(f"{batch.file_name}\t{batch.payment_count} 笔\t{fen(batch.amount_fen)} 元\t{batch.sha256}")
        batch = export_batch(actor=SYSTEM)
    for path in (*write_batches(target), *sign_batches(target, data_dir=data_dir)):
        say(str(path))
    # What came before its batch was sent is taken up now.
    retry_waiting(actor=SYSTEM)


@treasury.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_database
def treasury_import(files: tuple[Path, ...]) -> None:
    """导入国库回单文件；可重复导入。 Take return files in; repeating one changes nothing."""
    found = False
    for path in files:
        report = receive_return_file(actor=SYSTEM, path=path, data_dir=read_settings().data_dir)
        say(f"{path.name}\t" + "，".join(f"{name} {count}" for name, count in sorted(report.outcomes.items())))
        for finding in report.findings:
            say(f"  {finding}")
            found = True
    sys.exit(EXIT_FINDINGS if found else EXIT_DONE)


@treasury.command("statement")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_database
def treasury_statement(files: tuple[Path, ...]) -> None:
    """导入国库对账单或预算系统指标表。 Take in statements of the treasury or the budget system."""
    for path in files:
        kept = receive_statement_file(actor=SYSTEM, path=path, data_dir=read_settings().data_dir)
        say(f"{path.name}\t{kept.region_code}\t{kept.first_on} – {kept.last_on}\t{kept.row_count} 行\t{kept.sha256}")


@treasury.command("reconcile")
@click.option("--region", "region_code", type=int, required=True, help="区划代码，如 410100")
@click.option("--year", type=click.IntRange(2000, 2127), help="缺省为本年")
@with_database
def treasury_reconcile(region_code: int, year: int | None) -> None:
    """三方对账：商城、国库、预算系统。 Reconcile mall, treasury and budget system."""
    run = reconcile(actor=SYSTEM, region_code=region_code, year=year or clock.today().year)
    for one in differences_of(run.id):
        say(f"{one.cause}\t{one.subject}\t{one.reference}\t{fen(one.amount_fen)} 元\t{one.since}")
    say(
        f"{run.payment_count} 笔付款，{run.line_count} 条指标，{run.difference_count} 处差异，{run.open_count} 处待处理"
    )
    sys.exit(EXIT_FINDINGS if run.open_count else EXIT_DONE)


@treasury.command("stand-in")
@click.option("--outgoing", type=click.Path(file_okay=False, path_type=Path))
@click.option("--incoming", type=click.Path(file_okay=False, path_type=Path))
def treasury_stand_in(outgoing: Path | None, incoming: Path | None) -> None:
    """演示用的国库替身：只读批次文件、只写回单文件。 The demo's stand-in treasury."""
    data_dir = read_settings().data_dir
    folders = treasury_folders(data_dir)
    key = key_to_sign_with(data_dir)
    for path in answer_batches(outgoing=outgoing or folders[0], incoming=incoming or folders[1], key=key):
        say(str(path))


@treasury.group("key")
def treasury_key() -> None:
    """国库的签名密钥。 The keys that the treasury and the mall sign with."""


@treasury_key.command("rotate")
@click.option("--overlap-days", default=OVERLAP_DAYS, show_default=True, type=click.IntRange(0, 90))
@with_database
def key_rotate(overlap_days: int) -> None:
    """生成新密钥；原密钥在重叠期内仍有效。 Make a new key; the one before stays good for the overlap."""
    key = rotate_key(read_settings().data_dir, actor=SYSTEM, overlap_days=overlap_days)
    say(f"{key.id}\t{key.secret}")
    say("请用安全的方式把这一行交给国库；密钥只保存在数据目录的 secrets.json 里。")
    say("Hand this line to the treasury by a safe way; the key is kept in secrets.json of the data directory only.")


@treasury_key.command("list")
def key_list() -> None:
    """列出有效的密钥（不显示密钥本身）。 The good keys, without their secrets."""
    for key in keys_of(read_settings().data_dir):
        say(f"{key.id}\t{instant_text(key.made_at)}\t{instant_text(key.ends_at) if key.ends_at else '-'}")


@treasury_key.command("retire")
@click.argument("key_id")
@with_database
def key_retire(key_id: str) -> None:
    """立即停用一把密钥。 End a key at once."""
    retire_key(read_settings().data_dir, actor=SYSTEM, key_id=key_id)
    say("已停用")
