"""The console: `sunmall COMMAND`. Exit codes: 0 done, 1 done with faulty rows or findings, 2 refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask.cli import FlaskGroup
from sqlalchemy import select

from mall.access.actor import SYSTEM
from mall.catalogue.listing_states import LISTING_STATES
from mall.console import EXIT_FINDINGS, EXIT_REFUSED, say, with_database
from mall.database import connect, session
from mall.demo.demo_accounts import accounts_table
from mall.documents.state_table import StateTable
from mall.errors import Refusal
from mall.finance.payment_states import PAYMENT_STATES
from mall.installation.refusal import InstallationRefused
from mall.installation.run_everything import web_command
from mall.installation.running_database import running_database
from mall.jobs.worker import run_worker
from mall.ledger_commands import ledger
from mall.migrations.apply_migrations import BooksUnsound, app_role_of
from mall.migrations.apply_migrations import migrate as apply_migrations
from mall.ordering.order_states import ORDER_STATES
from mall.payment_commands import payments
from mall.payment_watch.payment_finding_states import PAYMENT_FINDING_STATES
from mall.people.create_user import create_user, renew_link
from mall.people.disable_user import disable_user, enable_user
from mall.people.grant_post import grant_post
from mall.people.organisation import Organisation
from mall.people.user import UserAccount, posts_of, user_by_username
from mall.reference.load_reference import load_built_in, load_official_categories
from mall.search.keep_index import IndexKeeper
from mall.search.open_engine import open_engine
from mall.search.query import Query
from mall.search.search_catalogue import engine_settings, search_listings
from mall.search.verify_index import queue_findings, verify_index
from mall.settings import read_settings
from mall.suppliers.supplier import Supplier
from mall.treasury_commands import treasury

#: ids of listings that `index verify` names for each kind of difference
FINDINGS_SHOWN = 20


def console(create_app: Callable[[], Any]) -> FlaskGroup:
    """The command group, with Flask's own `routes` and `shell`."""

    def load(*_args: Any) -> Any:
        # `routes` and `shell` need the application; `shell` also a database where one is running.
        return create_app()

    group = FlaskGroup(
        name="sunmall", create_app=load, add_version_option=False, help="阳光商城 Sunmall：政府采购网上商城的命令行。"
    )
    del group.commands["run"]
    for command in (
        serve, worker, migrate, demo, reference, user, supplier, search, index, ledger, states, treasury, payments
    ):  # fmt: skip
        group.add_command(command)
    return group


# -- running it -------------------------------------------------------------------------------------------------


@click.command()
def serve() -> None:
    """启动网站（前台）。 Start the web server in the foreground."""
    settings = read_settings()
    with running_database(settings) as urls:
        os.environ["SUNMALL_APP_DATABASE_URL"] = urls.app
        say(f"http://127.0.0.1:{settings.port}")
        code = os.spawnvp(os.P_WAIT, web_command()[0], web_command())
    sys.exit(code)


@click.command()
def worker() -> None:
    """启动后台任务（前台）。 Start the worker in the foreground."""
    settings = read_settings()
    with running_database(settings) as urls:
        connect(urls.app, pool_size=6, early_release=settings.early_release)
        context = click.get_current_context()
        # Building the application lets every room register its subscribers and chores.
        context.ensure_object(object)
        _load_rooms()
        sys.exit(run_worker(settings, say=say))


_load_rooms: Callable[[], Any] = lambda: None  # noqa: E731


def use_rooms(load: Callable[[], Any]) -> None:
    """wsgi.py says how all rooms are loaded; the mall itself knows none above it."""
    global _load_rooms
    _load_rooms = load


@click.command()
def migrate() -> None:
    """把数据库升级到最新结构。 Bring the database to the newest schema."""
    settings = read_settings()
    try:
        with running_database(settings) as urls:
            apply_migrations(urls.migrate, app_role=app_role_of(urls.app), say=say)
    except InstallationRefused as refusal:
        click.echo(f"{refusal.chinese}\n{refusal.english}", err=True)
        sys.exit(EXIT_REFUSED)
    except BooksUnsound as unsound:
        moment = {"before": ("升级前", "before"), "after": ("升级后", "after")}[unsound.when]
        for finding in unsound.findings:
            click.echo(str(finding), err=True)
        click.echo(
            f"{moment[0]}核对总账发现 {len(unsound.findings)} 处问题，数据库保持原样；先用 sunmall ledger check 查明。",
            err=True,
        )
        click.echo(
            f"{len(unsound.findings)} findings in the ledger {moment[1]} the migration; the database is as it was.",
            err=True,
        )
        sys.exit(EXIT_REFUSED)


