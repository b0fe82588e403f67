"""`sunmall watch ...`: the night by hand, its history held against its manifest, and what stands on the shelf."""

from __future__ import annotations

import sys

import click

from mall import clock
from mall.console import EXIT_DONE, EXIT_FINDINGS, say, with_database
from mall.settings import read_settings
from supervision.analytics import ENGINES, history_folder
from supervision.export_history import verify_history
from supervision.rule_shelf import rules
from supervision.watch_night import export_now, run_night


def register(cli_group: click.Group) -> None:
    """Hang the commands into the group of the product's own commands."""
    cli_group.add_command(watch)


@click.group()
def watch() -> None:
    """监督：导出历史、运行规则、核对导出。 Supervision: export the history, run the rules, verify the export."""


@watch.command()
@click.option("--rule", "only", multiple=True, help="只运行这些规则（可重复）")
@click.option("--monthly", is_flag=True, help="也运行按月的规则")
@click.option("--engine", type=click.Choice(ENGINES), help="分析引擎；默认按 SUNMALL_ANALYTICS")
@with_database
def night(only: tuple[str, ...], monthly: bool, engine: str | None) -> None:
    """导出历史并运行今天的规则。 Export the history and run the day's rules.

    退出码：0 完成；1 有规则运行失败。
    """
    stages = ("nightly", "monthly") if monthly or only else None
    done = run_night(read_settings(), on=clock.today(), stages=stages, only=only, engine=engine, say=say)
    sys.exit(EXIT_FINDINGS if any(one.failure for one in done.swept) else EXIT_DONE)


@watch.command()
@with_database
def export() -> None:
    """只导出历史。 Only export the history."""
    exported = export_now(read_settings(), on=clock.today())
    for table in sorted(exported.manifest.tables):
        say(f"{table}: {exported.manifest.row_count(table)}")
    say(f"{exported.written_count} written, {exported.removed_count} removed, {exported.manifest.digest}")


@watch.command()
def verify() -> None:
    """逐个文件核对导出的历史。 Hold every exported file against the manifest.

    退出码：0 相符；1 有差异。
    """
    differences = verify_history(history_folder(read_settings()), say=say)
    for one in differences:
        say(f"{one.table}/{one.partition}: {one.what}")
    sys.exit(EXIT_FINDINGS if differences else EXIT_DONE)


@watch.command("rules")
def list_rules() -> None:
    """列出全部规则。 List every rule of the shelf."""
    for rule in rules().values():
        say(f"{rule.id:36} v{rule.version} {rule.severity} {rule.action:7} {','.join(rule.stages):18} {rule.name.zh}")
