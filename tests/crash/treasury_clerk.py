"""A process of its own that carries files between the mall and a stand-in treasury until it is told to stop or killed.

Usage: python -m tests.crash.treasury_clerk, with the environment of the running product.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from mall import database
from mall.access.actor import SYSTEM
from mall.demo.stand_in_treasury import answer_batches
from mall.exchange.exchange_key import ensure_key
from mall.jobs.worker import exchange_with_treasury, treasury_folders
from mall.settings import read_settings
from wsgi import create_app


def main() -> None:
    settings = read_settings()
    create_app(settings)
    outgoing, incoming = treasury_folders(settings.data_dir)
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.append(number))
    while not stopped:
        try:
            # With a key in place unsigned answers are refused, as they are in life.
            key = ensure_key(settings.data_dir, actor=SYSTEM)
            exchange_with_treasury(settings.data_dir)
            answer_batches(outgoing=Path(outgoing), incoming=Path(incoming), key=key)
        # The database is killed under it on purpose; like the worker it lives on and tries again.
        except Exception as error:
            print(type(error).__name__, error, file=sys.stderr, flush=True)
        finally:
            database.close_reading()
        time.sleep(0.5)


if __name__ == "__main__":
    main()
