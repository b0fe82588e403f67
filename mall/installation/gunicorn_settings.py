"""How gunicorn serves the mall: two processes of eight threads, loaded once before they divide."""

import os

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
