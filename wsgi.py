"""The only place that knows all four packages: puts the application together for server, commands and tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from catalog_import.install import install as install_catalog_import
from mall.assets.check_asset_quantity import check_asset_quantity
from mall.ordering.order_checks import add_check
from mall.settings import Settings, read_settings
from mall.web.app import build_app
from mall.web.default_deny import require_declarations
from supervision.install import install as install_supervision

if TYPE_CHECKING:
    from mall.suppliers.supplier import Supplier

# The web server needs nothing but `create_app`. What the console and the worker need beyond it is imported where they
# begin: half of all the code, and half of the seconds that a server which was killed is away.


def create_app(settings: Settings | None = None) -> Flask:
    """The whole application. `settings` default to the environment's."""
    app = build_app(settings or read_settings())
    install_catalog_import(app)
    install_supervision(app)
    add_check(check_asset_quantity)
    require_declarations(app)
    return app


def main() -> None:
    """The console command `sunmall`."""
    from catalog_import import drop_commands, import_commands
    from mall.commands import console, use_demo_loader, use_rooms, with_database
    from supervision import watch_commands
    from supervision.credit import credit_commands

    group = console(create_app)
    import_commands.register(group)
    drop_commands.register(group)
    watch_commands.register(group)
    credit_commands.register(group)
    importing = group.commands["import"]
    importing.callback = with_database(importing.callback)
    use_rooms(_load_rooms)
    use_demo_loader(_load_demo)
    group.main(prog_name="sunmall")


def _load_rooms() -> None:
    from catalog_import.import_jobs import run_waiting_batches
    from catalog_import.purge_drops import purge_drops
    from catalog_import.purge_files import purge_files
    from catalog_import.take_drops import take_from_drops
    from mall.assets.remind_of_cards import remind_of_cards
    from mall.jobs.worker import add_chore
    from mall.open_data.seal_ledger import seal_and_anchor
    from supervision.chores import chores

    settings = read_settings()
    create_app(settings)
    add_chore("import batches", run_waiting_batches, every_seconds=3)
    add_chore("old import files", purge_files, every_seconds=3600)
    add_chore("file drops", take_from_drops, every_seconds=30)
    add_chore("old dropped files", purge_drops, every_seconds=3600)
    add_chore("asset cards", remind_of_cards, every_seconds=1800)
    for name, work, every_seconds in chores(settings):
        add_chore(name, work, every_seconds=every_seconds)
    add_chore(
        "ledger seals",
        lambda: seal_and_anchor(settings.data_dir, algorithm=settings.seal_algorithm),
        every_seconds=60,
    )
    if settings.demo:
        _add_stand_in_treasury(settings)


def _add_stand_in_treasury(settings: Settings) -> None:
    """Only the demo has a treasury that answers at once; it reads and writes files and nothing else.

    Its key is made at the start, before the first batch goes out.
    """
    from mall import clock
    from mall.access.actor import SYSTEM
    from mall.demo.stand_in_treasury import answer_batches, write_statements
    from mall.exchange.exchange_key import ensure_key, key_to_sign_with
    from mall.jobs.worker import add_chore, exchange_with_treasury, statement_folder, treasury_folders

    outgoing, incoming = treasury_folders(settings.data_dir)
    first_key = ensure_key(settings.data_dir, actor=SYSTEM)

    def statements() -> int:
        key = key_to_sign_with(settings.data_dir) or first_key
        folder = statement_folder(settings.data_dir)
        return len(write_statements(outgoing=outgoing, statements=folder, key=key, on=clock.today()))

    def answers() -> int:
        key = key_to_sign_with(settings.data_dir) or first_key
        return len(answer_batches(outgoing=outgoing, incoming=incoming, key=key))

    add_chore("treasury files", lambda: exchange_with_treasury(settings.data_dir), every_seconds=20)
    add_chore("stand-in statements", statements, every_seconds=600)
    add_chore("stand-in treasury", answers, every_seconds=20)


def _load_demo(*, seed: int, settings: Settings, say: Callable[[str], None]) -> None:
    from mall.demo.load_demo import load_demo
    from supervision.demo.load_watch_demo import load_watch_demo

    # The demo's events go to whoever subscribes, as in the worker.
    create_app(settings)
    load_demo(
        seed=seed,
        password=settings.demo_password,
        importer=_import_file,
        settle=_settle,
        say=say,
        data_dir=settings.data_dir,
    )
    load_watch_demo(settings, say=say)


def _import_file(path: Path, credit_code: str, mode: str) -> dict[str, int]:
    """Take one supplier's file through the loading dock; returns the counts of its rows."""
    from catalog_import.import_jobs import acting_for
    from catalog_import.receive_file import receive_file
    from catalog_import.run_import import run_batch

    selling = _seller(credit_code)
    actor = acting_for(selling, user_id=None)
    with path.open("rb") as stream:
        received = receive_file(actor=actor, supplier_id=selling.id, file_name=path.name, stream=stream, mode=mode)
    return dict(run_batch(actor=actor, batch_id=received.batch_id, mode=mode).counts)


def _settle(credit_code: str) -> dict[str, int]:
    from catalog_import.import_jobs import acting_for
    from catalog_import.settle_by_suggestion import settle_by_suggestion

    selling = _seller(credit_code)
    return settle_by_suggestion(actor=acting_for(selling, user_id=None), supplier_id=selling.id)


def _seller(credit_code: str) -> Supplier:
    from mall.people.organisation import organisation_by_credit_code
    from mall.suppliers.supplier import supplier

    found = organisation_by_credit_code(credit_code, kind="supplier")
    selling = supplier(found.id) if found is not None else None
    if selling is None:
        raise KeyError(credit_code)
    return selling
