"""The console's door to the books: check them, seal them, prove them, explain a line, hand them out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import click
from sqlalchemy import Connection, select, text

from ledger import budget_lines, checks
from ledger.export import books_of_year, csv_head, export_beancount, export_csv
from ledger.seal_anchor import Anchor, BadAnchor, read_anchor
from ledger.seal_digest import AlgorithmMissing
from ledger.seal_guards import SealFinding
from ledger.verify_seals import Verified, verify
from mall import clock
from mall.access.actor import SYSTEM
from mall.console import EXIT_DONE, EXIT_FINDINGS, EXIT_REFUSED, say, with_books, with_database
from mall.database import session
from mall.errors import Refusal
from mall.finance.close_period import checklist, close_period, named, period_of
from mall.installation.running_database import running_database
from mall.open_data.daily_anchor import anchor_folder, kept_anchors
from mall.open_data.seal_ledger import seal_settled
from mall.people.organisation import Organisation
from mall.settings import read_settings


@click.group()
def ledger() -> None:
    """总账。 The ledger."""


@ledger.command("check")
@with_books
def ledger_check(connection: Connection) -> None:
    """核对全部不变式；有发现则退出码 1。 Run every check; exit code 1 when something is found."""
    findings = checks.run_all(connection)
    for finding in findings:
        say(str(finding))
    counts = text("select (select count(*) from ledger.txn), (select count(*) from ledger.entry)")
    transactions, entries = connection.execute(counts).one()
    say(f"核对 {len(checks.CHECKS)} 项，凭证 {transactions} 笔，分录 {entries} 条，发现 {len(findings)} 处")
    sys.exit(EXIT_FINDINGS if findings else EXIT_DONE)


@ledger.command("seal")
@with_database
def ledger_seal() -> None:
    """立即封存已落定的凭证（后台任务每分钟也会做）。 Seal what has settled, as the worker does every minute."""
    try:
        made = seal_settled(algorithm=read_settings().seal_algorithm, most_seals=None)
    except AlgorithmMissing as missing:
        click.echo(f"本机不能计算 {missing}；SUNMALL_SEAL_ALGORITHM 可为 sha256 或 sm3。", err=True)
        click.echo(f"{missing} cannot be computed here; SUNMALL_SEAL_ALGORITHM is sha256 or sm3.", err=True)
        sys.exit(EXIT_REFUSED)
    for seal in made:
        say(f"{seal.region_code}\t{seal.year}\t封存 {seal.no}\t凭证累计 {seal.txns}\t{seal.algorithm}\t{seal.hash}")
    say(f"新增封存 {len(made)} 个")


@ledger.command("verify")
@click.option(
    "--anchor",
    "anchor_files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="以前保存的指纹文件；数据目录里的总会用上 / a digest file kept elsewhere, besides our own",
)
@with_books
def ledger_verify(connection: Connection, anchor_files: tuple[Path, ...]) -> None:
    """证明账目未被改动：重算每笔凭证、每个封存，检查触发器、函数和权限；有发现则退出码 1。

    Prove that the sealed books are what was sealed; exit code 1 when something is found.
    """
    anchors, findings = kept_anchors(anchor_folder(read_settings().data_dir))
    given, unreadable = _given_anchors(anchor_files)
    count = 0
    for finding in chain(findings, unreadable, verify(connection, anchors=[*anchors, *given], on_books=_say_books)):
        say(str(finding))
        count += 1
    say(f"指纹文件 {len(anchors) + len(given)} 个，发现 {count} 处")
    sys.exit(EXIT_FINDINGS if count else EXIT_DONE)


def _given_anchors(paths: Iterable[Path]) -> tuple[list[Anchor], list[SealFinding]]:
    anchors, findings = [], []
    for path in paths:
        try:
            anchors.append(read_anchor(path.read_text(encoding="utf-8"), name=path.name))
        except (BadAnchor, UnicodeDecodeError):
            findings.append(SealFinding("anchor.unreadable", None, None, {"anchor": path.name}))
    return anchors, findings


def _say_books(verified: Verified) -> None:
    say(
        f"{verified.region_code}\t{verified.year}\t封存 {verified.seals} 个\t凭证 {verified.txns} 笔"
        f"\t待封存 {verified.waiting} 笔"
    )


@ledger.command("explain")
@click.argument("line_id", type=int)
@with_database
def ledger_explain(line_id: int) -> None:
    """说明一条预算指标的每一分钱。 Explain every fen of a budget line."""
    line = budget_lines.find_line(session(), line_id)
    if line is None:
        raise Refusal("budget.unknown_line", budget_line_id=line_id)
    say(f"{line.code} {line.name} {line.year}")
    for standing in budget_lines.explain_line(session(), line_id):
        say(f"{_yuan(standing.amount_fen):>16}  {standing.name_zh}  {standing.document}")


@ledger.command("export")
@click.option("--format", "file_format", type=click.Choice(["beancount", "csv"]), default="beancount")
@click.option("--year", type=int, default=lambda: clock.today().year, help="缺省为今年 / this year by default")
@click.option("--unit", "unit_code", help="采购单位的统一社会信用代码 / the unit's credit code")
@click.option("--region", "region_code", type=int, help="行政区划代码；缺省为全部 / all regions by default")
@with_books
def ledger_export(
    connection: Connection, file_format: str, year: int, unit_code: str | None, region_code: int | None
) -> None:
    """导出一年的账，供外部核对（beancount 或 CSV，逐条输出）。 Hand out the books of a year for an outside proof."""
    unit_id = _unit_id(connection, unit_code) if unit_code else None
    regions = [region for region in books_of_year(connection, year=year) if region_code in (None, region)]
    if not regions:
        click.echo(f"{year} 年没有账 / no books in {year}" + (f": {region_code}" if region_code else ""), err=True)
        sys.exit(EXIT_REFUSED)
    write = {"beancount": export_beancount, "csv": export_csv}[file_format]
    # Bytes, so that a terminal or a pipe with another encoding does not spoil the file.
    out = sys.stdout.buffer
    if file_format == "csv":
        out.write(f"{csv_head()}\n".encode())
    for region in regions:
        for line in write(connection, region_code=region, year=year, unit_id=unit_id):
            out.write(f"{line}\n".encode())
    out.flush()


def _unit_id(connection: Connection, credit_code: str) -> int:
    found = connection.execute(select(Organisation.id).where(Organisation.credit_code == credit_code)).scalar()
    if found is None:
        click.echo(
            f"没有信用代码为 {credit_code} 的单位 / no organisation with the credit code {credit_code}", err=True
        )
        sys.exit(EXIT_REFUSED)
    return found


@ledger.command("close-period")
@click.option("--region", "region_code", type=int, required=True, help="行政区划代码 / code of the region")
@click.option("--year", type=int, required=True)
@click.option("--month", type=click.IntRange(1, 12), required=True)
@click.option(
    "--confirm", "confirmation", default="", help="要结账的月份，如 2026-11，以示确认 / the month, to confirm"
)
@with_database
def ledger_close_period(region_code: int, year: int, month: int, confirmation: str) -> None:
    """给一个地区的一个月结账，不能撤回；不加 --confirm 只列出检查结果。

    Close a month of a region's books for good; without --confirm only what is looked at before is listed.
    """
    period_of(region_code=region_code, year=year, month=month)
    items = checklist(region_code=region_code, year=year, month=month)
    for item in items:
        verdict = "好" if item.is_met else "要先办" if item.blocks else "留意"
        say(f"{verdict}\t{item.code}\t{item.count}\t{item.detail}")
    if not confirmation:
        sys.exit(EXIT_FINDINGS if any(item.blocks and not item.is_met for item in items) else EXIT_DONE)
    close_period(actor=SYSTEM, region_code=region_code, year=year, month=month, confirmation=confirmation)
    say(f"{region_code}\t{named(year, month)}\t已结账")


@ledger.command("auditor-url")
def ledger_auditor_url() -> None:
    """打印只读审计角色的数据库地址（含密码），交给审计人员。 Print the auditor's database address and password."""
    with running_database(read_settings()) as urls:
        if not urls.auditor:
            click.echo(
                "没有审计角色的地址；请在安装商城的机器上运行。 / unknown here; run it where the mall is installed.",
                err=True,
            )
            sys.exit(EXIT_REFUSED)
        say(urls.auditor)


def _yuan(amount_fen: int) -> str:
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}{abs(amount_fen) // 100:,}.{abs(amount_fen) % 100:02d}"