# -- data -------------------------------------------------------------------------------------------------------


@click.group()
def reference() -> None:
    """基础数据：区划、品目、规则。 Reference data."""


@reference.command("load")
@click.option("--built-in", is_flag=True, help="装入随系统提供的数据 / the data shipped with the product")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_database
def reference_load(built_in: bool, file: Path | None) -> None:
    """装入基础数据；FILE 是完整的政府采购品目分类目录（CSV）。"""
    if not built_in and file is None:
        raise click.UsageError("给出 --built-in 或一个文件 / give --built-in or a file")
    if built_in:
        say(_counts(load_built_in(actor=SYSTEM)))
    if file is not None:
        say(_counts(load_official_categories(file, actor=SYSTEM)))


def _counts(counts: dict[str, int]) -> str:
    return "，".join(f"{name} {count}" for name, count in counts.items()) or "无变化"


@click.group()
def demo() -> None:
    """演示省份。 The demo province."""


@demo.command("load")
@click.option("--seed", default=2026, show_default=True)
@with_database
def demo_load(seed: int) -> None:
    """装入演示省份：机构、商品、半年订单。 Load the demo province."""
    settings = read_settings()
    if not settings.demo:
        click.echo("未启用演示模式：设置 SUNMALL_DEMO=1 后再装入。 Set SUNMALL_DEMO=1 first.", err=True)
        sys.exit(EXIT_REFUSED)
    _load_demo(seed=seed, settings=settings, say=say)


_load_demo: Callable[..., Any]


def use_demo_loader(load: Callable[..., Any]) -> None:
    """wsgi.py joins the demo to the importer, which the mall does not know."""
    global _load_demo
    _load_demo = load


@demo.command("accounts")
def demo_accounts() -> None:
    """列出演示账号。 The demo accounts."""
    say(accounts_table(password=read_settings().demo_password))


@click.group()
def user() -> None:
    """账号。 Accounts."""


@user.command("create")
@click.argument("username")
@click.option("--name", required=True, help="姓名")
@click.option("--role", help="岗位，如 sysadmin；首个账号必须给出")
@click.option("--organisation", "organisation_id", type=int, help="单位编号；officers 缺省为平台")
@with_database
def user_create(username: str, name: str, role: str | None, organisation_id: int | None) -> None:
    """建立账号并给出一次性链接。 Create an account; prints a one-time link for its first password."""
    account, link = create_user(actor=SYSTEM, username=username, name=name)
    if role:
        grant_post(actor=SYSTEM, user_id=account.id, organisation_id=organisation_id or _platform_id(), role=role)
    say(f"http://127.0.0.1:{read_settings().port}/welcome/{link}")


def _platform_id() -> int:
    found = session().scalar(select(Organisation.id).where(Organisation.kind == "platform").order_by(Organisation.id))
    if found is None:
        raise Refusal("people.no_platform")
    return found


@user.command("link")
@click.argument("username")
@with_database
def user_link(username: str) -> None:
    """重新给出一次性链接。 A new one-time link."""
    _, link = renew_link(actor=SYSTEM, user_id=_known(username).id)
    say(f"http://127.0.0.1:{read_settings().port}/welcome/{link}")


@user.command("disable")
@click.argument("username")
@click.option("--reason", required=True)
@with_database
def user_disable(username: str, reason: str) -> None:
    """停用账号，立即结束其会话。 Disable an account; its sessions end at once."""
    disable_user(actor=SYSTEM, user_id=_known(username).id, reason=reason)
    say("已停用")


@user.command("enable")
@click.argument("username")
@with_database
def user_enable(username: str) -> None:
    """恢复账号。 Enable an account again."""
    enable_user(actor=SYSTEM, user_id=_known(username).id)
    say("已恢复")


