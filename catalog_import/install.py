"""Fits the loading dock to the application: its pages, its command, its work for the worker."""

from __future__ import annotations

import click
from flask import Flask

from catalog_import import import_commands, import_pages
from catalog_import.feed_shelf import all_feeds


def install(app: Flask, *, cli_group: click.Group | None = None) -> None:
    """Register the blueprint and, into `cli_group` (default: the application's own), the import command.

    The worker calls `catalog_import.import_jobs.run_waiting_batches` every few seconds.
    """
    app.register_blueprint(import_pages.pages)
    import_commands.register(cli_group if cli_group is not None else app.cli)
    # A format that does not keep the contract is found at start, not at the first upload.
    for feed in all_feeds():
        for name in ("NAME", "TITLE", "EXTENSIONS", "MEDIA_TYPE", "sniff", "guard", "read", "write_report"):
            if not hasattr(feed, name):
                raise TypeError(f"{feed.__name__} has no {name}")  # type: ignore[attr-defined]
