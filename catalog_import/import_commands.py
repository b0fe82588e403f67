"""`sunmall import FILE --supplier CODE`: the same dock from the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from catalog_import.import_batch import MODES, batch
from catalog_import.import_jobs import acting_for
from catalog_import.receive_file import receive_file
from catalog_import.report import write_report
from catalog_import.run_import import Summary, run_batch
from mall.console import EXIT_DONE, EXIT_FINDINGS, with_database
from mall.database import close_reading
from mall.errors import Refusal
from mall.people.organisation import organisation_by_credit_code
from mall.suppliers.supplier import Supplier, supplier

_STAGE_WORDS = {"decode": "读取", "stage": "暂存并核对", "check": "与商品库比对", "merge": "导入"}
_OUTCOME_WORDS = (
    ("new", "新商品"),
    ("changed", "内容有变"),
    ("price_rise", "涨价"),
    ("price_cut", "降价"),
    ("unchanged", "无变化"),
    ("taken_off", "下架"),
    ("needs_category", "待归类"),
    ("faulty", "有错误"),
)


def register(cli_group: click.Group) -> None:
    """Hang the command into the group of the product's own commands."""
    cli_group.add_command(import_file)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--supplier", "credit_code", required=True, help="供应商的统一社会信用代码（sunmall supplier list 可查）")
@click.option("--mode", type=click.Choice(MODES), default="dry-run", show_default=True, help="试算、部分导入或全有全无")
@click.option("--map", "mapping", multiple=True, metavar="表头=列名", help="如 专柜价格=market_price；下次自动沿用")
@click.option("--report", "report_path", type=click.Path(path_type=Path), help="核对结果写到该文件（与原文件同一格式）")
@with_database
def import_file(file: Path, credit_code: str, mode: str, mapping: tuple[str, ...], report_path: Path | None) -> None:
    """把供应商的商品文件 FILE（任何能识别的格式）导入商品库。 Import a supplier's goods from a file.

    退出码：0 完成；1 完成，但有错误行；2 被拒绝。
    """
    summary = _import(file, credit_code=credit_code, mode=mode, mapping=dict(_pair(text) for text in mapping))
    if summary.stage == "failed":
        raise Refusal(summary.refusal_code, **summary.refusal_facts)
    _say_result(summary)
    if report_path is not None:
        _write_report(summary.batch_id, report_path)
    sys.exit(EXIT_FINDINGS if summary.faulty else EXIT_DONE)


def _import(file: Path, *, credit_code: str, mode: str, mapping: dict[str, str]) -> Summary:
    selling = _supplier(credit_code)
    actor = acting_for(selling, user_id=None)
    close_reading()
    with file.open("rb") as stream:
        received = receive_file(
            actor=actor, supplier_id=selling.id, file_name=file.name, stream=stream, mode=mode, mapping=mapping
        )
    if received.replayed:
        click.echo(f"该文件已收过（批次 {received.batch_id}），接着处理。")
    return run_batch(actor=actor, batch_id=received.batch_id, mode=mode, progress=_Progress())


def _supplier(credit_code: str) -> Supplier:
    organisation = organisation_by_credit_code(credit_code.strip().upper(), kind="supplier")
    selling = supplier(organisation.id) if organisation else None
    if selling is None:
        raise Refusal("import.supplier_unknown", credit_code=credit_code)
    return selling


def _pair(text: str) -> tuple[str, str]:
    header, equals, column = text.rpartition("=")
    if not equals:
        raise click.BadParameter(f"请写作 表头=列名：{text}")
    return header, column


class _Progress:
    """Says each stage once on a line of its own, and how far it is when standard error is a terminal."""

    def __init__(self) -> None:
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            click.echo(f"{_STAGE_WORDS[stage]}…", err=True)
            self._stage = stage
        if total and sys.stderr.isatty():
            click.echo(f"\r  {done}/{total}", err=True, nl=done >= total)


def _say_result(summary: Summary) -> None:
    click.echo(f"批次 {summary.batch_id}：共 {summary.rows} 行")
    for outcome, words in _OUTCOME_WORDS:
        click.echo(f"  {words}\t{summary.counts.get(outcome, 0)}")
    if summary.held_back:
        click.echo("有错误行，按“全有全无”整批未导入。修改后重新上传，或改用 --mode partial。")
    elif summary.stage == "merged":
        click.echo(f"已导入，改动商品 {summary.listings_touched} 个。")
    else:
        click.echo("仅试算，未改动商品库。")


def _write_report(batch_id: int, path: Path) -> None:
    found = batch(batch_id)
    if found is not None:
        with path.open("wb") as target:
            write_report(found, target)
        click.echo(f"核对结果：{path}")
