"""The API's description and its documentation page, from files of this machine."""

from __future__ import annotations

from pathlib import Path

import flask_openapi3_swagger
from flask import Blueprint, Response, current_app, jsonify, render_template, send_from_directory

from mall.access.guards import everyone

pages = Blueprint("api_docs", __name__, url_prefix="/api/v1")

_FILES = Path(flask_openapi3_swagger.__file__).parent / "templates" / "swagger"


@pages.get("/openapi.json")
@everyone("programs that want to use the API must be able to read how")
def spec() -> Response:
    """The description of the API."""
    return jsonify(current_app.api_doc)  # type: ignore[attr-defined]


@pages.get("/docs")
@everyone("the description of the API holds no data")
def index() -> str:
    """The description for people."""
    return render_template("web/api_docs.html")


@pages.get("/docs/<path:filename>")
@everyone("files of the documentation page")
def asset(filename: str) -> Response:
    """Script and style of the documentation page, as the library ships them."""
    return send_from_directory(_FILES, filename, max_age=86_400)
