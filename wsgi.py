"""The only place that knows all four packages: puts the application together for server, commands and tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from catalog_import import import_commands
from catalog_import.import_jobs import acting_for, run_waiting_batches
from catalog_import.install import install as install_catalog_import
from catalog_import.purge_files import purge_files
from catalog_import.receive_file import receive_file
from catalog_import.run_import import run_batch
from catalog_import.settle_by_suggestion import settle_by_suggestion
from mall.commands import console, use_demo_loader, use_rooms, with_database
from mall.demo.load_demo import load_demo
from mall.demo.stand_in_treasury import answer_batches
from mall.jobs.worker import add_chore, exchange_with_treasury, treasury_folders
from mall.open_data.seal_ledger import seal_and_anchor
from mall.people.organisation import organisation_by_credit_code
from mall.settings import Settings, read_settings
from mall.suppliers.supplier import Supplier, supplier
from mall.web.app import build_app
from mall.web.default_deny import require_declarations


def create_app(settings: Settings | None = None) -> Flask:
    """The whole application. `settings` default to the environment's."""
    app = build_app(settings or read_settings())
    install_catalog_import(app)
    require_declarations(app)
    return app


def main() -> None:
    """The console command `sunmall`."""
    group = console(create_app)
    import_commands.register(group)
    importing = group.commands["import"]
    importing.callback = with_database(importing.callback)
    use_rooms(_load_rooms)
    use_demo_loader(_load_demo)
    group.main(prog_name="sunmall")


def _load_rooms() -> None:
    settings = read_settings()
    create_app(settings)
    add_chore("import batches", run_waiting_batches, every_seconds=3)
    add_chore("old import files", purge_files, every_seconds=3600)
    add_chore(
        "ledger seals",
        lambda: seal_and_anchor(settings.data_dir, algorithm=settings.seal_algorithm),
        every_seconds=60,
    )
    if settings.demo:
        # Only the demo has a treasury that answers at once; it reads and writes files and nothing else.
        outgoing, incoming = treasury_folders(settings.data_dir)
        add_chore("treasury files", lambda: exchange_with_treasury(settings.data_dir), every_seconds=20)
        add_chore(
            "stand-in treasury", lambda: len(answer_batches(outgoing=outgoing, incoming=incoming)), every_seconds=20
        )


def _load_demo(*, seed: int, settings: Settings, say: Callable[[str], None]) -> None:
    # The demo's events go to whoever subscribes, as in the worker.
    create_app(settings)
    load_demo(seed=seed, password=settings.demo_password, importer=_import_file, settle=_settle, say=say)


def _import_file(path: Path, credit_code: str, mode: str) -> dict[str, int]:
    """Take one supplier's file through the loading dock; returns the counts of its rows."""
    selling = _seller(credit_code)
    actor = acting_for(selling, user_id=None)
    with path.open("rb") as stream:
        received = receive_file(actor=actor, supplier_id=selling.id, file_name=path.name, stream=stream, mode=mode)
    return dict(run_batch(actor=actor, batch_id=received.batch_id, mode=mode).counts)


def _settle(credit_code: str) -> dict[str, int]:
    selling = _seller(credit_code)
    return settle_by_suggestion(actor=acting_for(selling, user_id=None), supplier_id=selling.id)


def _seller(credit_code: str) -> Supplier:
    found = organisation_by_credit_code(credit_code, kind="supplier")
    selling = supplier(found.id) if found is not None else None
    if selling is None:
        raise KeyError(credit_code)
    return selling
