"""The word of the proxy that speaks TLS in front of us: believed about address and scheme only from this machine."""

from __future__ import annotations

from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

_LOCAL = frozenset({"127.0.0.1", "::1", ""})


class TrustLocalProxy:
    """Takes X-Forwarded-For and X-Forwarded-Proto from a proxy on this machine, ignores them from anybody else."""

    def __init__(self, wsgi_app: Any) -> None:
        self._plain = wsgi_app
        self._behind_proxy = ProxyFix(wsgi_app, x_for=1, x_proto=1, x_host=0)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        chosen = self._behind_proxy if environ.get("REMOTE_ADDR", "") in _LOCAL else self._plain
        return chosen(environ, start_response)