@user.command("list")
@with_database
def user_list() -> None:
    """列出账号与岗位。 Accounts and posts."""
    for account in session().scalars(select(UserAccount).order_by(UserAccount.id)):
        roles = "，".join(f"{post.role}@{post.organisation_name}" for post in posts_of(account.id))
        say(f"{account.username}\t{account.name}\t{account.state}\t{roles}")


def _known(username: str) -> UserAccount:
    account = user_by_username(username)
    if account is None:
        raise Refusal("people.unknown", username=username)
    return account


@click.group()
def supplier() -> None:
    """供应商。 Suppliers."""


@supplier.command("list")
@with_database
def supplier_list() -> None:
    """列出供应商名称和统一社会信用代码。 Names and credit codes."""
    for found in session().scalars(select(Supplier).order_by(Supplier.id)):
        expires = found.licence_expires_on.isoformat() if found.licence_expires_on else "-"
        say(f"{found.credit_code}\t{found.name}\t{found.state}\t{expires}")


# -- search -----------------------------------------------------------------------------------------------------


@click.command()
@click.argument("words")
@click.option("--limit", default=20, show_default=True)
@with_database
def search(words: str, limit: int) -> None:
    """搜索商品。 Search the catalogue."""
    page = search_listings(Query(text=words, size=limit))
    for found in page.rows:
        say(f"{found.id}\t{found.price_fen / 100:.2f}\t{found.name}\t{found.supplier}")
    say(f"共 {page.total} 条")


@click.group()
def index() -> None:
    """搜索索引。 The search index."""


@index.command("build")
@click.option("--if-needed", is_flag=True, help="已完整则不动 / leave a complete index alone")
@with_database
def index_build(if_needed: bool) -> None:
    """建立搜索索引。 Build the search index."""
    engine = open_engine(engine_settings(read_settings(), read_only=False))
    keeper = IndexKeeper(engine)
    count = keeper.start(progress=_progress) if if_needed else keeper.rebuild(progress=_progress)
    waiting = keeper.step() if if_needed else 0
    engine.close()
    say(f"索引：新建 {count} 条，更新 {waiting} 条")


def _progress(done: int, total: int | None = None) -> None:
    say(f"  已索引 {done}")


@index.command("stats")
@with_database
def index_stats() -> None:
    """索引大小。 Size of the index."""
    stats = open_engine(engine_settings(read_settings(), read_only=True)).stats()
    say(f"{stats.listings} 条，{stats.size_bytes / 1_048_576:.1f} MB，版本 {stats.generation}")


@index.command("verify")
@click.option("--repair", is_flag=True, help="把不一致的交给后台重新索引 / hand what differs to the worker")
@with_database
def index_verify(repair: bool) -> None:
    """逐条比较索引与数据库。 Compare the index with the database, listing by listing."""
    report = verify_index(open_engine(engine_settings(read_settings(), read_only=True)))
    for word, ids in (("缺少 missing", report.missing), ("过时 stale", report.stale), ("多余 surplus", report.surplus)):
        if ids:
            shown = " ".join(map(str, ids[:FINDINGS_SHOWN]))
            say(f"{word} {len(ids)}：{shown}{' …' if len(ids) > FINDINGS_SHOWN else ''}")
    say(f"比较 {report.compared} 条，不一致 {len(report.findings)} 条，等待索引 {report.waiting} 条")
    if repair and report.findings:
        say(f"已交后台重新索引 {queue_findings(report)} 条")
    if report.findings:
        sys.exit(EXIT_FINDINGS)


# -- the book and the states -------------------------------------------------------------------------------------------


@click.command()
@click.argument("document", type=click.Choice(["order", "payment", "listing", "payment_finding"]), default="order")
def states(document: str) -> None:
    """打印状态表。 Print a state table."""
    table: StateTable = {
        "order": ORDER_STATES,
        "payment": PAYMENT_STATES,
        "listing": LISTING_STATES,
        "payment_finding": PAYMENT_FINDING_STATES,
    }[document]
    for step in table.steps:
        books = step.books.__name__ if step.books else ""
        say(f"{step.action:22} {step.before:18} {step.after:18} {step.permission:28} {books}")
