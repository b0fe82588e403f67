"""Delivers the outbox in a second process while the demo's orders are being made: two processors, half the wait.

It only makes things faster. If it fails or is killed, the events wait and are delivered afterwards.
"""

from __future__ import annotations

import contextlib
import os
import select
import warnings
from collections.abc import Iterator

from mall.database import close_reading, engine
from mall.outbox.deliver import deliver_waiting

_AT_ONCE = 100
_REST_SECONDS = 0.2


@contextlib.contextmanager
def delivering_beside() -> Iterator[None]:
    """While the block runs, a child process delivers what waits; it has ended when the block is left."""
    # No connection may be shared with the child.
    close_reading()
    engine().dispose()
    read_end, write_end = os.pipe()
    with warnings.catch_warnings():
        # The child uses none of the threads that the importer's libraries may have left idle.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(write_end)
        _deliver_until_closed(read_end)
    os.close(read_end)
    try:
        yield
    finally:
        # The child sees the end of the pipe, also when this process was killed before it came here.
        os.close(write_end)
        os.waitpid(child, 0)


def _deliver_until_closed(read_end: int) -> None:
    """The life of the child: it never returns, and leaves the parent's clean-up to the parent."""
    code = 1
    try:
        while not _is_closed(read_end, wait_seconds=0):
            if not deliver_waiting(limit=_AT_ONCE) and _is_closed(read_end, wait_seconds=_REST_SECONDS):
                break
        code = 0
    finally:
        os._exit(code)


def _is_closed(read_end: int, *, wait_seconds: float) -> bool:
    return bool(select.select([read_end], [], [], wait_seconds)[0])
