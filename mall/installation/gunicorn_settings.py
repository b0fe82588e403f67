"""How gunicorn serves the mall: two processes of eight threads, loaded once before they divide."""

import os
import shutil
import tempfile
from typing import Any

# The processes write their figures into one folder, from which /metrics adds them up. It must be known before
# the application is loaded.
METRICS_FOLDER = os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="sunmall-metrics-"))

from prometheus_client import multiprocess  # noqa: E402 - reads the folder when it is imported

from mall import database  # noqa: E402

bind = f"{os.environ.get('SUNMALL_BIND') or '127.0.0.1'}:{os.environ.get('SUNMALL_PORT') or '8000'}"
worker_class = "gthread"
workers = 2
threads = 8
preload_app = True
keepalive = 5
timeout = 60
graceful_timeout = 20
# A worker is replaced now and then, never both at once, so that a slow leak cannot grow for ever.
max_requests = 20_000
max_requests_jitter = 4_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") and os.access("/dev/shm", os.W_OK) else None
# Only a proxy on this machine is believed about the visitor's address and scheme.
forwarded_allow_ips = "127.0.0.1,::1"
# The application writes one line for each request itself, with its request id.
accesslog = None
errorlog = "-"
loglevel = "warning"
# Requests beyond these are not ours.
limit_request_line = 4_094
limit_request_fields = 60
limit_request_field_size = 8_190
# No socket for controlling a running server: there is nothing to control that a signal does not.
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """Connections belong to one process: a child never uses one that its parent opened."""
    if database.is_connected():
        database.engine().dispose(close=False)


def child_exit(server: Any, worker: Any) -> None:
    """A process that is gone no longer counts as one with requests under way."""
    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """The figures of a stopped server are nobody's."""
    shutil.rmtree(METRICS_FOLDER, ignore_errors=True)
