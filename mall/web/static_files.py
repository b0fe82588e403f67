"""Addresses of style, script and fonts carry the hash of their content, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

FOR_A_YEAR = "public, max-age=31536000, immutable"


def install_static_files(app: Flask) -> None:
    """url_for("static", ...) adds `v`; an answer to an address with `v` may be kept."""
    folder = Path(app.static_folder or "")

    @lru_cache(maxsize=1024)
    def version(path: str, _changed_ns: int) -> str:
        return hashlib.sha256((folder / path).read_bytes()).hexdigest()[:12]

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint != "static" or "v" in values:
            return
        file = folder / str(values.get("filename", ""))
        if file.is_file():
            values["v"] = version(str(values["filename"]), file.stat().st_mtime_ns)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = FOR_A_YEAR
        return response
