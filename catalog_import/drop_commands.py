"""`sunmall drop ...`: suppliers' file drops from the command line."""

from __future__ import annotations

import sys

import click

from catalog_import.drop_folder import count_waiting
from catalog_import.file_drop import FileDropTake, all_drops
from catalog_import.import_batch import batch
from catalog_import.spool import FILE_BYTES_MAX
from catalog_import.take_drops import Manner, take_drops
from mall.console import EXIT_DONE, EXIT_FINDINGS, say, with_database
from mall.database import close_reading
from mall.errors import Refusal
from mall.people.organisation import organisation_by_credit_code
from mall.suppliers.supplier import Supplier

_MODE_WORDS = {"dry-run": "试算", "partial": "部分导入", "all-or-nothing": "全有全无"}


def register(cli_group: click.Group) -> None:
    """Hang the commands into the group of the product's own commands."""
    cli_group.add_command(drop)


@click.group()
def drop() -> None:
    """供应商的投递文件夹。 Suppliers' file drops."""


@drop.command("list")
@with_database
def drop_list() -> None:
    """列出投递文件夹：信用代码、开关、处理方式、等待的文件数、异常。 List the drops."""
    for choice, selling in all_drops():
        waiting = count_waiting(selling.credit_code)
        say(
            f"{selling.credit_code}\t{selling.name}\t{'开' if choice.is_on else '关'}\t{_MODE_WORDS[choice.mode]}"
            f"\t{'—' if waiting is None else waiting}\t{choice.trouble_code or selling.state}"
        )


@drop.command("take")
@click.option("--supplier", "credit_code", help="只取这家供应商的（统一社会信用代码）；缺省为全部")
@click.option("--at-once", is_flag=True, help="刚写入的文件也取，不等 20 秒；确认已传完时使用")
@with_database
def drop_take(credit_code: str | None, at_once: bool) -> None:
    """立即收取投递文件夹里的文件，大文件也在这里处理完。 Take files out of the drops now.

    退出码：0 完成；1 完成，但有未收下的文件、错误行或异常；2 被拒绝。
    """
    only = _supplier_id(credit_code) if credit_code else None
    findings: list[str] = []

    def told(selling: Supplier, take: FileDropTake) -> None:
        say(f"{selling.credit_code}\t{take.file_name}\t{_outcome(take, findings)}")

    manner = Manner(inline_bytes_max=FILE_BYTES_MAX, told=told)
    if at_once:
        manner.quiet_seconds = 0
    done = take_drops(manner, only=only)
    say(f"处理文件 {done} 个。")
    for choice, selling in all_drops():
        if choice.trouble_code and only in (None, choice.supplier_id):
            say(f"{selling.credit_code}\t异常：{choice.trouble_code}")
            findings.append(choice.trouble_code)
    sys.exit(EXIT_FINDINGS if findings else EXIT_DONE)


def _outcome(take: FileDropTake, findings: list[str]) -> str:
    if take.is_refused:
        findings.append(take.refusal_code)
        return f"未收下：{take.refusal_code}"
    found = batch(take.batch_id) if take.batch_id is not None else None
    faulty = found.counts.get("faulty", 0) if found is not None else 0
    close_reading()
    if faulty:
        findings.append("faulty")
    return f"批次 {take.batch_id}{'（以前收过）' if take.is_replay else ''}\t错误行 {faulty}"


def _supplier_id(credit_code: str) -> int:
    found = organisation_by_credit_code(credit_code.strip().upper(), kind="supplier")
    if found is None:
        raise Refusal("import.supplier_unknown", credit_code=credit_code)
    return found.id
