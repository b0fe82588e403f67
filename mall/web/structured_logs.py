"""Logs as JSON lines on standard error, one event each."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


class _StandardError:
    """Standard error as it is at the moment of writing: tests and daemons replace it."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


_OUT: Any = _StandardError()


def configure_logs(*, level: int = logging.INFO) -> None:
    """Let structlog and the standard library write the same JSON lines."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=_OUT),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_OUT)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processor=structlog.processors.JSONRenderer(ensure_ascii=False)
        )
    )
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(handler)
        root.setLevel(logging.WARNING)
