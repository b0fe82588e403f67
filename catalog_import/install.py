"""Fits the loading dock to the application: its pages, and the promise that every format keeps the contract."""

from __future__ import annotations

from catalog_import import drop_pages, import_pages, listing_form_pages, listing_push_api
from catalog_import.feed_shelf import all_feeds
from catalog_import.next_step import imports_on_desk
from mall.desk.desk_panels import add_panel
from mall.web.app import MallApp, add_api


def install(app: MallApp) -> None:
    """Register the pages and the supplier's push of new goods, and tell the start page what to show of them.

    The commands go to the console by `import_commands.register` and `drop_commands.register`; the worker's chores are
    `import_jobs.run_waiting_batches`, every few seconds, `take_drops.take_from_drops`, twice a minute, and
    `purge_files.purge_files` and `purge_drops.purge_drops`, hourly.
    """
    app.register_blueprint(import_pages.pages)
    app.register_blueprint(drop_pages.pages)
    app.register_blueprint(listing_form_pages.pages)
    add_api(app, listing_push_api.api)
    add_panel("imports", imports_on_desk)
    # A format that does not keep the contract is found at start, not at the first upload.
    for feed in all_feeds():
        for name in ("NAME", "TITLE", "EXTENSIONS", "MEDIA_TYPE", "IS_TREE", "sniff", "guard", "read", "write_report"):
            if not hasattr(feed, name):
                raise TypeError(f"{feed.__name__} has no {name}")  # type: ignore[attr-defined]
