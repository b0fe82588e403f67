"""The headers that keep a browser on our side; no inline script and no foreign address anywhere."""

from __future__ import annotations

from flask import Flask, Response, g, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
)


def install_security_headers(app: Flask, *, https: bool) -> None:
    """Set the headers on every answer, errors and files included."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers["Permissions-Policy"] = PERMISSIONS_POLICY
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        # What calls itself immutable is named by its content, and was asked for by somebody who may see it.
        if not _is_asset() and not response.cache_control.immutable:
            headers["Cache-Control"] = "no-store" if _is_personal() else "private, no-cache"
        return response


def _is_asset() -> bool:
    return request.endpoint is not None and request.endpoint.rpartition(".")[2] in ("static", "asset")


def _is_personal() -> bool:
    actor = getattr(g, "actor", None)
    return request.method not in ("GET", "HEAD") or (actor is not None and actor.is_signed_in)
